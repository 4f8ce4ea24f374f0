"""Inputs that entries have in common, numbered, so that one pass looks at each of them once."""

from __future__ import annotations

import os
from itertools import count

from ..store.entries import StoredEntry
from .observation import Places

_MOST_ENTRIES = 20_000


class Checklists:
    """The numbers of the inputs of entries, kept between passes since entries never change.

    Equal numbers mean that a comparison with the present has the same answer.
    """

    def __init__(self) -> None:
        self._next = count()
        self._numbers: dict[tuple[object, ...], int] = {}
        self._of: dict[tuple[str, str], tuple[int, ...]] = {}

    @property
    def is_full(self) -> bool:
        """Whether it is time to start new ones."""
        return len(self._of) >= _MOST_ENTRIES

    def of(self, stored: StoredEntry, places: Places) -> tuple[int, ...]:
        """The numbers of an entry's inputs, in order.

        Args:
            stored: An entry that is ours: for others it matters where the project ends.
            places: Where its relative paths start.
        """
        key = stored.id, os.fspath(places.notebook_folder)
        known = self._of.get(key)
        if known is None:
            known = self._of[key] = tuple(self._number(stored, places))
        return known

    def _number(self, stored: StoredEntry, places: Places) -> list[int]:
        numbers = []
        for item in stored.entry.inputs:
            # All that a comparison looks at; the rest of an input only explains it.
            where = (
                (stored.entry.kernel_name, item.subject)
                if item.path is None
                else (places.absolute(item.path), None)
            )
            key = (
                item.kind,
                *where,
                item.fingerprint,
                item.names,
                item.without,
                item.created_by_run,
            )
            # Other threads count as well, so no two keys may be given the same number.
            numbers.append(self._numbers.setdefault(key, next(self._next)))
        return numbers
