"""Whether two sets of outputs show the same. Specified in ``docs/code-key.md``."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from ..store.long_text import LONG, AnyText, LongText, pieces_of, together
from .code_key import well_formed

_NAN = bytes.fromhex("7ff8000000000000")
_SMALL = 4096
"""Bytes below which one copy is cheaper than one more call."""


def value_digest(value: object) -> str:
    """Digest of a JSON value, 64 hexadecimal digits; the same in Python and TypeScript.

    Raises:
        RecursionError: The value is nested absurdly deep.
    """
    digest = sha256()
    _feed(digest.update, value)
    return digest.hexdigest()


def _feed(update: Callable[[bytes], None], value: object) -> None:
    # What JSON is decoded to comes first: a document has thousands of values.
    if isinstance(value, (str, LongText)):
        _feed_text(update, value)
    elif isinstance(value, (dict, Mapping)):
        update(b"o%d:" % len(value))
        for key in _in_order(value):
            _feed_text(update, key)
            _feed(update, value[key])
    elif isinstance(value, (list, tuple)):
        update(b"l%d:" % len(value))
        for item in value:
            _feed(update, item)
    elif value is None:
        update(b"z")
    elif value is True:
        update(b"t")
    elif value is False:
        update(b"f")
    elif isinstance(value, (int, float)):
        update(b"n" + _double(value))
    else:
        raise TypeError(f"{type(value).__name__} is not a JSON value")


def _in_order(keys: Iterable[str]) -> list[str]:
    """Keys in the order of their UTF-16 code units, which is that of strings in JavaScript."""
    ordered = sorted(keys)
    if len(ordered) > 1 and not all(map(str.isascii, ordered)):
        ordered.sort(key=lambda key: key.encode("utf-16-be", "surrogatepass"))
    return ordered


def _feed_text(update: Callable[[bytes], None], text: AnyText) -> None:
    if len(text) >= LONG:
        update(b"s%d:" % sum(map(len, _encoded(text))))
        for piece in _encoded(text):
            update(piece)
        return
    data = _bytes(str(text))
    if len(data) < _SMALL:
        update(b"s%d:%b" % (len(data), data))
    else:
        update(b"s%d:" % len(data))
        update(data)


def _encoded(text: AnyText) -> Iterator[bytes]:
    return map(_bytes, pieces_of(text))


def _bytes(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        return well_formed(text).encode()


def _double(value: float) -> bytes:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf if value > 0 else -math.inf
    if math.isnan(number):
        return _NAN
    return struct.pack(">d", number + 0.0)  # adding +0 turns −0 into +0


def cell_outputs_digest(outputs: Sequence[Mapping[str, Any]]) -> str:
    """Digest of one cell's outputs."""
    return value_digest(normal_outputs(outputs)) if outputs else NO_OUTPUTS


def document_outputs_digest(cell_digests: Sequence[str]) -> str:
    """Digest over the outputs digests of what a document executes.

    Args:
        cell_digests: Those of its code cells that are not blank, and behind them those of its
            inline expressions.
    """
    return value_digest(list(cell_digests))


def normal_outputs(outputs: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    """One cell's outputs in the form that is compared, without execution counts."""
    normal: list[list[Any]] = []
    for output in outputs:
        kind = output.get("output_type")
        if kind == "stream":
            name, text = _text(output.get("name")), _text(output.get("text"))
            if normal and normal[-1][0] == "stream" and normal[-1][1] == name:
                normal[-1][2] = together((normal[-1][2], text))
            else:
                normal.append(["stream", name, text])
        elif kind in ("display_data", "execute_result"):
            data = output.get("data")
            bundle = (
                {mime: _joined_unless_json(mime, item) for mime, item in data.items()}
                if isinstance(data, Mapping)
                else {}
            )
            metadata = output.get("metadata")
            normal.append([kind, bundle, metadata if isinstance(metadata, Mapping) else {}])
        elif kind == "error":
            traceback = output.get("traceback")
            normal.append(
                [
                    "error",
                    _text(output.get("ename")),
                    _text(output.get("evalue")),
                    traceback if isinstance(traceback, list) else [],
                ]
            )
    return normal


def _text(value: object) -> AnyText:
    """A text; what is none counts as missing."""
    text = _joined(value)
    return text if isinstance(text, (str, LongText)) else ""


def _joined(text: object) -> object:
    if isinstance(text, list):
        try:
            return "".join(text)
        except TypeError:  # not a list of strings
            return text
    return text


def is_json_type(mime: str) -> bool:
    """Whether data of a MIME type are JSON values, in which a list is not one of lines."""
    return mime == "application/json" or (
        mime.startswith("application/") and mime.endswith("+json")
    )


def _joined_unless_json(mime: str, item: object) -> object:
    return item if is_json_type(mime) else _joined(item)


NO_OUTPUTS = value_digest([])
"""Digest of a cell without outputs."""
