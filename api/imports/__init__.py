"""Imports over HTTP, with the mappings they read by."""
