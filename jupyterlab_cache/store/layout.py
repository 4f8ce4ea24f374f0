"""Where everything lies in a store's folder, and which version of it this program knows."""

from __future__ import annotations

import json
from pathlib import Path

from .errors import StoreError, StoreVersionError
from .files import read_regular, write_atomically

STORE_FOLDER = ".jupyterlab_cache"
"""Name of a store's folder in a project root."""

STORE_FORMAT = 1
"""Version of the store's layout."""

_CACHEDIR_TAG = b"""Signature: 8a477f597d28d172789f06886806bc55
# This folder is a cache made by jupyterlab-cache. See https://bford.info/cachedir/
"""


class Layout:
    """The paths of a store; nothing is on disk before :meth:`create`.

    Args:
        folder: The store's folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.objects = folder / "objects"
        self.entries = folder / "entries"
        self.marks = folder / "marks"
        self.jobs = folder / "jobs"
        self.temporary = folder / "tmp"
        self.quarantine = folder / "quarantine"
        self.index = folder / "index.sqlite"
        self._format = folder / "format.json"

    @property
    def exists(self) -> bool:
        """Whether the store has been created."""
        return self._format.is_file() and not self.folder.is_symlink()

    def check(self) -> None:
        """Accept a store that is missing or of a version that this program knows.

        Raises:
            StoreVersionError: It is newer.
            StoreError: Its version cannot be read, or the folder is a symbolic link.
        """
        if self.folder.is_symlink():
            raise StoreError(f"The store {self.folder.name} is a symbolic link; name its target.")
        try:
            text = read_regular(self._format, 4096)
        except FileNotFoundError:
            return
        except OSError as error:
            raise StoreError(f"The store's format.json cannot be read: {error}") from error
        try:
            version = json.loads(text)["format"]
        except (ValueError, KeyError, TypeError):
            version = None
        if not isinstance(version, int):
            raise StoreError("The store's format.json is damaged; remove the store to start anew.")
        if version > STORE_FORMAT:
            raise StoreVersionError(
                f"The store has format {version}, this program knows {STORE_FORMAT}; "
                "update jupyterlab-cache to use it."
            )

    def create(self) -> None:
        """Make the folder and what marks it as a store; harmless when it is there.

        Raises:
            StoreError: As :meth:`check`.
            OSError: It cannot be written.
        """
        self.check()
        self.temporary.mkdir(parents=True, exist_ok=True)
        if self._format.exists():
            return
        for name, data in (
            (".gitignore", b"# Made by jupyterlab-cache: a cache does not belong into git.\n*\n"),
            ("CACHEDIR.TAG", _CACHEDIR_TAG),
        ):
            if not (self.folder / name).exists():
                write_atomically(self.folder / name, data, self.temporary)
        # Last, since it says that the store is there.
        version = json.dumps({"format": STORE_FORMAT}).encode()
        write_atomically(self._format, version, self.temporary)
