"""A Python that any user of the machine may run, for tests that start programs as somebody else."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from pathlib import Path

from projections.postgres.binaries import ServerUser
from tests.setup.running import ROOT

NOT_NEEDED = shutil.ignore_patterns("config-*", "idlelib", "site-packages", "test", "tkinter")


def is_reachable(user: ServerUser) -> bool:
    """Whether the user may run the Python that runs the tests."""
    return user.reaches(Path(sys.executable)) and user.reaches(Path(os.__file__))


def copied(folder: Path) -> tuple[str, dict[str, str]]:
    """A copy of the Python that runs the tests, and the variables with which it finds what is installed."""
    folder.chmod(0o755)
    version = f"python{sysconfig.get_python_version()}"
    base = Path(sys.base_prefix)
    shutil.copytree(Path(os.__file__).parent, folder / "lib" / version, ignore=NOT_NEEDED)
    for library in base.glob("lib/libpython*.so*"):
        shutil.copy(library, folder / "lib")
    program = folder / "bin" / version
    program.parent.mkdir()
    shutil.copy(Path(sys.executable).resolve(), program)
    installed = [path for path in sys.path if path.endswith("-packages")]
    return str(program), {
        "LD_LIBRARY_PATH": str(folder / "lib"),
        "PYTHONPATH": os.pathsep.join([str(ROOT), *installed]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
