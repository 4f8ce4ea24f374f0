"""Writes through what must not wait until the end, or would be lost with a child process.

The kernel's own process claims each file that it touches, so that a watch on the file system does
not charge it to others that run meanwhile, and tells when there are processes that cannot. A child
process writes all that it notes, since nobody will ask it at its end.
"""

from __future__ import annotations

import json
import os
from typing import Any

SPOOL_NAME = "spool"
MOST_BYTES = 1 << 26


class Spool:
    """Lines of JSON in one file, which all processes of a run append to.

    Args:
        folder: The run's folder; where it is not there, as with a kernel on another machine,
            nothing is written.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.is_child = False
        self._claimed: set[str] = set()
        self._written = 0
        self._path = os.path.join(folder, SPOOL_NAME)
        self._descriptor, self._identity = self._open()

    def _open(self) -> tuple[int, tuple[int, int]]:
        try:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND)
        except OSError:
            return -1, (0, 0)
        return descriptor, _identity_of(descriptor)

    @property
    def is_open(self) -> bool:
        """Whether somebody reads what is written."""
        return self._descriptor >= 0

    def write(self, kind: str, name: str, record: Any = None) -> None:
        """Write what was noted about something, or claim it."""
        if self._descriptor < 0:
            return
        if self.is_child:
            self._send(kind, name, record)
        elif kind in ("file", "folder", "folder-made"):
            self.claim(name)
        elif kind == "gap":
            self._send(kind, name, None)

    def claim(self, path: str | None) -> None:
        """Claim a path whose use says nothing about the run."""
        if path is not None and path not in self._claimed and self._descriptor >= 0:
            self._claimed.add(path)
            self._send("claim", path, None)

    def _send(self, kind: str, name: str, record: Any) -> None:
        line = json.dumps([kind, name, record]).encode() + b"\n"
        self._written += len(line)
        if self.is_child and _identity_of(self._descriptor) != self._identity:
            # Who forks to run another program closes all that is open first.
            self._descriptor, self._identity = self._open()
        if self._written <= MOST_BYTES and self._descriptor >= 0:
            os.write(self._descriptor, line)


def _identity_of(descriptor: int) -> tuple[int, int]:
    try:
        status = os.fstat(descriptor)
    except OSError:
        return 0, 0
    return status.st_dev, status.st_ino
