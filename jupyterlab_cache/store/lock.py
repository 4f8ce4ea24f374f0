"""A lock between processes, for the one thing that must not be done twice at once: migrating.

Readers and writers need none.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator

from .errors import StoreError
from .files import StoreFiles

LOCK = "migration.lock"
"""Name of the file; the system frees the lock when its process ends, however that happens."""


@contextlib.contextmanager
def alone(files: StoreFiles) -> Iterator[None]:
    """Be the only process that does this in a store.

    Args:
        files: The store's files.

    Raises:
        StoreError: Another process does it.
        OSError: The file system has no locks.
    """
    files.create_empty(LOCK)
    with files.opened(LOCK, 0) as file:
        try:
            _lock(file.fileno())
        except (BlockingIOError, PermissionError):
            raise StoreError("Another process migrates the store; wait for its end.") from None
        yield


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        os.lseek(handle, 0, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
