"""Git's protocol for a filter that stays: one process for all files of one git command.

Specified in gitattributes(5), "Long Running Filter Process".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO

_FLUSH = b"0000"
_LARGEST = 65516
"""Bytes of content that a packet may have."""

Clean = Callable[[bytes], bytes]
"""Gives what git keeps of a file's content."""

Smudge = Callable[[Mapping[bytes, bytes]], Mapping[bytes, bytes]]
"""Gives the contents that files get, by their paths; those that it leaves out stay as they are."""


class ProtocolBroken(Exception):
    """What came is not what git sends."""


class FilterProcess:
    """Answers git until it has no more to ask.

    Files that are checked out are filtered when all others are there, where git can wait for that:
    what becomes of them may depend on those.

    Args:
        source: What git writes.
        target: What git reads.
        clean: What files become on their way into git.
        smudge: What they become on their way out.
    """

    def __init__(self, source: BinaryIO, target: BinaryIO, clean: Clean, smudge: Smudge) -> None:
        self._source = source
        self._target = target
        self._clean = clean
        self._smudge = smudge
        self._delayed: dict[bytes, bytes] = {}

    def serve(self) -> None:
        """Answer until git closes its end.

        Raises:
            ProtocolBroken: What comes is not what git sends.
        """
        self._greet()
        while True:
            try:
                request = dict(self._pairs())
            except EOFError:
                return
            self._answer(request)
            self._target.flush()

    def _greet(self) -> None:
        lines = list(self._lines())
        if lines[:1] != [b"git-filter-client"] or b"version=2" not in lines:
            raise ProtocolBroken("Git starts this command; it is not for people.")
        self._send(b"git-filter-server", b"version=2")
        self._target.flush()
        offered = set(self._lines())
        known = (b"capability=clean", b"capability=smudge", b"capability=delay")
        self._send(*(name for name in known if name in offered))
        self._target.flush()

    def _answer(self, request: Mapping[bytes, bytes]) -> None:
        command, path = request.get(b"command"), request.get(b"pathname", b"")
        if command == b"list_available_blobs":
            # Everything else is checked out by now.
            paths = list(self._delayed)
            self._delayed |= self._smudge(self._delayed)
            self._send(*(b"pathname=" + path for path in paths))
            self._send(b"status=success")
            return
        content = b"".join(self._packets())
        if command == b"clean":
            self._send_content(self._clean(content))
        elif command != b"smudge":
            self._send(b"status=error")
        elif path in self._delayed:
            self._send_content(self._delayed.pop(path))
        elif request.get(b"can-delay") == b"1":
            self._delayed[path] = content
            self._send(b"status=delayed")
        else:
            self._send_content(self._smudge({path: content}).get(path, content))

    def _pairs(self) -> Iterator[tuple[bytes, bytes]]:
        for line in self._lines():
            name, _, value = line.partition(b"=")
            yield name, value

    def _lines(self) -> Iterator[bytes]:
        for packet in self._packets():
            yield packet.removesuffix(b"\n")

    def _packets(self) -> Iterator[bytes]:
        """The packets up to the next flush.

        Raises:
            EOFError: Git has gone.
            ProtocolBroken: These are no packets.
        """
        while True:
            head = self._source.read(4)
            if not head:
                raise EOFError
            try:
                length = int(head, 16)
            except ValueError:
                raise ProtocolBroken(f"{head!r} is not the length of a packet.") from None
            if length == 0:
                return
            data = self._source.read(length - 4)
            if length <= 4 or len(data) != length - 4:
                raise ProtocolBroken("A packet is not complete.")
            yield data

    def _send(self, *lines: bytes) -> None:
        for line in lines:
            self._send_packet(line + b"\n")
        self._target.write(_FLUSH)

    def _send_packet(self, data: bytes) -> None:
        self._target.write(b"%04x" % (len(data) + 4) + data)

    def _send_content(self, content: bytes) -> None:
        self._send(b"status=success")
        for start in range(0, len(content), _LARGEST):
            self._send_packet(content[start : start + _LARGEST])
        # The status is still success, as an empty list of what has changed says.
        self._target.write(_FLUSH + _FLUSH)
