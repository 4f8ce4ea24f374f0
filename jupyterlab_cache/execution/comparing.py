"""What differs between two sides of a notebook: entries, or an entry and the file as it is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher, unified_diff
from pathlib import Path
from typing import Any, Literal

import msgspec

from ..notebooks import document as documents
from ..notebooks.errors import NotebookInvalid
from ..notebooks.outputs_digest import is_json_type, normal_outputs, value_digest
from ..notebooks.text import is_text_notebook
from ..notebooks.user_expressions import shown_results
from ..store.errors import BlobDamaged
from ..store.store import Store, StoredEntry

_MOST_LINES = 2000
"""Longer texts take too long to compare while somebody waits; that they differ is told."""

_SVG = "image/svg+xml"

Forms = Mapping[str, object]
Row = tuple[int | None, int | None]


class Payload(msgspec.Struct, frozen=True):
    """What one side shows in one form.

    Attributes:
        digest: Of its value, by the rules of the outputs digest.
        bytes: Its size; of an image that of its file.
    """

    digest: str
    bytes: int


class OutputDifference(msgspec.Struct, frozen=True):
    """A form of an output that is not the same on both sides.

    Attributes:
        form: ``stdout``, ``stderr``, ``error``, ``metadata`` or a MIME type.
        before: None where it came.
        after: None where it went.
        changes: Lines of a unified diff; none for what is no text, or too long.
    """

    form: str
    before: Payload | None
    after: Payload | None
    changes: tuple[str, ...] = ()


class CellDifference(msgspec.Struct, frozen=True):
    """A cell that is not the same on both sides.

    Attributes:
        state: ``changed``, ``added`` or ``removed``.
        before: Its number among the code cells that are not blank, from 0; None if it was added.
        after: The same on the other side; None if it was removed.
        expression: The inline expression of prose that it is, in place of a cell; the numbers of
            expressions follow those of the cells.
        code: Lines of a unified diff.
        outputs: What differs in what it shows.
    """

    state: Literal["changed", "added", "removed"]
    before: int | None
    after: int | None
    expression: str | None
    code: tuple[str, ...]
    outputs: tuple[OutputDifference, ...]


class Comparison(msgspec.Struct, frozen=True):
    """What differs between two sides.

    Attributes:
        path: The notebook, relative to the root.
        before: Identifier of the entry.
        after: Identifier of the other entry; None for the file.
        same: Whether nothing differs.
        total: Number of cells, of both sides together.
        cells: Those that differ.
    """

    path: str
    before: str
    after: str | None
    same: bool
    total: int
    cells: tuple[CellDifference, ...]


class Side(msgspec.Struct, frozen=True):
    """What one side executes and shows: code cells that are not blank, then inline expressions.

    Attributes:
        sources: Their code.
        outputs: What each shows, in the form that is compared; None where outputs cannot be.
        cells: How many of them are cells.
    """

    sources: list[str]
    outputs: list[list[Any]] | None
    cells: int


def side_of_file(notebook: Path) -> Side:
    """A notebook as it is saved; a text notebook has no outputs to compare.

    Raises:
        NotebookError: It is missing or unreadable.
    """
    node = documents.load(notebook)
    cells = documents.code_cells(node)
    sources = [cell["source"] for cell in cells]
    outputs = [cell["outputs"] for cell in cells]
    for cell, _, expressions in documents.expression_cells(node):
        sources += expressions
        outputs += shown_results(cell["metadata"], expressions)
    shown = None if is_text_notebook(notebook) else [normal_outputs(item) for item in outputs]
    return Side(sources, shown, len(cells))


def side_of_entry(store: Store, stored: StoredEntry) -> Side:
    """What an entry executed and what came of it.

    Raises:
        BlobMissing: Something is not there any more.
        BlobDamaged: Something is not what it should be.
    """
    try:
        notebook = documents.loads(store.blobs.get(stored.entry.notebook), "notebook.ipynb")
    except NotebookInvalid as error:
        raise BlobDamaged(f"The entry's code cannot be read: {error}") from error
    sources = [cell["source"] for cell in documents.code_cells(notebook)]
    cells = len(sources)
    if cells != len(stored.entry.cells):
        raise BlobDamaged("The entry's code does not fit its outputs.")
    sources += [record.expression for record in stored.entry.expressions]
    outputs = store.outputs_of(stored, expressions=True)
    return Side(sources, [normal_outputs(item) for item in outputs], cells)


def compare(path: str, before: Side, after: Side, entries: tuple[str, str | None]) -> Comparison:
    """Compare two sides, by the rules that tell whether outputs are the same.

    Args:
        path: What to call the notebook.
        before: The one side.
        after: The other one.
        entries: What the sides are, see :class:`Comparison`.
    """
    split = before.cells, after.cells
    rows = list(_aligned(before.sources[: split[0]], after.sources[: split[1]]))
    for one, other in _aligned(before.sources[split[0] :], after.sources[split[1] :]):
        rows.append(
            (None if one is None else one + split[0], None if other is None else other + split[1])
        )
    compared = (_compared(before, after, *row) for row in rows)
    cells = tuple(cell for cell in compared if cell is not None)
    return Comparison(path, *entries, same=not cells, total=len(rows), cells=cells)


def _aligned(
    before: Sequence[Any], after: Sequence[Any]
) -> Iterator[tuple[int | None, int | None]]:
    """Positions that belong together: what is equal in order, between that one after the other."""
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for _, start, end, begin, stop in matcher.get_opcodes():
        for offset in range(max(end - start, stop - begin)):
            one, other = start + offset, begin + offset
            yield (one if one < end else None, other if other < stop else None)


def _compared(
    before: Side, after: Side, one: int | None, other: int | None
) -> CellDifference | None:
    """What differs in one cell; None if nothing does."""
    sources = _at(before.sources, one, ""), _at(after.sources, other, "")
    shown: tuple[OutputDifference, ...] = ()
    if before.outputs is not None and after.outputs is not None:
        shown = tuple(_outputs(_at(before.outputs, one, []), _at(after.outputs, other, [])))
    if one is not None and other is not None and sources[0] == sources[1] and not shown:
        return None
    state: Literal["changed", "added", "removed"] = "changed"
    if one is None:
        state = "added"
    elif other is None:
        state = "removed"
    is_cell = other < after.cells if other is not None else (one or 0) < before.cells
    expression = None if is_cell else sources[1] or sources[0]
    return CellDifference(state, one, other, expression, _unified(*sources), shown)


def _at(items: Sequence[Any], place: int | None, missing: Any) -> Any:
    return missing if place is None else items[place]


def _outputs(before: list[Any], after: list[Any]) -> Iterator[OutputDifference]:
    digests = [value_digest(item) for item in before], [value_digest(item) for item in after]
    for one, other in _aligned(*digests):
        old = {} if one is None else _forms(before[one])
        new = {} if other is None else _forms(after[other])
        if one is not None and other is not None and before[one][0] != after[other][0]:
            # Displayed or the cell's result: not the same, whatever they show.
            yield from _differences(old, {})
            yield from _differences({}, new)
        else:
            yield from _differences(old, new)


def _differences(old: Forms, new: Forms) -> Iterator[OutputDifference]:
    for form in [*old, *(form for form in new if form not in old)]:
        before, after = _payload(form, old), _payload(form, new)
        if before != after:
            text = _is_text(form)
            changes = _unified(_text_of(form, old), _text_of(form, new)) if text else ()
            yield OutputDifference(form, before, after, changes)


def _forms(output: list[Any]) -> Forms:
    """The forms that an output has, by name."""
    kind, *rest = output
    if kind == "stream":
        return {str(rest[0]): rest[1]}
    if kind == "error":
        return {"error": rest}
    forms: dict[str, object] = dict(rest[0])
    if rest[1]:
        forms["metadata"] = rest[1]
    return forms


def _payload(form: str, forms: Forms) -> Payload | None:
    if form not in forms:
        return None
    value = forms[form]
    if _is_text(form) or not isinstance(value, str):
        size = len(_text_of(form, forms).encode("utf-8", "replace"))
    else:
        # What is no text is in base64: three bytes for four letters.
        letters = len(value) - sum(map(value.count, ("\n", "\r", " ")))
        size = letters * 3 // 4 - value.rstrip()[-2:].count("=")
    return Payload(value_digest(value), size)


def _is_text(form: str) -> bool:
    return "/" not in form or form.startswith("text/") or is_json_type(form) or form == _SVG


def _text_of(form: str, forms: Forms) -> str:
    value = forms.get(form, "")
    if isinstance(value, str):
        return value
    if form == "error" and isinstance(value, list):
        name, message, traceback = value
        return "\n".join([f"{name}: {message}", *map(str, traceback)])
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False, default=str)


def _unified(before: str, after: str) -> tuple[str, ...]:
    old, new = before.splitlines(), after.splitlines()
    if max(len(old), len(new)) > _MOST_LINES:
        return ()
    # The first two lines name the files.
    return tuple(list(unified_diff(old, new, n=1, lineterm=""))[2:])
