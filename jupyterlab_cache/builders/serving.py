"""From an entry to what the program that builds something expects of an execution."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from ..cache import NotebookCache
from ..execution.freshening import Outcome, Wish, freshen
from ..execution.own_kernels import own_kernels
from ..notebooks import document as documents
from ..notebooks.project import find_project_root
from ..store.records import Failure
from ..store.store import Store, StoredEntry

T = TypeVar("T")


def root_for(folder: Path) -> Path:
    """The root of a cache for notebooks below a folder: their project's, or else the folder.

    Args:
        folder: Its absolute path.
    """
    top = Path(folder.anchor)
    found = find_project_root(folder, top)
    return folder if found == top else found


def serve(notebook: Any, stored: StoredEntry, store: Store) -> None:
    """Put what an entry holds into a node with the same code, as an execution would have done it.

    Sources, cells and their metadata stay as they are.

    Args:
        notebook: An nbformat 4 node.
        stored: The entry.
        store: Where it is kept.

    Raises:
        BlobMissing: Something is not there any more.
        BlobDamaged: Something is not what it should be.
        ValueError: The node has not as many code cells as the entry.
    """
    import nbformat

    outputs = store.outputs_of(stored)
    executed = store.notebook_of(stored).get("metadata")
    counts = [cell.execution_count for cell in stored.entry.cells]
    documents.put_outputs(notebook, list(zip(outputs, counts, strict=True)))
    for name in ("language_info", "widgets"):
        value = executed.get(name) if isinstance(executed, dict) else None
        if isinstance(value, dict):
            notebook["metadata"][name] = nbformat.from_dict(value)


def error_of(failure: Failure, notebook: Any, timeout: float | None = None) -> Exception:
    """A failure as the exception that nbclient raises in its place.

    Args:
        failure: What went wrong.
        notebook: The node that was executed.
        timeout: Seconds that a cell was given.
    """
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    if failure.name in ("KernelDied", "OutputTooLarge"):
        return DeadKernelError(failure.message)
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


async def bring_up_to_date(cache: NotebookCache, place: Path, wish: Wish) -> Outcome:
    """Execute a document that is not what is saved, unless an entry of its code is still true.

    Raises:
        NotebookError: What is declared of it makes no sense.
        UnknownKernel: There is no kernel of its name.
        KernelStartFailed: The kernel did not start.
        StoreError: The store cannot be used.
        NotStored: It was executed, and cannot be stored.
        IsolationFailed: It cannot have a folder of its own.
    """
    kernels = own_kernels(cache.stat_cache)
    try:
        return await freshen(cache, place, kernels, wish)
    finally:
        await kernels.close()


def wait_for(work: Coroutine[Any, Any, T]) -> T:
    """The result of asynchronous work, also where an event loop is running already."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()
