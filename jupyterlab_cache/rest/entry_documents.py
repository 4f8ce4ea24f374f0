"""``/entries/{entry}/document``: what was executed, with what came of it, to be compared."""

from __future__ import annotations

from collections.abc import Mapping

from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from ..notebooks import document as documents
from ..notebooks.errors import NotebookInvalid
from ..store.errors import BlobDamaged
from ..store.store import Store, StoredEntry
from .operation import CacheHandler, operation
from .wire import outputs_wire


class EntryDocumentHandler(CacheHandler):
    """The code cells of an entry, with their outputs."""

    @authenticated
    @authorized
    @operation
    async def get(self, entry_id: str) -> object:
        """All cells; whoever only looks at an entry does not use it."""
        return await self.in_thread(self._document, self.required_argument("path"), entry_id)

    def _document(self, path: str, entry_id: str) -> object:
        project, _ = self.cache.locate(path)
        return _document_wire(project.store, project.store.get(entry_id))


def _document_wire(store: Store, stored: StoredEntry) -> dict[str, object]:
    try:
        notebook = documents.loads(store.blobs.get(stored.entry.notebook), "notebook.ipynb")
    except NotebookInvalid as error:
        raise BlobDamaged(f"The entry's code cannot be read: {error}") from error
    cells = documents.code_cells(notebook)
    if len(cells) != len(stored.entry.cells):
        raise BlobDamaged("The entry's code does not fit its cells.")
    outputs = outputs_wire(stored, store.outputs_of(stored))
    shown = outputs["cells"]
    assert isinstance(shown, list)
    return {
        **outputs,
        "mimetype": _mimetype(notebook.get("metadata")),
        "cells": [
            {**cell, "source": code["source"]} for cell, code in zip(shown, cells, strict=True)
        ],
    }


def _mimetype(metadata: object) -> str | None:
    language = metadata.get("language_info") if isinstance(metadata, Mapping) else None
    mimetype = language.get("mimetype") if isinstance(language, Mapping) else None
    return mimetype if isinstance(mimetype, str) and mimetype else None
