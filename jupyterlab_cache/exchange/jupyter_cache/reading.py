"""Notebooks as myst-nb and jupyter-cache read them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...notebooks import document as documents
from ...notebooks.errors import NotebookInvalid, one_line
from ...notebooks.regular_files import read_regular
from ..other_cache import NotExportable, Reading
from .key import key_of

_LARGEST_TEXT = 16 * 1024**2  # bytes


def read(notebook: Path) -> Reading:
    """Read a saved notebook as the builder of a book does.

    MyST Markdown is read as myst-nb reads it. Other text notebooks are read as jupytext does it,
    which is the reader that people name in ``nb_custom_formats`` and to ``jcache``.

    Args:
        notebook: Its absolute path.

    Raises:
        NotExportable: It has no key in jupyter-cache.
        NotebookError: It cannot be read.
    """
    if notebook.suffix == ".md":
        text = read_text(notebook)
        if is_myst_notebook(text):
            node = _myst_node(text)
            return Reading(node, key_of(node))
    node = documents.with_stored_sources(documents.load(notebook))
    return Reading(node, key_of(node))


def read_text(notebook: Path) -> str:
    """The text of a file, with line feeds only, as Sphinx gives it to its parsers.

    Raises:
        NotebookInvalid: It cannot be read as text.
    """
    try:
        data = read_regular(notebook, _LARGEST_TEXT)
        text = data.decode("utf-8-sig")
    except OSError as error:
        reason = one_line(error.strerror)
        raise NotebookInvalid(f"{notebook.name} cannot be read: {reason}.") from error
    except UnicodeDecodeError as error:
        raise NotebookInvalid(f"{notebook.name} is not UTF-8.") from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def is_myst_notebook(text: str) -> bool:
    """Whether myst-nb takes a Markdown file for a notebook: its header alone tells."""
    metadata = header_of(text)
    if metadata.get("file_format") == "mystnb":
        return True
    jupytext = metadata.get("jupytext")
    form = jupytext.get("text_representation") if isinstance(jupytext, Mapping) else None
    return isinstance(form, Mapping) and form.get("format_name") == "myst"


def header_of(text: str) -> Mapping[str, Any]:
    """The YAML between the fences that a text begins with; empty without any."""
    import yaml

    lines = text.splitlines()
    if not lines or not lines[0].startswith("---"):
        return {}
    header = []
    for line in lines[1:]:
        if line.startswith(("---", "...")):
            break
        header.append(line.rstrip() + "\n")
    try:
        metadata = yaml.safe_load("".join(header))
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    return metadata if isinstance(metadata, dict) else {}


def _myst_node(text: str) -> Any:
    # Jupytext's reader of this format is myst-nb's own but for what is mended below.
    from jupytext.myst import myst_to_notebook

    try:
        node = myst_to_notebook(text)
    except Exception as error:  # whatever a reader of free text may raise
        raise NotExportable(f"myst-nb cannot read it ({one_line(error)}).") from error
    spec = node.metadata.get("kernelspec")
    if isinstance(spec, dict) and "name" in spec:
        spec.setdefault("display_name", spec["name"])
    for number, cell in enumerate(documents.code_cells_with_blank(node)):
        if "load" in cell.metadata:
            raise NotExportable("The code of a cell is in another file (`load`).")
        # Identifiers of the reader's making would be others each time.
        cell["id"] = f"cell-{number}"
    return node
