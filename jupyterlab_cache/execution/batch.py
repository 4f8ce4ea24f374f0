"""Bringing many notebooks up to date, some at once, without a queue."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from ..inputs.reasons import ReasonCode
from ..look import Given, Look
from ..notebooks.errors import NotebookError
from ..notebooks.parameters import NO_PARAMETERS
from ..store.errors import StoreError
from ..store.records import Failure
from .freshening import Wish, Workspace, freshen, likely_launches
from .kernels import Kernels
from .launch import Kernel
from .missing_files import bringing_back
from .planning import Plan, Step, is_needed_again, plan_for, upstream_failed
from .progress import Teller, watched
from .request import options_of
from .restoring import can_hold_outputs, write_outputs

_log = logging.getLogger(__name__)

RunOutcome = Literal["fresh", "executed", "failed", "cancelled"]

_GOOD: tuple[RunOutcome, ...] = ("fresh", "executed")

_WRITTEN_BY_OTHERS: set[ReasonCode] = {
    "directory-changed",
    "file-appeared",
    "file-changed",
    "file-missing",
    "module-changed",
    "upstream-stale",
}
"""Reasons that another notebook of the same run can be behind."""


class RunResult(msgspec.Struct, frozen=True):
    """What became of one notebook of a run.

    Attributes:
        path: The notebook, relative to the root.
        result: ``fresh``: nothing had to be executed; ``executed``, ``failed`` or ``cancelled``.
        entry: The entry that holds its outputs now; None when there is none.
        seconds: Wall time that the run spent on it.
        failure: What went wrong, when the result is ``failed`` or ``cancelled``.
        seconds_saved: When it was fresh: what the execution took that was not repeated.
        undeclared: What an isolated run lacked though the project has it.
    """

    path: str
    result: RunOutcome
    entry: str | None
    seconds: float
    failure: Failure | None = None
    seconds_saved: float | None = None
    undeclared: tuple[str, ...] = ()


async def run_each(
    workspace: Workspace,
    notebooks: Sequence[Path],
    *,
    kernels: Kernels,
    wish: Wish,
    jobs: int,
    write: bool,
    shown: Callable[[Path], str],
    tell: Teller | None = None,
) -> AsyncGenerator[RunResult, None]:
    """Bring notebooks up to date, yielding each one's result as soon as it is there.

    As ``make`` does it: what is upstream of them and not up to date is executed first, and has a
    result of its own. A notebook begins when what is upstream of it has ended, others run at the
    same time. Downstream of a failure nothing is executed (``UpstreamFailed``), unless the wish is
    to execute by force or to go on after errors. A fresh notebook is executed again when a file is
    gone that it wrote and a later one needs.

    Edges are known from earlier executions only. So a notebook that turns out to be stale at the
    end, because of what others wrote after it, is executed once more and has another result: the
    last one counts. One that succeeded is repeated once at most; one that failed, again and again
    as long as others begin to succeed meanwhile.

    Args:
        workspace: The notebooks' surroundings.
        notebooks: Absolute paths.
        kernels: Where kernels come from; closed at the end.
        wish: How they are to be brought up to date.
        jobs: How many at once.
        write: Put the outputs into the files, also those of an execution that is not reused;
            only those of ``notebooks`` themselves.
        shown: How a notebook's path is written in a result.
        tell: Told of the progress of each notebook.
    """
    # What is upstream of them runs as it is declared.
    given = dict.fromkeys(notebooks, wish.parameters)
    batch = _Batch(workspace, kernels, wish, jobs, write, shown, tell, given)
    rest = list(notebooks)
    try:
        while rest:
            tasks = await batch.begin(rest)
            for task in asyncio.as_completed(tasks):
                result = await task
                if result is not None:
                    yield result
            rest = await asyncio.to_thread(batch.to_repeat)
    finally:
        await batch.give_up()
        await kernels.close()


class _Batch:
    """Notebooks on their way, in one pass or more."""

    def __init__(
        self,
        workspace: Workspace,
        kernels: Kernels,
        wish: Wish,
        jobs: int,
        write: bool,
        shown: Callable[[Path], str],
        tell: Teller | None,
        given: Given,
    ) -> None:
        self._workspace = workspace
        self._kernels = kernels
        self._wish = wish
        self._write = write
        self._shown = shown
        self._jobs = jobs
        self._tell = tell
        self._free = asyncio.Semaphore(jobs)
        self._tasks: dict[Path, asyncio.Task[RunResult | None]] = {}
        self._results: dict[Path, RunResult] = {}
        self._given = given
        self._has_executed = False
        self._successes: Counter[Path] = Counter()
        self._has_first_success = False
        self._is_repeating = False
        self._to_come: dict[Path, None] = {}

    def _look(self) -> Look:
        return self._workspace.look(options_of(self._wish.allow_errors), self._given)

    async def begin(self, notebooks: Sequence[Path]) -> list[asyncio.Task[RunResult | None]]:
        """Begin with a pass over these notebooks and what is upstream of them."""
        plan = await asyncio.to_thread(self._plan, notebooks)
        asked = set(notebooks)
        self._has_executed = self._has_first_success = False
        self._tasks = {}
        self._to_come = dict.fromkeys(plan)
        for notebook, step in plan.items():
            before = [self._tasks[item] for item in (*step.upstream, *step.after)]
            work = self._bring_up_to_date(notebook, step, before, is_asked=notebook in asked)
            self._tasks[notebook] = asyncio.ensure_future(work)
        return list(self._tasks.values())

    def _on_kernel(self, kernel: Kernel | None) -> None:
        self._wish.on_kernel(kernel)
        if kernel is not None:
            # The start of the next ones' kernels hides behind what this one computes.
            following = [(notebook, self._wish.force) for notebook in self._to_come]
            self._kernels.expect_soon(
                lambda: likely_launches(self._workspace, self._look(), following, self._jobs)
            )

    def _plan(self, notebooks: Sequence[Path]) -> Plan:
        try:
            look = self._look()
            # What others executed also tells what is upstream of what.
            if not self._wish.force and self._workspace.ask_shared(look, notebooks):
                look = self._look()
            return plan_for(look, notebooks)
        except (NotebookError, StoreError, OSError) as error:
            _log.info("Edges between notebooks cannot be found: %r", error)
            return {notebook: Step() for notebook in notebooks}

    async def give_up(self) -> None:
        """Stop what has not ended."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _bring_up_to_date(
        self,
        notebook: Path,
        step: Step,
        before: Sequence[asyncio.Task[RunResult | None]],
        *,
        is_asked: bool,
    ) -> RunResult | None:
        if before:
            await asyncio.wait(before)
        async with self._free:
            self._to_come.pop(notebook, None)
            result = self._blocked(notebook, step)
            if result is None:
                again, due = await asyncio.to_thread(self._need_of, notebook, step)
                if not (is_asked or again or due):
                    return None
                force = again or (self._wish.force and is_asked and not self._is_repeating)
                given = self._given.get(notebook, NO_PARAMETERS)
                retry = self._wish.retry_failed and not self._is_repeating
                wish = msgspec.structs.replace(
                    self._wish,
                    force=force,
                    retry_failed=retry,
                    parameters=given,
                    on_kernel=self._on_kernel,
                )
                path = self._shown(notebook)
                if self._tell is not None:
                    wish = watched(wish, path, self._tell)
                result = await _run_one(
                    self._workspace, notebook, self._kernels, wish, self._write and is_asked, path
                )
        return self._noted(notebook, result)

    def _need_of(self, notebook: Path, step: Step) -> tuple[bool, bool]:
        """Whether a file of a notebook is needed again, and whether it is due."""
        try:
            look = self._look()
            again = is_needed_again(look, notebook, step, bringing_back(self._workspace))
            return again, look.is_due(notebook)
        except (NotebookError, StoreError, OSError):
            return False, True  # whatever it is, an execution will tell

    def _blocked(self, notebook: Path, step: Step) -> RunResult | None:
        """The result of a notebook that cannot begin because of what is upstream of it."""
        for edge in step.edges:
            upstream = self._results.get(edge.upstream)
            if upstream is None or upstream.result in _GOOD:
                continue
            file = os.path.relpath(edge.file, notebook.parent)
            path = self._shown(notebook)
            if upstream.result == "cancelled":
                failure = Failure("Cancelled", upstream_failed(upstream.path, file, "cancelled"))
                return RunResult(path, "cancelled", None, 0.0, failure)
            if not (self._wish.force or self._wish.allow_errors):
                failure = Failure("UpstreamFailed", upstream_failed(upstream.path, file))
                return RunResult(path, "failed", None, 0.0, failure)
        return None

    def _noted(self, notebook: Path, result: RunResult) -> RunResult | None:
        before = self._results.get(notebook)
        if before is not None and result.result == "fresh" and before.result in _GOOD:
            return None  # nothing new
        self._results[notebook] = result
        self._has_executed |= result.result != "fresh"
        if result.result == "executed":
            self._has_first_success |= not self._successes[notebook]
            self._successes[notebook] += 1
        return result

    def to_repeat(self) -> list[Path]:
        """What is stale after all, because of what was executed after it."""
        self._is_repeating = True
        if not self._has_executed or self._wish.cancelled.is_set():
            return []
        look = self._look()
        try:
            stale = {path for path in self._results if self._is_to_repeat(look, path)}
            return [
                notebook
                for notebook in self._results
                if notebook in stale
                # What failed for good stays in the way of what is downstream of it.
                and all(map(self._is_good, look.all_upstream([notebook]).keys() - stale))
            ]
        except (NotebookError, StoreError, OSError) as error:
            _log.info("It cannot be told what has to be executed again: %r", error)
            return []

    def _is_to_repeat(self, look: Look, notebook: Path) -> bool:
        may_repeat = self._has_first_success
        if self._is_good(notebook):
            may_repeat = self._successes[notebook] < 2
        result = self._results[notebook]
        # What an isolated run lacks it lacks the next time, too.
        if not may_repeat or result.result == "cancelled" or result.undeclared:
            return False
        try:
            status = look.status(notebook)
        except NotebookError:
            return False
        causes = {reason.code for reason in status.reasons}
        return bool(causes & _WRITTEN_BY_OTHERS) and look.is_due(notebook)

    def _is_good(self, notebook: Path) -> bool:
        result = self._results.get(notebook)
        return result is None or result.result in _GOOD


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
    return RunResult(
        path,
        outcome.result,
        outcome.entry,
        seconds,
        outcome.failure,
        outcome.seconds_saved,
        outcome.undeclared,
    )


def _write(workspace: Workspace, notebook: Path, entry_id: str) -> None:
    if can_hold_outputs(workspace, notebook):
        stored = workspace.project_of(notebook).store.get(entry_id)
        write_outputs(workspace, notebook, stored)
