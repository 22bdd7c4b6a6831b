"""How the embedded server is set: for a shop on one machine; what was committed is on disk, always."""

from __future__ import annotations

import os
import pwd
from collections.abc import Mapping
from pathlib import Path

MEBIBYTE = 1024 * 1024
SMALL_MACHINE = 2048
ROLES = ("carnet", "carnet_owner", "postgres")  # the first is the application's

FIXED = {
    "autovacuum": "on",
    "checkpoint_completion_target": "0.9",
    "checkpoint_timeout": "15min",
    "fsync": "on",
    "full_page_writes": "on",
    "jit": "off",
    "listen_addresses": "",
    # Details of an error quote column values, which may be somebody's name.
    "log_error_verbosity": "terse",
    "log_line_prefix": "%m [%p] ",
    "log_timezone": "UTC",
    "max_connections": "200",
    "max_wal_size": "4GB",
    "min_wal_size": "256MB",
    "random_page_cost": "1.1",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "unix_socket_permissions": "0700",
    "wal_compression": "on",
    "work_mem": "16MB",
}


def server_settings(socket_dir: Path, others: Mapping[str, str]) -> str:
    """The lines of postgresql.conf: fixed ones, those that follow the machine's memory, then the others given."""
    chosen = FIXED | _by_memory(_memory()) | {"unix_socket_directories": str(socket_dir)} | dict(others)
    return "".join(f"{name} = '{value}'\n" for name, value in sorted(chosen.items()))


def access_rules(uid: int, application: str = "") -> dict[str, str]:
    """Who may connect: this process's user and root, vouched for by the operating system; there is no password.

    `application` names a user more, who may be the application's role alone.
    """
    callers = sorted({pwd.getpwuid(uid).pw_name, "root"})
    pairs = [(caller, role) for caller in callers for role in ROLES]
    if application and application not in callers:
        pairs.append((application, ROLES[0]))
    users = "".join(f'carnet "{caller}" {role}\n' for caller, role in pairs)
    return {"pg_hba.conf": "local all all peer map=carnet\n", "pg_ident.conf": users}


def _memory() -> int:
    """The machine's memory in MiB."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // MEBIBYTE


def _by_memory(mebibytes: int) -> dict[str, str]:
    """Buffers of an eighth of the memory, within 256 MiB and 2 GiB; less on a machine smaller than 2 GiB."""
    buffers = 128 if mebibytes < SMALL_MACHINE else min(2048, max(256, mebibytes // 8))
    return {
        "shared_buffers": f"{buffers}MB",
        "effective_cache_size": f"{max(256, mebibytes // 2)}MB",
        "maintenance_work_mem": f"{min(512, max(64, mebibytes // 32))}MB",
    }
