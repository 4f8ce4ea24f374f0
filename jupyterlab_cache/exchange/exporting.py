"""Writing what is fresh to the cache of another program, so that it executes nothing."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from ..execution.entry_outputs import entry_outputs
from ..execution.freshening import Workspace
from ..inputs.verdict import Status
from ..look import Look
from ..notebooks import document as documents
from ..notebooks.declaration import ExportFormat
from ..notebooks.errors import NotebookError
from ..store.errors import StoreError
from ..store.store import StoredEntry
from .destination import destination
from .other_cache import Export, NotExportable, OtherCache, Reading

ExportOutcome = Literal["written", "unchanged", "left-out"]

_FAILED = "its execution failed, and the other program keeps no failures"
_UNTRUSTED = "its entry is from elsewhere; look at it and say `jupyter cache trust`"


class ExportResult(msgspec.Struct, frozen=True):
    """What became of one notebook of an export.

    Attributes:
        path: The notebook, relative to the root.
        result: ``unchanged``: the same was there already.
        key: Under which the other program finds it; None where it has none.
        entry: Where the outputs came from; None when they were left out.
        message: Why they were left out.
    """

    path: str
    result: ExportOutcome
    key: str | None = None
    entry: str | None = None
    message: str = ""


class _Found(msgspec.Struct, frozen=True):
    """A notebook with a verdict; ``stored`` is None where it is not to be exported."""

    notebook: Path
    status: Status | None
    reading: Reading | None
    stored: StoredEntry | None
    message: str


def export(
    workspace: Workspace,
    notebooks: Sequence[Path],
    *,
    format: ExportFormat,
    output: Path,
    root: Path,
    artefacts: bool = False,
) -> list[ExportResult]:
    """Write the outputs of fresh notebooks in the form of another program.

    Only entries that are ours, or trusted, leave the store in this way: other programs know no
    signatures. What an earlier export wrote of a notebook and is not true any more is removed; what
    the other program wrote itself stays.

    Args:
        workspace: The notebooks' surroundings.
        notebooks: Their absolute paths.
        format: Of which program.
        output: The folder to write to, from the current folder on.
        root: Paths in results are relative to it, and below it no link on the way to the folder
            is followed.
        artefacts: Write the files of the executions, too, where the format has a place for them.

    Raises:
        ExportRefused: It is not safe to write to the folder.
        OSError: It cannot be written.
    """
    shown = {
        notebook: os.path.relpath(notebook, root).replace(os.sep, "/") for notebook in notebooks
    }
    results: dict[Path, ExportResult] = {}
    with _cache_of(format, destination(output, root), workspace) as other:
        look = workspace.look()
        found = [_find(workspace, look, other, notebook) for notebook in notebooks]
        groups: dict[str, list[_Found]] = defaultdict(list)
        for item in found:
            if item.reading is not None:
                groups[item.reading.key].append(item)
        for item in found:
            key = item.reading.key if item.reading is not None else None
            message = item.message
            if not message and key is not None:
                message = _conflict(item, groups[key], other, shown)
            result = ExportResult(shown[item.notebook], "left-out", key, message=message)
            if not message:
                # Those with the same code have the same outputs: once is enough.
                first = groups[key or ""][0]
                result = results.get(first.notebook) or _written(
                    workspace, item, other, result, artefacts=artefacts
                )
                result = msgspec.structs.replace(result, path=shown[item.notebook])
            if result.result == "left-out":
                other.forget(item.notebook, [key] if key is not None else [])
            results[item.notebook] = result
    return [results[notebook] for notebook in notebooks]


def _cache_of(format: ExportFormat, folder: Path, workspace: Workspace) -> OtherCache:
    if format == "mystmd":
        from .mystmd.folder import MystmdFolder

        return MystmdFolder(folder, workspace.launch_environment())
    from .jupyter_cache.folder import JupyterCacheFolder

    return JupyterCacheFolder(folder)


def _find(workspace: Workspace, look: Look, other: OtherCache, notebook: Path) -> _Found:
    try:
        status = look.status(notebook)
        reading = other.read(notebook)
    except (NotebookError, NotExportable, StoreError) as error:
        return _Found(notebook, None, None, None, str(error))
    if status.verdict == "failed":
        return _Found(notebook, status, reading, None, _FAILED)
    if status.verdict != "fresh" or status.entry is None:
        causes = "; ".join(reason.message for reason in status.reasons)
        message = f"{status.verdict}: {causes}" if causes else status.verdict
        return _Found(notebook, status, reading, None, message)
    if not status.trusted:
        return _Found(notebook, status, reading, None, _UNTRUSTED)
    try:
        stored = workspace.project_of(notebook).store.get(status.entry)
    except StoreError as error:
        return _Found(notebook, status, reading, None, str(error))
    read_key = documents.digests_of(reading.node).code_key(workspace.default_kernel)
    if read_key != stored.entry.code_key:
        message = "the other program reads other code in it, or it was changed meanwhile"
        return _Found(notebook, status, reading, None, message)
    return _Found(notebook, status, reading, stored, "")


def _conflict(
    item: _Found, group: Sequence[_Found], other: OtherCache, shown: dict[Path, str]
) -> str:
    """Why notebooks that the other program cannot tell apart are left out; empty if they are not.

    It finds outputs by the code alone, so it would give one of them what belongs to the other.
    """
    assert item.stored is not None and item.reading is not None
    outputs = item.stored.entry.outputs_digest
    for same in group:
        if same.stored is None or same.stored.entry.outputs_digest != outputs:
            return f"{shown[same.notebook]} has the same code, but not the same fresh outputs"
    known = other.known(item.reading.key)
    if known is not None and known.outputs != outputs and known.notebook != str(item.notebook):
        elsewhere = Path(known.notebook)
        if elsewhere not in shown and _has_key(elsewhere, item.reading.key, other):
            return f"{elsewhere.name} elsewhere has the same code, but other outputs"
    return ""


def _has_key(notebook: Path, key: str, other: OtherCache) -> bool:
    try:
        return other.read(notebook).key == key
    except (NotebookError, NotExportable, OSError):
        return False


def _written(
    workspace: Workspace,
    item: _Found,
    other: OtherCache,
    result: ExportResult,
    *,
    artefacts: bool,
) -> ExportResult:
    stored, reading = item.stored, item.reading
    assert stored is not None and reading is not None
    store = workspace.project_of(item.notebook).store
    try:
        cells, results = entry_outputs(store, stored)
        documents.put_outputs(reading.node, cells)
        metadata = store.notebook_of(stored).get("metadata")
        export = Export(
            notebook=item.notebook,
            reading=reading,
            stored=stored,
            expressions=results,
            metadata=metadata if isinstance(metadata, dict) else {},
            store=store,
            artefacts=stored.entry.artefacts if artefacts else (),
        )
        changed = other.write(export)
    except (StoreError, NotExportable, NotebookError, ValueError) as error:
        return msgspec.structs.replace(result, message=str(error))
    other.forget(item.notebook, (), but=reading.key)
    store.marks.touch_used(stored.id)
    return msgspec.structs.replace(
        result, result="written" if changed else "unchanged", entry=stored.id
    )
