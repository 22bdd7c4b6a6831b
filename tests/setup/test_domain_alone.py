"""The domain and its tests stand alone: neither HTTP nor a database is imported, no fixture of theirs is asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def plan(*words: str) -> subprocess.CompletedProcess[str]:
    """Collects the domain's tests and looks their fixtures up, without running them."""
    command = [sys.executable, "-m", "pytest", "-q", "--setup-plan", "-p", "no:cacheprovider", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)


def test_the_tests_of_the_domain_need_neither_http_nor_a_database() -> None:
    alone = plan("-p", "tests.alone", "tests/domain")
    assert alone.returncode == 0, alone.stdout[-2000:] + alone.stderr[-2000:]


def test_what_needs_them_says_so() -> None:
    assert plan("-p", "tests.alone", "tests/projections/test_desk.py").returncode != 0
