"""Who the parts run as: root gives them an unprivileged user, as it gives one to the embedded database.

It is another user than the database's, where the machine has one: what runs as the application cannot reach the
database's files, only its socket.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import psycopg

from projections.postgres.binaries import ServerUser, myself, owner_of, user_named
from projections.postgres.embedded import SHARED
from projections.settings import Settings

UNPRIVILEGED = ("carnet", "daemon", "nobody")
FOLDERS = ("files", "metrics", "outside")
LOCKS = ("lock", "guests")
LOGS = ("postgres.log", "postgres.log.1")
_LOWEST_PORT = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")


class UnusableAccount(Exception):
    """The user named in CARNET_RUN_AS cannot run the parts; the message says why and what to do."""


class RunAs(NamedTuple):
    """The user of the parts, and why it is root where it is root against its will."""

    user: ServerUser
    obstacle: str = ""


def run_as(settings: Settings) -> RunAs:
    """The user named in the settings; else the data folder's owner, or the first unprivileged one that there is.

    Raises `UnusableAccount` where a user that is named cannot run the parts; without one that is not, they stay root's.
    """
    me, named = myself(), settings.run_as
    if me.uid != 0 or named == me.name:
        if named not in ("", me.name):
            raise UnusableAccount(f"Only root runs the parts as somebody else: unset CARNET_RUN_AS, or be `{named}`.")
        return RunAs(me)
    user = user_named(named) if named else _unprivileged(settings.data_dir)
    if user is None:
        obstacle = f"There is no user `{named or UNPRIVILEGED[0]}` on this machine."
    else:
        obstacle = _obstacle(user, settings)
    if named and obstacle:
        raise UnusableAccount(f"{obstacle} CARNET_RUN_AS=root runs the parts as root.")
    return RunAs(me, obstacle) if user is None or obstacle else RunAs(user)


def warning(chosen: RunAs) -> str:
    """What root is told where the parts stay root against its will; nothing elsewhere."""
    return chosen.obstacle and (
        f"The parts run as root. {chosen.obstacle} Put that right, or set CARNET_RUN_AS=root to be told no more."
    )


def hand_over(settings: Settings, user: ServerUser) -> None:
    """Gives the parts' user what root made in the data folder and what it has to write; nothing where that is root.

    The folder stays root's, and its group may make files in it: neither the database's files nor the lock can be
    replaced. A file that has a second name somewhere is nobody's to give.
    """
    if not user.changes:
        return
    folder = settings.data_dir
    (folder / "guests").touch()
    if folder.stat().st_uid == user.uid:
        mine = [folder / name for name in (*LOCKS, *LOGS)]
    else:
        mine = []
        _share_folder(folder, user)
    for path in (*mine, settings.secret_file, *folder.glob("seals-*.json")):
        _give(path, user)
    for tree in {*(folder / name for name in FOLDERS), settings.files}:
        tree.mkdir(mode=0o700, parents=True, exist_ok=True)
        _give_tree(tree, user)


def surroundings(user: ServerUser, data_dir: Path) -> dict[str, str]:
    """The variables by which a process knows whose it is; root's home is closed to others."""
    return {"HOME": str(data_dir.resolve()), "USER": user.name, "LOGNAME": user.name} if user.changes else {}


def _unprivileged(data_dir: Path) -> ServerUser | None:
    owner = owner_of(data_dir)
    if owner and owner.uid != 0:
        return owner
    return next((user for user in map(user_named, UNPRIVILEGED) if user), None)


def _obstacle(user: ServerUser, settings: Settings) -> str:
    """What the user cannot reach, and what to do about it; nothing where the parts can run."""
    for part in _code():
        if not user.reaches(part):
            return (
                f"The user `{user.name}` cannot reach {part}: have Carnet and its Python in folders that others may "
                "enter and read (such as /opt/carnet and /usr)."
            )
    for folder in (settings.data_dir, *([settings.files] if settings.files_dir else [])):
        if not user.enters(_standing(folder.resolve().parent)):
            return (
                f"The user `{user.name}` cannot reach {folder.resolve()}: set CARNET_DATA_DIR and CARNET_FILES_DIR to "
                "folders below one that others may enter (such as /var/lib/carnet)."
            )
    if settings.secret_key_file and not settings.secret_key and not user.reaches(settings.secret_file):
        return f"The user `{user.name}` cannot read CARNET_SECRET_KEY_FILE: give it that file."
    if settings.port < _lowest_port():
        return f"The user `{user.name}` may not listen on port {settings.port}: have a proxy there, and another port."
    return ""


def _code() -> Iterator[Path]:
    """A file of each place from which a part is run: Python, its library, ours, and what was installed."""
    for file in (sys.executable, os.__file__, __file__, psycopg.__file__):
        yield Path(file or sys.executable)


def _standing(folder: Path) -> Path:
    """The folder, or the nearest above it that is there."""
    return next(step for step in (folder, *folder.parents) if step.exists())


def _lowest_port() -> int:
    """The lowest port on which anybody may listen."""
    return int(_LOWEST_PORT.read_text()) if _LOWEST_PORT.exists() else 1024


def _share_folder(folder: Path, user: ServerUser) -> None:
    """Lets the user's group make files in root's folder, and read and shorten the log that root goes on writing."""
    os.chown(folder, 0, user.gid)
    folder.chmod(0o711 | SHARED)
    for log in (folder / name for name in LOGS):
        if log.exists() and _is_roots(log.lstat()):
            os.chown(log, 0, user.gid)
            log.chmod(0o660)


def _give_tree(top: Path, user: ServerUser) -> None:
    """Gives away a folder with all that is in it; links are not followed, even ones that are put there meanwhile."""
    for _, folders, files, descriptor in os.fwalk(top, topdown=False):
        for name in (*folders, *files):
            _give(Path(name), user, descriptor)
    _give(top, user)


def _give(path: Path, user: ServerUser, folder: int | None = None) -> None:
    """Gives away a file or folder of root's, named from an open folder if one is told; what is another's stays so."""
    with suppress(FileNotFoundError):
        if _is_roots(os.stat(path, dir_fd=folder, follow_symlinks=False)):
            os.chown(path, user.uid, user.gid, dir_fd=folder, follow_symlinks=False)


def _is_roots(status: os.stat_result) -> bool:
    """Whether it is a folder of root's, or a file of root's without a second name elsewhere."""
    single = stat.S_ISREG(status.st_mode) and status.st_nlink == 1
    return status.st_uid == 0 and (single or stat.S_ISDIR(status.st_mode))
