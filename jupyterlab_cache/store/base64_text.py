"""Texts that are exactly the base64 of something, however long they are."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator
from typing import Literal

from .long_text import AnyText, pieces_of

End = Literal["", "\n"]


class NotBase64(ValueError):
    """A text is not exactly the base64 of anything."""


def shape_of(text: AnyText) -> tuple[int, End]:
    """How long the lines of a text are, 0 without any, and how it ends."""
    first, last, before = -1, "", 0
    for piece in pieces_of(text):
        if first < 0 and (found := piece.find("\n")) >= 0:
            first = before + found
        before += len(piece)
        last = piece
    line = first if 0 <= first < len(text) - 1 else 0
    return line, "\n" if last.endswith("\n") else ""


def decoded(text: AnyText, line: int, end: End) -> Iterator[bytes]:
    """What a base64 text stands for, in pieces.

    Args:
        text: The text, not empty.
        line: How long its lines are.
        end: How it ends.

    Raises:
        NotBase64: To write that as base64 would give another text.
    """
    rest, at = "", 0
    for piece in _without_end(pieces_of(text), end):
        # Some of it stays for the end, which is checked as a whole.
        whole = rest + _one_line(piece, at, line)
        at += len(piece)
        ready = max(0, len(whole) - 4) // 4 * 4
        rest = whole[ready:]
        if "=" in whole[:ready]:
            raise NotBase64
        if ready:
            yield _bytes_of(whole[:ready])
    data = _bytes_of(rest)
    if base64.b64encode(data).decode() != rest or (line and at % (line + 1) == 0):
        raise NotBase64
    yield data


def _without_end(pieces: Iterable[str], end: End) -> Iterator[str]:
    """The pieces without what the text ends with."""
    before: str | None = None
    for piece in pieces:
        if before is not None:
            yield before
        before = piece
    if before is not None:
        yield before[: len(before) - len(end)]


def _one_line(piece: str, at: int, line: int) -> str:
    """A piece that begins at some place of the text, without its line ends."""
    ends = piece[line - at % (line + 1) :: line + 1] if line else ""
    if ends.count("\n") != len(ends) or piece.count("\n") != len(ends):
        raise NotBase64
    return piece.replace("\n", "")


def _bytes_of(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotBase64 from error


def encoded(pieces: Iterable[bytes], line: int, end: str) -> Iterator[str]:
    """Bytes as base64, in pieces.

    Args:
        pieces: The bytes.
        line: How long the lines are, 0 for a single one.
        end: How the text ends.
    """
    at = 0
    for text in _encoded_pieces(pieces):
        if not line:
            yield text
            continue
        first = (line - at % line) % line
        starts = range(first, len(text), line)
        lines = [text[:first], *(text[start : start + line] for start in starts)]
        # An end of line stands before whatever follows one that is full.
        yield "\n".join(lines if at else lines[1:])
        at += len(text)
    yield end


def _encoded_pieces(pieces: Iterable[bytes]) -> Iterator[str]:
    rest = b""
    for piece in pieces:
        data = rest + piece
        ready = len(data) // 3 * 3
        rest = data[ready:]
        if ready:
            yield base64.b64encode(data[:ready]).decode()
    if rest:
        yield base64.b64encode(rest).decode()
