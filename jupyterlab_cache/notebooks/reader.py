"""Reading a notebook's digests, quickly: nothing is built that the digests do not need."""

from __future__ import annotations

import json
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from .code_key import is_blank, normalise_source, well_formed
from .digesting import Digesting
from .digests import DocumentDigests
from .errors import NotebookInvalid, NotebookMissing, one_line
from .regular_files import NotReadable, read_regular
from .text import is_text_notebook

LARGEST_NOTEBOOK = 512 * 1024**2
"""Bytes that a notebook's file may have; no browser opens one of that size."""

_OLD_FORMAT = (
    "is in notebook format {}; open and save it in JupyterLab, or run "
    "`jupyter nbconvert --to notebook` on it."
)


class _Cell(msgspec.Struct):
    cell_type: Any = None
    source: str | list[str] = ""
    metadata: Any = None
    outputs: list[dict[str, Any]] | None = None


class _Notebook(msgspec.Struct):
    nbformat: Any = None
    cells: list[_Cell] | None = None
    metadata: Any = None


class _CodeCell(msgspec.Struct):
    cell_type: Any = None
    source: str | list[str] = ""
    metadata: Any = None
    outputs: list[dict[str, msgspec.Raw]] | None = None  # only checked


class _Code(msgspec.Struct):
    nbformat: Any = None
    cells: list[_CodeCell] | None = None
    metadata: Any = None


class _Head(msgspec.Struct):
    metadata: Any = None


_decode = msgspec.json.Decoder(_Notebook).decode
_decode_code = msgspec.json.Decoder(_Code).decode
_decode_head = msgspec.json.Decoder(_Head).decode


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


def read_code_key(path: Path, default_kernel: str) -> str:
    """The code key of a notebook's file, which takes half the time of all its digests.

    Args:
        path: The file.
        default_kernel: Name of the kernel of a notebook that names none.

    Raises:
        NotebookMissing: There is no such file.
        NotebookInvalid: It is a folder, not readable, or no notebook.
    """
    if not is_text_notebook(path):
        data = read_bytes(path)
        with suppress(msgspec.MsgspecError, RecursionError, UnicodeError):
            code = _decode_code(data)
            if code.nbformat == 4 and code.cells is not None:
                digesting = Digesting()
                for cell in code.cells:
                    digesting.add(cell.cell_type, cell.source, cell.metadata, None)
                return digesting.document(kernel_name(code.metadata)).code_key(default_kernel)
    # Whatever is special about it, or wrong.
    return read_digests(path).code_key(default_kernel)


def read_sources(path: Path) -> list[str]:
    """The sources of a notebook's code cells that are not blank, as they are executed.

    Raises:
        NotebookMissing: There is no such file.
        NotebookInvalid: It is a folder, not readable, or no notebook.
    """
    if is_text_notebook(path):
        from .document import code_cells, load

        return [cell["source"] for cell in code_cells(load(path))]
    cells = _notebook_of(read_bytes(path), path.name).cells or []
    code = [normalise_source(cell.source) for cell in cells if cell.cell_type == "code"]
    return [source for source in code if not is_blank(source)]


def read_tagged_cells(path: Path) -> list[tuple[object, bool]]:
    """For each cell of an ``.ipynb`` file its tags, and whether it is code that is not blank.

    Raises:
        NotebookMissing: There is no such file.
        NotebookInvalid: It is a folder, not readable, or no notebook.
    """
    return tagged_cells_of_bytes(read_bytes(path), path.name)


def tagged_cells_of_bytes(data: bytes, name: str) -> list[tuple[object, bool]]:
    """The same of a notebook given as JSON.

    Raises:
        NotebookInvalid: It is not JSON, no notebook, or of a format that is not supported.
    """
    return [
        (
            cell.metadata.get("tags") if isinstance(cell.metadata, dict) else None,
            cell.cell_type == "code" and not is_blank(normalise_source(cell.source)),
        )
        for cell in _notebook_of(data, name).cells or []
    ]


def check_file(path: Path) -> None:
    """Accept a path that may be an ``.ipynb`` notebook, without reading it.

    Raises:
        NotebookMissing: There is no such file.
        NotebookInvalid: It is a folder, a special file, or its name is not that of a notebook.
    """
    try:
        mode = os.stat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise NotebookMissing(f"{path.name} does not exist; check the path.") from None
    except OSError as error:
        raise _unreadable(path, error) from error
    except ValueError as error:
        raise NotebookInvalid(f"{path.name!r} cannot be a file's name: {error}.") from None
    if stat.S_ISDIR(mode):
        raise NotebookInvalid(f"{path.name} is a folder; choose a notebook in it.")
    if not stat.S_ISREG(mode):
        raise NotebookInvalid(f"{path.name} is not a regular file; choose a notebook.")
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
        return read_regular(path, LARGEST_NOTEBOOK)
    except FileNotFoundError:
        raise NotebookMissing(f"{path.name} does not exist; check the path.") from None
    except NotReadable as error:
        raise NotebookInvalid(
            f"{path.name} cannot be read: {error.strerror}; clear its outputs."
        ) from error
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> NotebookInvalid:
    return NotebookInvalid(f"{path.name} cannot be read: {one_line(error.strerror)}.")


def digests_of_bytes(data: bytes, name: str = "The notebook") -> DocumentDigests:
    """The digests of a notebook given as JSON.

    Args:
        data: Content of an ``.ipynb`` file.
        name: What to call it in an error.

    Raises:
        NotebookInvalid: It is not JSON, no notebook, or of a format that is not supported.
    """
    notebook = _notebook_of(data, name)
    try:
        digesting = Digesting()
        for cell in notebook.cells or []:
            digesting.add(cell.cell_type, cell.source, cell.metadata, cell.outputs)
        return digesting.document(kernel_name(notebook.metadata))
    except RecursionError:
        raise NotebookInvalid(
            f"{name} has outputs that are nested too deep; clear or repair them."
        ) from None


def _notebook_of(data: bytes, name: str) -> _Notebook:
    try:
        notebook = _decode(data)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        notebook = _decode_leniently(data, name)
    if notebook.nbformat != 4 or notebook.cells is None:
        _refuse_format(notebook.nbformat, name)
    return notebook


def metadata_of_bytes(data: bytes, name: str) -> Any:
    """The metadata of a notebook given as JSON, whatever they are.

    Raises:
        NotebookInvalid: It is not JSON.
    """
    try:
        return _decode_head(data).metadata
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        value = parse(data, name)
        return value.get("metadata") if isinstance(value, dict) else None


def parse(data: bytes, name: str) -> Any:
    """The JSON of a notebook, by the standard module: lone surrogates and NaN pass.

    Raises:
        NotebookInvalid: It is not JSON.
    """
    try:
        return json.loads(data)
    except RecursionError:
        reason = "nested too deep"
    except ValueError as error:
        reason = one_line(error)
    raise NotebookInvalid(f"{name} is not valid JSON ({reason}); restore or repair it.")


def _decode_leniently(data: bytes, name: str) -> _Notebook:
    value = parse(data, name)
    if not isinstance(value, dict):
        raise NotebookInvalid(f"{name} is not a notebook: its JSON is not an object.")
    if value.get("nbformat") != 4:
        _refuse_format(value.get("nbformat"), name)
    try:
        return msgspec.convert(value, _Notebook)
    except (msgspec.ValidationError, RecursionError) as error:
        raise NotebookInvalid(f"{name} is not a valid notebook: {one_line(error)}.") from None


def _refuse_format(nbformat: object, name: str) -> None:
    """Say what is wrong with a notebook that is none in format 4.

    Raises:
        NotebookInvalid: Always.
    """
    if isinstance(nbformat, int) and not isinstance(nbformat, bool):
        if 0 < nbformat < 4:
            raise NotebookInvalid(f"{name} {_OLD_FORMAT.format(nbformat)}")
        if nbformat > 4:
            raise NotebookInvalid(
                f"{name} is in notebook format {nbformat}, which is too new; save it in format 4."
            )
    raise NotebookInvalid(f"{name} is not a notebook: it has no cells in notebook format 4.")


def kernel_name(metadata: object) -> str | None:
    """The kernelspec's name in a notebook's metadata; None when there is none."""
    kernelspec = metadata.get("kernelspec") if isinstance(metadata, dict) else None
    name = kernelspec.get("name") if isinstance(kernelspec, dict) else None
    return well_formed(name) if isinstance(name, str) and name else None
