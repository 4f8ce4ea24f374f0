"""Bringing many notebooks up to date, some at once, without a queue."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from ..store.records import Failure
from .freshening import Wish, Workspace, freshen
from .kernels import Kernels
from .restoring import write_outputs

_log = logging.getLogger(__name__)

RunOutcome = Literal["fresh", "executed", "failed", "cancelled"]


class RunResult(msgspec.Struct, frozen=True):
    """What became of one notebook of a run.

    Attributes:
        path: The notebook, relative to the root.
        result: ``fresh``: nothing had to be executed; ``executed``, ``failed`` or ``cancelled``.
        entry: The entry that holds its outputs now; None when there is none.
        seconds: Wall time that the run spent on it.
        failure: What went wrong, when the result is ``failed`` or ``cancelled``.
    """

    path: str
    result: RunOutcome
    entry: str | None
    seconds: float
    failure: Failure | None = None


async def run_each(
    workspace: Workspace,
    notebooks: Sequence[Path],
    *,
    kernels: Kernels,
    wish: Wish,
    jobs: int,
    write: bool,
    shown: Callable[[Path], str],
) -> AsyncIterator[RunResult]:
    """Bring notebooks up to date, yielding each one's result as soon as it is there.

    Args:
        workspace: The notebooks' surroundings.
        notebooks: Absolute paths.
        kernels: Where kernels come from; closed at the end.
        wish: How they are to be brought up to date.
        jobs: How many at once.
        write: Put the outputs into the files, also those of an execution that is not reused.
        shown: How a notebook's path is written in a result.
    """
    free = asyncio.Semaphore(jobs)

    async def run_one(notebook: Path) -> RunResult:
        async with free:
            return await _run_one(workspace, notebook, kernels, wish, write, shown(notebook))

    tasks = [asyncio.ensure_future(run_one(notebook)) for notebook in notebooks]
    try:
        for task in asyncio.as_completed(tasks):
            yield await task
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await kernels.close()


async def _run_one(
    workspace: Workspace,
    notebook: Path,
    kernels: Kernels,
    wish: Wish,
    write: bool,
    path: str,
) -> RunResult:
    started = time.monotonic()
    try:
        outcome = await freshen(workspace, notebook, kernels, wish)
        if write and outcome.entry is not None and outcome.result != "cancelled":
            await asyncio.to_thread(_write, workspace, notebook, outcome.entry)
    except Exception as error:
        # One notebook's trouble must not stop those behind it.
        _log.info("%s failed: %r", path, error)
        failure = Failure(type(error).__name__, str(error))
        return RunResult(path, "failed", None, time.monotonic() - started, failure)
    seconds = time.monotonic() - started
    return RunResult(path, outcome.result, outcome.entry, seconds, outcome.failure)


def _write(workspace: Workspace, notebook: Path, entry_id: str) -> None:
    stored = workspace.project_of(notebook).store.get(entry_id)
    write_outputs(workspace, notebook, stored)
