"""Who acts by the command line: the command, and the operating system's user who runs it."""

from __future__ import annotations

import os
import pwd


def actor_of(command: str) -> str:
    """The actor of what a command records, such as `process:users@nora`; the user who became root by sudo is named."""
    return f"process:{command}@{_user()}"


def _user() -> str:
    """The user's name, or number where the system has no name for it."""
    told = os.environ.get("SUDO_USER", "") if os.geteuid() == 0 else ""
    if told.isascii() and told.replace("-", "").replace("_", "").replace(".", "").isalnum() and len(told) <= 32:
        return told
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
