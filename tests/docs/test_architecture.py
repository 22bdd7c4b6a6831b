"""The paths that docs/architecture.md tells, held against what is really called."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from flask.testing import FlaskClient

from projections.engine.filling import Source
from projections.runtime import Runtime
from projections.views import PROJECTIONS
from tests.api.desk import ORDERS, place
from tests.docs.pages import DOCS, ROOT
from workers.projecting import Projecting

Call = tuple[str, str]
_STEP = re.compile(r"^\d+\. `([\w/]+\.\w+)` `([\w.]+)`", re.M)


def told(heading: str) -> list[Call]:
    """The calls of a section, in the order in which the page tells them."""
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    return _STEP.findall(text.partition(f"## {heading}\n")[2].partition("\n## ")[0])


@contextmanager
def traced() -> Iterator[list[Call]]:
    """The calls of our own functions while the block runs, in this thread and in those it starts."""
    calls: list[Call] = []

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(str(ROOT)):
            name = str(Path(frame.f_code.co_filename).relative_to(ROOT))
            calls.append((name, frame.f_code.co_qualname.replace(".<locals>", "")))

    sys.setprofile(note)
    threading.setprofile(note)
    try:
        yield calls
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def missed(path: list[Call], calls: list[Call]) -> Call | None:
    """The first step of a path that is not called after the one before it."""
    remaining = iter(calls)
    return next((step for step in path if step not in remaining), None)


def test_a_request_takes_the_path_that_the_page_tells(client: FlaskClient) -> None:
    order = place(client)
    with traced() as calls:
        answer = client.post(f"{ORDERS}/{order['id']}/shipments", json={"carrier": "colissimo"})
    assert answer.status_code == 201
    path = told("From a request to its answer")
    assert len(path) > 8
    assert missed(path, calls) is None


def test_an_event_takes_the_path_to_the_list_that_the_page_tells(runtime: Runtime, client: FlaskClient) -> None:
    orders = PROJECTIONS["orders"]
    with traced() as calls:
        projecting = Projecting(Source(runtime.settings.database_url, runtime.settings.secrets), runtime.log, [orders])
        projecting.start()
        order = place(client)
        asked = {"X-Min-Position": str(runtime.log.head())}
        while (shown := client.get(f"{ORDERS}?number={order['number']}", headers=asked)).status_code == 503:
            pass  # the view is not built yet
        projecting.stop()
    assert len(shown.get_json()["items"]) == 1
    path = told("From an event to the list")
    assert len(path) > 5
    assert missed(path, calls) is None
