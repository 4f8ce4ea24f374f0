"""A store: entries with their outputs, safe to use from many threads and processes at once."""

from __future__ import annotations

import contextlib
import re
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from .blobs import MAX_BLOB_BYTES, BlobStore
from .entries import EntryFiles, folder_of
from .errors import (
    BlobDamaged,
    BlobMissing,
    BlobUnreadable,
    EntryMissing,
    EntryUnreadable,
    StoreError,
)
from .index import Index
from .index_update import Row
from .job_files import JobFiles
from .layout import Layout
from .manifest import StoredEntry, is_entry_id, named_blobs
from .marks import Marks
from .outputs import Outputs, get_outputs, payloads_of, well_formed
from .records import Entry, Failure
from .report_files import ReportFiles
from .selection import Selection
from .signatures import KeyRing
from .writers import Writers

if TYPE_CHECKING:
    from .collection import Collector
    from .verification import Problem, Progress, Summary

__all__ = ["Store", "StoredEntry"]

_PREFIX = re.compile(r"[0-9a-f]{1,32}")
_MOST_PROBLEMS = 100
_MOST_ROUNDS = 100
_COLLECTORS_MOMENT = 0.2  # seconds


class Store:
    """The entries of a project.

    Nothing is written before the first entry, blob, mark or job; a store that is not there is
    empty. All methods raise ``StoreVersionError`` for a store of a newer format, which is left
    untouched, and ``StoreError`` where the folder is no store.

    Args:
        folder: The store's folder.
        keys: Keys that sign entries, and whose entries are trusted.
        read_only: Refuse every write with ``StoreReadOnly``.
        max_blob_bytes: Largest content of a blob that is written or read, in bytes.
    """

    def __init__(
        self,
        folder: Path,
        keys: KeyRing,
        *,
        read_only: bool = False,
        max_blob_bytes: int = MAX_BLOB_BYTES,
    ) -> None:
        self.problems: deque[str] = deque(maxlen=_MOST_PROBLEMS)
        """What was found damaged, latest last: told to a person, never in the way."""
        self._layout = Layout(folder, read_only=read_only)
        self._keys = keys
        self._entries = EntryFiles(self._layout, keys, report=self._report)
        self._index = Index(self._layout, self._entries)
        self._writers = Writers(self._entries, self._index)
        self.blobs = BlobStore(self._layout, max_bytes=max_blob_bytes, report=self._report)
        self.marks = Marks(self._layout)
        self.job_files = JobFiles(self._layout, keys)
        self.report_files = ReportFiles(self._layout)

    @property
    def folder(self) -> Path:
        """The store's folder."""
        return self._layout.folder

    @property
    def exists(self) -> bool:
        """Whether the store has been created."""
        return self._layout.exists

    def put(self, entry: Entry) -> StoredEntry:
        """Keep an entry; the blobs that it names have to be there already.

        Returns:
            The entry as it reads from now on: with the blobs that its outputs document names, and
            U+FFFD for lone surrogates in its failure.

        Raises:
            StoreError: A blob is missing or damaged, a field is not valid, or the store cannot be
                used.
            OSError: It cannot be written.
        """
        self._layout.require_writable()
        try:
            entry = self._complete(entry)
        except StoreError:
            # A collector takes a blob out for a moment, sees that it was asked for, and puts it
            # back.
            time.sleep(_COLLECTORS_MOMENT)
            entry = self._complete(entry)
        # The index takes it in when somebody asks it: writing there as well would double the time.
        return self._entries.write(entry)

    def _complete(self, entry: Entry) -> Entry:
        """An entry as it can be kept, all of whose blobs are there; raises as :meth:`put`."""
        try:
            payloads = payloads_of(self.blobs, entry.outputs)
        except (BlobMissing, BlobDamaged) as error:
            raise StoreError(f"The entry's outputs are not in the store: {error}") from error
        entry = msgspec.structs.replace(entry, payloads=payloads, failure=_storable(entry.failure))
        missing = [digest for digest in named_blobs(entry) if not self.blobs.touch(digest)]
        if missing:
            raise StoreError(f"The entry names {len(missing)} blobs that are not in the store.")
        return entry

    def get(self, entry_id: str) -> StoredEntry:
        """One entry by its whole identifier.

        Raises:
            EntryMissing: There is none, or it is damaged.
        """
        if not is_entry_id(entry_id):
            raise EntryMissing(f"{entry_id[:80]!r} is not the identifier of an entry.")
        known = self._entries.remembered(entry_id)
        return known if known is not None else self.find(entry_id)

    def find(self, prefix: str) -> StoredEntry:
        """One entry by the beginning of its identifier.

        Raises:
            EntryMissing: There is none, or it is damaged.
            StoreError: There are several.
        """
        self._layout.check()
        if not _PREFIX.fullmatch(prefix):
            raise EntryMissing(f"{prefix[:80]!r} is not the beginning of an entry's identifier.")
        found = self._index.beginning_with(prefix)
        if not found:
            found = self._index.beginning_with(prefix, everywhere=True)
        if not found:
            raise EntryMissing(f"There is no entry {prefix}.")
        if len(found) > 1:
            raise StoreError(f"Several entries begin with {prefix}; give more of the identifier.")
        return self._entries.read(found[0].code_key, found[0].id)

    def entries_for(self, code_key: str, *, checked: bool = False) -> list[StoredEntry]:
        """The entries of a code key, newest first; damaged ones are left out and reported.

        Args:
            code_key: The code key.
            checked: The store was just checked.
        """
        if not checked:
            self._layout.check()
        try:
            return list(self._entries.of(code_key))
        except EntryMissing:
            return []

    def latest_of(self, notebook_path: str) -> StoredEntry | None:
        """The latest entry of a notebook, by its path relative to the project root."""
        entries, _ = self.page(notebook_path, limit=1)
        return entries[0] if entries else None

    def notebook_paths(self) -> list[str]:
        """The notebooks that have an entry, by their paths relative to the project root."""
        self._layout.check()
        return self._index.notebooks()

    def writers(self) -> tuple[StoredEntry, ...]:
        """The entries with artefacts; the same object again as long as they are the same."""
        self._layout.check()
        return self._writers.all()

    def page(
        self, notebook_path: str | None = None, offset: int = 0, limit: int = 100
    ) -> tuple[list[StoredEntry], int]:
        """Some entries, newest first, and how many there are in all.

        Args:
            notebook_path: Only this notebook's, by its path relative to the project root.
            offset: How many to pass over.
            limit: How many to give at most.
        """
        return self.select(Selection(notebook=notebook_path), offset, limit)

    def select(
        self, selection: Selection, offset: int = 0, limit: int = 100
    ) -> tuple[list[StoredEntry], int]:
        """Some of the selected entries, in order, and how many there are in all.

        Args:
            selection: Which entries, in which order.
            offset: How many to pass over.
            limit: How many to give at most.
        """
        self._layout.check()
        entries: list[StoredEntry] = []
        total = 0
        for _ in range(_MOST_ROUNDS):
            rows, total = self._index.page(selection, offset, limit)
            entries, wrong = self._read_rows(rows)
            if not wrong:
                break
            self._index.discard(wrong)
        return entries, total

    def each(self, wanted: Callable[[str], bool]) -> Iterator[StoredEntry]:
        """All entries, newest first; damaged ones are left out and reported.

        Args:
            wanted: Of which notebooks, by their paths relative to the project root.
        """
        self._layout.check()
        for code_key, identifier, notebook in self._index.names():
            if wanted(notebook):
                with contextlib.suppress(EntryMissing):
                    yield self._entries.read(code_key, identifier)

    def blobs_of(self, stored: StoredEntry) -> set[str]:
        """Digests of all blobs that an entry needs."""
        return named_blobs(stored.entry)

    def _read_rows(self, rows: list[Row]) -> tuple[list[StoredEntry], list[Row]]:
        """The entries of these rows, and the rows that are not what the files say."""
        entries, wrong = [], []
        for row in rows:
            try:
                stored = self._entries.read(row.code_key, row.id)
            except EntryUnreadable:
                continue
            except EntryMissing:
                wrong.append(row)
                continue
            if Row.of(stored) == row:
                entries.append(stored)
            else:
                wrong.append(row)
        return entries, wrong

    def remove(self, entry_id: str) -> None:
        """Take an entry away, with its marks; its blobs stay until a clean-up.

        Raises:
            EntryMissing: There is none.
            StoreError: The store cannot be used.
            OSError: It cannot be removed.
        """
        stored = self.get(entry_id)
        self._entries.remove(stored.entry.code_key, entry_id, flush=True)
        self.marks.forget(entry_id)

    def trust(self, stored: StoredEntry, is_trusted: bool = True) -> StoredEntry:
        """Let an entry that somebody else made count as ours, or no more.

        Returns and raises as :meth:`EntryFiles.trust`.
        """
        return self._entries.trust(stored, is_trusted)

    def collector(self, is_needed: Callable[[str], bool]) -> Collector:
        """What makes room in this store.

        Args:
            is_needed: Whether the entries of a notebook stay whatever the limits are, by its path
                relative to the project root.
        """
        from .collection import Collector

        return Collector(self._layout, self._entries, self.marks, is_needed)

    def verify(
        self,
        tell: Callable[[Problem], None],
        *,
        repair: bool,
        look_at: Progress = lambda what, count: None,
    ) -> Summary:
        """Look whether everything is what it should be, and repair what can be.

        Args:
            tell: Is told of each problem.
            repair: Whether to repair; otherwise nothing but the index changes.
            look_at: Is told how far it is.

        Raises:
            StoreError: The store cannot be used.
            OSError: A folder cannot be read, or something cannot be removed.
        """
        from .verification import Verifier

        layout = self._layout if repair else Layout(self.folder, read_only=True)
        return Verifier(
            layout,
            self._entries,
            BlobStore(layout, max_bytes=self.blobs.max_bytes),
            self._index,
            self.collector(lambda notebook: True),
            tell=tell,
            repair=repair,
            look_at=look_at,
        ).run()

    def migrate(self) -> int:
        """Bring the store to the newest format, and return that; raises as :func:`migrate`."""
        from .migration import migrate

        return migrate(self._layout, self._keys)

    def has_outputs(self, stored: StoredEntry) -> bool:
        """Whether the blobs of an entry's outputs are there; their content is not looked at."""
        return all(map(self.blobs.has, (stored.entry.outputs, *stored.entry.payloads)))

    def folders_behind(self, stored: StoredEntry) -> list[str]:
        """The folders whose times tell whether an entry is there and counts.

        As long as they are the same, no program has changed what :meth:`entries_for` its code key
        and its invalidation answer; see "Changing the store beside others" in ``docs/store.md``.
        What somebody changes by hand may not show in them.
        """
        group = folder_of(stored.entry.code_key).rpartition("/")[0]
        return [self._layout.files.path(group), *self.marks.invalidating_folders]

    def check(self) -> None:
        """Accept a store that is missing or can be used; see the class for what is raised."""
        self._layout.check()

    def outputs_of(
        self, stored: StoredEntry, *, in_pieces: bool = False, expressions: bool = False
    ) -> Outputs:
        """The outputs of an entry, one list for each of its cells.

        Args:
            stored: The entry.
            in_pieces: Whether long texts are wanted in pieces.
            expressions: Whether the results of its inline expressions are wanted behind them.

        Raises:
            BlobMissing: Something is not there any more.
            BlobDamaged: Something is not what it should be.
        """
        try:
            outputs = get_outputs(self.blobs, stored.entry.outputs, in_pieces=in_pieces)
            cells = len(stored.entry.cells)
            if len(outputs) != cells + len(stored.entry.expressions):
                raise BlobDamaged("The outputs document does not fit the entry's cells.")
        except BlobUnreadable:
            raise
        except (BlobMissing, BlobDamaged) as error:
            self._report(f"The outputs of entry {stored.id} cannot be restored: {error}")
            # What looks whole and cannot be restored must not be called fresh again.
            with contextlib.suppress(OSError):
                if self.has_outputs(stored):
                    self.marks.invalidate_entry(stored.id)
                else:
                    # Who holds on to a verdict looks at the store again.
                    self._entries.announce(stored.entry.code_key)
            raise
        return outputs if expressions else outputs[:cells]

    def notebook_of(self, stored: StoredEntry) -> dict[str, Any]:
        """The code of an entry as it was executed: a notebook without outputs.

        Raises:
            BlobMissing: It is not there any more.
            BlobDamaged: It is not what it should be.
        """
        data = self.blobs.get(stored.entry.notebook)
        try:
            return msgspec.json.decode(data, type=dict[str, Any])
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise BlobDamaged(f"The entry's code cannot be read: {error}") from error

    def _report(self, message: str) -> None:
        if message not in list(self.problems):
            self.problems.append(message)


def _storable(failure: Failure | None) -> Failure | None:
    """A failure without lone surrogates: a message can hold them, and a file cannot."""
    if failure is None:
        return None
    return msgspec.structs.replace(
        failure,
        name=well_formed(failure.name),
        message=well_formed(failure.message),
        traceback=tuple(map(well_formed, failure.traceback)),
    )
