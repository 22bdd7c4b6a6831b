"""Who streams the feed and reads it slowly delays nobody, takes no more than the places of exports, and is let go."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

from domain.orders.creation import CreateOrder
from domain.orders.notes import AddNote
from projections.runtime import Runtime
from tests.fixtures_api import context_of, issue
from tests.setup.running import eventually
from tests.setup.test_slow_clients import SOON, honest, hung_up, opened, rest, serving

NOTES, LETTERS = 490, 9_900  # some 5 MB: more than a connection takes in by itself


def test_who_reads_the_feed_too_slowly_delays_nobody_and_is_cut_off(runtime: Runtime, tmp_path: Path) -> None:
    order_id = uuid4()
    runtime.desk.handle(CreateOrder(order_id=order_id, context=context_of(), currency="EUR"))
    for number in range(NOTES):
        text = f"{number}".ljust(LETTERS, "a")
        runtime.desk.handle(AddNote(order_id=order_id, context=context_of(), text=text))
    head = f"Host: x\r\nAuthorization: Bearer {issue(runtime, 'reader', 'data')}\r\nAccept: application/x-ndjson\r\n"
    stream = f"GET /api/v1/events HTTP/1.1\r\n{head}Connection: close\r\n\r\n"
    with serving(runtime.settings.database_url, tmp_path, CARNET_BODY_RATE="10000000") as port, ExitStack() as stack:
        slow = [stack.enter_context(opened(port, stream)) for _ in range(8)]
        assert max(honest(port) for _ in range(5)) < SOON
        eventually(lambda: all(map(hung_up, slow)), "they are cut off, or sent away where every place is taken")
        with opened(port, stream) as reader:
            whole = rest(reader)
        assert whole.count(b'"order.note-added"') == NOTES
        assert b'"next":' in whole[-200:]
        assert all(b'"next":' not in rest(client)[-200:] for client in slow)
