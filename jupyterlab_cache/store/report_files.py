"""Reports of batches as files; what they hold is the batch's business."""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Iterator

from .errors import StoreError
from .layout import REPORTS, Layout

MOST_REPORTS = 50
"""So many reports are kept; the oldest make room."""

REPORT_FILE = re.compile(r"[0-9]{16}-[0-9a-f]{8}\.json")
"""Name of a report's file."""

_MAX_BYTES = 64 * 1024**2


class ReportFiles:
    """The reports of a store.

    Args:
        layout: The store's folder.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def write(self, data: bytes) -> None:
        """Keep one more report, and drop the oldest.

        Raises:
            StoreError: It is larger than will be read again, or the store cannot be used.
            OSError: It cannot be written.
        """
        if len(data) > _MAX_BYTES:
            raise StoreError(f"A report can have {_MAX_BYTES} bytes, not {len(data)}.")
        # Names are in the order of time, to the microsecond.
        name = f"{time.time_ns() // 1000:016d}-{os.urandom(4).hex()}.json"
        self._layout.write(f"{REPORTS}/{name}", data)
        for old in self._names()[MOST_REPORTS:]:
            with contextlib.suppress(OSError):
                self._layout.remove(f"{REPORTS}/{old}")

    def newest_first(self) -> Iterator[bytes]:
        """The reports, newest first; what cannot be read is left out.

        Raises:
            StoreError: The store cannot be used.
        """
        self._layout.check()
        for name in self._names():
            with contextlib.suppress(OSError):
                yield self._layout.files.read(f"{REPORTS}/{name}", _MAX_BYTES)

    def _names(self) -> list[str]:
        try:
            _, names = self._layout.files.listing(REPORTS) or (None, [])
        except OSError:
            return []
        return sorted(filter(REPORT_FILE.fullmatch, names), reverse=True)
