"""What a kernel's process wrote to its error stream at the end of its life."""

from __future__ import annotations

import asyncio
import os
import threading

from .plain_text import plain_text

_MOST_BYTES = 16 * 1024
_MOST_LINES = 20
_LONGEST_LINE = 500  # characters
_PIECE = 64 * 1024


class LastWords:
    """The end of what comes through a pipe, read for as long as somebody holds its other end.

    However much a kernel writes, no more than the end is kept, and it never waits for a reader.

    Attributes:
        inlet: The handle to give to a process; to be given up with :meth:`close_inlet` then.
    """

    def __init__(self) -> None:
        outlet, self.inlet = os.pipe()
        self._kept = b""
        self._is_open = True
        self._lock = threading.Lock()
        self._reader = threading.Thread(target=self._read, args=(outlet,), daemon=True)
        self._reader.start()

    def close_inlet(self) -> None:
        """Give up our own handle, so that the end of the process ends the reading."""
        with self._lock:
            is_open, self._is_open = self._is_open, False
        if is_open:
            os.close(self.inlet)

    def forget(self) -> None:
        """Keep nothing of what came so far: what a program says at its start is not its last."""
        with self._lock:
            self._kept = b""

    def _read(self, outlet: int) -> None:
        try:
            while data := os.read(outlet, _PIECE):
                with self._lock:
                    self._kept = (self._kept + data)[-_MOST_BYTES:]
        finally:
            os.close(outlet)

    def text(self, patience: float = 0.5) -> str:
        """The last lines, without colours; to be asked for in a thread.

        Args:
            patience: Seconds to wait for what a process that has just died left in the pipe; its
                children may hold it open for longer.
        """
        self._reader.join(patience)
        with self._lock:
            text = self._kept.decode("utf-8", errors="replace")
        lines = plain_text(text).splitlines()
        kept = [line.rstrip()[:_LONGEST_LINE] for line in lines if line.strip()]
        return "\n".join(kept[-_MOST_LINES:])


async def with_last_words(message: str, last_words: LastWords | None) -> str:
    """What went wrong with a kernel, and what its process said last, where that is known."""
    said = await asyncio.to_thread(last_words.text) if last_words is not None else ""
    return f"{message} Its last words: {said}" if said else message
