"""A mapping proposed for a file that no platform claims."""
