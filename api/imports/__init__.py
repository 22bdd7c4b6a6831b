"""Imports over HTTP, with the mappings they read by."""

from api.imports import routes, steps

__all__ = ["routes", "steps"]
