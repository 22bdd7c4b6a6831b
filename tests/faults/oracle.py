"""What is wrong after a disturbed run, by SQL on raw rows: it shares no code with what it judges."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import psycopg

from tests.faults.clients import Acknowledged, Record
from tests.faults.folding import OrderFigures, Raw, StockFigures, orders, stock, versions
from tests.faults.following import Follower

SHOWN = 5  # examples of each kind of fault
_LOG = """
    SELECT position, originator_id::text, originator_version, topic, state FROM log.events ORDER BY position
"""
_HAS_EPOCHS = "SELECT to_regclass('log.epochs') IS NOT NULL"
_EPOCHS = "SELECT id, began_after FROM log.epochs ORDER BY number"
_TAKEN_BACK = """
    SELECT p.id FROM log.epochs p JOIN log.events e ON e.position = p.began_after + 1 WHERE e.recorded_at < p.began_at
"""
_ORDERS = "SELECT id::text, number, version, status, total, paid, refunded, payment_status FROM views.orders"
_STOCK = "SELECT id::text, sku, version, on_hand, reserved FROM views.stock"
_MAILS = "SELECT key::text, state, position FROM work.effects WHERE kind = 'mail.send'"


class Mail(NamedTuple):
    """A mail's effect: its state, and the position of the event that it follows from."""

    state: str
    position: int


class Stored(NamedTuple):
    """What the database holds: the log, its epochs with the last position before each, two lists, mails by state.

    `taken_back` are epochs that began after an event which they say is of another one.
    """

    log: list[Raw]
    epochs: list[tuple[str, int]]
    orders: dict[str, OrderFigures]
    stock: dict[str, StockFigures]
    mails: dict[str, Mail]
    taken_back: list[str]


@dataclass
class Findings:
    """How much of each kind of fault there is, with examples.

    No faults are `told_lost`, acknowledged writes that an epoch said were lost.
    """

    acknowledged: int = 0
    told_lost: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    examples: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, kind: str, example: object) -> None:
        """One more fault of a kind."""
        self.counts[kind] += 1
        if len(self.examples[kind]) < SHOWN:
            self.examples[kind].append(str(example))

    def __str__(self) -> str:
        return "\n".join(
            f"{number} x {kind}: {'; '.join(self.examples[kind])}" for kind, number in sorted(self.counts.items())
        )


def stored(url: str) -> Stored:
    """All that is judged, read in one snapshot."""
    with psycopg.connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        log = [Raw(*row) for row in connection.execute(_LOG).fetchall()]
        has_epochs = connection.execute(_HAS_EPOCHS).fetchone() == (True,)
        epochs = connection.execute(_EPOCHS).fetchall() if has_epochs else []
        rows = {row[0]: OrderFigures(*row[1:]) for row in connection.execute(_ORDERS).fetchall()}
        shelves = {row[0]: StockFigures(*row[1:]) for row in connection.execute(_STOCK).fetchall()}
        mails = {key: Mail(state, position) for key, state, position in connection.execute(_MAILS).fetchall()}
        taken_back = [epoch for (epoch,) in connection.execute(_TAKEN_BACK).fetchall()] if has_epochs else []
        return Stored(log, epochs, rows, shelves, mails, taken_back)


def judge(found: Stored, record: Record, follower: Follower, arrived: Counter[str]) -> Findings:
    """Everything that is wrong; `arrived` counts the mails that a mail server took, by their keys."""
    findings = Findings(acknowledged=record.count())
    _streams_are_whole(findings, found.log)
    _writes_are_there(findings, found, record.acknowledged)
    _numbers_are_given_once(findings, found.log, record.acknowledged)
    _copy_is_the_log(findings, found, follower)
    _epochs_are_told(findings, found, follower)
    _rows_are_equal(findings, "orders", found.orders, orders(found.log))
    _rows_are_equal(findings, "stock", found.stock, stock(found.log))
    _mails_come_once(findings, found, arrived)
    _refusals_follow_from_losses(findings, found, record)
    for key in record.unanswered:
        findings.add("writes without an answer", key)
    return findings


def _streams_are_whole(findings: Findings, log: Sequence[Raw]) -> None:
    """Positions and the versions of each stream follow one another from 1 on."""
    last: Counter[str] = Counter()
    broken: set[str] = set()
    for number, raw in enumerate(log, start=1):
        if raw.position != number and not findings.counts["gaps in positions"]:
            findings.add("gaps in positions", f"position {raw.position} is the event number {number}")
        if raw.version != last[raw.stream] + 1 and raw.stream not in broken:
            broken.add(raw.stream)
            findings.add("holes in streams", f"{raw.topic} {raw.stream}: {last[raw.stream]} then {raw.version}")
        last[raw.stream] = raw.version


def told_lost(epochs: Sequence[tuple[str, int]], epoch: str, position: int) -> bool:
    """Whether an epoch that came later says that this position is no more what it was, or the epoch itself is lost."""
    names = [name for name, _ in epochs]
    if epoch and names and epoch not in names:
        return True
    later = epochs[names.index(epoch) + 1 :] if epoch in names else []
    return any(began_after < position for _, began_after in later)


def _writes_are_there(findings: Findings, found: Stored, written: Sequence[Acknowledged]) -> None:
    """Each write left its event, at the told position or before it where it was a repetition, with the told figures."""
    by_position = {raw.position: raw for raw in found.log}
    by_version = {(raw.stream, raw.version): raw for raw in found.log}
    figures = versions(found.log)
    for one in written:
        if told_lost(found.epochs, one.position.epoch, one.position.number):
            findings.told_lost += 1
            continue
        at_position = by_position.get(one.position.number)
        event = by_version.get((one.order, one.version)) if one.order else at_position
        if not _is_there(one, event, at_position):
            findings.add("acknowledged writes lost", one)
        elif one.order and figures[one.order, one.version] != (one.status, minor_units(one.total)):
            findings.add("answers that the log does not bear out", one)


def _refusals_follow_from_losses(findings: Findings, found: Stored, record: Record) -> None:
    """No client was refused anything but what it asked of an order of which a part is lost."""
    lost = {
        one.order
        for one in record.acknowledged
        if one.order and told_lost(found.epochs, one.position.epoch, one.position.number)
    }
    for refused in record.refused:
        if not any(order in refused.path for order in lost):
            findings.add("refusals", refused)


def _is_there(one: Acknowledged, event: Raw | None, at_position: Raw | None) -> bool:
    if event is None or at_position is None or event.position > one.position.number:
        return False
    return one.repeated or event.cause == at_position.cause


def minor_units(amount: str) -> int:
    """An amount of euros in cents."""
    return int(amount.replace(".", ""))


def _numbers_are_given_once(findings: Findings, log: Sequence[Raw], written: Sequence[Acknowledged]) -> None:
    """No two orders ever had the same number, those included that are lost."""
    holders: defaultdict[str, set[str]] = defaultdict(set)
    for raw in log:
        if raw.topic == "order.created":
            holders[raw.state["number"]].add(raw.stream)
    for one in written:
        if one.order:
            holders[one.number].add(one.order)
    for number, streams in holders.items():
        if len(streams) > 1:
            findings.add("numbers given twice", f"{number}: {', '.join(sorted(streams))}")


def _copy_is_the_log(findings: Findings, found: Stored, follower: Follower) -> None:
    """What the consumer keeps is the log, and nothing it was ever told was told otherwise in the same epoch."""
    for pair in sorted(follower.twice):
        findings.add("positions told twice", pair)
    for cursor in follower.leaps:
        findings.add("positions left out of the feed", cursor)
    now = {raw.position: raw.event_id for raw in found.log}
    for position in sorted(now.keys() | follower.copy.keys()):
        if now.get(position) != follower.copy.get(position):
            findings.add("positions where the consumer's copy is off", position)
    for (epoch, position), event_id in sorted(follower.pairs.items()):
        if not told_lost(found.epochs, epoch, position) and now.get(position) != event_id:
            findings.add("positions told twice", (epoch, position))


def _epochs_are_told(findings: Findings, found: Stored, follower: Follower) -> None:
    """The consumer knows the last epoch, and no epoch takes back an event that is still there."""
    if found.epochs and follower.epoch != found.epochs[-1][0]:
        findings.add("epochs not told", f"the consumer is in {follower.epoch}, the log in {found.epochs[-1][0]}")
    for epoch in found.taken_back:
        findings.add("epochs that take back too much", epoch)


def _rows_are_equal(findings: Findings, view: str, shown: Mapping[str, Any], folded: Mapping[str, Any]) -> None:
    """The view has exactly the rows that the fold of the log gives."""
    for key in sorted(shown.keys() | folded.keys()):
        if key not in folded:
            findings.add(f"phantoms in {view}", shown[key])
        elif key not in shown:
            findings.add(f"rows missing in {view}", folded[key])
        elif shown[key] != folded[key]:
            findings.add(f"rows off in {view}", f"{shown[key]} instead of {folded[key]}")


def _mails_come_once(findings: Findings, found: Stored, arrived: Counter[str]) -> None:
    """Each mail came once; one whose effect is unknown may have come twice, or not at all."""
    for key, times in arrived.items():
        mail = found.mails.get(key)
        if times > 1 and not (mail and mail.state == "unknown"):
            findings.add("mails doubled", f"{key} came {times} times, {mail}")
    for key, mail in found.mails.items():
        if mail.state == "done" and not arrived[key]:
            findings.add("mails missing", key)
