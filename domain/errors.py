"""The three ways a command is refused; a concrete error stands beside its aggregate, its docstring is its message."""

from __future__ import annotations

from typing import Any, ClassVar


class DomainError(Exception):
    """The command was refused."""

    code: ClassVar[str] = "refused"

    def __init__(self, pointer: str = "", **details: Any) -> None:
        """`pointer` is the JSON pointer of the field at fault (empty: the whole command), `details` ids and figures."""
        super().__init__(self.message(details))
        self.pointer = pointer
        self.details = details

    @classmethod
    def message(cls, details: dict[str, Any]) -> str:
        """The docstring's first paragraph with the details filled in."""
        text = " ".join((cls.__doc__ or "").split("\n\n")[0].split())
        return text.format(**details) if details else text


class NotFound(DomainError):
    """There is no such thing."""

    code = "not-found"


class Conflict(DomainError):
    """The command does not fit the state it met; look again and decide anew."""

    code = "conflict"


class StaleVersion(Conflict):
    """This was changed in the meantime: you saw version {expected}, it is now at {actual}."""

    code = "stale-version"


class Rejected(DomainError):
    """A rule of the trade forbids it."""

    code = "rejected"
