"""Threads of a process share the memory that they let go."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from tests.setup.running import ROOT

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="what glibc does")
PROGRAM = """
import ctypes, sys
from threading import Barrier, Thread
from scripts.memory import share_memory
share_memory()
THREADS = 12
barrier = Barrier(THREADS)
def hold():
    kept = [bytes(5_000) for _ in range(50)]
    barrier.wait()
    del kept
    barrier.wait()
threads = [Thread(target=hold) for _ in range(THREADS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
library = ctypes.CDLL(None)
library.fopen.restype = ctypes.c_void_p
file = library.fopen(sys.argv[1].encode(), b"w")
library.malloc_info(0, ctypes.c_void_p(file))
library.fclose(ctypes.c_void_p(file))
"""


def arenas(folder: Path, **chosen: str) -> int:
    """How many arenas a dozen threads leave behind."""
    told = folder / "malloc.xml"
    variables = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")} | chosen
    subprocess.run([sys.executable, "-c", PROGRAM, str(told)], cwd=ROOT, env=variables, check=True)
    return told.read_text().count("<heap nr=")


def test_a_dozen_threads_share_two_arenas(tmp_path: Path) -> None:
    assert arenas(tmp_path) <= 2


def test_what_the_environment_chooses_is_left(tmp_path: Path) -> None:
    assert arenas(tmp_path, MALLOC_ARENA_MAX="6") > 2


class Shared(Exception):
    """Raised in place of sharing."""


@pytest.mark.parametrize("command", ["serve", "project", "worker"])
def test_every_part_shares_its_memory_before_it_begins(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def share() -> None:
        raise Shared

    module = import_module(f"scripts.{command}")
    monkeypatch.setattr(module, "share_memory", share)
    with pytest.raises(Shared):
        getattr(module, command).callback()
