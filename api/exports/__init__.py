"""Lists out over HTTP, as files."""
