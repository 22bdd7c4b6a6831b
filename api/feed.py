"""How the feed travels: a page that waits where there is nothing yet, or line by line up to the log's end."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import cast

from flask import Response, current_app, request

from api.exports.routes import Slots
from api.headers import add_header
from api.parking import LOG, PARKING, Parking
from api.problems import Problem
from projections.log import EventLog
from projections.published import Page, Wanted, encoded, encoded_lines, page
from projections.published.schemas import known_topics

LINES = "application/x-ndjson"
AT_ONCE = 2_000  # events in memory while they are streamed
TOPIC = 80  # characters of a topic that are said back
LEVEL = 1  # of compressing while streaming: a third more bytes than the usual level, in a third of its time
_GZIP = 31  # the window of zlib that writes gzip's head and end


def require_known_topics(topics: Sequence[str], parameter: str) -> None:
    """Refuses topics that no event has: 422, each by its name."""
    unknown = [topic for topic in topics if topic not in known_topics()]
    if unknown:
        details = [f"No event has the topic {topic[:TOPIC]}; GET /events/schemas has them all." for topic in unknown]
        errors = [{"parameter": parameter, "code": "unknown-topic", "detail": detail} for detail in details]
        raise Problem(422, "unknown-topic", details[0], errors=errors)


def takes_lines() -> bool:
    """Whether who asks prefers a JSON document a line."""
    return request.accept_mimetypes.best_match(("application/json", LINES)) == LINES


def wait_for_more(found: Page, seconds: int) -> None:
    """Asks the server to keep the request until the log goes on; where it does, nothing of the answer is sent."""
    parking = cast("Parking | None", request.environ.get(PARKING))
    if parking is not None and seconds and not found.events and found.next >= found.head:
        parking.ask(found.head, seconds, LOG)


def streamed(log: EventLog, after: int, most: int | None, wanted: Wanted) -> Response:
    """Events after a position up to where the log ends now, each on a line; the last line is `next`, `head`, `epoch`.

    A stream that lacks that line was cut off. It takes one of the places of exports, and a client that reads slower
    than the installation asks for is let go.
    """
    held = ExitStack()
    held.callback(cast("Slots", current_app.extensions["carnet.exports"]).take())
    lines = _to_their_end(_lines(log, after, most, wanted), held)
    packed = request.accept_encodings["gzip"] > 0
    response = Response(_packed(lines) if packed else lines, content_type=LINES)
    response.call_on_close(held.close)
    add_header(request, "Vary", "Accept-Encoding")
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    return response


def _to_their_end(lines: Iterator[bytes], held: ExitStack) -> Iterator[bytes]:
    """The lines; the place they take is given back after the last."""
    yield from lines
    held.close()


def _lines(log: EventLog, after: int, most: int | None, wanted: Wanted) -> Iterator[bytes]:
    incarnation, head = log.end()
    position, left = after, most
    while position < head and left != 0:
        found = page(log, position, min(AT_ONCE, left) if left else AT_ONCE, wanted)
        if found.incarnation != incarnation and log.epoch(found.incarnation) != log.epoch(incarnation):
            return  # positions mean other events by now: who reads sees that the end is missing
        if found.events:
            yield encoded_lines(found.events)
        position, head = found.next, head if found.next <= head else found.next
        left = None if left is None else left - len(found.events)
    yield encoded({"next": position, "head": head, "epoch": log.epoch(incarnation).id}) + b"\n"


def _packed(parts: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, _GZIP)
    for part in parts:
        yield packer.compress(part) + packer.flush(zlib.Z_SYNC_FLUSH)
    yield packer.flush()
