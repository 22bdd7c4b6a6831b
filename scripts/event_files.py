"""The files of exported events: their names, the folder of each day, and the manifest that makes them one dataset."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from hashlib import file_digest
from pathlib import Path
from typing import IO, Any, NamedTuple
from uuid import uuid4

from printing.exports.events import EVENT_FORMATS

MANIFEST = "manifest.json"
DATASET = "events"  # the folder of those that stand by day: nothing else is in it
DAY = "recorded_on"
_NAME = re.compile(r"events-(\d{15})-(\d{15})\.(\w+)")


class EventFile(NamedTuple):
    """A file by its path in the folder, the positions it covers, and what is in it; `sha256` once it is whole."""

    path: str
    first: int
    last: int
    events: int
    recorded_on: str | None
    bytes: int = 0
    sha256: str = ""

    @classmethod
    def of(cls, form: str, first: int, last: int, events: int, day: date | None) -> EventFile:
        """The file of these positions, in the folder of its day where there is one."""
        name = f"events-{first:015d}-{last:015d}.{EVENT_FORMATS[form].ending}"
        path = f"{DATASET}/{DAY}={day.isoformat()}/{name}" if day else name
        return cls(path, first, last, events, day.isoformat() if day else None)


class Manifest(NamedTuple):
    """What is told of a folder's files, and the files; `about` is empty where nothing was told yet."""

    about: Mapping[str, Any]
    files: Sequence[EventFile]


def manifest_of(folder: Path) -> Manifest:
    """What the folder's manifest tells."""
    try:
        told = json.loads((folder / MANIFEST).read_text())
    except FileNotFoundError:
        return Manifest({}, ())
    return Manifest(told, [EventFile(**one) for one in told.pop("files", ())])


def keep_manifest(folder: Path, about: Mapping[str, Any], files: Sequence[EventFile]) -> None:
    """Writes down where the files end, in which epoch, of which point in time, and which they are."""
    unfinished = folder / f".{uuid4().hex}"
    unfinished.write_text(json.dumps({**about, "files": [file._asdict() for file in files]}) + "\n")
    unfinished.replace(folder / MANIFEST)


def end_of(folder: Path, form: str) -> int:
    """The last position that files of a format cover."""
    ending = EVENT_FORMATS[form].ending
    names = (found for path in folder.rglob(f"events-*.{ending}") if (found := _NAME.fullmatch(path.name)))
    about = manifest_of(folder).about
    told = int(about["next"]) if about.get("format") == form else 0
    return max([told, *(int(found[2]) for found in names)])


def has_older_layout(folder: Path, form: str) -> bool:
    """Whether files of a format that stands by day stand beside the manifest, as they once did, with other columns."""
    return EVENT_FORMATS[form].by_day and any(folder.glob(f"events-*.{EVENT_FORMATS[form].ending}"))


@contextmanager
def unfinished_file(folder: Path) -> Iterator[tuple[IO[bytes], Path]]:
    """A file for its owner alone, under a name that nobody looks at; removed unless it was finished."""
    path = folder / f".{uuid4().hex}"
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file, path
    finally:
        path.unlink(missing_ok=True)


def finished(file: IO[bytes], unfinished: Path, folder: Path, told: EventFile) -> EventFile:
    """Gives a file that is whole and on disk its name; with its size and digest."""
    file.flush()
    os.fsync(file.fileno())
    with unfinished.open("rb") as read:
        digest = file_digest(read, "sha256").hexdigest()
    target = folder / told.path
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished.replace(target)
    return told._replace(bytes=target.stat().st_size, sha256=digest)
