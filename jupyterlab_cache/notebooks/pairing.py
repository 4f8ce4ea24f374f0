"""Text notebooks that jupytext pairs with an ``.ipynb`` file, which holds their outputs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .errors import NotebookInvalid


def paired_file(notebook: Path, node: Any, root: Path) -> Path | None:
    """The ``.ipynb`` file that a text notebook's header pairs it with; it need not exist.

    Args:
        notebook: Absolute path of the text notebook.
        node: The notebook as it was loaded.
        root: The project's root: what a header says must not lead out of it.

    Raises:
        NotebookInvalid: It leads outside the project, or to a hidden file.
    """
    from jupytext.formats import long_form_multiple_formats
    from jupytext.paired_paths import find_base_path_and_format, paired_paths

    jupytext = node.get("metadata", {}).get("jupytext")
    formats = jupytext.get("formats") if isinstance(jupytext, Mapping) else None
    if not isinstance(formats, str):
        return None
    try:
        long = long_form_multiple_formats(formats, node["metadata"])
        _, own = find_base_path_and_format(os.fspath(notebook), long)
        found = [path for path, _ in paired_paths(os.fspath(notebook), own, long)]
    except Exception:  # whatever free text in a header leads to
        return None
    for path in found:
        if path.endswith(".ipynb"):
            return _checked(Path(os.path.normpath(notebook.parent / path)), notebook, root)
    return None


def _checked(place: Path, notebook: Path, root: Path) -> Path:
    inside = place.is_relative_to(root) and Path(os.path.realpath(place)).is_relative_to(
        os.path.realpath(root)
    )
    if not inside or any(part.startswith(".") for part in place.relative_to(root).parts):
        raise NotebookInvalid(
            f"{notebook.name} is paired with a file outside its project, or with a hidden one; "
            "correct `formats` in its header."
        )
    return place
