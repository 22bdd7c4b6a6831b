"""What a view from outside may take: seconds for a fold and memory for its process, which ends where it takes more."""

from __future__ import annotations

import faulthandler
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple, NoReturn

import psycopg

from projections.faults import name_of

MEGABYTE = 1024 * 1024


class Limits(NamedTuple):
    """Seconds that one fold may take, and megabytes for the process. `told` is a file for what goes wrong."""

    seconds: float
    megabytes: int
    told: int

    def bound_memory(self) -> None:
        """From here on the process gets no more memory than this."""
        most = self.megabytes * MEGABYTE
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))

    @contextmanager
    def guarding(self, grace: float = 0.0) -> Iterator[None]:
        """Ends the process where what is done takes too long or too much, or is refused by the database.

        `grace` are seconds more, where the database ends it by itself.

        The clock is a thread of C's, so that neither a loop nor a long call of a library can hold it up.
        """
        faulthandler.dump_traceback_later(self.seconds + grace, exit=True, file=self.told)
        try:
            yield
        except MemoryError:
            self.halt(f"It took more than {self.megabytes} MB.")
        except psycopg.errors.QueryCanceled:
            self.halt(f"Its SQL took longer than {self.seconds:g} s.")
        except (psycopg.ProgrammingError, psycopg.errors.ReadOnlySqlTransaction) as refused:
            self.halt(f"PostgreSQL refused its SQL: {refused.diag.message_primary or name_of(refused)}")
        finally:
            faulthandler.cancel_dump_traceback_later()

    def halt(self, reason: str) -> NoReturn:
        """Says why, and ends the process at once, whatever its threads do."""
        os.write(self.told, reason.encode())
        os._exit(1)


def reason_of(told: str, source: str, limits: Limits) -> str:
    """What a process that ended by its limits said, in a sentence; '' where it said nothing."""
    if not told.startswith("Timeout"):
        return told
    places = [line.strip() for line in told.splitlines() if line.startswith("  File ")]
    places = [place for place in places if source in place] or places
    return f"It took longer than {limits.seconds:g} s{', in ' + _short(places[0]) if places else ''}."


def _short(place: str) -> str:
    """`File "/a/b/c.py", line 3 in fold` without the folders."""
    file, _, rest = place.removeprefix('File "').partition('"')
    return f"{os.path.basename(file)}{rest}"
