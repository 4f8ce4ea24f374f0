"""Where everything lies in a store's folder, and which version of it this program knows."""

from __future__ import annotations

import contextlib
import json
import os
import stat
from pathlib import Path

from .errors import StoreError, StoreOutdated, StoreReadOnly, StoreVersionError
from .file_system import warn_if_not_atomic
from .files import StoreFiles
from .folders import make_folder
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
        self._tried = False

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
            StoreOutdated: It is older.
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
        version = self._read_format()
        if version < STORE_FORMAT:
            raise StoreOutdated(
                f"The store {self.folder} has format {version}, this program uses {STORE_FORMAT}; "
                "run `jupyter cache migrate` to convert it. Nothing in it gets lost, but older "
                "versions of jupyterlab-cache cannot use it any more then."
            )

    def _read_format(self) -> int:
        """The store's format; raises as :meth:`require_format`."""
        try:
            version = json.loads(self.files.read(_FORMAT, 4096))["format"]
        except FileNotFoundError:
            return STORE_FORMAT  # it is just being made, or gone
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
        return int(version)

    def require_format(self) -> int:
        """The format of a store that this program can use or migrate; of a new one without one.

        Raises:
            StoreVersionError: It is newer.
            StoreReadOnly: The store was opened for reading only.
            StoreError: It cannot be read.
        """
        with contextlib.suppress(StoreOutdated):
            self.require_writable()
        return self._read_format()

    def switch(self, version: int) -> None:
        """Say that the store has another format from now on.

        Raises:
            OSError: It cannot be written.
        """
        self.files.write(_FORMAT, json.dumps({"format": version}).encode() + b"\n")

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
        if not self.require_writable():
            make_folder(self.folder)
            self.set_up()
        if not self._tried:
            warn_if_not_atomic(self.files)
            self._tried = True

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
        # Somebody may have migrated the store meanwhile, and not have seen the file.
        self.check()

    def remove(self, name: str, *, flush: bool = False) -> None:
        """Remove a file as :meth:`StoreFiles.remove` does; raises as :meth:`prepare`."""
        if self.require_writable():
            self.files.remove(name, flush=flush)

    def set_aside(self, name: str) -> None:
        """Put something into quarantine; raises as :meth:`prepare`."""
        self.require_writable()
        last = name.rpartition("/")[2]
        self.files.move(name, f"{QUARANTINE}/{last}.{os.urandom(4).hex()}")
