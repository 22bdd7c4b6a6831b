"""What is wrong with a row, or with a whole file; no message repeats what a cell holds, for it may be a person's."""

from __future__ import annotations

from msgspec import Struct


class Problem(Struct, frozen=True, kw_only=True):
    """Why a row cannot come in: the column at fault (empty: the whole row), a stable code, a sentence and a way out."""

    code: str
    message: str
    column: str = ""
    fix: str = "Correct the cell and load the error file."


class Fault(Exception):
    """A row, and with it its order, cannot come in; `line` None stands for every row of the order."""

    def __init__(self, code: str, message: str, *, column: str = "", fix: str = "", line: int | None = None) -> None:
        super().__init__(message)
        known = {"fix": fix} if fix else {}
        self.problem = Problem(code=code, message=message, column=column, **known)
        self.line = line

    def at(self, line: int) -> Fault:
        """This fault, on that line unless it knows its own."""
        self.line = self.line or line
        return self


class UnusableFile(Exception):
    """Nothing can be read from this file, or by this mapping; the message says why and what to do."""
