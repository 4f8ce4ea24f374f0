"""Which entries tell of files that their execution wrote."""

from __future__ import annotations

import time

from .entries import EntryFiles
from .errors import EntryMissing
from .index import Index
from .manifest import StoredEntry

# What was found is relied on for a thousand times as long as it took to find, and at least for a
# second, while the folder of all entries is the same.
_SHARE = 1000
_SHORTEST = 1.0  # seconds


class Writers:
    """The entries with artefacts, kept between questions since entries never change.

    Args:
        entries: The entries themselves.
        index: Tells which to look at.
    """

    def __init__(self, entries: EntryFiles, index: Index) -> None:
        self._entries = entries
        self._index = index
        self._found: tuple[StoredEntry, ...] = ()
        self._stamp = ""
        self._until = 0.0  # monotonic seconds

    def all(self) -> tuple[StoredEntry, ...]:
        """These entries; the same object again as long as they are the same."""
        start = time.monotonic()
        stamp = self._entries.stamp()
        if stamp and stamp == self._stamp and start < self._until:
            return self._found
        # Whether somebody trusts an entry from elsewhere may have changed.
        known = {stored.id: stored for stored in self._found if stored.origin != "elsewhere"}
        found = []
        for row in self._index.writers():
            try:
                found.append(known.get(row.id) or self._entries.read(row.code_key, row.id))
            except EntryMissing:
                stamp = ""
        if list(map(_key, found)) != list(map(_key, self._found)):
            self._found = tuple(found)
        end = time.monotonic()
        self._stamp, self._until = stamp, end + max(_SHORTEST, _SHARE * (end - start))
        return self._found


def _key(stored: StoredEntry) -> tuple[str, bool]:
    return stored.id, stored.trusted
