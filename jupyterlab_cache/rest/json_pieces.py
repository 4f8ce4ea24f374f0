"""Large values as JSON, piece by piece, so that no other thread is stopped for long."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from ..store.long_text import PIECE, LongText


def json_pieces(value: object) -> Iterator[bytes]:
    """A value that may hold long texts as JSON, in pieces of moderate size."""
    gathered = bytearray()
    for part in _parts(value):
        gathered += part
        if len(gathered) >= PIECE:
            yield bytes(gathered)
            gathered.clear()
    if gathered:
        yield bytes(gathered)


def _parts(value: Any) -> Iterator[bytes]:
    if isinstance(value, LongText):
        yield b'"'
        for piece in value.pieces():
            yield msgspec.json.encode(piece)[1:-1]
        yield b'"'
    elif isinstance(value, Mapping) and value and _is_large(value):
        between = b"{"
        for key, item in value.items():
            yield between + msgspec.json.encode(key) + b":"
            yield from _parts(item)
            between = b","
        yield b"}"
    elif isinstance(value, list) and value and _is_large(value):
        between = b"["
        for item in value:
            yield between
            yield from _parts(item)
            between = b","
        yield b"]"
    else:
        yield msgspec.json.encode(value)


def _is_large(value: Any) -> bool:
    """Whether it takes long to write something at once, as whatever has a long text in it."""
    room, left = PIECE, [value]
    while left and room > 0:
        item = left.pop()
        room -= len(item) if isinstance(item, (str, LongText)) else 8
        if isinstance(item, Mapping):
            left += item.values()
        elif isinstance(item, list):
            left += item
    return room <= 0
