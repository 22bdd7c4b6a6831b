"""The sealer of a process: it looks whether what it knows to be sealed is there and unchanged before it seals more.

Its last checkpoints are kept in the data folder, where whoever changes the database does not change them. It refuses
while something is wrong, says so, and goes on by itself once the database is right again.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import structlog

from projections.log.chains import BATCH, PositionMissing
from projections.log.checkpoints import TREE, Checkpoint, Outside
from projections.log.durability import Connection
from projections.log.epochs import Epoch, read_lineage
from projections.log.event_log import EventLog
from projections.log.keys import FIRST
from projections.log.registry import registry_faults
from projections.log.seals import (
    common_position,
    made_after_the_copy,
    outside_faults,
    seal,
    seal_faults,
    seals_after,
)
from projections.log.windows import Window, signature_faults, window_faults

AT_ONCE = 20  # seals whose events are looked at again in one round

_AT = """
SELECT position, chain, signature, sealed_at, form, statement, frontier FROM log.seals
WHERE position = ANY(%(positions)s) ORDER BY position
"""
_BEFORE = """
SELECT position, chain, signature, sealed_at, form, statement, frontier FROM log.seals
WHERE position < %(position)s ORDER BY position DESC LIMIT 1
"""
_FIRST_TREE = "SELECT min(position) FROM log.seals WHERE form = %(form)s"
_COUNT = "SELECT count(*) FROM log.seals WHERE position <= %(upto)s"
_SAY = """
INSERT INTO work.sealing AS s (faults) VALUES (%(faults)s)
ON CONFLICT (single) DO UPDATE SET faults = excluded.faults, since = now() WHERE s.faults <> excluded.faults
"""
_SAID = "SELECT faults FROM work.sealing"

_logger = structlog.get_logger()


class Sealer:
    """Seals a log, for one thread; `faults` are what kept it from sealing the last time."""

    def __init__(self, log: EventLog, data_dir: Path) -> None:
        self.log = log
        self.faults: list[str] = []
        self._data_dir = data_dir
        self._looked_at = 0  # the seals up to here were looked at in this turn
        self._wrong: set[int] = set()  # the seals whose events were not what was sealed

    def work(self, batch: int = BATCH) -> Checkpoint | None:
        """Looks, and seals what is new; gives the last seal it made, None where it made none or refuses to."""
        self.log.keys.renew()
        outside = Outside(self._data_dir, self.log.keys.masters.verifying[FIRST])
        self._say(self._look(outside))
        if self.faults:
            return None
        try:
            made = seal(self, batch)
        except PositionMissing as gap:
            self._say([str(gap)])
            return None
        if made:
            with self.log.pool.connection() as connection:
                self._take_up(outside, _known(connection, outside.read(), read_lineage(connection)), connection)
        return made

    def _look(self, outside: Outside) -> list[str]:
        """What is not as it was sealed: seals known outside, new ones, and in turn all that lies under them."""
        head = self.log.head()
        with self.log.pool.connection() as connection:
            lineage = read_lineage(connection)
            kept = _without_late(connection, outside.read(), lineage)
            known = _known(connection, kept, lineage)
            positions = [checkpoint.position for checkpoint in known]
            found = [Checkpoint(*row) for row in connection.execute(_AT, {"positions": positions}).fetchall()]
            faults, notes = outside_faults(kept, found, lineage)
            if known and known[-1].position > head:
                faults.append(f"the log ends at position {head}: before the seal at {known[-1].position}")
            faults += _number_faults(connection, known)
            faults += self._take_up(outside, known, connection) if not faults else []
            faults += self._look_again(connection)
            faults += self._carry_over(connection) if not faults else []
        if notes and len(known) < len(kept):
            _logger.warning(
                "the log was brought back: seals go on from the last common one", action="seals.brought-back"
            )
        return faults

    def _take_up(self, outside: Outside, known: Sequence[Checkpoint], connection: Connection) -> list[str]:
        """Keeps the seals that are new, once each is found to be signed and to follow the one before it."""
        last, fresh = known[-1] if known else None, list[Checkpoint]()
        number = None if known else 0
        while True:
            after = last.position if last else 0
            found = seals_after(connection, after, BATCH)
            for checkpoint in found:
                number = None if number is None else number + 1
                faults = seal_faults(self.log.keys, last, checkpoint, number)
                if faults:
                    return faults
                fresh.append(checkpoint)
                last = checkpoint
            if len(found) < BATCH:
                break
        if fresh:
            outside.keep([*known, *fresh])
        return []

    def _carry_over(self, connection: Connection) -> list[str]:
        """Recomputes every chain of before the tree, once: before the first seal of the tree covers the same events."""
        if _first_tree(connection) is not None:
            return []
        before, faults = None, list[str]()
        while found := seals_after(connection, before.position if before else 0, BATCH):
            for checkpoint in found:
                faults += window_faults(connection, self.log.keys, Window(before, checkpoint))
                before = checkpoint
        return faults

    def _look_again(self, connection: Connection) -> list[str]:
        """Recomputes a few seals in turn, and those that were wrong; at the end of a turn keys and addresses too."""
        again = [Checkpoint(*row) for row in connection.execute(_AT, {"positions": list(self._wrong)}).fetchall()]
        found = seals_after(connection, self._looked_at, AT_ONCE)
        faults, wrong = list[str](), set[int]()
        for checkpoint in dict.fromkeys([*again, *found]):
            row = connection.execute(_BEFORE, {"position": checkpoint.position}).fetchone()
            before = Checkpoint(*row) if row else None
            these = window_faults(connection, self.log.keys, Window(before, checkpoint))
            these += seal_faults(self.log.keys, before, checkpoint, None)
            faults += these
            wrong |= {checkpoint.position} if these else set()
        self._wrong = wrong
        if len(found) < AT_ONCE:
            self._looked_at = 0
            faults += self._registry_faults(connection)
        else:
            self._looked_at = found[-1].position
        return faults

    def _registry_faults(self, connection: Connection) -> list[str]:
        row = connection.execute(_BEFORE, {"position": 2**63 - 1}).fetchone()
        last = Checkpoint(*row) if row else None
        if last is None or last.form == 1 or signature_faults(self.log.keys, last):
            return []
        return registry_faults(connection, self.log.keys, last.said)

    def _say(self, faults: list[str]) -> None:
        """Tells the log and every other process what is wrong, once."""
        if faults and faults != self.faults:
            _logger.error("nothing is sealed: sealed events or seals are not what they were", action="seals.refused",
                          faults=faults)  # fmt: skip
        elif self.faults and not faults:
            _logger.info("sealing goes on", action="seals.resumed")
        self.faults = faults
        with self.log.pool.connection() as connection:
            connection.execute(_SAY, {"faults": faults})


def _known(connection: Connection, kept: Sequence[Checkpoint], lineage: Sequence[Epoch]) -> list[Checkpoint]:
    """The checkpoints kept outside that must be in the log: those of before it was brought back need not."""
    due = [one for one in kept if one.position <= (common_position(lineage, one) or 0)]
    return _without_late(connection, due, lineage)


def _without_late(connection: Connection, kept: Sequence[Checkpoint], lineage: Sequence[Epoch]) -> list[Checkpoint]:
    late = made_after_the_copy(connection, kept, lineage)
    return [one for one in kept if one not in late]


def _first_tree(connection: Connection) -> int | None:
    """The position of the first seal that has a tree; None before there is one."""
    [(position,)] = connection.execute(_FIRST_TREE, {"form": TREE}).fetchall()
    return None if position is None else int(position)


def sealing_faults(connection: Connection) -> list[str]:
    """What keeps the sealer from sealing; nothing where it seals."""
    row = connection.execute(_SAID).fetchone()
    return list(row[0]) if row else []


def _number_faults(connection: Connection, known: Sequence[Checkpoint]) -> list[str]:
    """Whether a seal was taken away from among those before the last one that is known."""
    if not known or known[-1].form == 1:
        return []
    [(count,)] = connection.execute(_COUNT, {"upto": known[-1].position}).fetchall()
    wanted = known[-1].said.number
    if count == wanted:
        return []
    return [f"there are {count} seals up to position {known[-1].position}: {wanted} were made"]
