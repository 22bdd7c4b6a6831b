"""The master secret of an installation: where it is read from, and that more than one may be accepted for a while."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Secrets:
    """The secrets a process accepts, the one to use first: those it was given, else the lines of a file.

    A file is read anew each time, so that a process which runs finds a secret that was added since.
    """

    given: tuple[str, ...] = field(default=(), repr=False)
    file: Path | None = None

    def read(self) -> tuple[str, ...]:
        """The secrets, without repetitions; raises `OSError` where the file cannot be read."""
        if self.given or self.file is None:
            return self.given
        lines = (line.strip() for line in self.file.read_text().splitlines())
        return tuple(dict.fromkeys(line for line in lines if line))
