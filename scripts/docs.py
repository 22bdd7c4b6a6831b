"""Builds the site of docs/ into build/docs; what it is built with comes from a lock of its own."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

from scripts.prepare import ROOT

LOCK = ROOT / "requirements-docs.txt"
CONFIGURATION = ROOT / "scripts" / "mkdocs.yml"
SITE = ROOT / "build" / "docs"


class CannotBuild(Exception):
    """The site cannot be built; the message says why."""


def main() -> None:
    """`python -m scripts.docs`: builds the site, strictly; a link that leads nowhere is an error."""
    try:
        install()
        build(SITE)
    except CannotBuild as error:
        sys.exit(f"carnet: {error}")
    print(f"The site is built: open {SITE.relative_to(ROOT)}/index.html.")


def is_installed() -> bool:
    """Whether this environment has what the site is built with."""
    return all(importlib.util.find_spec(name) for name in ("mkdocs", "material"))


def install() -> None:
    """The locked packages, unless they are there; they fit those of the other locks."""
    if is_installed():
        return
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install", "--require-hashes"]
    if subprocess.run([*pip, "-r", str(LOCK)], check=False).returncode:
        raise CannotBuild("what the site is built with could not be installed; the lines above say why.")
    importlib.invalidate_caches()


def build(site: Path) -> None:
    """The site in this folder; says what was wrong where it is not built."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--clean"]
    command += ["--config-file", str(CONFIGURATION), "--site-dir", str(site)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotBuild(f"the site is not built:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    main()
