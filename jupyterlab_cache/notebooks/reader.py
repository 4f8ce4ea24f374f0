"""Reading a notebook's digests, quickly: nothing is built that the digests do not need."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from .code_key import cell_digest, execution_flags, is_blank, normalise_source, well_formed
from .digests import CellDigests, DocumentDigests
from .errors import NotebookInvalid, NotebookMissing
from .outputs_digest import NO_OUTPUTS, cell_outputs_digest

TEXT_SUFFIXES = (".md", ".py", ".R", ".r", ".jl", ".Rmd", ".sh")
"""Files that may be text notebooks; whether they are, their header tells."""

_HEADER_BYTES = 8192
_TEXT_HEADER = re.compile(rb"^\W*(jupytext|kernelspec)\s*:", re.MULTILINE)
_OLD_FORMAT = (
    "is in notebook format 3; open and save it in JupyterLab, or convert it with "
    "`jupyter nbconvert --to notebook`."
)


class _Cell(msgspec.Struct):
    cell_type: Any = None
    source: str | list[str] = ""
    metadata: Any = None
    outputs: Any = None


class _Notebook(msgspec.Struct):
    nbformat: Any = None
    cells: list[_Cell] | None = None
    metadata: Any = None


_decode = msgspec.json.Decoder(_Notebook).decode


def read_digests(path: Path) -> DocumentDigests:
    """The digests of a notebook's file.

    Raises:
        NotebookMissing: There is no such file.
        NotebookInvalid: It is a folder, not readable, or no notebook.
    """
    if is_text_notebook(path):
        from .document import digests_of, load

        return digests_of(load(path))
    return digests_of_bytes(read_bytes(path), path.name)


def check_file(path: Path) -> None:
    """Accept a path that may be an ``.ipynb`` notebook, without reading it.

    Raises:
        NotebookMissing: There is no such file.
        NotebookInvalid: It is a folder, a special file, or its name is not that of a notebook.
    """
    try:
        if path.is_dir():
            raise NotebookInvalid(f"{path.name} is a folder; choose a notebook in it.")
        if not path.exists():
            raise NotebookMissing(f"{path.name} does not exist; check the path.")
        if not path.is_file():
            raise NotebookInvalid(f"{path.name} is not a regular file.")
    except (OSError, ValueError) as error:
        raise NotebookInvalid(f"{path.name} cannot be read: {error}") from error
    if path.suffix != ".ipynb":
        raise NotebookInvalid(
            f"{path.name} is not a notebook: neither .ipynb nor text with a jupytext header."
        )


def read_bytes(path: Path) -> bytes:
    """The content of an ``.ipynb`` file.

    Raises:
        NotebookMissing: There is no such file.
        NotebookInvalid: It is no notebook's file, or cannot be read.
    """
    check_file(path)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise NotebookMissing(f"{path.name} does not exist; check the path.") from None
    except OSError as error:
        raise NotebookInvalid(f"{path.name} cannot be read: {error}") from error


def digests_of_bytes(data: bytes, name: str = "The notebook") -> DocumentDigests:
    """The digests of a notebook given as JSON.

    Args:
        data: Content of an ``.ipynb`` file.
        name: What to call it in an error.

    Raises:
        NotebookInvalid: It is not JSON, no notebook, or of a format that is not supported.
    """
    try:
        notebook = _decode(data)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        notebook = _decode_leniently(data, name)
    check_format(notebook.nbformat, notebook.cells, name)
    try:
        return DocumentDigests(kernel_name(notebook.metadata), _cells(notebook.cells or []))
    except (RecursionError, TypeError, AttributeError) as error:
        raise NotebookInvalid(f"{name} has outputs that are not valid: {error}") from error


def _decode_leniently(data: bytes, name: str) -> _Notebook:
    # The standard module takes what msgspec does not: lone surrogates, NaN.
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        text = str(error).split("\n")[0][:200]
        raise NotebookInvalid(f"{name} is not valid JSON ({text}); restore or repair it.") from None
    if not isinstance(value, dict):
        raise NotebookInvalid(f"{name} is not a notebook: its JSON is not an object.")
    if value.get("nbformat") == 3:
        raise NotebookInvalid(f"{name} {_OLD_FORMAT}")
    try:
        return msgspec.convert(value, _Notebook)
    except (msgspec.ValidationError, RecursionError) as error:
        raise NotebookInvalid(f"{name} is not a valid notebook: {error}") from None


def check_format(nbformat: object, cells: object, name: str) -> None:
    """Accept nbformat 4 with a list of cells.

    Raises:
        NotebookInvalid: It is something else; the message says what to do.
    """
    if isinstance(nbformat, int) and 0 < nbformat < 4:
        raise NotebookInvalid(f"{name} {_OLD_FORMAT}")
    if isinstance(nbformat, int) and nbformat > 4:
        raise NotebookInvalid(f"{name} is in notebook format {nbformat}, which is too new.")
    if nbformat != 4 or isinstance(nbformat, bool) or cells is None:
        raise NotebookInvalid(f"{name} is not a notebook: it has no cells in notebook format 4.")


def kernel_name(metadata: object) -> str | None:
    """The kernelspec's name in a notebook's metadata; None when there is none."""
    kernelspec = metadata.get("kernelspec") if isinstance(metadata, dict) else None
    name = kernelspec.get("name") if isinstance(kernelspec, dict) else None
    return well_formed(name) if isinstance(name, str) and name else None


def _cells(cells: Iterable[_Cell]) -> tuple[CellDigests, ...]:
    digests = []
    for cell in cells:
        if cell.cell_type != "code":
            continue
        source = normalise_source(cell.source)
        if is_blank(source):
            continue
        tags = cell.metadata.get("tags") if isinstance(cell.metadata, dict) else None
        outputs_digest = cell_outputs_digest(cell.outputs) if cell.outputs else NO_OUTPUTS
        digests.append(
            CellDigests(
                digest=cell_digest(source, execution_flags(tags)),
                outputs_digest=outputs_digest,
                has_outputs=outputs_digest != NO_OUTPUTS,
            )
        )
    return tuple(digests)


def is_text_notebook(path: Path) -> bool:
    """Whether a file is text with a jupytext header or a kernelspec; only its head is read."""
    if path.suffix not in TEXT_SUFFIXES or not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            head = file.read(_HEADER_BYTES)
    except OSError:
        return False
    return _TEXT_HEADER.search(head) is not None
