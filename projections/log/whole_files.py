"""Small files that are written whole beside their place and moved there: either the old content stands, or the new.

Root may work on a folder of another user's, as when it runs a command beside parts that run as somebody else: what it
writes there is that user's, and no link that stands in the way is followed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


def write_whole(path: Path, content: bytes, *, durably: bool) -> None:
    """Replaces the file's content; `durably`: it is on the disk before this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    with fresh.open("xb") as file:
        _give(file, path)
        file.write(content)
        file.flush()
        if durably:
            os.fsync(file.fileno())
    fresh.replace(path)
    if durably:
        _settle(path.parent)


@contextmanager
def opened_lock(path: Path) -> Iterator[IO[bytes]]:
    """A file that is there to be locked, made where it is missing; raises `OSError` where it is a link."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644), "r+b") as file:
        if os.fstat(file.fileno()).st_nlink == 1:
            _give(file, path.parent)
        yield file


def _give(file: IO[bytes], model: Path) -> None:
    """Makes root's new file that of the owner of the one it replaces, or else of the folder."""
    if os.geteuid() == 0:
        status = model.stat() if model.exists() else model.parent.stat()
        os.fchown(file.fileno(), status.st_uid, status.st_gid)


def _settle(folder: Path) -> None:
    """Waits until what was moved in a folder is on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
