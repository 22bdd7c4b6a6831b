"""Orders read from the platforms' own APIs, and written as the files that they export."""
