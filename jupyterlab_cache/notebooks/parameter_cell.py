"""Where a notebook takes its parameters: papermill's convention of tagged cells."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from .reader import read_tagged_cells
from .text import is_text_notebook

DEFAULTS_TAG = "parameters"
"""Marks the cell with the defaults; what is injected follows it."""

INJECTED_TAG = "injected-parameters"
"""Marks a cell that was injected by an earlier execution and saved with the notebook."""


class ParameterPlace(msgspec.Struct, frozen=True):
    """Where parameters are injected.

    Attributes:
        ordinal: How many of the document's code cells that are not blank are before it.
        replaces: Whether the cell with this ordinal is an injected one, which is left out.
    """

    ordinal: int = 0
    replaces: bool = False


AT_THE_TOP = ParameterPlace()


def place_among(cells: Iterable[tuple[object, bool]]) -> ParameterPlace:
    """Where parameters are injected: in place of an injected cell, or else behind the defaults.

    Args:
        cells: For each cell of the document, of any type, its tags as they stand (anything but a
            list counts as none), and whether it is a code cell that is not blank.

    Returns:
        The top where no cell carries one of the tags.
    """
    defaults: ParameterPlace | None = None
    ordinal = 0
    for tags, is_code in cells:
        found = tags if isinstance(tags, list) else []
        if INJECTED_TAG in found:
            return ParameterPlace(ordinal, replaces=is_code)
        ordinal += is_code
        if DEFAULTS_TAG in found and defaults is None:
            defaults = ParameterPlace(ordinal)
    return defaults or AT_THE_TOP


def place_in(notebook: object) -> ParameterPlace:
    """Where parameters are injected into a loaded node."""
    from .document import tagged_cells

    return place_among(tagged_cells(notebook))


def read_place(path: Path) -> ParameterPlace:
    """Where parameters are injected into a saved notebook.

    Raises:
        NotebookMissing: There is no such file.
        NotebookInvalid: It is a folder, not readable, or no notebook.
    """
    if is_text_notebook(path):
        from .document import load

        return place_in(load(path))
    return place_among(read_tagged_cells(path))
