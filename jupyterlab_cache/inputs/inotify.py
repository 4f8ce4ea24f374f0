"""Linux's inotify, by way of the C library: which files in some folders are opened and changed."""

from __future__ import annotations

import ctypes
import errno
import os
import select
import struct
import sys
from collections.abc import Iterator

import msgspec

IN_MODIFY = 0x2
IN_CLOSE_WRITE = 0x8
IN_OPEN = 0x20
IN_MOVED_TO = 0x80
IN_CREATE = 0x100
IN_Q_OVERFLOW = 0x4000
IN_IGNORED = 0x8000
_IN_ONLYDIR = 0x1000000
_IN_DONT_FOLLOW = 0x2000000
IN_ISDIR = 0x40000000

_WANTED = IN_OPEN | IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_TO | _IN_ONLYDIR | _IN_DONT_FOLLOW
_HEADER = struct.Struct("iIII")
_BUFFER = 1 << 18


class WatchEvent(msgspec.Struct, frozen=True):
    """Something that happened in a watched folder.

    Attributes:
        folder: The folder's identifier, as :meth:`Inotify.add` gave it; -1 for an overflow.
        mask: What happened, ``IN_…``.
        name: The name in the folder; empty for the folder itself.
    """

    folder: int
    mask: int
    name: str


class Inotify:
    """One queue of events.

    Raises:
        OSError: The platform has no inotify, or gives no more queues.
    """

    def __init__(self) -> None:
        if not sys.platform.startswith("linux"):
            raise OSError(errno.ENOSYS, "inotify is Linux's")
        self._library = ctypes.CDLL(None, use_errno=True)
        self._descriptor = self._library.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self._descriptor < 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))

    def add(self, folder: str) -> int:
        """Watch a folder; not what is in its subfolders.

        Returns:
            Its identifier.

        Raises:
            OSError: It is no folder, or there are no watches left.
        """
        number: int = self._library.inotify_add_watch(
            self._descriptor, os.fsencode(folder), ctypes.c_uint32(_WANTED)
        )
        if number < 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code), folder)
        return number

    def wait(self, seconds: float) -> None:
        """Wait until there is something to read, but no longer than this."""
        select.select([self._descriptor], [], [], seconds)

    def read(self) -> Iterator[WatchEvent]:
        """All events that are there now."""
        while True:
            try:
                data = os.read(self._descriptor, _BUFFER)
            except BlockingIOError:
                return
            position = 0
            while position < len(data):
                folder, mask, _, length = _HEADER.unpack_from(data, position)
                position += _HEADER.size
                name = data[position : position + length].rstrip(b"\0")
                position += length
                yield WatchEvent(folder, mask, os.fsdecode(name))

    def close(self) -> None:
        """Give the queue back."""
        os.close(self._descriptor)
