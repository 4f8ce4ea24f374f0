"""The execution cache in mystmd's build folder, written while others read it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import Any

from ...notebooks import document as documents
from ...notebooks.user_expressions import result_of
from ...store.files import StoreFiles
from ..other_cache import Export, NotExportable, Reading, Record
from .key import json_text
from .reading import Page, context_of, read_page

_FOLDER = "execute"
_OURS = "jupyterlab_cache"
_LARGEST = 1024**3  # bytes
_TYPES = {"block": "code", "inlineExpression": "inlineExpression"}


class MystmdFolder:
    """The ``_build`` folder of a mystmd project.

    Args:
        folder: The folder, which is there and no link.
        environment: The variables that mystmd will have.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._files = StoreFiles(folder, has_temporary=False)
        self._environment = environment
        self._pages: dict[Path, Page] = {}

    def __enter__(self) -> MystmdFolder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._pages.clear()

    def read(self, notebook: Path) -> Reading:
        """Read a notebook as mystmd does; see :func:`read_page`."""
        page = self._pages[notebook] = read_page(notebook, self._environment)
        return Reading(page.node, page.key)

    def known(self, key: str) -> Record | None:
        """What an export wrote under a key."""
        try:
            value = json.loads(self._files.read(_names(key)[0], _LARGEST))
            mark = value["metadata"][_OURS]
            record = Record(mark["notebook"], mark["entry"], mark["outputs"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
        fields = (record.notebook, record.entry, record.outputs)
        return record if all(isinstance(field, str) for field in fields) else None

    def write(self, export: Export) -> bool:
        """Write outputs; whether anything changed."""
        page = self._pages[export.notebook]
        cells = documents.code_cells_with_blank(export.reading.node)
        results = [
            cells[item.place]["outputs"]
            if item.kind == "block"
            else _answer(export.expressions[item.place], item.content)
            for item in page.executables
        ]
        contents = (_notebook(export, page, results), _older(page, results))
        changed = False
        for name, content in zip(_names(page.key), contents, strict=True):
            try:
                data = json_text(content).encode()
            except (ValueError, TypeError, RecursionError) as error:
                raise NotExportable(f"its outputs are no JSON ({error})") from error
            if not self._holds(name, data):
                self._files.write(name, data)
                changed = True
        return changed

    def forget(self, notebook: Path, keys: Iterable[str], *, but: str | None = None) -> int:
        """Remove what an export wrote and what would not be true any more."""
        gone = [key for key in keys if key != but and self.known(key) is not None]
        for key in gone:
            for name in reversed(_names(key)):
                self._files.remove(name)
        return len(gone)

    def _holds(self, name: str, data: bytes) -> bool:
        with contextlib.suppress(OSError):
            return self._files.read(name, len(data)) == data
        return False


def _names(key: str) -> tuple[str, str]:
    """The file that mystmd looks at first, and the one that its older releases know."""
    return f"{_FOLDER}/{key}.ipynb", f"{_FOLDER}/{key}.json"


def _answer(outputs: Sequence[Mapping[str, Any]], expression: str) -> list[Any]:
    """The result of an expression; of an error mystmd keeps nothing."""
    if not outputs or outputs[0].get("output_type") == "error":
        raise NotExportable(f"the expression {expression[:80]} in its text has no result")
    return list(outputs)


def _older(page: Page, results: list[Any]) -> list[Any]:
    """The results as older releases keep them."""
    return [
        outputs if item.kind == "block" else result_of(outputs)
        for item, outputs in zip(page.executables, results, strict=True)
    ]


def _notebook(export: Export, page: Page, results: list[Any]) -> dict[str, Any]:
    entry = export.stored.entry
    time = datetime.fromtimestamp(entry.created, timezone.utc)
    record = export.record
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "mystContext": context_of(
                page,
                export.notebook,
                time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                entry.seconds,
            ),
            _OURS: {
                "notebook": record.notebook,
                "entry": record.entry,
                "outputs": record.outputs,
            },
        },
        "cells": [
            {
                "cell_type": "code",
                "source": [],
                "metadata": {"mystResultType": _TYPES[item.kind]},
                "outputs": outputs,
                "execution_count": number,
            }
            for number, (item, outputs) in enumerate(zip(page.executables, results, strict=True))
        ],
    }
