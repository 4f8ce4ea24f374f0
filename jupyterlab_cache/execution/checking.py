"""Executing notebooks twice to see whether they are repeatable."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from ..notebooks.errors import NotebookError
from ..store.checks import MOST_CELLS, CellCheck, Check, CheckOutcome
from ..store.records import Failure
from ..store.store import StoredEntry
from .estimate import Estimate
from .freshening import Outcome, Wish, Workspace, freshen
from .kernels import Kernels
from .repeatability import compare_cells

_log = logging.getLogger(__name__)

CheckEnd = Literal[CheckOutcome, "cancelled"]
"""How a check ends; what was cancelled is not kept."""


class CheckResult(msgspec.Struct, frozen=True):
    """What two executions of one notebook gave.

    Attributes:
        path: The notebook, relative to the root.
        result: ``repeatable``, also with harmless differences; ``different``; ``failed``: an
            execution ended in an error, its kernel died, or it could not begin; or ``cancelled``.
        cells: Each code cell; empty when there are not two executions.
        entry: The entry of the second execution, with which this is kept; None when there is none.
        other: The entry of the first.
        seconds: Wall time of both.
        failure: Why an execution did not get to its end.
    """

    path: str
    result: CheckEnd
    cells: tuple[CellCheck, ...]
    entry: str | None
    other: str | None
    seconds: float
    failure: Failure | None = None


async def check_each(
    workspace: Workspace,
    notebooks: Sequence[Path],
    *,
    kernels: Kernels,
    wish: Wish,
    shown: Callable[[Path], str],
) -> AsyncIterator[CheckResult]:
    """Check notebooks one after the other, see :func:`check_notebook`.

    Args:
        workspace: The notebooks' surroundings.
        notebooks: Absolute paths.
        kernels: Where kernels come from; closed at the end.
        wish: How to execute.
        shown: How a notebook's path is written in a result.
    """
    try:
        for notebook in notebooks:
            yield await check_notebook(workspace, notebook, kernels, wish, shown(notebook))
    finally:
        await kernels.close()


async def check_notebook(
    workspace: Workspace, notebook: Path, kernels: Kernels, wish: Wish, path: str
) -> CheckResult:
    """Execute a notebook twice, each time in a fresh kernel, and compare cell by cell.

    Both executions are stored as any other, so the newest decides about verdicts. Files that other
    notebooks write are used as they are now, and the second execution finds what the first wrote.

    Args:
        workspace: The notebooks' surroundings.
        notebook: Absolute path.
        kernels: Where kernels come from.
        wish: How to execute, always by force, and who is told: of both executions as if they were
            one with twice as many cells.
        path: How the notebook is called in the result.

    Returns:
        What came of it, also when it could not be executed at all.
    """
    started = time.monotonic()
    outcomes: list[Outcome] = []
    try:
        for each in _twice(wish):
            outcome = await freshen(workspace, notebook, kernels, each)
            if outcome.result == "cancelled":
                other = outcomes[0].entry if outcomes else outcome.entry
                seconds = time.monotonic() - started
                return CheckResult(path, "cancelled", (), None, other, seconds, outcome.failure)
            outcomes.append(outcome)
        cells, failure = await asyncio.to_thread(_compare, workspace, notebook, outcomes)
    except Exception as error:
        # One notebook's trouble must not stop those behind it.
        _log.info("%s cannot be checked: %r", path, error)
        failure = Failure(type(error).__name__, str(error))
        other = outcomes[0].entry if outcomes else None
        seconds = time.monotonic() - started
        return CheckResult(path, "failed", (), None, other, seconds, failure)
    return CheckResult(
        path=path,
        result=_result(cells, failure),
        cells=tuple(cells),
        entry=outcomes[1].entry,
        other=outcomes[0].entry,
        seconds=time.monotonic() - started,
        failure=failure,
    )


def _twice(wish: Wish) -> Iterator[Wish]:
    """The same wish for the first and for the second execution."""
    before = 0
    last = 0

    def on_progress(done: int, total: int) -> None:
        nonlocal last
        last = total
        # The second execution has as many cells, unless the notebook is changed meanwhile.
        wish.on_progress(before + done, (before or total) + total)

    def on_estimate(estimate: Estimate) -> None:
        wish.on_estimate(Estimate(2 * estimate.starting, 2 * estimate.cells))

    for _ in range(2):
        yield msgspec.structs.replace(
            wish, force=True, on_progress=on_progress, on_estimate=on_estimate
        )
        before = last


def _result(cells: Sequence[CellCheck], failure: Failure | None) -> CheckOutcome:
    if failure is not None:
        return "failed"
    return "different" if any(cell.outcome == "different" for cell in cells) else "repeatable"


def _compare(
    workspace: Workspace, notebook: Path, outcomes: Sequence[Outcome]
) -> tuple[list[CellCheck], Failure | None]:
    """Compare two executions, and keep with the second what came of it.

    Raises:
        NotebookError: The notebook was changed between them.
        StoreError: What they gave cannot be read, or the store cannot be written.
        OSError: The store cannot be written.
    """
    store = workspace.project_of(notebook).store
    first, second = (store.get(outcome.entry or "") for outcome in outcomes)
    if (first.entry.code_key, first.entry.variant) != (second.entry.code_key, second.entry.variant):
        raise NotebookError(f"{notebook.name} was changed while it was checked; check it again.")
    patterns = workspace.declared_for(notebook).varying
    compared = compare_cells(store.outputs_of(first), store.outputs_of(second), patterns)
    cells = [
        msgspec.structs.replace(cell, outcome="not-executed")
        if _is_not_executed(cell.cell, first, second)
        else cell
        for cell in compared
    ]
    failure = first.entry.failure or second.entry.failure
    told = tuple(cell for cell in cells if cell.outcome != "same")[:MOST_CELLS]
    check = Check(time.time(), first.id, _result(cells, failure), told, failure)
    store.marks.keep_check(second.id, check)
    return cells, failure


def _is_not_executed(ordinal: int, *executions: StoredEntry) -> bool:
    return all(stored.entry.cells[ordinal].seconds is None for stored in executions)
