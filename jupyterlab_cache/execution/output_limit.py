"""How much of an execution's outputs is held in memory, and the limit of that."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Mapping
from typing import Any

from ..store.blobs import MAX_BLOB_BYTES
from ..store.long_text import LongText

MOST_OUTPUT_BYTES = 500 * 1000 * 1000
"""Bytes of an execution's outputs, unless it is given another limit."""

LARGEST_LIMIT = MAX_BLOB_BYTES
"""No limit beyond that makes sense: a store takes no more."""


class OutputLimit:
    """Counts what waits to be read and what was kept, and says when that is too much.

    Args:
        most: Bytes; 0 for no limit.

    Attributes:
        passed: Set when the limit was passed, and what arrived before was read.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.passed = asyncio.Event()
        self._is_passed = False
        self._waiting = 0
        self._kept = 0
        self._measured: Callable[[], int] | None = None

    def measure_by(self, measured: Callable[[], int]) -> None:
        """Tell how to measure what is kept: what arrived may have replaced something."""
        self._measured = measured

    def admits(self, size: int) -> bool:
        """Count a message that arrives; False if it is too much, and from then on."""
        if not self._is_passed and self.most:
            self._is_passed = not self._has_room(size)
            self._tell()
        if self._is_passed:
            return False
        self._waiting += size
        return True

    def _has_room(self, size: int) -> bool:
        if self._waiting + self._kept + size <= self.most:
            return True
        if self._measured is not None:
            self._kept = self._measured()
        return self._waiting + self._kept + size <= self.most

    def note_read(self, size: int) -> None:
        """Count a message that waits no longer."""
        self._waiting -= size
        self._kept += size
        self._tell()

    def _tell(self) -> None:
        if self._is_passed and not self._waiting:
            self.passed.set()


def memory_of(value: Any) -> int:
    """Bytes of memory that outputs take, about."""
    total, left = 0, [value]
    while left:
        item = left.pop()
        if isinstance(item, LongText):
            total += sum(map(sys.getsizeof, item.pieces()))
            continue
        total += sys.getsizeof(item)
        if isinstance(item, Mapping):
            left += item.values()
        elif isinstance(item, (list, tuple)):
            left += item
    return total
