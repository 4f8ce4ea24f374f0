"""Putting cached outputs back into a notebook's file, without a kernel."""

from __future__ import annotations

from pathlib import Path

import msgspec

from ..notebooks import document as documents
from ..notebooks.errors import NotebookError
from ..store.errors import BlobDamaged, BlobMissing
from .freshening import Workspace


class RestoreResult(msgspec.Struct, frozen=True):
    """What became of one notebook of a restore.

    Attributes:
        path: The notebook, relative to the root.
        restored: Whether outputs were put into it.
        entry: Where they came from.
        message: Why not, when they were not.
    """

    path: str
    restored: bool
    entry: str | None
    message: str = ""


def restore(workspace: Workspace, notebook: Path, *, output: Path | None = None) -> RestoreResult:
    """Put the outputs of the matching entry into a notebook's file.

    Args:
        workspace: The notebook's surroundings.
        notebook: Absolute path of the notebook.
        output: File to write instead.

    Raises:
        NotebookError: The notebook is missing or unreadable, its format cannot hold outputs and
            no ``output`` is given, or it was changed meanwhile.
    """
    status = workspace.judge_notebook(notebook)
    if status.verdict not in ("fresh", "failed") or status.entry is None:
        causes = "; ".join(reason.message for reason in status.reasons)
        message = f"{status.verdict}: {causes}" if causes else status.verdict
        return RestoreResult(status.path, restored=False, entry=None, message=message)
    store = workspace.project_of(notebook).store
    stored = store.get(status.entry)
    try:
        outputs = store.outputs_of(stored)
    except (BlobMissing, BlobDamaged) as error:
        return RestoreResult(status.path, restored=False, entry=stored.id, message=str(error))
    counts = [cell.execution_count for cell in stored.entry.cells]
    node = documents.load(notebook)
    if documents.digests_of(node).code_key(workspace.default_kernel) != status.code_key:
        raise NotebookError(f"{status.path} was changed meanwhile; restore it again.")
    documents.put_outputs(node, list(zip(outputs, counts, strict=True)))
    documents.save(node, output or notebook)
    store.marks.touch_used(stored.id)
    return RestoreResult(status.path, restored=True, entry=stored.id)
