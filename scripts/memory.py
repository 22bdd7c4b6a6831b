"""How a process holds memory: what its threads have let go goes back to the system, and is not kept once for each."""

from __future__ import annotations

import ctypes
import os

ARENAS = 2
LARGE = 256 * 1024  # bytes from which on a block is the system's, and goes back to it at once
_ARENA_MAX, _MMAP_THRESHOLD = -8, -3  # as glibc's malloc.h has them
_CHOSEN = ("MALLOC_ARENA_MAX", "MALLOC_MMAP_THRESHOLD_", "GLIBC_TUNABLES")


def share_memory() -> None:
    """Lets all threads of this process, and of those that it forks, share two arenas; to be called before any begins.

    glibc gives nearly each thread an arena of its own, and raises the size of what it keeps for itself by the largest
    block that was freed: after some large requests each of them holds tens of MB for ever. Where another library
    allocates, or the environment chooses otherwise, nothing is changed.
    """
    choose = getattr(ctypes.CDLL(None), "mallopt", None)
    if choose and not any(name in os.environ for name in _CHOSEN):
        choose(_ARENA_MAX, ARENAS)
        choose(_MMAP_THRESHOLD, LARGE)
