"""What a cell printed, in as few outputs as nbclient would make of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def joined_streams(outputs: Sequence[Any]) -> list[Any]:
    """The outputs with all parts of a stream in one, as nbclient's ``coalesce_streams`` does it.

    To be called once nothing is going to arrive any more: nbclient knows displays that can be
    updated by their place among the outputs, and forgets that joining moves them. Its own way
    takes time that grows with the square of the longest line, too.

    Args:
        outputs: The outputs of one cell; they are not changed.
    """
    parts: dict[str, list[str]] = {}
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
            output["text"] = _without_overwritten("".join(parts[output["name"]]))
    for place in range(len(joined) - 1):
        # They come by different ways, so which of them is the first is chance.
        if _is_stream(joined[place], "stderr") and _is_stream(joined[place + 1], "stdout"):
            joined[place : place + 2] = joined[place + 1], joined[place]
    return joined


def _is_stream(output: Any, name: str) -> bool:
    return bool(output["output_type"] == "stream" and output["name"] == name)


def _without_overwritten(text: str) -> str:
    """The text without what stands before a carriage return within a line."""
    if "\r" not in text:
        return text
    # One at the very end of a line is the line's end, or waits for what is to come.
    lines = text.split("\n")
    return "\n".join(line[line.rfind("\r", 0, max(len(line) - 1, 0)) + 1 :] for line in lines)
