"""The latest part of what a cell has put out, small enough to be sent again and again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from ..notebooks.code_key import well_formed
from ..store.long_text import LongText
from .streams import joined_streams

MOST_BYTES = 2**17
"""Of one cell's outputs, as JSON."""

MOST_DISPLAYS = 50
"""Outputs of one cell besides what it printed."""

_ENOUGH = 1_000_000
"""Bytes of one display beyond which its JSON is not counted further."""

_LONGEST_TEXT = 2000
_SIZE_OF_NUMBER = 8
_QUOTATION_MARKS = 2
_LONGEST_CHARACTER = 6
"""Bytes that JSON may take for one."""


class Excerpt(msgspec.Struct, frozen=True):
    """The latest part of a cell's outputs.

    Attributes:
        outputs: A list of outputs as JSON.
        size: About how many bytes of the cell's outputs are in it, by :func:`size_of`.
    """

    outputs: bytes
    size: int


def excerpt_of(outputs: Sequence[dict[str, Any]], room: int) -> Excerpt:
    """The latest outputs that fit, with all parts of a stream in one.

    A text loses its beginning, a display the forms that are too large; what has none that fits is
    left out.

    Args:
        outputs: The latest outputs of the cell, as nbformat has them.
        room: Bytes that may be taken; no cell gets more than :data:`MOST_BYTES`.
    """
    room = min(room, MOST_BYTES)
    kept: list[dict[str, Any]] = []
    displays = 0
    for output in reversed(outputs):
        is_text = output["output_type"] == "stream"
        displays += not is_text
        if room <= 0 or displays > MOST_DISPLAYS:
            break
        part = _end_of(output, room) if is_text else _fitting(output, room)
        if part is not None:
            kept.append(part)
            room -= len(msgspec.json.encode(part["text"] if is_text else part))
            if is_text and len(part["text"]) < len(output["text"]):
                break
    kept.reverse()
    return Excerpt(msgspec.json.encode(joined_streams(kept)), sum(map(size_of, kept)))


def _end_of(stream: dict[str, Any], room: int) -> dict[str, Any]:
    text = well_formed(stream["text"][-room:])
    size = len(msgspec.json.encode(text))
    if size > room:
        text = _last(text, len(text) * (room - _QUOTATION_MARKS) // size)
        if len(msgspec.json.encode(text)) > room:  # its end takes more than the rest
            text = _last(text, (room - _QUOTATION_MARKS) // _LONGEST_CHARACTER)
    name = "stderr" if stream["name"] == "stderr" else "stdout"
    return {"output_type": "stream", "name": name, "text": text}


def _last(text: str, count: int) -> str:
    return text[-count:] if count > 0 else ""


def _fitting(output: dict[str, Any], room: int) -> dict[str, Any] | None:
    """The output with what fits of it; None where nothing does."""
    if output["output_type"] == "error":
        return _fitting_error(output, room)
    data = {
        mime: well_formed(form) if isinstance(form, str) else form
        for mime, form in (output.get("data") or {}).items()
        if size_of_value(form, room) <= room
    }
    metadata = output.get("metadata") or {}
    if _encoded_size(metadata) > _LONGEST_TEXT:
        metadata = {}
    sizes = {mime: _encoded_size(form) for mime, form in data.items()}
    while data:
        fitting = {**output, "data": data, "metadata": metadata}
        if _encoded_size(fitting) <= room:
            return fitting
        del data[max(data, key=lambda mime: sizes[mime])]
    return None


def _fitting_error(output: dict[str, Any], room: int) -> dict[str, Any] | None:
    short = {
        **output,
        "ename": well_formed(output["ename"][:_LONGEST_TEXT]),
        "evalue": well_formed(output["evalue"][:_LONGEST_TEXT]),
        "traceback": [],
    }
    whole = {**short, "traceback": [well_formed(line) for line in output["traceback"]]}
    is_small = size_of_value(output["traceback"], room) <= room and _encoded_size(whole) <= room
    return whole if is_small else short if _encoded_size(short) <= room else None


def _encoded_size(value: Any) -> int:
    """Bytes as JSON; of what is none, more than fits anywhere."""
    try:
        return len(msgspec.json.encode(value))
    except (TypeError, ValueError, OverflowError, RecursionError):
        return _ENOUGH


def size_of(output: Mapping[str, Any]) -> int:
    """About how many bytes an output has."""
    kind = output["output_type"]
    if kind == "stream":
        return len(output["text"])
    if kind == "error":
        return size_of_value([output["ename"], output["evalue"], output["traceback"]])
    return size_of_value(output.get("data"))


def size_of_value(value: Any, enough: int = _ENOUGH) -> int:
    """About how many bytes a value has; it is not looked at further when there are enough."""
    size = 0
    left = [value]
    while left and size <= enough:
        item = left.pop()
        if isinstance(item, (str, LongText)):
            size += len(item)
        elif isinstance(item, dict):
            size += sum(map(len, item))
            left.extend(item.values())
        elif isinstance(item, (list, tuple)):
            left.extend(item)
        else:
            size += _SIZE_OF_NUMBER
    return size
