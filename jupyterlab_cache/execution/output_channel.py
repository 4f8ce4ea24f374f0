"""The channel of a kernel's outputs: reads all that has arrived at once, up to a limit.

Imported when something is executed, since jupyter_client takes long to import.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from queue import Empty
from typing import Any

import zmq
from jupyter_client.channels import AsyncZMQSocketChannel

from .long_json import LARGE, unpack, unpack_large
from .output_limit import OutputLimit

_AT_ONCE = 1000
_CONTENT = 4  # its place behind the delimiter, signature, headers and metadata

Parts = list[Any]


class OutputChannel(AsyncZMQSocketChannel):
    """A channel whose messages wait here and not in ZeroMQ's queue, which has no limit.

    Once there are too many bytes of them, the socket is closed: whatever the kernel sends from
    then on is lost, and takes no memory.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._limit = OutputLimit(0)
        self._waiting: deque[tuple[Parts, int]] = deque()
        self._size = 0  # of the message that was given away last

    def hold_within(self, limit: OutputLimit) -> None:
        """Hold no more than that from now on."""
        self._limit = limit
        self._size = 0
        for _, size in self._waiting:
            limit.admits(size)

    async def get_msg(  # type: ignore[override]  # jupyter_client's own does the same
        self, timeout: float | None = None
    ) -> dict[str, Any]:
        """The next message.

        Args:
            timeout: Seconds to wait for one; None for no limit.

        Raises:
            Empty: None came in time.
        """
        until = None if timeout is None else time.monotonic() + timeout
        # Whoever asks for the next one is done with the last one.
        self._limit.note_read(self._size)
        self._size = 0
        while True:
            self._take_in()
            if self._waiting:
                parts, self._size = self._waiting.popleft()
                return self._parsed(parts)
            socket: Any = self.socket  # may have been closed just now
            left = None if until is None else max(0.0, until - time.monotonic())
            if socket is None:
                # The channel did not end for whoever asks, lest that be taken for something else.
                await asyncio.sleep(3600 if left is None else left)
                if left is not None:
                    raise Empty
            elif not await socket.poll(None if left is None else int(left * 1000)):
                raise Empty

    def _take_in(self) -> None:
        """Take what has arrived out of ZeroMQ's queue."""
        own: Any = self.socket
        if own is None:
            return
        socket: Any = zmq.Socket.shadow(own.underlying)
        for _ in range(_AT_ONCE):
            try:
                frames = socket.recv_multipart(zmq.NOBLOCK, copy=False)
            except zmq.Again:
                return
            size = sum(map(len, frames))
            if not self._limit.admits(size):
                self.stop()
                return
            # Not those of large ones: a copy of them would stop all other threads.
            parts = [frame.buffer if len(frame) >= LARGE else frame.bytes for frame in frames]
            self._waiting.append((parts, size))

    def _parsed(self, parts: Parts) -> dict[str, Any]:
        _, found = self.session.feed_identities(parts)
        message: Parts = list(found)
        message[:_CONTENT] = map(bytes, message[:_CONTENT])
        if len(message) <= _CONTENT or len(message[_CONTENT]) < LARGE:
            return self.session.deserialize(message)
        if not str(unpack(message[1]).get("version")).startswith("5."):
            # The content has to be translated.
            message[_CONTENT] = bytes(message[_CONTENT])
            return self.session.deserialize(message)
        parsed = self.session.deserialize(message, content=False)
        parsed["content"] = unpack_large(message[_CONTENT], self._take_in)
        return parsed
