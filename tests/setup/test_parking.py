"""Desks that wait for changes hold no thread: all others are answered meanwhile, and each is told what changed."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from domain.events import Context
from domain.orders.creation import CreateOrder
from domain.tokens import RevokeToken
from projections.access.credentials import BELIEVED, Credentials, dropping
from projections.runtime import Runtime
from tests.benchmarks.load import Client, request
from tests.fixtures_api import issue
from tests.setup.running import eventually, free_port
from tests.setup.test_starting import asked, started

DESKS = 40
SOON = 5.0  # seconds, far from the 25 that a desk would hold a thread
ALL_TOLD = 30.0  # seconds in which every desk knows, on a busy machine
THREADS = "2"


class Desks:
    """Desks that wait at a server of one process with two threads."""

    def __init__(self, port: int, token: str, server: subprocess.Popen[str]) -> None:
        self.port = port
        self.server = server
        self.headers = {"Authorization": f"Bearer {token}"}

    def ask(self, method: str, path: str, body: Any = None) -> tuple[float, Any]:
        """Seconds that an answer took, and its body."""
        client = Client(self.port)
        answer = client.ask(request(method, f"/api/v1{path}", body, self.headers))
        client.close()
        assert answer.status in (200, 201), answer.body
        return answer.ms / 1000, json.loads(answer.body)

    def counted(self, route: str) -> int:
        """How many requests of a route were answered, or parked by the API."""
        client = Client(self.port)
        lines = client.ask(request("GET", "/metrics")).body.decode().splitlines()
        client.close()
        kept = [line for line in lines if line.startswith("carnet_requests_total{") and f'route="{route}"' in line]
        return sum(round(float(line.rpartition(" ")[2])) for line in kept)

    def waiting(self, stack: ExitStack, count: int, after: int, wait: int) -> list[Client]:
        """So many clients that asked and were not answered yet."""
        clients = [Client(self.port) for _ in range(count)]
        for client in clients:
            stack.callback(client.close)
            client.socket.sendall(request("GET", f"/api/v1/changes?after={after}&wait={wait}", headers=self.headers))
        return clients


@pytest.fixture
def desks(runtime: Runtime, projecting: object, tmp_path: Path) -> Iterator[Desks]:
    port, token = free_port(), issue(runtime, "desk", "operator")
    url = runtime.settings.database_url
    with started("serve", url, port, tmp_path, CARNET_PROCESSES="1", CARNET_THREADS=THREADS) as server:
        eventually(lambda: asked(port, "/api/v1/orders")[0] == 401, "the API is there")
        yield Desks(port, token, server)


def body_of(client: Client) -> Any:
    """The answer that comes to who waits."""
    status, body = answer_to(client)
    assert status == 200
    return body


def answer_to(client: Client) -> tuple[int, Any]:
    """The status and the body that come to who waits."""
    received = b""
    while (end := received.find(b"\r\n\r\n")) < 0:
        received += client.socket.recv(65536)
    head = received[:end].decode().lower()
    length = int(head.split("content-length: ")[1].split("\r\n")[0])
    while len(received) < end + 4 + length:
        received += client.socket.recv(65536)
    return int(head.split()[1]), json.loads(received[end + 4 :])


def test_who_waits_holds_no_thread_and_is_told_what_changed(desks: Desks) -> None:
    _, now = desks.ask("GET", "/changes")
    with ExitStack() as stack:
        clients = desks.waiting(stack, DESKS, now["position"], 25)
        gone = desks.waiting(stack, 3, now["position"], 25)
        for client in gone:
            client.close()
        assert max(desks.ask("GET", "/orders")[0] for _ in range(5)) < SOON
        took, order = desks.ask("POST", "/orders", {"items": []})
        assert took < SOON
        began = time.monotonic()
        told = [body_of(client) for client in clients]
        assert time.monotonic() - began < ALL_TOLD
        assert [one["orders"] for one in told] == [[{"id": order["id"], "version": order["version"]}]] * DESKS
        again = request("GET", f"/api/v1/changes?after={told[0]['position']}&wait=1", headers=desks.headers)
        clients[0].socket.sendall(again)
        began = time.monotonic()
        assert body_of(clients[0])["orders"] == []
        assert 0.9 < time.monotonic() - began < ALL_TOLD


def test_a_server_that_stops_answers_those_who_wait(desks: Desks) -> None:
    _, now = desks.ask("GET", "/changes")
    with ExitStack() as stack:
        clients = desks.waiting(stack, 3, now["position"], 25)
        desks.ask("GET", "/changes")  # by when the others wait
        began = time.monotonic()
        desks.server.send_signal(signal.SIGTERM)
        assert [body_of(client)["orders"] for client in clients] == [[]] * 3
        desks.server.wait(ALL_TOLD)
        assert time.monotonic() - began < ALL_TOLD


def test_who_asks_again_is_told_again_without_a_thread_and_never_by_a_token_that_was_revoked(
    desks: Desks, runtime: Runtime
) -> None:
    _, now = desks.ask("GET", "/changes")
    with ExitStack() as stack:
        clients, position = desks.waiting(stack, 3, now["position"], 25), now["position"]
        for _ in range(2):
            _, order = desks.ask("POST", "/orders", {"items": []})
            for client in clients:
                told = body_of(client)
                assert [one["id"] for one in told["orders"]] == [order["id"]]
                position = told["position"]
                again = request("GET", f"/api/v1/changes?after={position}&wait=25", headers=desks.headers)
                client.socket.sendall(again)
        # Each first question was looked at by the API once, and none of the later ones: they count when they are told.
        assert desks.counted("/api/v1/changes") == 1 + 3 + 3 + 3
        time.sleep(BELIEVED)  # for so long a token is believed that another process revokes; then it is looked up
        revoke(runtime, "desk")
        create(runtime)
        assert {answer_to(client)[0] for client in clients} == {401}


def create(runtime: Runtime) -> None:
    """An order that comes from elsewhere."""
    context = Context(command_id=uuid4(), actor="process:test", at=datetime.now(UTC))
    runtime.desk.handle(CreateOrder(order_id=uuid4(), context=context))


def revoke(runtime: Runtime, name: str) -> None:
    """Revokes a token, as the command line does; a server process believes it for a second more."""
    context = Context(command_id=uuid4(), actor="process:test", at=datetime.now(UTC))
    [row] = [row for row in Credentials(runtime.pool).tokens("", 10) if row.name == name]
    runtime.desk.handle(RevokeToken(token_id=row.token_id, context=context), beside=dropping(runtime.desk, context))
    time.sleep(BELIEVED)


def test_who_waits_for_events_holds_no_thread_and_gets_those_that_were_asked_for(
    desks: Desks, runtime: Runtime
) -> None:
    headers = {"Authorization": f"Bearer {issue(runtime, 'reader', 'data')}"}
    head = runtime.log.head()
    query = f"/api/v1/events?after={head}&topics=order.created&wait=25"
    with ExitStack() as stack:
        clients = [Client(desks.port) for _ in range(DESKS)]
        for client in clients:
            stack.callback(client.close)
            client.socket.sendall(request("GET", query, headers=headers))
        eventually(lambda: desks.counted("/api/v1/events") >= DESKS, "all of them wait")
        issue(runtime, "nobody-asked-for-this", "data")
        took, order = desks.ask("POST", "/orders", {"items": []})
        assert took < SOON
        began = time.monotonic()
        told = [body_of(client) for client in clients]
        assert time.monotonic() - began < ALL_TOLD
    assert {item["event"]["originator_id"] for one in told for item in one["items"]} == {order["id"]}
    assert {len(one["items"]) for one in told} == {1}


def test_who_waits_for_events_in_vain_is_answered_in_time(desks: Desks, runtime: Runtime) -> None:
    headers = {"Authorization": f"Bearer {issue(runtime, 'reader', 'data')}"}
    client = Client(desks.port)
    began, head = time.monotonic(), runtime.log.head()
    client.socket.sendall(request("GET", f"/api/v1/events?after={head}&wait=1", headers=headers))
    assert body_of(client)["items"] == []
    assert 0.9 < time.monotonic() - began < ALL_TOLD
    client.close()
