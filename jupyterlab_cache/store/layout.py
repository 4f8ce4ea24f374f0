"""Where everything lies in a store's folder, and which version of it this program knows."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

from .errors import StoreError, StoreReadOnly, StoreVersionError
from .files import StoreFiles
from .reading import UnexpectedFile

STORE_FOLDER = ".jupyterlab_cache"
"""Name of a store's folder in a project root."""

STORE_FORMAT = 1
"""Version of the store's layout."""

OBJECTS = "objects"
ENTRIES = "entries"
MARKS = "marks"
JOBS = "jobs"
REPORTS = "reports"
QUARANTINE = "quarantine"
INDEX = "index.sqlite"

_FORMAT = "format.json"
_GITIGNORE = b"# Made by jupyterlab-cache: a cache does not belong into git.\n*\n"
_CACHEDIR_TAG = b"""Signature: 8a477f597d28d172789f06886806bc55
# This folder is a cache made by jupyterlab-cache. See https://bford.info/cachedir/
"""

_SETUP = {
    ".gitignore": _GITIGNORE,
    "CACHEDIR.TAG": _CACHEDIR_TAG,
    # Last, since it says that the store is there.
    _FORMAT: json.dumps({"format": STORE_FORMAT}).encode() + b"\n",
}
SETUP_FILES = tuple(_SETUP)
"""The files that a store begins with."""


class Layout:
    """A store's folder; nothing is on disk before the first write.

    Args:
        folder: The store's folder.
        read_only: Refuse every write.
    """

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        self.folder = folder
        self.read_only = read_only
        self.files = StoreFiles(folder)
        self._accepted: tuple[int, ...] | None = None

    @property
    def exists(self) -> bool:
        """Whether the store has been created."""
        try:
            return self._format_status() is not None
        except OSError:
            return False  # it cannot be reached

    def _format_status(self) -> tuple[int, ...] | None:
        status = self.files.status(_FORMAT)
        if status is None:
            return None
        return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns

    def check(self) -> bool:
        """Accept a store that is missing or of a version that this program knows.

        Returns:
            Whether the store exists.

        Raises:
            StoreVersionError: It is newer.
            StoreError: Its version cannot be read, or the folder is a symbolic link.
        """
        try:
            status = self.folder.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise StoreError(f"The store {self.folder} cannot be read: {error}") from error
        if stat.S_ISLNK(status.st_mode):
            raise StoreError(f"The store {self.folder} is a symbolic link; name its target.")
        try:
            identity = self._format_status()
            if identity is not None and identity != self._accepted:
                self._check_version()
                self._accepted = identity
        except OSError as error:
            raise StoreError(f"The store {self.folder} cannot be read: {error}") from error
        return identity is not None

    def _check_version(self) -> None:
        try:
            version = json.loads(self.files.read(_FORMAT, 4096))["format"]
        except FileNotFoundError:
            return
        except (ValueError, KeyError, TypeError, RecursionError, UnexpectedFile):
            version = None
        if type(version) is not int or version < 1:
            raise StoreError(
                f"The {_FORMAT} of the store {self.folder} is damaged; nothing was touched. "
                "Move the store away to start a new one."
            )
        if version > STORE_FORMAT:
            raise StoreVersionError(
                f"The store {self.folder} has format {version}, this program knows {STORE_FORMAT}; "
                "update jupyterlab-cache to use it."
            )

    def require_writable(self) -> bool:
        """Accept a store that may be written.

        Returns:
            Whether the store exists.

        Raises:
            StoreReadOnly: The store was opened for reading only.
            StoreError: As :meth:`check`.
        """
        if self.read_only:
            raise StoreReadOnly(f"The store {self.folder} is open for reading only.")
        return self.check()

    def prepare(self) -> None:
        """Be ready for a write: make the folder and what marks it as a store, unless it is there.

        Raises:
            StoreError: As :meth:`require_writable`.
            OSError: It cannot be written.
        """
        if self.require_writable():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        self.set_up()

    def set_up(self) -> None:
        """Write what a store begins with, as far as it is missing.

        Raises:
            OSError: It cannot be written.
        """
        for name in self.missing_setup():
            self.files.write(name, _SETUP[name])

    def missing_setup(self) -> list[str]:
        """The files that a store begins with and that are not there; raises OSError."""
        return [name for name in _SETUP if self.files.status(name) is None]

    def write(self, name: str, data: bytes) -> None:
        """Write a file whole or not at all; raises as :meth:`prepare`."""
        self.prepare()
        self.files.write(name, data)

    def remove(self, name: str) -> None:
        """Remove a file, harmless when there is none; raises as :meth:`prepare`."""
        if self.require_writable():
            self.files.remove(name)

    def set_aside(self, name: str) -> None:
        """Put something into quarantine; raises as :meth:`prepare`."""
        self.require_writable()
        last = name.rpartition("/")[2]
        self.files.move(name, f"{QUARANTINE}/{last}.{os.urandom(4).hex()}")
