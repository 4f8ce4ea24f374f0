"""The queue's records as files; what they hold is the queue's business."""

from __future__ import annotations

import contextlib
import os
import re

from .files import read_regular, write_atomically
from .layout import Layout

_JOB_ID = re.compile(r"[0-9a-f]{32}")
_MAX_BYTES = 4 * 1024**2


class JobFiles:
    """The jobs of a store.

    Args:
        layout: Where the store lies.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def write(self, job_id: str, data: bytes) -> None:
        """Keep the record of a job in place of the one before.

        Raises:
            OSError: It cannot be written.
        """
        self._layout.create()
        path = self._layout.jobs / f"{job_id}.json"
        write_atomically(path, data, self._layout.temporary)

    def read_all(self) -> dict[str, bytes]:
        """Job id → record; what cannot be read is left out."""
        found: dict[str, bytes] = {}
        with contextlib.suppress(OSError):
            for name in os.listdir(self._layout.jobs):
                if _JOB_ID.fullmatch(name.removesuffix(".json")):
                    with contextlib.suppress(OSError):
                        data = read_regular(self._layout.jobs / name, _MAX_BYTES)
                        found[name.removesuffix(".json")] = data
        return found

    def remove(self, job_id: str) -> None:
        """Forget a job; harmless when it is gone already."""
        with contextlib.suppress(OSError):
            (self._layout.jobs / f"{job_id}.json").unlink()
