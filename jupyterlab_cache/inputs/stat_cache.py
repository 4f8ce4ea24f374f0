"""What is known of files that have not changed: a cache of digests by file signature.

One SQLite file for each user and machine, loaded whole and kept in memory. The rule for when a
signature can be trusted is git's ("racy git"): a file changed within the clock's resolution after
it was looked at may keep its signature, so what is learned too soon after a change is not kept.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import threading
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Protocol

_RACY_SECONDS = 2.0
_SCHEMA = 1
_CHUNK = 1 << 20
_MOST_ROWS = 500_000

Signature = tuple[int, int, int, int, int]
"""mtime_ns, size, inode, device, ctime_ns."""


class NotRegular(OSError):
    """The path leads to something that is not a regular file; it was not opened."""


def signature_of(status: os.stat_result) -> Signature:
    """What identifies the state of a file, as far as stat can tell."""
    return (status.st_mtime_ns, status.st_size, status.st_ino, status.st_dev, status.st_ctime_ns)


def has_rested(signature: Signature, at: float) -> bool:
    """Whether a file's signature tells of every change that comes later.

    Args:
        signature: What the system said of it.
        at: A time at which it was so, or before, in seconds since the epoch.
    """
    return at - max(signature[0], signature[4]) / 1e9 >= _RACY_SECONDS


class FileValues(Protocol):
    """What is known of files; a :class:`StatCache`, or one pass over it."""

    def digest(self, path: Path | str) -> str:
        """Digest of a file's content; see :meth:`StatCache.digest`."""

    def derived(self, path: Path | str, kind: str, compute: Callable[[str], bytes]) -> bytes:
        """A value that depends on nothing but a file's content; see :meth:`StatCache.derived`."""


class StatCache:
    """Digests and other values derived from files, valid as long as the file is the same.

    Args:
        path: The SQLite file; by default in the user's cache folder. Where it cannot be used the
            cache lives in memory only.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str], tuple[Signature, bytes]] | None = None
        self._new: set[tuple[str, str]] = set()

    def digest(self, path: Path | str) -> str:
        """Digest of a file's content: ``sha256-`` and 64 hexadecimal digits.

        Raises:
            OSError: The file is missing or cannot be read, or is not a regular file.
        """
        return self.derived(path, "sha256", _digest_of_file).decode()

    def derived(self, path: Path | str, kind: str, compute: Callable[[str], bytes]) -> bytes:
        """A value that depends on nothing but a file's content.

        Args:
            path: The file.
            kind: What the value is; part of the key.
            compute: Makes the value from the path.

        Raises:
            OSError: The file is missing or cannot be read, or is not a regular file.
        """
        text = os.path.abspath(path)
        taken, before = time.time(), _checked(text)
        known = self.known(text, kind, before)
        if known is not None:
            return known
        while True:
            value = compute(text)
            now, after = time.time(), _checked(text)
            if after == before:
                break
            taken, before = now, after  # it changed while it was read
        with self._lock:
            if has_rested(before, taken):
                self._load()[text, kind] = (before, value)
                self._new.add((text, kind))
        return value

    def known(self, path: str, kind: str, signature: Signature) -> bytes | None:
        """A value that was learned of a file when it had this signature; None if there is none.

        Args:
            path: The file's absolute path.
            kind: What the value is.
            signature: The file's state.
        """
        loaded = self._known
        if loaded is None:
            with self._lock:
                loaded = self._load()
        known = loaded.get((path, kind))
        return known[1] if known is not None and known[0] == signature else None

    def flush(self) -> None:
        """Write back what is new; where that cannot be done it is learned again next time."""
        with self._lock:
            if not self._new or self._known is None:
                return
            rows = [
                (path, kind, *self._known[path, kind][0], self._known[path, kind][1])
                for path, kind in self._new
            ]
            self._new.clear()
        with contextlib.suppress(sqlite3.Error, OSError), self._connect() as connection:
            with connection:
                connection.executemany(
                    "INSERT OR REPLACE INTO files VALUES (?,?,?,?,?,?,?,?)", rows
                )
            connection.close()

    def _load(self) -> dict[tuple[str, str], tuple[Signature, bytes]]:
        if self._known is None:
            known: dict[tuple[str, str], tuple[Signature, bytes]] = {}
            try:
                connection = self._connect()
                rows = connection.execute("SELECT * FROM files").fetchall()
                connection.close()
                if len(rows) > _MOST_ROWS:
                    self._remove()
                else:
                    for path, kind, *signature, value in rows:
                        known[path, kind] = (tuple(signature), value)
            except sqlite3.DatabaseError:
                self._remove()
            except OSError:
                pass
            self._known = known
        return self._known

    def _file(self) -> Path:
        if self._path is None:
            from platformdirs import user_cache_path

            self._path = user_cache_path("jupyterlab-cache") / "stat-cache.sqlite"
        return self._path

    def _connect(self) -> sqlite3.Connection:
        file = self._file()
        file.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(file, timeout=2.0)
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version != _SCHEMA:
            with connection:
                connection.execute("DROP TABLE IF EXISTS files")
                connection.execute(
                    "CREATE TABLE files (path TEXT, kind TEXT, mtime_ns INTEGER, size INTEGER, "
                    "inode INTEGER, device INTEGER, ctime_ns INTEGER, value BLOB, "
                    "PRIMARY KEY (path, kind)) WITHOUT ROWID"
                )
                connection.execute(f"PRAGMA user_version = {_SCHEMA}")
        return connection

    def _remove(self) -> None:
        with contextlib.suppress(OSError):
            self._file().unlink()


def _checked(path: str) -> Signature:
    status = os.stat(path)
    if not stat.S_ISREG(status.st_mode):
        raise NotRegular(f"{path} is not a regular file")
    return signature_of(status)


def _digest_of_file(path: str) -> bytes:
    digest = sha256()
    # Without blocking, should the file have been swapped for a pipe just now.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(handle, "rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return b"sha256-" + digest.hexdigest().encode()
