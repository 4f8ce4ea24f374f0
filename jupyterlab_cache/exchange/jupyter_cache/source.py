"""A jupyter-cache folder that is read, whoever filled it."""

from __future__ import annotations

import os
import re
import sqlite3
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ...inputs.observation import Places
from ...notebooks import document as documents
from ...notebooks.errors import NotebookInvalid
from ...notebooks.reader import LARGEST_NOTEBOOK
from ...notebooks.regular_files import read_regular
from ...store.blobs import blob_digest
from ...store.readable_files import ReadableFiles
from ...store.records import Artefact
from ...store.sqlite_files import harden
from ..other_cache import NotExportable
from .database import DATABASE, CacheRecord, records_of
from .folder import ARTEFACTS, BASE, EXECUTED
from .key import key_of

_KEY = re.compile(r"[0-9a-f]{32}")
_LARGEST_DATABASE = 256 * 1024**2  # bytes
_MOST_RECORDS = 100_000
_MOST_ARTEFACTS = 1000
_LARGEST_ARTEFACT = 64 * 1024**2  # bytes
_DEEPEST = 20


class ImportRefused(Exception):
    """A folder cannot be read as a cache; the text says why."""


class RecordDamaged(Exception):
    """What a record leads to is not what it says; the text tells."""


class Source:
    """A folder of jupyter-cache; no link in it is followed, and nothing of it is run.

    Args:
        folder: The folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = ReadableFiles(folder)

    def records(self) -> list[CacheRecord]:
        """All records whose keys make sense.

        Raises:
            ImportRefused: There is no database, or none that can be read.
        """
        place = self._folder / DATABASE
        try:
            data = read_regular(place, _LARGEST_DATABASE, follow=False)
        except OSError as error:
            raise ImportRefused(
                f"{self._folder} is no folder of jupyter-cache: its {DATABASE} cannot be read "
                f"({error.strerror})."
            ) from error
        # A copy of its own: what lies beside the file is not touched, and nobody changes it.
        with tempfile.TemporaryDirectory() as private:
            copy = os.path.join(private, DATABASE)
            Path(copy).write_bytes(data)
            try:
                connection = sqlite3.connect(f"file:{quote(copy)}?immutable=1", uri=True)
                try:
                    harden(connection)
                    found = list(islice(records_of(connection), _MOST_RECORDS))
                finally:
                    connection.close()
            except (sqlite3.Error, UnicodeDecodeError, MemoryError) as error:
                raise ImportRefused(f"{place} is damaged: {error}.") from error
        return [record for record in found if _KEY.fullmatch(record.key)]

    def notebook(self, record: CacheRecord) -> Any:
        """The executed code cells of a record, as an nbformat 4 node.

        Raises:
            RecordDamaged: They are not there, cannot be read, or are not those of the key.
        """
        try:
            data = self._files.read(f"{EXECUTED}/{record.key}/{BASE}", LARGEST_NOTEBOOK)
            node = documents.loads(data, BASE)
            key = key_of(documents.with_stored_sources(node))
        except (OSError, NotebookInvalid, NotExportable) as error:
            raise RecordDamaged(f"its {BASE} cannot be used: {error}") from error
        if key != record.key:
            raise RecordDamaged(f"its {BASE} holds other code than its key says")
        return node

    def artefacts(self, record: CacheRecord) -> tuple[Places, list[Artefact]]:
        """The files that an execution wrote, and where their paths start."""
        base = f"{EXECUTED}/{record.key}/{ARTEFACTS}"
        found = list(islice(self._artefacts(base, "", 0), _MOST_ARTEFACTS))
        folder = Path(self._files.path(base)).absolute()
        return Places(folder, folder), found

    def _artefacts(self, base: str, folder: str, depth: int) -> Iterator[Artefact]:
        if depth > _DEEPEST:
            return
        try:
            names = sorted(self._files.types(f"{base}/{folder}" if folder else base))
        except OSError:
            return
        for name, kind in names:
            path = f"{folder}/{name}" if folder else name
            if kind == "folder":
                yield from self._artefacts(base, path, depth + 1)
                continue
            try:
                data = self._files.read(f"{base}/{path}", _LARGEST_ARTEFACT)
            except OSError:
                continue
            yield Artefact(path, blob_digest(data), len(data))
