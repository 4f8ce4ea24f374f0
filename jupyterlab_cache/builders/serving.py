"""From an entry to what the program that builds something expects of an execution."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from ..cache import NotebookCache
from ..execution.entry_outputs import entry_outputs
from ..execution.freshening import Wish, freshen
from ..execution.isolated_folder import IsolationFailed
from ..execution.kernels import KernelStartFailed, UnknownKernel
from ..execution.own_kernels import own_kernels
from ..notebooks import document as documents
from ..notebooks.digests import DocumentDigests
from ..notebooks.errors import NotebookError
from ..notebooks.project import find_project_root
from ..store.errors import StoreError
from ..store.records import Failure
from ..store.store import Store, StoredEntry
from ..waiting import waited_for

_CANNOT_BE_EXECUTED = (
    IsolationFailed,
    KernelStartFailed,
    NotebookError,
    OSError,
    StoreError,
    UnknownKernel,
)


def root_for(folder: Path) -> Path:
    """The root of a cache for notebooks below a folder: their project's, or else the folder.

    Args:
        folder: Its absolute path.
    """
    top = Path(folder.anchor)
    found = find_project_root(folder, top)
    return folder if found == top else found


class Evaluated(msgspec.Struct, frozen=True):
    """An inline expression of a document, as it was executed.

    Attributes:
        expression: What was executed.
        after: How many code cells that are not blank stand before it.
        outputs: Its result, as of a code cell.
    """

    expression: str
    after: int
    outputs: list[Any]


def serve(notebook: Any, stored: StoredEntry, store: Store) -> list[Evaluated]:
    """Put what an entry holds into a node with the same code, as an execution would have done it.

    Sources, cells and their metadata stay as they are.

    Args:
        notebook: An nbformat 4 node.
        stored: The entry.
        store: Where it is kept.

    Returns:
        The inline expressions of the document, in order; they are not put into the node.

    Raises:
        BlobMissing: Something is not there any more.
        BlobDamaged: Something is not what it should be.
        ValueError: The node has not as many code cells as the entry.
    """
    import nbformat

    cells, results = entry_outputs(store, stored)
    executed = store.notebook_of(stored).get("metadata")
    documents.put_outputs(notebook, cells)
    for name in ("language_info", "widgets"):
        value = executed.get(name) if isinstance(executed, dict) else None
        if isinstance(value, dict):
            notebook["metadata"][name] = nbformat.from_dict(value)
    return [
        Evaluated(item.expression, item.after, nbformat.from_dict(shown))
        for item, shown in zip(stored.entry.expressions, results, strict=True)
    ]


def error_of(failure: Failure, notebook: Any, timeout: float | None = None) -> Exception:
    """A failure as the exception that nbclient raises in its place.

    Args:
        failure: What went wrong.
        notebook: The node that was executed.
        timeout: Seconds that a cell was given.
    """
    from jupyter_client.kernelspec import NoSuchKernel
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    if failure.name in ("KernelDied", "OutputTooLarge"):
        return DeadKernelError(failure.message)
    if failure.name == UnknownKernel.__name__:
        return NoSuchKernel(documents.digests_of(notebook).kernel_name or "")
    cells = documents.code_cells(notebook)
    if failure.cell is None or failure.cell >= len(cells):
        return RuntimeError(f"{failure.name}: {failure.message}")
    cell = cells[failure.cell]
    if failure.name == "Timeout":
        return CellTimeoutError.error_from_timeout_and_cell(
            failure.message, round(timeout or 0), cell
        )
    message = {
        "traceback": list(failure.traceback),
        "ename": failure.name,
        "evalue": failure.message,
    }
    return CellExecutionError.from_cell_and_msg(cell, message)


class Brought(msgspec.Struct, frozen=True):
    """What became of a document that was brought up to date.

    Attributes:
        entry: The entry that holds its outputs; None when there is none.
        failure: What went wrong.
        executed: Whether an execution was needed.
    """

    entry: str | None
    failure: Failure | None
    executed: bool


def is_saved(cache: NotebookCache, place: Path, document: DocumentDigests) -> bool:
    """Whether a file holds, as the cache reads it, what a document with these digests executes.

    Args:
        cache: The cache.
        place: Absolute path of the file, which need not exist.
        document: The digests.
    """
    kernel = cache.default_kernel
    try:
        return cache.digests_of(place).code_key(kernel) == document.code_key(kernel)
    except (NotebookError, OSError):
        return False


def bring_up_to_date(cache: NotebookCache, place: Path, notebook: Any, wish: Wish) -> Brought:
    """Execute a document unless an entry of its code is still true, and wait for it.

    Where it is what is saved, what is upstream of it comes first.

    Args:
        cache: The cache.
        place: Absolute path of its file, where there need not be anything.
        notebook: Its node, which stays as it is.
        wish: How.
    """
    try:
        if is_saved(cache, place, documents.digests_of(notebook)):
            return waited_for(_run(cache, place, wish))
        wish = msgspec.structs.replace(wish, document=notebook)
        return waited_for(_freshen(cache, place, wish))
    except _CANNOT_BE_EXECUTED as error:
        return Brought(None, Failure(type(error).__name__, str(error)), executed=True)


async def _run(cache: NotebookCache, place: Path, wish: Wish) -> Brought:
    brought = Brought(None, None, executed=False)
    async for result in cache.run_each([place], wish=wish):
        if cache.projects.resolve(result.path) == place:
            brought = Brought(result.entry, result.failure, executed=result.result != "fresh")
    return brought


async def _freshen(cache: NotebookCache, place: Path, wish: Wish) -> Brought:
    kernels = own_kernels(cache.stat_cache)
    try:
        outcome = await freshen(cache, place, kernels, wish)
    finally:
        await kernels.close()
    return Brought(outcome.entry, outcome.failure, executed=outcome.result != "fresh")
