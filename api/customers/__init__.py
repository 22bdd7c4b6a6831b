"""Customer cards over HTTP."""

from api.customers import data, routes

__all__ = ["data", "routes"]
