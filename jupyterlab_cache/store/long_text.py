"""Long texts in pieces.

Python stops all threads while it copies, encodes or decodes one string, so what is long is handled
piece by piece: whoever else waits gets a turn between two of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

PIECE = 256 * 1024
"""Most characters of a piece."""

LONG = 1024 * 1024
"""Characters from which a text is long."""


class LongText:
    """A text in pieces, which can be added to.

    Args:
        parts: What it begins with.
    """

    def __init__(self, parts: Iterable[str] = ()) -> None:
        self._pieces: list[str] = []
        self._last: list[str] = []
        self._last_length = self._length = 0
        for part in parts:
            self.append(part)

    def append(self, part: str) -> None:
        """Add a text to the end."""
        for start in range(0, len(part), PIECE):
            self._append(part[start : start + PIECE] if len(part) > PIECE else part)

    def _append(self, part: str) -> None:
        if self._last_length + len(part) > PIECE:
            self._pieces.append("".join(self._last))
            self._last, self._last_length = [], 0
        self._last.append(part)
        self._last_length += len(part)
        self._length += len(part)

    def pieces(self) -> Iterator[str]:
        """The pieces in order; a pair of surrogates is never parted."""
        if len(self._last) > 1:
            self._last = ["".join(self._last)]
        carried = ""
        for piece in (*self._pieces, *self._last):
            whole = carried + piece
            carried = whole[-1:] if "\ud800" <= whole[-1:] <= "\udbff" else ""
            if carried:
                whole = whole[:-1]
            if whole:
                yield whole
        if carried:
            yield carried

    def end(self, count: int) -> str:
        """The last characters, so many at most; only what holds them is put together."""
        taken: list[str] = []
        length = 0
        for part in (*reversed(self._last), *reversed(self._pieces)):
            if length >= count:
                break
            taken.append(part)
            length += len(part)
        return "".join(reversed(taken))[-count:] if count > 0 else ""

    def __len__(self) -> int:
        return self._length

    def __str__(self) -> str:
        return "".join(self.pieces())

    def __repr__(self) -> str:
        return f"<a text of {self._length} characters>"


AnyText = str | LongText
"""A text, or a long one in pieces."""


def pieces_of(text: AnyText) -> Iterator[str]:
    """The pieces of a text; one that is not long is a single one."""
    if isinstance(text, str):
        if len(text) < LONG:
            yield text
            return
        text = LongText([text])
    yield from text.pieces()


def together(parts: Iterable[AnyText]) -> AnyText:
    """Texts one after the other; in pieces if that is long."""
    whole = LongText()
    for part in parts:
        for piece in pieces_of(part):
            whole.append(piece)
    return whole if len(whole) >= LONG else str(whole)
