"""What changes about entries and notebooks: one small file for each fact.

All marks of one kind lie in one folder, so that a collector can read them in one go.
"""

from __future__ import annotations

import contextlib
import re
import stat
import time
from collections.abc import Iterator
from hashlib import sha256

import msgspec

from .checks import Check
from .entries import StoredEntry
from .errors import EntryMissing, StoreError
from .layout import MARKS, Layout
from .manifest import is_entry_id

_PINNED = f"{MARKS}/pinned"
_INVALIDATED = f"{MARKS}/invalidated"
USED = f"{MARKS}/used"
"""Folder of the marks whose times tell when entries were used last."""

_HITS = f"{MARKS}/hits"
_MOST_HITS = 2**53 - 1
_CHECKED = f"{MARKS}/checked"
_UNSENT = f"{MARKS}/unsent"
_OF_ENTRIES = (_PINNED, _INVALIDATED, USED, _HITS, _CHECKED, _UNSENT)
_INVALIDATED_NOTEBOOKS = f"{MARKS}/invalidated-notebooks"
_ENTRY_MARK = re.compile(r"[0-9a-f]{32}")
MARK_NAMES = dict.fromkeys(_OF_ENTRIES, _ENTRY_MARK) | {
    _INVALIDATED_NOTEBOOKS: re.compile(r"[0-9a-f]{64}")
}
"""The folders of marks, and how files in each are named."""

_USE_RESOLUTION = 60.0  # seconds: how exactly the last use is kept
_MAX_BYTES = 64 * 1024
_MAX_CHECK_BYTES = 16 * 1024**2


class Mark(msgspec.Struct, frozen=True, omit_defaults=True):
    """Content of a mark.

    Attributes:
        time: When it was made, seconds since the epoch.
        path: The notebook that it is about, relative to the project root; None for an entry.
    """

    time: float
    path: str | None = None


_decode = msgspec.json.Decoder(Mark).decode
_decode_check = msgspec.json.Decoder(Check).decode


class Marks:
    """Pins, invalidations, hits, last uses and checks.

    Identifiers that no entry can have raise :class:`EntryMissing`; whether there is such an entry
    is not looked at. Writing raises ``StoreError`` and ``OSError`` where the store cannot be
    written.

    Args:
        layout: The store's folder.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._files = layout.files

    @property
    def invalidating_folders(self) -> tuple[str, str]:
        """The folders whose names tell of all that was invalidated."""
        return self._files.path(_INVALIDATED), self._files.path(_INVALIDATED_NOTEBOOKS)

    def invalidated_names(self) -> frozenset[str]:
        """Names of all marks that invalidate something; of a folder that cannot be read its own."""
        names: set[str] = set()
        for folder in (_INVALIDATED, _INVALIDATED_NOTEBOOKS):
            try:
                listing = self._files.listing(folder)
            except OSError:
                names.add(folder)  # what is in it may be anything
            else:
                names.update(listing[1] if listing else ())
        return frozenset(names)

    def pin(self, entry_id: str) -> None:
        """Keep an entry whatever a clean-up would take."""
        self._write(_name(_PINNED, entry_id), Mark(time.time()))

    def unpin(self, entry_id: str) -> None:
        """Leave an entry to clean-ups again."""
        self._layout.remove(_name(_PINNED, entry_id), flush=True)

    def is_pinned(self, entry_id: str) -> bool:
        """Whether an entry is pinned."""
        try:
            return self._files.status(_name(_PINNED, entry_id)) is not None
        except OSError:
            return True  # rather one entry too many is kept

    def invalidate_entry(self, entry_id: str) -> None:
        """Let an entry never match again."""
        self._write(_name(_INVALIDATED, entry_id), Mark(time.time()))

    def invalidate_notebook(self, notebook_path: str, *, at: float | None = None) -> None:
        """Let no entry of a notebook match that was created until now.

        Args:
            notebook_path: Relative to the project root, as entries name it.
            at: Seconds since the epoch, instead of now.
        """
        mark = Mark(time.time() if at is None else at, _storable(notebook_path))
        self._write(_notebook_name(notebook_path), mark)

    def invalidated_at(
        self, stored: StoredEntry, *, notebook_path: str | None = None
    ) -> float | None:
        """When a person said that this entry shall not match, in seconds since the epoch.

        Args:
            stored: The entry.
            notebook_path: The notebook that it would be used for, relative to the project root,
                where this is another one than it was made for.

        Returns:
            None when nobody has said so.
        """
        of_entry = self._time_of(_name(_INVALIDATED, stored.id))
        if of_entry is not None:
            return of_entry
        for path in {stored.entry.notebook_path, notebook_path or stored.entry.notebook_path}:
            of_notebook = self._time_of(_notebook_name(path))
            if of_notebook is not None and stored.entry.created <= of_notebook:
                return of_notebook
        return None

    def is_invalidated(self, stored: StoredEntry, *, notebook_path: str | None = None) -> bool:
        """Whether a person has said that this entry shall not match; see :meth:`invalidated_at`."""
        return self.invalidated_at(stored, notebook_path=notebook_path) is not None

    def touch_used(self, entry_id: str) -> None:
        """Note that an entry was used just now; a store that cannot be written takes no note."""
        last = self.last_used(entry_id)
        if last is not None and abs(time.time() - last) < _USE_RESOLUTION:
            return
        with contextlib.suppress(OSError):
            self._layout.prepare()
            name = _name(USED, entry_id)
            # The folder's time tells an index that something changed. Before as well: who looks in
            # between looks again, also if this process is killed here.
            self._files.touch(USED)
            if not self._files.touch(name):
                self._files.create_empty(name)
            self._files.touch(USED)

    def last_used(self, entry_id: str) -> float | None:
        """When an entry was used last, in seconds since the epoch, to the minute."""
        try:
            status = self._files.status(_name(USED, entry_id))
        except OSError:
            return None
        return None if status is None else status.st_mtime

    def note_hit(self, entry_id: str) -> None:
        """Note that an entry took the place of an execution just now.

        A byte is added to a file, which needs no lock and waits for no disk; a hit can be lost in
        a crash. A store that cannot be written takes no note.
        """
        name = _name(_HITS, entry_id)
        with contextlib.suppress(OSError, StoreError):
            self._layout.prepare()
            self._files.append(name, b".")
        with contextlib.suppress(StoreError):
            self.touch_used(entry_id)

    def hits(self, entry_id: str) -> int:
        """How often an entry took the place of an execution."""
        try:
            status = self._files.status(_name(_HITS, entry_id))
        except OSError:
            return 0
        regular = status is not None and stat.S_ISREG(status.st_mode)
        return min(status.st_size, _MOST_HITS) if status is not None and regular else 0

    def keep_check(self, entry_id: str, check: Check) -> None:
        """Keep what a check of repeatability found, in place of what an earlier one did."""
        self._layout.write(_name(_CHECKED, entry_id), msgspec.json.encode(check))

    def check_of(self, entry_id: str) -> Check | None:
        """What the last check of an entry found; None for one that was not checked."""
        try:
            return _decode_check(self._files.read(_name(_CHECKED, entry_id), _MAX_CHECK_BYTES))
        except (OSError, ValueError, RecursionError, msgspec.MsgspecError):
            return None

    def note_unsent(self, entry_id: str) -> None:
        """Note that an entry is to be sent to a shared store."""
        self._layout.prepare()
        self._files.create_empty(_name(_UNSENT, entry_id))

    def note_sent(self, entry_id: str) -> None:
        """Note that it has been sent, or will never be."""
        self._layout.remove(_name(_UNSENT, entry_id))

    def unsent(self) -> set[str]:
        """The identifiers of all entries that are still to be sent; raises OSError."""
        return self._names(_UNSENT)

    def uses(self) -> dict[str, float]:
        """When each entry was used last, as :meth:`last_used`; raises OSError."""
        return {name: time for name, time in self._files.times(USED) if is_entry_id(name)}

    def pinned(self) -> set[str]:
        """The identifiers of all pinned entries; raises OSError."""
        return self._names(_PINNED)

    def checked(self) -> set[str]:
        """The identifiers of all entries that were checked; raises OSError."""
        return self._names(_CHECKED)

    def of_entries(self) -> Iterator[tuple[str, str, float]]:
        """Every mark of an entry: its file, the entry, and when it was changed; raises OSError."""
        for kind in _OF_ENTRIES:
            for name, changed in self._files.times(kind):
                if is_entry_id(name):
                    yield f"{kind}/{name}", name, changed

    def _names(self, kind: str) -> set[str]:
        _, names = self._files.listing(kind) or (None, [])
        return set(filter(is_entry_id, names))

    def forget(self, entry_id: str) -> None:
        """Remove all marks of an entry."""
        for kind in _OF_ENTRIES:
            self._layout.remove(_name(kind, entry_id))

    def _time_of(self, name: str) -> float | None:
        status = None
        try:
            status = self._files.status(name)
            if status is None:
                return None
            return _decode(self._files.read(name, _MAX_BYTES)).time
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError, msgspec.MsgspecError):
            # A mark that cannot be read still stands: rather one execution too many.
            return time.time() if status is None else status.st_mtime

    def _write(self, name: str, mark: Mark) -> None:
        self._layout.write(name, msgspec.json.encode(mark))


def _name(kind: str, entry_id: str) -> str:
    if not is_entry_id(entry_id):
        raise EntryMissing(f"{entry_id[:80]!r} is not the identifier of an entry.")
    return f"{kind}/{entry_id}"


def _notebook_name(notebook_path: str) -> str:
    digest = sha256(notebook_path.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{_INVALIDATED_NOTEBOOKS}/{digest}"


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
