"""A jupyter-cache folder that is written to while others read it."""

from __future__ import annotations

import contextlib
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from ...inputs.artefact_places import PlaceRefused, place_below
from ...inputs.kept_text import has_secret_name
from ...notebooks import document as documents
from ...store.errors import StoreError
from ...store.files import StoreFiles
from ..other_cache import Export, Reading, Record
from .database import CacheRecord, Database
from .reading import read

EXECUTED = "executed"
BASE = "base.ipynb"
ARTEFACTS = "artifacts"

_OURS = "jupyterlab_cache"
"""Member of a record's data that tells what an export wrote."""

_MERGED = ("language_info", "widgets")
"""What jupyter-cache takes from an executed notebook's metadata, beside the kernelspec."""


class JupyterCacheFolder:
    """A folder as jupyter-cache and myst-nb use it.

    A file is always there before its record, and its record is gone before it is: jupyter-cache
    aborts on a record without a file.

    Args:
        folder: The folder, which is there and no link.
    """

    def __init__(self, folder: Path) -> None:
        self._files = StoreFiles(folder, has_temporary=False)
        self._database: Database | None = None

    def __enter__(self) -> JupyterCacheFolder:
        self._database = Database(self._files)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._records.close()

    @property
    def _records(self) -> Database:
        assert self._database is not None, "it is not open"
        return self._database

    def read(self, notebook: Path) -> Reading:
        """Read a notebook as myst-nb does; see :func:`read`."""
        return read(notebook)

    def known(self, key: str) -> Record | None:
        """What an export wrote under a key."""
        record = self._records.find(key)
        return None if record is None else mark_of(record)

    def write(self, export: Export) -> bool:
        """Write outputs; whether anything changed."""
        key = export.reading.key
        data = _base(export)
        before = self.known(key)
        is_same = self._holds(f"{EXECUTED}/{key}/{BASE}", data)
        if before == export.record and is_same and not export.artefacts:
            return False
        entry = export.stored.entry
        mark = {"entry": export.stored.id, "outputs": entry.outputs_digest}
        record = CacheRecord(
            key,
            str(export.notebook),
            {"execution_seconds": entry.seconds, _OURS: mark},
            entry.created,
        )
        changed = before != export.record or not is_same
        with self._records.writing():
            if not is_same:
                self._files.write(f"{EXECUTED}/{key}/{BASE}", data)
            changed |= self._write_artefacts(export, is_known=before == export.record)
            self._records.put(record)
        return changed

    def forget(self, notebook: Path, keys: Iterable[str], *, but: str | None = None) -> int:
        """Remove what an export wrote and what would not be true any more."""
        with self._records.writing():
            found = self._records.of_notebook(str(notebook))
            found += [record for key in keys if (record := self._records.find(key)) is not None]
            gone = {record.key for record in found if mark_of(record) is not None} - {but}
            self._records.remove(gone)
        for key in gone:
            # The record is gone: what nobody finds any more is in nobody's way.
            with contextlib.suppress(OSError):
                self._files.remove_tree(f"{EXECUTED}/{key}")
        return len(gone)

    def _holds(self, name: str, data: bytes) -> bool:
        try:
            return self._files.read(name, len(data)) == data
        except OSError:
            return False

    def _write_artefacts(self, export: Export, *, is_known: bool) -> bool:
        changed = False
        for artefact in export.artefacts:
            content = artefact.content
            if content is None or content != artefact.digest:
                continue
            try:
                # Jupyter-cache knows only files below the notebook's folder.
                place = place_below("", artefact.path)
            except PlaceRefused:
                continue
            if has_secret_name(place):
                continue
            name = f"{EXECUTED}/{export.reading.key}/{ARTEFACTS}/{place}"
            status = self._files.status(name)
            is_there = status is not None and stat.S_ISREG(status.st_mode)
            if is_there and is_known:
                continue

            def pieces(content: str = content) -> Iterator[bytes]:
                return export.store.blobs.stream(content)

            with contextlib.suppress(StoreError):
                self._files.write_pieces(name, pieces)
                changed = True
        return changed


def mark_of(record: CacheRecord) -> Record | None:
    """What an export noted in a record; None in those of jupyter-cache itself."""
    mark = record.data.get(_OURS)
    if not isinstance(mark, Mapping):
        return None
    entry, outputs = mark.get("entry"), mark.get("outputs")
    if not isinstance(entry, str) or not isinstance(outputs, str):
        return None
    return Record(record.uri, entry, outputs)


def _base(export: Export) -> bytes:
    """The file that jupyter-cache makes of an executed notebook: its code cells only."""
    import nbformat

    node = export.reading.node
    metadata: dict[str, Any] = dict(node.metadata)
    for name in _MERGED:
        if name in export.metadata:
            metadata[name] = export.metadata[name]
    base = nbformat.from_dict(
        {
            "cells": documents.code_cells_with_blank(node),
            "metadata": metadata,
            "nbformat": 4,
            "nbformat_minor": node.get("nbformat_minor", 0),
        }
    )
    return documents.serialise(base, BASE).removesuffix(b"\n")
