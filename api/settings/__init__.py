"""The shop's set-up over HTTP."""
