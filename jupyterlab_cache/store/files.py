"""Writing and reading single files so that nobody ever sees half of one."""

from __future__ import annotations

import contextlib
import os
import stat
import uuid
from pathlib import Path


def write_atomically(path: Path, data: bytes, temporary_folder: Path) -> None:
    """Write a file whole or not at all; what is there already is replaced.

    The file is on disk before its name is: a crash leaves the old file, the new one, or a leftover
    in the temporary folder.

    Args:
        path: Where the file belongs; its folder is made when missing.
        data: Content.
        temporary_folder: Existing folder on the same file system.

    Raises:
        OSError: It cannot be written; nothing changed.
    """
    temporary = temporary_folder / uuid.uuid4().hex
    try:
        # os.open with mode 0o666 leaves the rest to the umask, unlike tempfile.
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o666)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        path.parent.mkdir(parents=True, exist_ok=True)
        os.replace(temporary, path)
        _sync_folder(path.parent)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


_BINARY = getattr(os, "O_BINARY", 0)
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def _sync_folder(folder: Path) -> None:
    # Not every platform and file system can open or sync a folder; the rename is atomic anyway.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def read_regular(path: Path, limit: int) -> bytes:
    """The content of a regular file; links, devices and pipes are never opened for reading.

    Args:
        path: The file.
        limit: Most bytes to read.

    Raises:
        FileNotFoundError: There is no such file.
        OSError: It is not a regular file, is larger than the limit, or cannot be read.
    """
    handle = os.open(path, os.O_RDONLY | _BINARY | _NO_FOLLOW)
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError(f"{path.name} is not a regular file")
        if status.st_size > limit:
            raise OSError(f"{path.name} is larger than {limit} bytes")
        return file.read(limit + 1)
