"""Tells other programs of events as they are recorded."""
