"""What becomes of an execution whose outputs cannot be stored: nobody has to wait for it again."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..notebooks import document as documents
from ..notebooks.errors import NotebookError
from ..store.errors import StoreError
from ..store.long_text import LongText
from ..store.store import Store

_log = logging.getLogger(__name__)


class NotStored(StoreError):
    """A notebook was executed, and the store did not take it; the text says where it is instead."""


def keeper_of(store: Store) -> Callable[[bytes], str]:
    """What stores the content of inputs and gives its digest.

    It gives an empty text where the store does not take it: an execution goes on without.
    """

    def keep(data: bytes) -> str:
        try:
            return store.blobs.put(data)
        except (StoreError, OSError) as error:
            _log.info("The content of an input is not kept: %r", error)
            return ""

    return keep


def rescued(notebook: Any, path: Path, error: Exception) -> NotStored:
    """Write an executed notebook to a folder of its own among the system's temporary files.

    Args:
        notebook: The loaded node, with the outputs in its cells.
        path: The notebook's file, which is not touched.
        error: Why it could not be stored.

    Returns:
        What to tell the person.
    """
    why = f"The notebook was executed, but its outputs could not be stored: {error}"
    try:
        place = Path(tempfile.mkdtemp(prefix="jupyterlab-cache-")) / f"{path.stem}.ipynb"
        for cell in documents.code_cells(notebook):
            cell["outputs"] = _whole(cell["outputs"])
        documents.save(notebook, place)
    except (NotebookError, OSError, RecursionError, ValueError) as second:
        _log.warning("An execution of %s is lost: %r, %r", path, error, second)
        return NotStored(f"{why} Nor could the executed notebook be saved elsewhere: {second}")
    return NotStored(f"{why} The executed notebook is {place}; copy it from there.")


def _whole(value: Any) -> Any:
    """Outputs whose long texts are put together."""
    if isinstance(value, LongText):
        return str(value)
    if isinstance(value, dict):
        return type(value)({key: _whole(item) for key, item in value.items()})
    return [_whole(item) for item in value] if isinstance(value, list) else value
