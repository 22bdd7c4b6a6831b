"""Forms are made one at a time: of a struct that many threads meet at once, none reads by a half-made one."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys, threading
import msgspec
from domain.events import Event
from projections.log.forms import form_of

sys.setswitchinterval(1e-6)
BODY = b'{"shared": {"part5": {"figure0": 1, "figure1": 1}}}'

def twins():
    'Events of which each holds the same struct of structs, one for each thread.'
    parts = [msgspec.defstruct(f"Part{i}", [(f"figure{j}", int) for j in range(3)]) for i in range(6)]
    shared = msgspec.defstruct("Shared", [(f"part{i}", part) for i, part in enumerate(parts)])
    return [
        msgspec.defstruct("Tried", [("shared", shared)], bases=(Event,), namespace={"TOPIC": "tried"}, kw_only=True)
        for _ in range(8)
    ]

def read(event, gate):
    gate.wait()
    try:
        form_of(event).decode_sealed(BODY)
    except msgspec.ValidationError:
        pass

for _ in range(200):
    gate = threading.Barrier(8)
    threads = [threading.Thread(target=read, args=(event, gate)) for event in twins()]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
"""


def test_threads_that_begin_at_once_do_not_end_the_process() -> None:
    assert subprocess.run([sys.executable, "-c", PROGRAM], check=False).returncode == 0
