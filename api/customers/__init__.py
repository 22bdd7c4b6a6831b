"""Customer cards over HTTP."""
