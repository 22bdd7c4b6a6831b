"""Runs projections and processes, and the actors that act on the world."""
