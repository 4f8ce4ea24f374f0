"""A store: entries with their outputs, safe to use from many threads and processes at once."""

from __future__ import annotations

import contextlib
import re
from collections import deque
from pathlib import Path
from typing import Any

import msgspec

from .blobs import BlobStore
from .entries import EntryFiles, StoredEntry
from .errors import BlobDamaged, BlobMissing, EntryMissing, StoreError
from .index import Index
from .job_files import JobFiles
from .layout import Layout
from .marks import Marks
from .outputs import Outputs, get_outputs
from .records import Entry
from .signatures import KeyRing

__all__ = ["Store", "StoredEntry"]

_PREFIX = re.compile(r"[0-9a-f]{1,32}")
_MOST_PROBLEMS = 100


class Store:
    """The entries of a project.

    Nothing is written before the first entry, blob or job; a store that is not there is empty.

    Args:
        folder: The store's folder.
        keys: Keys that sign entries, and whose entries are trusted.
    """

    def __init__(self, folder: Path, keys: KeyRing) -> None:
        self._layout = Layout(folder)
        self._files = EntryFiles(self._layout, keys)
        self._index = Index(self._layout.index, self._files)
        self.blobs = BlobStore(self._layout)
        self.marks = Marks(self._layout)
        self.job_files = JobFiles(self._layout)
        self.problems: deque[str] = deque(maxlen=_MOST_PROBLEMS)
        """What was found damaged, latest last: told to a person, never in the way."""

    @property
    def folder(self) -> Path:
        """The store's folder."""
        return self._layout.folder

    def put(self, entry: Entry) -> StoredEntry:
        """Keep an entry; the blobs that it names have to be there already.

        Raises:
            StoreError: A blob is missing, or the store is of a newer format.
            OSError: It cannot be written.
        """
        blobs = {entry.outputs, entry.notebook}
        blobs.update(item.content for item in entry.inputs if item.content is not None)
        missing = [digest for digest in blobs if not self.blobs.has(digest)]
        if missing:
            raise StoreError(f"The entry names {len(missing)} blobs that are not in the store.")
        return self._files.write(entry)

    def get(self, entry_id: str) -> StoredEntry:
        """One entry by its whole identifier.

        Raises:
            EntryMissing: There is none, or it is damaged.
        """
        if len(entry_id) != 32:
            raise EntryMissing(f"{entry_id[:80]!r} is not the identifier of an entry.")
        return self.find(entry_id)

    def find(self, prefix: str) -> StoredEntry:
        """One entry by the beginning of its identifier.

        Raises:
            EntryMissing: There is none, or it is damaged.
            StoreError: There are several.
        """
        self._layout.check()
        if not _PREFIX.fullmatch(prefix):
            raise EntryMissing(f"{prefix[:80]!r} is not the beginning of an entry's identifier.")
        found = self._index.code_key_of(prefix)
        if not found:
            raise EntryMissing(f"There is no entry {prefix}.")
        if len(found) > 1:
            raise StoreError(f"Several entries begin with {prefix}; give more of the identifier.")
        identifier, code_key = found[0]
        return self._files.read(code_key, identifier)

    def entries_for(self, code_key: str) -> list[StoredEntry]:
        """The entries of a code key, newest first; damaged ones are left out."""
        self._layout.check()
        keyed = [(code_key, identifier) for identifier in self._files.ids_of(code_key)]
        return sorted(self._readable(keyed), key=_newest_first)

    def latest_of(self, notebook_path: str) -> StoredEntry | None:
        """The latest entry of a notebook, by its path relative to the project root."""
        self._layout.check()
        offset = 0
        while True:
            rows, total = self._index.page(notebook_path, offset, 1)
            for identifier, code_key in rows:
                for stored in self._readable([(code_key, identifier)]):
                    return stored
            offset += 1
            if offset >= total:
                return None

    def page(
        self, notebook_path: str | None = None, offset: int = 0, limit: int = 100
    ) -> tuple[list[StoredEntry], int]:
        """Some entries, newest first, and how many there are in all.

        Args:
            notebook_path: Only this notebook's, by its path relative to the project root.
            offset: How many to pass over.
            limit: How many to give at most.
        """
        self._layout.check()
        rows, total = self._index.page(notebook_path, offset, limit)
        return self._readable([(code_key, identifier) for identifier, code_key in rows]), total

    def _readable(self, keyed: list[tuple[str, str]]) -> list[StoredEntry]:
        found = []
        for code_key, identifier in keyed:
            try:
                found.append(self._files.read(code_key, identifier))
            except EntryMissing as error:
                self.problems.append(str(error))
        return found

    def remove(self, entry_id: str) -> None:
        """Take an entry away, with its marks; its blobs stay until a clean-up.

        Raises:
            EntryMissing: There is none.
            OSError: It cannot be removed.
        """
        stored = self.get(entry_id)
        self._files.remove(stored.entry.code_key, entry_id)
        self.marks.forget(entry_id)

    def has_outputs(self, stored: StoredEntry) -> bool:
        """Whether the outputs document of an entry is there."""
        return self.blobs.has(stored.entry.outputs)

    def outputs_of(self, stored: StoredEntry) -> Outputs:
        """The outputs of an entry, one list for each of its cells.

        Raises:
            BlobMissing: Something is not there any more.
            BlobDamaged: Something is not what it should be.
        """
        try:
            outputs = get_outputs(self.blobs, stored.entry.outputs)
            if len(outputs) != len(stored.entry.cells):
                raise BlobDamaged("The outputs document does not fit the entry's cells.")
        except (BlobMissing, BlobDamaged) as error:
            # An entry that cannot be restored must not be called fresh again.
            self.problems.append(f"entry {stored.id}: {error}")
            with contextlib.suppress(OSError):
                self.marks.invalidate_entry(stored.id)
            raise
        return outputs

    def notebook_of(self, stored: StoredEntry) -> dict[str, Any]:
        """The code of an entry as it was executed: a notebook without outputs.

        Raises:
            BlobMissing: It is not there any more.
            BlobDamaged: It is not what it should be.
        """
        data = self.blobs.get(stored.entry.notebook)
        try:
            return msgspec.json.decode(data, type=dict[str, Any])
        except (msgspec.MsgspecError, RecursionError) as error:
            raise BlobDamaged(f"The entry's code cannot be read: {error}") from error


def _newest_first(stored: StoredEntry) -> tuple[float, str]:
    return -stored.entry.created, stored.id
