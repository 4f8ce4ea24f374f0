"""Whole notebooks: loading for execution, putting outputs in, saving."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .code_key import cell_digest, execution_flags, is_blank, normalise_source
from .digests import CellDigests, DocumentDigests
from .errors import NotebookInvalid
from .outputs_digest import NO_OUTPUTS, cell_outputs_digest
from .reader import check_format, is_text_notebook, kernel_name, read_bytes


def load(path: Path) -> Any:
    """A notebook as an nbformat 4 node, whose code is in normal form.

    Raises:
        NotebookMissing: There is no such file.
        NotebookInvalid: It is no notebook, or of a format that is not supported.
    """
    notebook = _load_text(path) if is_text_notebook(path) else _load_json(path)
    for cell in code_cells_with_blank(notebook):
        cell["source"] = normalise_source(cell.get("source", ""))
    return notebook


def _load_json(path: Path) -> Any:
    import nbformat

    try:
        value = json.loads(read_bytes(path))
    except (ValueError, RecursionError) as error:
        text = str(error).split("\n")[0][:200]
        raise NotebookInvalid(
            f"{path.name} is not valid JSON ({text}); restore or repair it."
        ) from None
    if not isinstance(value, dict):
        raise NotebookInvalid(f"{path.name} is not a notebook: its JSON is not an object.")
    check_format(value.get("nbformat"), value.get("cells"), path.name)
    try:
        notebook = nbformat.from_dict(value)
        notebook = nbformat.v4.rwbase.rejoin_lines(notebook)
    except (AttributeError, KeyError, TypeError, RecursionError) as error:
        raise NotebookInvalid(f"{path.name} is not a valid notebook: {error}") from error
    return notebook


def _load_text(path: Path) -> Any:
    import jupytext

    try:
        return jupytext.read(path)
    except Exception as error:  # whatever a reader of free text may raise
        raise NotebookInvalid(f"{path.name} cannot be read as a text notebook: {error}") from error


def code_cells_with_blank(notebook: Any) -> list[Any]:
    """All code cells of a node, in order."""
    return [cell for cell in notebook.get("cells", []) if cell.get("cell_type") == "code"]


def code_cells(notebook: Any) -> list[Any]:
    """The code cells of a loaded node that are not blank, in order."""
    return [cell for cell in code_cells_with_blank(notebook) if not is_blank(cell["source"])]


def digests_of(notebook: Any) -> DocumentDigests:
    """The digests of a node; the same as those of its file."""
    cells = []
    for cell in code_cells_with_blank(notebook):
        source = normalise_source(cell.get("source", ""))
        if is_blank(source):
            continue
        metadata = cell.get("metadata")
        tags = metadata.get("tags") if isinstance(metadata, Mapping) else None
        outputs_digest = cell_outputs_digest(cell.get("outputs") or [])
        cells.append(
            CellDigests(
                digest=cell_digest(source, execution_flags(tags)),
                outputs_digest=outputs_digest,
                has_outputs=outputs_digest != NO_OUTPUTS,
            )
        )
    return DocumentDigests(kernel_name(notebook.get("metadata")), tuple(cells))


def put_outputs(
    notebook: Any, cells: Sequence[tuple[Sequence[Mapping[str, Any]], int | None]]
) -> None:
    """Replace the outputs of all code cells; blank cells are left without any.

    Args:
        notebook: A loaded node.
        cells: Outputs and execution count for each code cell that is not blank, in order.

    Raises:
        ValueError: The number of cells is another one.
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
        NotebookInvalid: The file's name is not that of a notebook which can hold outputs.
        OSError: It cannot be written; what was there is still there.
    """
    import nbformat

    if path.suffix != ".ipynb":
        raise NotebookInvalid(
            f"{path.name} cannot hold outputs; name an .ipynb file for them with --output."
        )
    text = nbformat.writes(notebook, version=nbformat.NO_CONVERT)
    if not text.endswith("\n"):
        text += "\n"
    target = Path(os.path.realpath(path))
    handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8", "replace"))
            file.flush()
            os.fsync(file.fileno())
        _copy_mode(target, Path(temporary))
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _copy_mode(source: Path, target: Path) -> None:
    try:
        mode = source.stat().st_mode & 0o7777
    except OSError:
        # A new file gets what the umask leaves.
        mask = os.umask(0)
        os.umask(mask)
        mode = 0o666 & ~mask
    os.chmod(target, mode)
