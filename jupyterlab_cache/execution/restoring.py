"""Putting cached outputs back into a notebook's file, without a kernel."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from ..look import Look
from ..notebooks import document as documents
from ..notebooks.errors import NotebookError
from ..notebooks.pairing import paired_file
from ..notebooks.parameters import NO_PARAMETERS, Parameters
from ..notebooks.reader import digests_of_bytes
from ..notebooks.stripping import filled
from ..notebooks.text import is_text_notebook
from ..projects import PathRefused
from ..store.errors import BlobDamaged, BlobMissing, StoreError
from ..store.store import StoredEntry
from .artefact_restoring import ArtefactWish, RestoredFile, restore_artefacts
from .entry_outputs import entry_outputs
from .freshening import Workspace


class RestoreResult(msgspec.Struct, frozen=True):
    """What became of one notebook of a restore.

    Attributes:
        path: The notebook, relative to the root.
        restored: Whether outputs were put into it.
        entry: Where they came from.
        message: Why not, when they were not.
        artefacts: What became of the files that the execution wrote, where they were asked for.
    """

    path: str
    restored: bool
    entry: str | None
    message: str = ""
    artefacts: tuple[RestoredFile, ...] = ()


def restore(
    workspace: Workspace,
    notebook: Path,
    *,
    output: Path | None = None,
    artefacts: ArtefactWish | None = None,
    parameters: Parameters = NO_PARAMETERS,
) -> RestoreResult:
    """Put the outputs of the matching entry into a notebook's file.

    Args:
        workspace: The notebook's surroundings.
        notebook: Absolute path of the notebook.
        output: File to write instead.
        artefacts: How the files that the execution wrote are restored as well; None to leave them.
        parameters: Those of the execution whose outputs are wanted, beside those that are declared.

    Raises:
        NotebookError: The notebook is missing or unreadable, its format cannot hold outputs and
            no ``output`` is given, or it was changed meanwhile.
    """
    status = workspace.look(given={notebook: parameters}).status(notebook)
    if status.verdict not in ("fresh", "failed") or status.entry is None:
        causes = "; ".join(reason.message for reason in status.reasons)
        message = f"{status.verdict}: {causes}" if causes else status.verdict
        return RestoreResult(status.path, restored=False, entry=None, message=message)
    project = workspace.project_of(notebook)
    stored = project.store.get(status.entry)
    files: tuple[RestoredFile, ...] = ()
    if artefacts is not None:
        files = tuple(restore_artefacts(stored, notebook, project, workspace.stat_cache, artefacts))
    try:
        write_outputs(workspace, notebook, stored, output=output)
    except (BlobMissing, BlobDamaged, NotebookError) as error:
        if isinstance(error, NotebookError) and artefacts is None:
            raise
        return RestoreResult(
            status.path, restored=False, entry=stored.id, message=str(error), artefacts=files
        )
    project.store.marks.note_hit(stored.id)
    return RestoreResult(status.path, restored=True, entry=stored.id, artefacts=files)


def write_outputs(
    workspace: Workspace, notebook: Path, stored: StoredEntry, *, output: Path | None = None
) -> None:
    """Put the outputs of an entry into a notebook's file, whatever the verdict on it.

    Args:
        workspace: The notebook's surroundings.
        notebook: Absolute path of the notebook.
        stored: An entry with the notebook's code key.
        output: File to write instead.

    Raises:
        NotebookError: The notebook is missing or unreadable, its format cannot hold outputs and
            no ``output`` is given, or its code is not what the entry executed.
        BlobMissing: The outputs are gone.
        BlobDamaged: The outputs are not what was stored.
    """
    store = workspace.project_of(notebook).store
    cells, results = entry_outputs(store, stored)
    node = documents.load(notebook)
    target = output
    if target is None:
        target = _file_with_outputs(notebook, node, workspace)
        node = node if target == notebook else _as_paired(node, target)
    if documents.digests_of(node).code_key(workspace.default_kernel) != stored.entry.code_key:
        raise NotebookError(f"{notebook.name} was changed meanwhile; restore it again.")
    documents.put_outputs(node, cells)
    documents.put_expressions(node, results)
    documents.save(node, target)
    store.marks.touch_used(stored.id)


def with_outputs(
    workspace: Workspace, contents: Mapping[Path, bytes], look: Look
) -> dict[Path, bytes]:
    """Notebooks with the outputs of their matching entries; see ``NotebookCache.with_outputs``.

    Args:
        workspace: The notebooks' surroundings.
        contents: What their files will hold.
        look: A look in which they hold that.
    """
    found = {}
    for notebook, data in contents.items():
        try:
            status = look.status(notebook, digests_of_bytes(data, notebook.name))
            if status.verdict not in ("fresh", "failed") or not status.entry or not status.trusted:
                continue
            store = workspace.project_of(notebook).store
            stored = store.get(status.entry)
            written = filled(data, *entry_outputs(store, stored))
            if written is not None:
                found[notebook] = written
                store.marks.touch_used(stored.id)
        except (NotebookError, PathRefused, StoreError, OSError):
            # Without outputs a notebook is whole, too.
            continue
    return found


def can_hold_outputs(workspace: Workspace, notebook: Path) -> bool:
    """Whether there is a file for a notebook's outputs: its own, or one that it is paired with.

    Raises:
        NotebookError: The notebook is missing or unreadable, or paired with a file that is not to
            be written.
    """
    if not is_text_notebook(notebook):
        return True
    root = workspace.project_of(notebook).root
    return paired_file(notebook, documents.load(notebook), root) is not None


def _as_paired(node: Any, paired: Path) -> Any:
    """What the paired file holds, where that is the same: it has the identifiers of the cells."""
    try:
        held = documents.load(paired)
    except NotebookError:
        return node
    cells = [[(cell.cell_type, cell.source) for cell in item.cells] for item in (held, node)]
    kernels = [documents.digests_of(item).kernel_name for item in (held, node)]
    return held if cells[0] == cells[1] and kernels[0] == kernels[1] else node


def _file_with_outputs(notebook: Path, node: Any, workspace: Workspace) -> Path:
    """Where the outputs of a notebook belong.

    Raises:
        NotebookError: There is no such file.
    """
    if not is_text_notebook(notebook):
        return notebook
    paired = paired_file(notebook, node, workspace.project_of(notebook).root)
    if paired is None:
        raise NotebookError(
            f"{notebook.name} cannot hold outputs; name an .ipynb file for them with "
            f"--output, or pair it (`jupytext --set-formats ipynb,{notebook.suffix[1:]} "
            f"{notebook.name}`)."
        )
    paired.parent.mkdir(parents=True, exist_ok=True)  # as jupytext does
    return paired
