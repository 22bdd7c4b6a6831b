"""The doctor: looks for everything that can be wrong with an installation, and says what to do about it."""

from projections.doctor.checks import CHECKS, examine
from projections.doctor.finding import Check, Finding, Look

__all__ = ["CHECKS", "Check", "Finding", "Look", "examine"]
