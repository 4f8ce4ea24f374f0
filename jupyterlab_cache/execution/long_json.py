"""Parsing a large message piece by piece, so that no other thread is stopped for long."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from ..store.long_text import AnyText, together

LARGE = 1024 * 1024
"""Bytes from which a message's content is parsed in pieces."""

_CHUNK = 256 * 1024
_BREATH = 4 * 1024 * 1024  # bytes after which whoever reads looks what has arrived meanwhile
_MOST_STRINGS = 200_000
_LONGEST_ESCAPE = 6  # \u and four digits
_HIGH_SURROGATE = re.compile(rb"\\u[dD][89abAB]")


def unpack(data: bytes | str) -> Any:
    """Parse a message as jupyter_client does, only that large ones stop other threads for less."""
    try:
        return msgspec.json.decode(data)
    except (msgspec.MsgspecError, ValueError):
        # It is stricter: NaN, lone surrogates and numbers beyond what a float holds.
        text = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
        return json.loads(text)


def unpack_large(data: memoryview, between: Callable[[], None] = lambda: None) -> Any:
    """The same for a large message; its long texts come in pieces.

    What consists of very many small values is parsed at once all the same: to look for its texts
    would take far longer.

    Args:
        data: The message.
        between: Called every now and then.
    """
    cutter = _Cutter(data, between)
    try:
        return cutter.value()
    except _TooManyStrings:
        return unpack(bytes(data))


class _TooManyStrings(Exception):
    pass


class _Cutter:
    """Takes the long strings out of a JSON text, in whose rest names stand for them."""

    def __init__(self, data: memoryview, between: Callable[[], None]) -> None:
        self._data = data
        self._between = between
        self._name = f"jupyterlab-cache-{os.urandom(16).hex()}-"
        self._long: dict[str, AnyText] = {}
        self._rest: list[bytes] = []
        self._strings = 0

    def value(self) -> Any:
        """The parsed message."""
        inside: list[str] | None = None
        breath = _BREATH
        for chunk in self._chunks():
            breath -= len(chunk)
            if breath < 0:
                self._between()
                breath = _BREATH
            inside = self._take(chunk, inside)
        rest = unpack(b"".join(self._rest))
        return self._filled(rest) if self._long else rest

    def _chunks(self) -> Iterator[bytes]:
        """The message in pieces that end between two characters, which an escape is one of."""
        start = 0
        while start < len(self._data):
            chunk = bytes(self._data[start : start + _CHUNK])
            if start + len(chunk) < len(self._data):
                chunk = chunk[: _safe_end(chunk)] or chunk
            start += len(chunk)
            yield chunk

    def _take(self, chunk: bytes, inside: list[str] | None) -> list[str] | None:
        """Look through a piece.

        Args:
            chunk: The piece.
            inside: What there is of the string in which it begins; None outside of strings.

        Returns:
            The same for what follows.
        """
        # Of the same length, with no quotation mark but those around strings.
        masked = chunk.replace(b"\\\\", b"__").replace(b'\\"', b"__")
        at = begin = 0
        if inside is not None:
            end = masked.find(b'"')
            if end < 0:
                inside.append(_text_of(chunk))
                return inside
            inside.append(_text_of(chunk[:end]))
            self._name_for(inside)
            at = begin = end + 1
        while (start := masked.find(b'"', at)) >= 0:
            self._strings += 1
            if self._strings > _MOST_STRINGS:
                raise _TooManyStrings
            end = masked.find(b'"', start + 1)
            if end < 0:
                self._rest.append(chunk[begin:start])
                return [_text_of(chunk[start + 1 :])]
            at = end + 1
        self._rest.append(chunk[begin:])
        return None

    def _name_for(self, parts: list[str]) -> None:
        name = f"{self._name}{len(self._long)}"
        self._long[name] = together(parts)
        self._rest.append(f'"{name}"'.encode())

    def _filled(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._long.get(value, value)
        if isinstance(value, list):
            return [self._filled(item) for item in value]
        if isinstance(value, dict):
            return {str(self._filled(key)): self._filled(item) for key, item in value.items()}
        return value


def _text_of(raw: bytes) -> str:
    text = unpack(b'"%b"' % raw)
    if not isinstance(text, str):
        raise ValueError("a string was expected")
    return text


def _safe_end(chunk: bytes) -> int:
    """Where a piece, which begins between two characters, can end between two as well."""
    end = len(chunk)
    while end > len(chunk) - 4 and chunk[end - 1] & 0xC0 == 0x80:
        end -= 1
    if chunk[end - 1] >= 0xC0:
        end -= 1
    # In each pair of backslashes the first one is told from the second.
    masked = chunk[:end].replace(b"\\\\", b"\\_")
    last = masked.rfind(b"\\", max(0, end - _LONGEST_ESCAPE))
    if last >= 0:
        length = _LONGEST_ESCAPE if masked[last + 1 : last + 2] == b"u" else 2
        if last + length > end:
            end = last
    # The other half of a pair may follow.
    before = max(0, end - _LONGEST_ESCAPE)
    return before if _HIGH_SURROGATE.match(masked, before) else end
