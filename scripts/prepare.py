"""Makes `.venv` and installs a lock file into it; needs only the standard library, and does nothing the second time."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"


def main() -> None:
    """`python -m scripts.prepare LOCK`: installs the lock unless it was installed before."""
    lock = ROOT / sys.argv[1]
    with (ROOT / "pyproject.toml").open() as turnstile:
        # Two first starts at one time would spoil each other's environment.
        fcntl.flock(turnstile, fcntl.LOCK_EX)
        if not _works():
            _make_environment()
        stamp = ENVIRONMENT / f"installed-{lock.name}"
        wanted = _fingerprint(lock)
        if not stamp.exists() or stamp.read_text() != wanted:
            _install(lock)
            stamp.write_text(wanted)


def _works() -> bool:
    """Whether there is an environment whose Python still starts and is new enough."""
    check = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    return PYTHON.exists() and subprocess.run([str(PYTHON), "-c", check], check=False).returncode == 0


def _make_environment() -> None:
    _say("Making .venv")
    if ENVIRONMENT.exists():
        shutil.rmtree(ENVIRONMENT)
    venv.create(ENVIRONMENT, with_pip=True, symlinks=True)


def _fingerprint(lock: Path) -> str:
    """Changes with the lock, the project's own description and the place it stands in."""
    parts = (lock.read_bytes(), (ROOT / "pyproject.toml").read_bytes(), str(ROOT).encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _install(lock: Path) -> None:
    """The locked packages, each checked against its hash, then this project itself in place."""
    _say(f"Installing {lock.name}")
    pip = [str(PYTHON), "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    steps = ([*pip, "--require-hashes", "-r", str(lock)], [*pip, "--no-deps", "--no-build-isolation", "-e", str(ROOT)])
    for step in steps:
        if subprocess.run(step, check=False).returncode:
            sys.exit("The installation failed; the lines above say why. Start again when that is put right.")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
