"""Whole notebooks: loading for execution, putting outputs in, saving."""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .code_key import is_blank, normalise_source
from .digesting import Digesting
from .digests import DocumentDigests
from .errors import NotebookInvalid, one_line
from .expressions import expression_code, inline_expressions
from .outputs_digest import is_json_type
from .reader import digests_of_bytes, kernel_name, parse, read_bytes
from .text import is_text_notebook, load_text
from .user_expressions import METADATA, metadata_of, shown_results

# An attribute of a cell's node, beside its items: what the file holds instead of the normal form.
_AS_STORED = "_source_as_stored"
_SURROGATE = re.compile("[\ud800-\udfff]")


def load(path: Path) -> Any:
    """A notebook as an nbformat 4 node that can be executed.

    Code is in normal form; :func:`save` writes it as it stood where it is still the same. Metadata,
    outputs and execution counts that are missing or malformed are there, empty.

    Raises:
        NotebookMissing: There is no such file.
        NotebookInvalid: It is no notebook, or of a format that is not supported.
    """
    if is_text_notebook(path):
        return with_normal_sources(load_text(path))
    return loads(read_bytes(path), path.name)


def loads(data: bytes, name: str) -> Any:
    """A notebook as :func:`load` gives it.

    Args:
        data: The content of an ``.ipynb`` file.
        name: What to call it in an error.

    Raises:
        NotebookInvalid: It is no notebook, or of a format that is not supported.
    """
    return with_normal_sources(_from_json(data, name))


def with_normal_sources(notebook: Any) -> Any:
    """A node with its code in normal form; the node itself, which knows how the code stood.

    Args:
        notebook: A node in nbformat 4.
    """
    for cell in code_cells_with_blank(notebook):
        text = cell.get("source", "")
        cell["source"] = normalise_source(text)
        if cell["source"] != text:
            vars(cell)[_AS_STORED] = text
    return notebook


def _from_json(data: bytes, name: str) -> Any:
    import nbformat

    # Whatever the reader refuses is refused here too, in the same words.
    digests_of_bytes(data, name)
    value = parse(data, name)
    try:
        _complete(value)
        return nbformat.from_dict(value)
    except RecursionError:
        raise NotebookInvalid(
            f"{name} is nested too deep to be loaded; clear or repair its outputs."
        ) from None


def _complete(notebook: dict[str, Any]) -> None:
    """Put in what every notebook has where it is missing or malformed, and join lines.

    More lenient than nbformat: what will be replaced by an execution need not be right.
    """
    if not isinstance(notebook.get("nbformat_minor"), int):
        notebook["nbformat_minor"] = 0
    for part in (notebook, *notebook["cells"]):
        if not isinstance(part.get("metadata"), dict):
            part["metadata"] = {}
    for cell in notebook["cells"]:
        _join(cell, "source")
        if isinstance(attachments := cell.get("attachments"), dict):
            for bundle in attachments.values():
                _join_bundle(bundle)
        if cell.get("cell_type") == "code":
            cell["outputs"] = cell.get("outputs") or []
            cell.setdefault("execution_count", None)
            for output in cell["outputs"]:
                _join(output, "text")
                _join_bundle(output.get("data"))


def _join_bundle(bundle: object) -> None:
    if isinstance(bundle, dict):
        for mime in bundle:
            if not is_json_type(mime):
                _join(bundle, mime)


def _join(part: dict[str, Any], name: str) -> None:
    lines = part.get(name)
    if isinstance(lines, list) and all(isinstance(line, str) for line in lines):
        part[name] = "".join(lines)


def code_cells_with_blank(notebook: Any) -> list[Any]:
    """All code cells of a node, in order."""
    return [cell for cell in notebook.get("cells", []) if cell.get("cell_type") == "code"]


def code_cells(notebook: Any) -> list[Any]:
    """The code cells of a loaded node that are not blank, in order."""
    return [cell for cell in code_cells_with_blank(notebook) if not is_blank(cell["source"])]


def tagged_cells(notebook: Any) -> list[tuple[object, bool]]:
    """For each cell of a loaded node its tags, and whether it is code that is not blank."""
    return [
        (
            cell["metadata"].get("tags"),
            cell.get("cell_type") == "code" and not is_blank(cell["source"]),
        )
        for cell in notebook.get("cells", [])
    ]


def digests_of(notebook: Any) -> DocumentDigests:
    """The digests of a node; the same as those of its file."""
    digesting = Digesting()
    for cell in notebook.get("cells", []):
        digesting.add(
            cell.get("cell_type"), cell.get("source", ""), cell.get("metadata"), cell.get("outputs")
        )
    return digesting.document(kernel_name(notebook.get("metadata")))


def expression_cells(notebook: Any) -> list[tuple[Any, int, list[str]]]:
    """The Markdown cells of a node with inline expressions, in order.

    Returns:
        For each the cell, how many code cells that are not blank stand before it, and its
        expressions as they stand there.
    """
    found = []
    after = 0
    for cell in notebook.get("cells", []):
        if cell.get("cell_type") == "code":
            after += not is_blank(normalise_source(cell.get("source", "")))
        elif cell.get("cell_type") == "markdown":
            expressions = inline_expressions(normalise_source(cell.get("source", "")))
            if expressions:
                found.append((cell, after, expressions))
    return found


def expressions_of(notebook: Any) -> list[tuple[str, int]]:
    """What a node executes beside its code cells: its inline expressions, in order.

    Returns:
        For each what is executed, and how many code cells that are not blank stand before it.
    """
    return [
        (expression_code(expression), after)
        for _, after, expressions in expression_cells(notebook)
        for expression in expressions
    ]


def shown_expressions(notebook: Any) -> list[list[dict[str, Any]]]:
    """What a node shows for each of its inline expressions, in order: one output, or none."""
    return [
        result
        for cell, _, expressions in expression_cells(notebook)
        for result in shown_results(cell.get("metadata"), expressions)
    ]


def put_expressions(notebook: Any, results: Sequence[Sequence[Mapping[str, Any]]]) -> None:
    """Replace the results of all inline expressions.

    Args:
        notebook: A loaded node.
        results: One output or none for each expression, in order.

    Raises:
        ValueError: The number of expressions is another one; the node is as it was.
    """
    import nbformat

    cells = expression_cells(notebook)
    count = sum(len(expressions) for _, _, expressions in cells)
    if count != len(results):
        raise ValueError(f"the notebook has {count} inline expressions, the results {len(results)}")
    following = iter(results)
    for cell, _, expressions in cells:
        held = metadata_of((expression, next(following)) for expression in expressions)
        cell["metadata"].pop(METADATA, None)
        if held:
            cell["metadata"][METADATA] = nbformat.from_dict(held)


def put_outputs(
    notebook: Any, cells: Sequence[tuple[Sequence[Mapping[str, Any]], int | None]]
) -> None:
    """Replace the outputs of all code cells; blank cells are left without any.

    Args:
        notebook: A loaded node.
        cells: Outputs and execution count for each code cell that is not blank, in order.

    Raises:
        ValueError: The number of cells is another one; the node is as it was.
    """
    import nbformat

    targets = code_cells(notebook)
    if len(targets) != len(cells):
        raise ValueError(f"the notebook has {len(targets)} code cells, the outputs {len(cells)}")
    for cell in code_cells_with_blank(notebook):
        cell["outputs"] = []
        cell["execution_count"] = None
    for cell, (outputs, count) in zip(targets, cells, strict=True):
        cell["outputs"] = [nbformat.from_dict(dict(output)) for output in outputs]
        cell["execution_count"] = count


def save(notebook: Any, path: Path) -> None:
    """Write a node to an ``.ipynb`` file, whole or not at all; a file's mode and link stay.

    Raises:
        NotebookInvalid: The file's name is not that of a notebook which can hold outputs, or the
            node cannot be written as a notebook.
        OSError: It cannot be written; what was there is still there.
    """
    if path.suffix != ".ipynb":
        raise NotebookInvalid(
            f"{path.name} cannot hold outputs; name an .ipynb file for them with --output."
        )
    replace(path, serialise(notebook, path.name))


def replace(path: Path, data: bytes) -> None:
    """Write a file, whole or not at all; its mode stays, and a link that leads to it.

    Raises:
        OSError: It cannot be written; what was there is still there.
    """
    target = Path(os.path.realpath(path))
    mode = _mode_to_keep(target)
    temporary = target.parent / f".{os.urandom(8).hex()}.tmp"
    # What the umask leaves, as for any new file.
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            os.chmod(temporary, mode)
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def serialise(notebook: Any, name: str) -> bytes:
    """The bytes of a file, in nbformat's own layout, not validated and hence not repaired.

    Args:
        notebook: A loaded node.
        name: What to call it in an error.

    Raises:
        NotebookInvalid: It cannot be written as a notebook.
    """
    import nbformat

    try:
        text: str = nbformat.v4.writes(with_stored_sources(notebook))
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise NotebookInvalid(
            f"{name} cannot be written as a notebook: {one_line(error)}."
        ) from error
    # UTF-8 has no lone surrogates, but JSON has an escape for them.
    return (_SURROGATE.sub(_escaped, text) + "\n").encode()


def _escaped(surrogate: re.Match[str]) -> str:
    return f"\\u{ord(surrogate[0]):04x}"


def with_stored_sources(notebook: Any) -> Any:
    """A loaded node with the code of unchanged cells as it stood in the file."""
    cells = []
    for cell in notebook.cells:
        stored = vars(cell).get(_AS_STORED)
        if stored is not None and normalise_source(stored) == cell["source"]:
            cell = type(cell)({**cell, "source": stored})
        cells.append(cell)
    return type(notebook)({**notebook, "cells": cells})


def _mode_to_keep(target: Path) -> int | None:
    """The permissions of a file that is to be replaced; None when there is none.

    Raises:
        OSError: What is there is not to be replaced.
    """
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(mode):
        raise OSError(f"{target.name} is not a regular file")
    if not os.access(target, os.W_OK):
        raise PermissionError(f"{target.name} is write-protected")
    return stat.S_IMODE(mode)
