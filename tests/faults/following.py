"""A consumer of the feed that keeps a copy of the log, as a data team's program would."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from threading import Event, Thread
from typing import Any, NamedTuple
from urllib.parse import urlencode

from tests.api.desk import API
from tests.faults.installation import HOST

LIMIT = 500
ANSWER_SECONDS = 20.0
PAUSE = 0.02  # seconds between two looks at a feed with nothing new, or with an error
CHANGED = "epoch-changed"


class Change(NamedTuple):
    """The feed said that another epoch began; `common` is the last position that holds as before."""

    epoch: str
    common: int | None


class Follower:
    """Follows GET /events by cursor and epoch; whatever it was told stays in `pairs`, what it believes is `copy`.

    `twice` are positions that one epoch gave to two events, `leaps` cursors after which a position was left out.
    """

    def __init__(self, port: int, token: str) -> None:
        self.copy: dict[int, str] = {}
        self.pairs: dict[tuple[str, int], str] = {}
        self.twice: set[tuple[str, int]] = set()
        self.leaps: list[int] = []
        self.changes: list[Change] = []
        self.epoch = ""
        self._cursor = 0
        self._port = port
        self._headers = {"Authorization": f"Bearer {token}"}
        self._stopped = Event()
        self._thread = Thread(target=self._run, name="follower", daemon=True)

    @property
    def position(self) -> int:
        """The last position it has taken."""
        return self._cursor

    def start(self) -> None:
        """Begins at the beginning of the log."""
        self._thread.start()

    def stop(self) -> None:
        """Ends it."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                status, answer = self._ask()
            except (OSError, HTTPException, ValueError):
                status, answer = 0, {}
            if status == 200 and answer["items"]:
                self._take(answer)
            elif status == 409:
                self._turn_back(answer)
            else:
                time.sleep(PAUSE)

    def _ask(self) -> tuple[int, dict[str, Any]]:
        query: dict[str, Any] = {"after": self._cursor, "limit": LIMIT}
        if self.epoch:
            query["epoch"] = self.epoch
        connection = HTTPConnection(HOST, self._port, timeout=ANSWER_SECONDS)
        try:
            connection.request("GET", f"{API}/events?{urlencode(query)}", headers=self._headers)
            answer = connection.getresponse()
            content: dict[str, Any] = json.loads(answer.read() or b"{}")
            return answer.status, content
        finally:
            connection.close()

    def _take(self, answer: Mapping[str, Any]) -> None:
        self.epoch = answer.get("epoch", "")
        for item in answer["items"]:
            position, event_id = item["position"], item["event"]["metadata"]["event_id"]
            if position != self._cursor + 1:
                self.leaps.append(self._cursor)
            if self.pairs.setdefault((self.epoch, position), event_id) != event_id:
                self.twice.add((self.epoch, position))
            self.copy[position] = event_id
            self._cursor = position

    def _turn_back(self, answer: Mapping[str, Any]) -> None:
        """Takes back what lies beyond the position that both epochs have in common, and goes on in the new one."""
        assert str(answer["type"]).endswith(CHANGED), answer
        changed = answer["details"]
        common = changed["common_position"]
        self.changes.append(Change(changed["epoch"], common))
        self.epoch, kept = changed["epoch"], min(self._cursor, common or 0)
        self.copy = {position: event_id for position, event_id in self.copy.items() if position <= kept}
        self._cursor = kept
