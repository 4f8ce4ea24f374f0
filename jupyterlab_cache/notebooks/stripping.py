"""The bytes of a notebook's file without its outputs, and with some: all else stays as it stands.

What nbformat writes has an order and a layout of its own. A version control system compares bytes,
so here nothing moves that is not an output.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from .code_key import is_blank, normalise_source
from .expressions import inline_expressions
from .user_expressions import METADATA, metadata_of

Outputs = Sequence[Mapping[str, Any]]

CellOutputs = tuple[Outputs, int | None]
"""Outputs and execution count of a cell."""

_TIMES = ("execution", "ExecuteTime")
"""Metadata of cells that extensions write when a cell is executed."""

_IN_LINES = ("text/", "image/svg", "application/javascript")
_WIDGETS = "widgets"
_SURROGATE = re.compile("[\ud800-\udfff]")
_INDENT = re.compile(rb'\{\r?\n([ \t]+)"')
# Control characters are escaped in any case.
_ESCAPED = re.compile(rb"\\u(?!00[01])")


class _Layout(msgspec.Struct, frozen=True):
    """How the JSON of a file is written."""

    indent: str | None
    only_ascii: bool
    end: str

    def write(self, value: object) -> bytes:
        text = json.dumps(value, indent=self.indent, ensure_ascii=self.only_ascii)
        # UTF-8 has no lone surrogates, but JSON has an escape for them.
        text = _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
        return (text + self.end).encode()


def stripped(data: bytes) -> bytes:
    """The content of an ``.ipynb`` file without outputs, counts and times of its execution.

    The very same bytes where there are none, or where it is no notebook of format 4.
    """
    notebook = _notebook_of(data)
    if notebook is None:
        return data
    had = False
    for cell in _cells(notebook, "code"):
        had |= _set(cell, "outputs", [])
        had |= _set(cell, "execution_count", None)
        metadata = cell.get("metadata")
        if isinstance(metadata, dict):
            for name in _TIMES:
                had |= metadata.pop(name, None) is not None
    for cell in _cells(notebook, "markdown"):
        metadata = cell.get("metadata")
        if isinstance(metadata, dict):
            had |= metadata.pop(METADATA, None) is not None
    metadata = notebook.get("metadata")
    if isinstance(metadata, dict):
        had |= metadata.pop(_WIDGETS, None) is not None
    return _layout_of(data).write(notebook) if had else data


def filled(
    data: bytes, cells: Sequence[CellOutputs], results: Sequence[Outputs] = ()
) -> bytes | None:
    """The content of an ``.ipynb`` file with outputs, from which :func:`stripped` takes them again.

    Args:
        data: The content, without any.
        cells: What each code cell shows that is not blank.
        results: One output or none for each inline expression, in order.

    Returns:
        None where the outputs do not fit, or the file has a layout that would not come out again.
    """
    notebook = _notebook_of(data)
    if notebook is None:
        return None
    targets = [cell for cell in _cells(notebook, "code") if not is_blank(_source_of(cell))]
    if len(targets) != len(cells):
        return None
    for cell, (outputs, count) in zip(targets, cells, strict=True):
        cell["outputs"] = [_in_lines(output) for output in outputs]
        cell["execution_count"] = count
    if not _fill_expressions(notebook, results):
        return None
    written = _layout_of(data).write(notebook)
    return written if stripped(written) == data else None


def _fill_expressions(notebook: dict[str, Any], results: Sequence[Outputs]) -> bool:
    """Put results of expressions into metadata; whether they are as many as the expressions."""
    following = list(results)
    for cell in _cells(notebook, "markdown"):
        expressions = inline_expressions(_source_of(cell))
        if len(expressions) > len(following):
            return False
        held = metadata_of(zip(expressions, following, strict=False))
        del following[: len(expressions)]
        if held:
            metadata = cell.setdefault("metadata", {})
            if not isinstance(metadata, dict):
                return False
            metadata[METADATA] = _in_order(held)
    return not following


def _notebook_of(data: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or value.get("nbformat") != 4:
        return None
    return value if isinstance(value.get("cells"), list) else None


def _cells(notebook: dict[str, Any], kind: str) -> Iterator[dict[str, Any]]:
    for cell in notebook["cells"]:
        if isinstance(cell, dict) and cell.get("cell_type") == kind:
            yield cell


def _source_of(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return normalise_source(source if isinstance(source, str) else "")


def _set(cell: dict[str, Any], name: str, value: object) -> bool:
    """Set a member where it is there and has another value; whether that was so."""
    if name not in cell or cell[name] == value:
        return False
    cell[name] = value
    return True


def _in_lines(output: Mapping[str, Any]) -> dict[str, Any]:
    """An output as it is saved: texts in lines, names in order."""
    written = dict(output)
    if "text" in written:
        written["text"] = _lines(written["text"])
    if isinstance(data := written.get("data"), Mapping):
        written["data"] = {
            mime: _lines(item) if mime.startswith(_IN_LINES) else item
            for mime, item in data.items()
        }
    in_order: dict[str, Any] = _in_order(written)
    return in_order


def _in_order(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _in_order(value[name]) for name in sorted(value)}
    return [_in_order(item) for item in value] if isinstance(value, list) else value


def _lines(text: object) -> object:
    return text.splitlines(keepends=True) if isinstance(text, str) else text


def _layout_of(data: bytes) -> _Layout:
    indent = _INDENT.match(data)
    end = data[len(data.rstrip()) :].decode("ascii", "ignore")
    only_ascii = data.isascii() and _ESCAPED.search(data) is not None
    return _Layout(indent[1].decode() if indent else None, only_ascii, end)
