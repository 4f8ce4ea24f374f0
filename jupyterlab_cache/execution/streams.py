"""What a cell printed, in as few outputs as nbclient would make of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ..store.long_text import AnyText, pieces_of, together


def joined_streams(outputs: Sequence[Any]) -> list[Any]:
    """The outputs with all parts of a stream in one, as nbclient's ``coalesce_streams`` does it.

    To be called once nothing is going to arrive any more: nbclient knows displays that can be
    updated by their place among the outputs, and forgets that joining moves them. Its own way
    takes time that grows with the square of the longest line, too.

    Args:
        outputs: The outputs of one cell; they are not changed.
    """
    parts: dict[str, list[AnyText]] = {}
    joined: list[Any] = []
    for output in outputs:
        if output["output_type"] != "stream":
            joined.append(output)
            continue
        name = output["name"]
        if name not in parts:
            joined.append(type(output)(output))
        parts.setdefault(name, []).append(output["text"])
    for output in joined:
        if output["output_type"] == "stream":
            output["text"] = _without_overwritten(parts[output["name"]])
    for place in range(len(joined) - 1):
        # They come by different ways, so which of them is the first is chance.
        if _is_stream(joined[place], "stderr") and _is_stream(joined[place + 1], "stdout"):
            joined[place : place + 2] = joined[place + 1], joined[place]
    return joined


def _is_stream(output: Any, name: str) -> bool:
    return bool(output["output_type"] == "stream" and output["name"] == name)


def _without_overwritten(parts: Sequence[AnyText]) -> AnyText:
    """The texts together without what stands before a carriage return within a line."""
    if any("\r" in piece for part in parts for piece in pieces_of(part)):
        parts = list(_last_writings(piece for part in parts for piece in pieces_of(part)))
    return together(parts)


def _last_writings(pieces: Iterable[str]) -> Iterator[str]:
    """What is left of a text that comes in pieces."""
    line: list[str] = []  # what is left of the one that has no end yet
    for piece in pieces:
        first = piece.find("\n")
        _go_on(line, piece if first < 0 else piece[:first])
        if first < 0:
            continue
        last = piece.rfind("\n")
        yield from line
        ended = piece[first:last]
        if "\r" in ended:
            ended = "\n".join(map(_last_writing, ended.split("\n")))
        yield f"{ended}\n"
        line = []
        _go_on(line, piece[last + 1 :])
    yield from line


def _go_on(line: list[str], more: str) -> None:
    """Add to a line."""
    if not more:
        return
    if line and line[-1].endswith("\r"):
        line.clear()  # it was not the end
    written = _last_writing(more)
    if len(written) < len(more):
        line.clear()
    line.append(written)


def _last_writing(line: str) -> str:
    # A return at the very end of a line is the line's end, or waits for what is to come.
    return line[line.rfind("\r", 0, max(len(line) - 1, 0)) + 1 :]
