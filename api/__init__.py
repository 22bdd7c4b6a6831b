"""The JSON API: an application made from a runtime, a blueprint and its schemas per resource."""
