"""Reading regular files in an open folder of the store, and nothing else."""

from __future__ import annotations

import os
import stat

from .folders import Folder

BINARY = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
# A pipe that takes the place of a file between two calls must not block us.
NO_WAIT = getattr(os, "O_NONBLOCK", 0)
_READ = os.O_RDONLY | BINARY | NO_FOLLOW | NO_WAIT
_PIECE = 1 << 20


class UnexpectedFile(OSError):
    """What lies there is nothing that a store writes: a link, pipe, folder, or too large."""


class FolderContent:
    """What is in an open folder, which is closed when the context is left.

    Args:
        folder: The folder.

    Attributes:
        status: Its status from before the names were read: what changes later changes it again.
        names: The names in it.
    """

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        try:
            self.status = folder.own_status()
            self.names = os.listdir(folder.place)
        except BaseException:
            folder.close()
            raise

    def __enter__(self) -> FolderContent:
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.close()

    def read(self, name: str, limit: int) -> bytes:
        """The content of a file in it; raises as :meth:`StoreFiles.opened`."""
        return read_file(self._folder, name, limit)


def open_file(folder: Folder, name: str, limit: int) -> tuple[int, int]:
    """The handle of a regular file, and its size.

    Raises:
        UnexpectedFile: It is none, or larger than the limit in bytes.
        OSError: It cannot be opened.
    """
    # Opening a device can have effects, so look first, and again at what was opened.
    accept(folder.status(name), name, limit)
    handle = os.open(folder.at(name), _READ, dir_fd=folder.handle)
    try:
        status = os.fstat(handle)
        accept(status, name, limit)
    except BaseException:
        os.close(handle)
        raise
    return handle, status.st_size


def read_file(folder: Folder, name: str, limit: int) -> bytes:
    """The whole content of a regular file.

    Raises:
        UnexpectedFile: It is none, or larger than the limit in bytes.
        OSError: It cannot be read.
    """
    handle, size = open_file(folder, name, limit)
    try:
        # One byte more, to see that this is all.
        data = os.read(handle, size + 1)
        if len(data) != size:  # it is read in pieces, or changes just now
            while more := os.read(handle, _PIECE):
                data += more
                if len(data) > limit:
                    raise UnexpectedFile(f"{name} is larger than {limit} bytes")
    finally:
        os.close(handle)
    return data


def accept(status: os.stat_result, name: str, limit: int) -> None:
    """Let nothing pass but a regular file within a limit of bytes.

    Raises:
        UnexpectedFile: It is something else.
    """
    if not stat.S_ISREG(status.st_mode):
        raise UnexpectedFile(f"{name} is not a regular file")
    if status.st_size > limit:
        raise UnexpectedFile(f"{name} is larger than {limit} bytes")
