"""What changes about entries and notebooks: one small file for each fact."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from hashlib import sha256
from pathlib import Path

from .files import read_regular, write_atomically
from .layout import Layout
from .entries import StoredEntry

_USE_RESOLUTION = 60.0  # seconds: how exactly the last use is kept


class Marks:
    """Pins, invalidations and last uses.

    Args:
        layout: Where the store lies.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def pin(self, entry_id: str) -> None:
        """Keep an entry whatever a clean-up would take."""
        self._write(self._of_entry(entry_id) / "pinned", b"")

    def unpin(self, entry_id: str) -> None:
        """Leave an entry to clean-ups again."""
        (self._of_entry(entry_id) / "pinned").unlink(missing_ok=True)

    def is_pinned(self, entry_id: str) -> bool:
        """Whether an entry is pinned."""
        return (self._of_entry(entry_id) / "pinned").is_file()

    def invalidate_entry(self, entry_id: str) -> None:
        """Let an entry never match again."""
        self._write(self._of_entry(entry_id) / "invalidated", repr(time.time()).encode())

    def invalidate_notebook(self, notebook_path: str) -> None:
        """Let no entry of a notebook match that exists by now.

        Args:
            notebook_path: Relative to the project root, as entries name it.
        """
        self._write(self._of_notebook(notebook_path) / "path", notebook_path.encode())
        time_now = repr(time.time()).encode()
        self._write(self._of_notebook(notebook_path) / "invalidated", time_now)

    def is_invalidated(self, stored: StoredEntry) -> bool:
        """Whether a person has said that this entry shall not match."""
        if (self._of_entry(stored.id) / "invalidated").exists():
            return True
        mark = self._of_notebook(stored.entry.notebook_path) / "invalidated"
        if not mark.exists():
            return False
        try:
            return stored.entry.created <= float(read_regular(mark, 100))
        except (OSError, ValueError):
            return True  # The mark is there but damaged: rather one execution too many.

    def touch_used(self, entry_id: str) -> None:
        """Note that an entry was used just now; a store that cannot be written takes no note."""
        with contextlib.suppress(OSError):
            if time.time() - (self.last_used(entry_id) or 0) > _USE_RESOLUTION:
                self._write(self._of_entry(entry_id) / "used", b"")

    def last_used(self, entry_id: str) -> float | None:
        """When an entry was used last, in seconds since the epoch, to the minute."""
        try:
            return os.lstat(self._of_entry(entry_id) / "used").st_mtime
        except OSError:
            return None

    def forget(self, entry_id: str) -> None:
        """Remove all marks of an entry."""
        shutil.rmtree(self._of_entry(entry_id), ignore_errors=True)

    def _of_entry(self, entry_id: str) -> Path:
        return self._layout.marks / "entries" / entry_id

    def _of_notebook(self, notebook_path: str) -> Path:
        name = sha256(notebook_path.encode("utf-8", "surrogatepass")).hexdigest()
        return self._layout.marks / "notebooks" / name

    def _write(self, path: Path, data: bytes) -> None:
        self._layout.create()
        write_atomically(path, data, self._layout.temporary)
