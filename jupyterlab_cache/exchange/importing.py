"""Taking in what jupyter-cache wrote, as entries with provenance ``imported``."""

from __future__ import annotations

import math
import os
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from ..execution.artefacts import ArtefactLimits, store_artefacts
from ..execution.freshening import Workspace
from ..execution.recording import Execution, record
from ..execution.request import options_of
from ..inputs.static_observation import static_observation
from ..notebooks import document as documents
from ..notebooks.code_key import EXECUTION_TAGS
from ..notebooks.digests import DocumentDigests
from ..notebooks.errors import NotebookError
from ..notebooks.outputs_digest import document_outputs_digest
from ..projects import Project
from ..store.errors import EntryMissing, StoreError
from ..store.signatures import KeyRing
from ..store.store import Store, StoredEntry
from .jupyter_cache.database import CacheRecord
from .jupyter_cache.folder import mark_of
from .jupyter_cache.reading import read
from .jupyter_cache.source import ImportRefused, RecordDamaged, Source
from .other_cache import NotExportable

__all__ = ["ImportOutcome", "ImportRefused", "ImportResult", "import_jupyter_cache"]

_RAISES, _SKIPPED = EXECUTION_TAGS
_EARLIEST = 0.0

ImportOutcome = Literal["imported", "known", "left-out", "damaged"]


class ImportResult(msgspec.Struct, frozen=True):
    """What became of one record.

    Attributes:
        path: The notebook, relative to the root; None where there is none for it.
        key: The key of the record.
        result: ``known``: it was imported before.
        entry: The entry that it became.
        message: Why there is none.
    """

    path: str | None
    key: str
    result: ImportOutcome
    entry: str | None = None
    message: str = ""


def import_jupyter_cache(
    workspace: Workspace, notebooks: Sequence[Path], folder: Path, *, root: Path, trust: bool
) -> list[ImportResult]:
    """Take in what jupyter-cache wrote.

    A record belongs to the notebooks that have its key now, or else to the one that it names. As
    with captured outputs, nobody saw what they were made from: the inputs are what the code names,
    as it is now. Unless whoever asks trusts the folder, entries are signed by nobody that is known,
    so that they count as from elsewhere.

    Args:
        workspace: The notebooks' surroundings.
        notebooks: The absolute paths of those that can be read.
        folder: What jupyter-cache wrote; it may hold anything.
        root: Paths in results are relative to it.
        trust: Sign the entries as our own.

    Raises:
        ImportRefused: It is no folder of jupyter-cache, or cannot be read.
        StoreError: A store cannot be used.
        OSError: Something cannot be stored.
    """
    source = Source(folder)
    records = source.records()
    by_key: dict[str, list[Path]] = defaultdict(list)
    for notebook in notebooks:
        try:
            by_key[read(notebook).key].append(notebook)
        except (NotebookError, NotExportable):
            continue
    importer = _Importer(workspace, source, trust)
    results: list[ImportResult] = []
    for found in records:
        named = Path(os.path.normpath(found.uri)) if "\0" not in found.uri else None
        owners = by_key.get(found.key) or [path for path in notebooks if path == named]
        if not owners:
            message = f"no notebook here has its code or its path ({found.uri[:200]})"
            results.append(ImportResult(None, found.key, "left-out", message=message))
        for notebook in owners:
            shown = os.path.relpath(notebook, root).replace(os.sep, "/")
            results.append(importer.imported(found, notebook, shown))
    return results


class _Importer:
    def __init__(self, workspace: Workspace, source: Source, trust: bool) -> None:
        self._workspace = workspace
        self._source = source
        self._trust = trust
        # A key that nobody has: what it signs is from elsewhere for everybody.
        self._nobody = KeyRing(os.urandom(32))

    def imported(self, found: CacheRecord, notebook: Path, shown: str) -> ImportResult:
        """Make an entry of one record for one notebook."""
        result = ImportResult(shown, found.key, "left-out")
        try:
            node = self._source.notebook(found)
        except RecordDamaged as error:
            return msgspec.structs.replace(result, result="damaged", message=str(error))
        cells = documents.code_cells(node)
        if not _is_one_run(cells):
            message = "its outputs are not those of one run from top to bottom"
            return msgspec.structs.replace(result, message=message)
        if documents.expressions_of(documents.load(notebook)):
            message = "the notebook has expressions in its text, and jupyter-cache keeps none"
            return msgspec.structs.replace(result, message=message)
        project = self._workspace.project_of(notebook)
        digests = documents.digests_of(node)
        created = min(max(found.created, _EARLIEST), time.time())
        known = self._exported(project, found) or self._known(project, notebook, digests, created)
        if known is not None:
            if self._trust and not known.trusted and known.entry.provenance == "imported":
                project.store.trust(known)
            return msgspec.structs.replace(result, result="known", entry=known.id)
        try:
            stored = self._stored(found, notebook, project, node, digests, created)
        except (NotebookError, StoreError) as error:
            return msgspec.structs.replace(result, message=str(error))
        return msgspec.structs.replace(result, result="imported", entry=stored.id)

    def _exported(self, project: Project, found: CacheRecord) -> StoredEntry | None:
        """The entry that a record came from, when it is still here."""
        record = mark_of(found)
        if record is None:
            return None
        try:
            stored = project.store.get(record.entry)
        except EntryMissing:
            return None
        return stored if stored.entry.outputs_digest == record.outputs else None

    def _known(
        self, project: Project, notebook: Path, digests: DocumentDigests, created: float
    ) -> StoredEntry | None:
        outputs = document_outputs_digest([cell.outputs_digest for cell in digests.cells])
        path = project.path_of(notebook)
        for stored in project.store.entries_for(digests.code_key(self._workspace.default_kernel)):
            entry = stored.entry
            if (entry.provenance, entry.notebook_path) == ("imported", path) and (
                entry.outputs_digest,
                entry.created,
            ) == (outputs, created):
                return stored
        return None

    def _stored(
        self,
        found: CacheRecord,
        notebook: Path,
        project: Project,
        node: Any,
        digests: DocumentDigests,
        created: float,
    ) -> StoredEntry:
        store = project.store if self._trust else Store(project.store.folder, self._nobody)
        cells = documents.code_cells(node)
        kernel_name = digests.kernel_name or self._workspace.default_kernel
        observation = static_observation(
            sources=[cell["source"] for cell in cells],
            notebook=notebook,
            project_root=project.root,
            kernel_name=kernel_name,
            stat_cache=self._workspace.stat_cache,
            keep=store.blobs.put,
            declared=self._workspace.declared_for(notebook),
            launch_environment=self._workspace.launch_environment(),
        )
        places, artefacts = self._source.artefacts(found)
        kept = store_artefacts(artefacts, places, store, ArtefactLimits())
        execution = Execution(
            notebook=node,
            digests=digests,
            kernel_name=kernel_name,
            outcome="ok",
            failure=None,
            observation=msgspec.structs.replace(observation, artefacts=kept),
            seconds=_seconds(found.data.get("execution_seconds")),
            cell_seconds=[None] * len(cells),
            cell_usages=[None] * len(cells),
            # What went on behind an error was executed as a person wished it.
            variant=options_of(allow_errors=_has_error(cells)),
            # Only code cells have outputs there.
            expression_results=[[] for _ in digests.expressions],
            provenance="imported",
            created=created,
        )
        return record(execution, notebook, project.root, store)


def _is_one_run(cells: Iterable[Any]) -> bool:
    counts = [cell.get("execution_count") for cell in cells if _SKIPPED not in _tags(cell)]
    return counts == list(range(1, len(counts) + 1))


def _has_error(cells: Iterable[Any]) -> bool:
    return any(
        output.get("output_type") == "error"
        for cell in cells
        if _RAISES not in _tags(cell)
        for output in cell.get("outputs", [])
    )


def _tags(cell: Any) -> list[str]:
    tags = cell.get("metadata", {}).get("tags", [])
    return tags if isinstance(tags, list) else []


def _seconds(value: object) -> float:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    seconds = float(value) if is_number else 0.0  # type: ignore[arg-type]
    return seconds if math.isfinite(seconds) and seconds >= 0 else 0.0
