"""Making room: entries that were not used for long go, and content that no entry names.

The order makes it safe beside readers and writers of other processes, and to be killed at any step.
First goes an entry's file, then its marks, and its blobs come last: whatever is left over is
garbage that the next collection finds. A writer sets the time of a blob before an entry names it,
so a blob whose time is recent stays; and one that is removed is moved out of its place first, so
that a writer's last touch is either seen or fails. Which blobs are named is told by the entries'
files alone, never by the index.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Literal

import msgspec

from .blob_walk import BlobFile, blob_files
from .collection_plan import Known, Limits, Plan, Survey
from .entries import EntryFiles
from .entry_walk import entry_files
from .errors import EntryMissing
from .layout import OBJECTS, Layout
from .leftovers import clear_up, leftovers, taken_out
from .manifest import StoredEntry
from .marks import Marks
from .packing import COMPRESSED

GRACE = 3600.0
"""Seconds for which content that no entry names is kept: somebody may be about to name it."""


Garbage = Literal["leftover", "blob-orphan", "mark-orphan"]
"""What processes that were killed, or removed an entry, left behind."""


class Listener(msgspec.Struct, frozen=True):
    """Who is told of what goes.

    Attributes:
        entry: Is told of an entry just before it goes.
        most_entries: Of so many at most.
        garbage: Is told of each file that goes and belonged to no entry.
    """

    entry: Callable[[StoredEntry], None] = lambda stored: None
    most_entries: int = 0
    garbage: Callable[[Garbage, str], None] = lambda kind, name: None


SILENT = Listener()
"""Nobody."""


class Outcome(msgspec.Struct, frozen=True):
    """What a collection did, or would do.

    Attributes:
        removed: The entries that went, in this order.
        freed_bytes: What was freed on disk.
        waiting_bytes: Content that no entry names, but that is too new to be removed.
        orphan_blobs: How many removed blobs no entry named before.
        kept_entries: How many entries are left.
        kept_bytes: What their blobs take on disk.
    """

    removed: tuple[Known, ...]
    freed_bytes: int
    waiting_bytes: int
    orphan_blobs: int
    kept_entries: int
    kept_bytes: int


class Collector:
    """Collects in one store.

    Args:
        layout: The store's folder.
        entries: Its entries.
        marks: Its marks.
        is_needed: Whether the entries of a notebook stay whatever the limits are, by its path
            relative to the project root.
    """

    def __init__(
        self,
        layout: Layout,
        entries: EntryFiles,
        marks: Marks,
        is_needed: Callable[[str], bool] = lambda notebook: False,
    ) -> None:
        self._layout = layout
        self._files = layout.files
        self._entries = entries
        self._marks = marks
        self._is_needed = is_needed

    def plan(self, limits: Limits) -> Plan:
        """Decide what goes; nothing changes.

        Raises:
            StoreError: The store cannot be used, or an entry cannot be read now, so that nobody
                knows what it needs.
            OSError: A folder cannot be read.
        """
        self._layout.check()
        now = time.time()
        survey = Survey(entry_files(self._entries, self._files), self._marks.uses(), now)
        checked = self._marks.checked()

        def other_of(entry_id: str) -> str | None:
            check = self._marks.check_of(entry_id) if entry_id in checked else None
            return None if check is None else check.other

        return survey.plan(
            limits,
            pinned=self._marks.pinned(),
            is_needed=self._is_needed,
            other_of=other_of,
            size_of=self._size_of,
        )

    def preview(self, plan: Plan, tell: Listener = SILENT) -> Outcome:
        """What :meth:`carry_out` would do, also as it tells it; nothing changes.

        Raises:
            OSError: A folder cannot be read.
        """
        for known in plan.going[: tell.most_entries]:
            self._tell(known, tell)
        return self._sweep(plan, list(plan.going), tell, remove=False)

    def carry_out(self, plan: Plan, tell: Listener = SILENT) -> Outcome:
        """Remove what goes, except what was pinned or used since it was planned.

        Args:
            plan: What goes.
            tell: Is told of it.

        Raises:
            StoreError: The store cannot be written.
            OSError: Something cannot be read or removed; what was removed before is gone.
        """
        self._layout.require_writable()
        removed: list[Known] = []
        for known in plan.going:
            if self._is_wanted(known):
                for number in known.blobs:
                    plan.blobs.keep(number)
            else:
                if len(removed) < tell.most_entries:
                    self._tell(known, tell)
                self._entries.remove(known.code_key, known.id)
                self._marks.forget(known.id)
                removed.append(known)
        for folder in plan.empty:
            # A writer who is about to use it makes it again.
            self._files.remove_empty_folder(folder)
        return self._sweep(plan, removed, tell, remove=True)

    def _tell(self, known: Known, tell: Listener) -> None:
        with contextlib.suppress(EntryMissing):
            tell.entry(self._entries.read(known.code_key, known.id))

    def _is_wanted(self, known: Known) -> bool:
        return self._marks.is_pinned(known.id) or self._marks.last_used(known.id) != known.used

    def _sweep(self, plan: Plan, removed: list[Known], tell: Listener, *, remove: bool) -> Outcome:
        """Look at all blobs, leftovers and marks, and remove what nobody needs."""
        # Counted from when the entries were read: what was named later was touched later.
        old = plan.started - GRACE
        kept = freed = waiting = orphans = 0
        for leftover in leftovers(self._files, plan.blobs.is_kept):
            if not (leftover.digest is not None and plan.blobs.is_kept(leftover.digest)):
                freed += leftover.size
            tell.garbage("leftover", leftover.name)
            if remove:
                clear_up(self._files, leftover, plan.blobs.is_kept)
        for blob in blob_files(self._files):
            size = blob.status.st_size
            if plan.blobs.is_kept(blob.digest):
                kept += size
            # The time of the inode tells of a blob that was just copied or moved here.
            elif max(blob.status.st_mtime, blob.status.st_ctime) > old:
                waiting += size
            elif not remove or self._take_away(blob):
                freed += size
                if not plan.blobs.is_named(blob.digest):
                    orphans += 1
                    tell.garbage("blob-orphan", blob.name)
            else:
                waiting += size
        for name, entry_id, changed in self._marks.of_entries():
            if entry_id not in plan.ids and changed < old:
                tell.garbage("mark-orphan", name)
                if remove:
                    self._layout.remove(name)
        count = plan.kept + len(plan.going) - len(removed)
        return Outcome(tuple(removed), freed, waiting, orphans, count, kept)

    def _take_away(self, blob: BlobFile) -> bool:
        """Remove a blob, unless somebody sets its time meanwhile."""
        out = taken_out(blob.name.rpartition("/")[2])
        with contextlib.suppress(FileNotFoundError):
            self._files.move(blob.name, out)
            status = self._files.status(out)
            if status is not None and status.st_mtime_ns != blob.status.st_mtime_ns:
                self._files.move(out, blob.name)
                return False
            self._files.remove(out)
        return True

    def _size_of(self, digest: str) -> int:
        name = digest.removeprefix("sha256-")
        plain = f"{OBJECTS}/{name[:2]}/{name}"
        found = (self._files.status(file) for file in (plain, plain + COMPRESSED))
        return sum(status.st_size for status in found if status is not None)
