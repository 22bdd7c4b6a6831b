"""The desk: takes a command, loads what it needs, lets the domain decide and appends what was decided."""

from projections.desk.desk import Desk, Outcome

__all__ = ["Desk", "Outcome"]
