"""Marketing sequences over HTTP."""
