"""Executing one notebook, cell by cell, and storing what came of it."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from ..inputs.kernel_environment import variables_for_kernel
from ..inputs.observation import Observation
from ..inputs.observer import Observer
from ..notebooks import document as documents
from ..notebooks.parameter_cell import place_in
from ..notebooks.variant import with_parameters
from ..store.errors import StoreError
from ..store.records import Entry, Failure, Outcome
from ..store.store import StoredEntry
from .artefacts import store_artefacts
from .cells import CellRun, cancelled_at
from .estimate import estimate_of
from .expressions import Expressions
from .injection import injection_of
from .isolation import Workplace, explained, with_undeclared, workplace_of
from .kernels import Kernels, keep_awake
from .launch import Kernel, Launch
from .recording import Execution, record
from .request import ExecutionRequest
from .rescue import keeper_of, rescued
from .streams import joined_streams
from .usage import Usage

_AFTER_COPIES = 0.1
"""Seconds between copying files and a run; times of files come from a coarser clock."""


async def execute(request: ExecutionRequest, kernels: Kernels) -> StoredEntry:
    """Execute a notebook and store the outcome, whatever it is.

    The notebook is read once, at the beginning; what becomes of its file meanwhile does not matter.

    Returns:
        The new entry; its outcome tells whether all went well.

    Raises:
        NotebookError: The notebook cannot be read, or its parameters cannot be set.
        UnknownKernel: There is no kernel of its name.
        KernelStartFailed: The kernel did not start.
        StoreError: The store cannot be used.
        NotStored: It was executed, and cannot be stored; the text says where the outputs are.
        IsolationFailed: It cannot have a folder of its own.
    """
    workplace = await _prepared(request)
    try:
        return await _execute(request, workplace, kernels)
    finally:
        await asyncio.to_thread(workplace.remove)


async def _prepared(request: ExecutionRequest) -> Workplace:
    """The place of the execution, which nobody forgets to remove."""
    preparing = asyncio.ensure_future(asyncio.to_thread(workplace_of, request))
    try:
        workplace = await asyncio.shield(preparing)
    except asyncio.CancelledError:
        with contextlib.suppress(Exception):
            (await preparing).remove()
        raise
    if workplace.folder is not None:
        # Whatever changes from now on is told from the copies by its time.
        await asyncio.sleep(_AFTER_COPIES)
    return workplace


async def _execute(
    request: ExecutionRequest, workplace: Workplace, kernels: Kernels
) -> StoredEntry:
    notebook = await asyncio.to_thread(_document_of, request)
    digests = documents.digests_of(notebook)
    kernel_name = digests.kernel_name or request.default_kernel
    request.on_code_key(digests.code_key(request.default_kernel))
    cells = documents.code_cells(notebook)
    former = await asyncio.to_thread(_former_entry, request)
    estimate = estimate_of([cell.digest for cell in digests.cells], former)
    if estimate is not None:
        request.on_estimate(estimate)
    place = place_in(notebook)
    injection = injection_of(request.parameters, place, kernel_name)
    expressions = Expressions(documents.expressions_of(notebook))
    sources = [cell["source"] for cell in cells]
    sources += [expression for expression, _ in documents.expressions_of(notebook)]
    observer = Observer(
        notebook=workplace.notebook,
        places=workplace.places,
        kernel_name=kernel_name,
        launch_environment=request.environment,
        sources=[*sources, injection.cell["source"]] if injection else sources,
        stat_cache=request.stat_cache,
        # This execution may overwrite what the last one wrote with the same.
        former_artefacts=[item.path for item in former.artefacts] if former else [],
        keep=keeper_of(request.store),
        declared=workplace.declared,
    )
    for cell in documents.code_cells_with_blank(notebook):
        cell["outputs"] = []
        cell["execution_count"] = None
    seconds: list[float | None] = [None] * len(cells)
    usages: list[Usage | None] = [None] * len(cells)
    started = time.monotonic()
    launch = launch_of(workplace.notebook, kernel_name, request.environment)
    try:
        await observer.prepare()
        kernel = await _start(request, kernels, launch)
    except BaseException:
        observer.close()
        raise
    if kernel is None:
        outcome, failure = cancelled_at(None)
        observation = await observer.collect(None)
    else:
        request.on_kernel(kernel)
        if kernel.language_info:
            # As nbclient does it: programs that show the code colour it by this.
            notebook["metadata"]["language_info"] = dict(kernel.language_info)
        clean_end = False
        run = CellRun(
            _from_thread(request), notebook, cells, kernel, seconds, usages, injection, expressions
        )
        request.on_outputs(run.live)
        stopper = asyncio.ensure_future(_pass_on(request.cancelled, kernel, run))
        try:
            outcome, failure, observation = await kernel.thread.run(
                _observed(run, observer, kernel)
            )
            clean_end = outcome in ("ok", "error")
        finally:
            stopper.cancel()
            observer.close()
            kernels.end(kernel, now=not clean_end)
            request.on_kernel(None)
    took = time.monotonic() - started
    observation = await asyncio.to_thread(_with_contents, observation, request, workplace)
    execution = Execution(
        notebook=notebook,
        digests=digests,
        kernel_name=kernel_name,
        outcome=outcome,
        failure=explained(failure, observation.undeclared),
        observation=observation,
        seconds=took,
        cell_seconds=seconds,
        cell_usages=usages,
        variant=with_parameters(request.options, request.parameters, place),
        expression_results=expressions.results,
        provenance="executed",
        isolated=workplace.folder is not None,
    )
    return await asyncio.to_thread(_recorded, execution, request)


def _document_of(request: ExecutionRequest) -> Any:
    if request.document is None:
        return documents.load(request.notebook)
    return documents.with_normal_sources(copy.deepcopy(request.document))


def _recorded(execution: Execution, request: ExecutionRequest) -> StoredEntry:
    for cell in documents.code_cells(execution.notebook):
        cell["outputs"] = joined_streams(cell["outputs"])
    try:
        return record(execution, request.notebook, request.project_root, request.store)
    except (StoreError, OSError) as error:
        raise rescued(execution.notebook, request.notebook, error) from error


def launch_of(notebook: Path, kernel_name: str, environment: Mapping[str, str]) -> Launch:
    """What the kernel of an execution is started with.

    Args:
        notebook: Absolute path.
        kernel_name: Name of the kernelspec.
        environment: The variables that a kernel is given.
    """
    return Launch(
        kernel_name, notebook.parent, {**environment, **variables_for_kernel(kernel_name)}
    )


async def _start(request: ExecutionRequest, kernels: Kernels, launch: Launch) -> Kernel | None:
    """A kernel that has run nothing; None when the execution is cancelled before."""
    starting = asyncio.ensure_future(kernels.start(launch, request.settings.startup_timeout))
    stop = asyncio.ensure_future(request.cancelled.wait())
    wanted = False
    try:
        await asyncio.wait({starting, stop}, return_when=asyncio.FIRST_COMPLETED)
        wanted = starting.done()
    finally:
        stop.cancel()
        if not wanted:
            starting.cancel()
            with contextlib.suppress(BaseException):
                # It may have been there already, just before.
                kernels.end(await starting)
    return starting.result() if wanted else None


async def _observed(
    run: CellRun, observer: Observer, kernel: Kernel
) -> tuple[Outcome, Failure | None, Observation]:
    """Execute the cells; in the kernel's thread."""
    waker = asyncio.ensure_future(keep_awake(kernel.client))
    try:
        await observer.attach(kernel.client, kernel.launched, is_local=kernel.is_local)
        outcome, failure = await run.all_cells()
        is_there = outcome in ("ok", "error")
        return outcome, failure, await observer.collect(kernel.client if is_there else None)
    finally:
        waker.cancel()


async def _pass_on(cancelled: asyncio.Event, kernel: Kernel, run: CellRun) -> None:
    """Let a run in a kernel's thread hear of its cancellation."""
    await cancelled.wait()
    kernel.thread.call(run.cancelled.set)


def _from_thread(request: ExecutionRequest) -> ExecutionRequest:
    """The same request, whose progress can be told from another thread."""
    here = asyncio.get_running_loop()

    def on_progress(done: int, total: int) -> None:
        here.call_soon_threadsafe(request.on_progress, done, total)

    return msgspec.structs.replace(request, on_progress=on_progress)


def _with_contents(
    observation: Observation, request: ExecutionRequest, workplace: Workplace
) -> Observation:
    """The same, with the contents of what the execution wrote in the store."""
    observation = with_undeclared(observation, workplace)
    artefacts = store_artefacts(
        observation.artefacts,
        workplace.places,
        request.store,
        request.settings.artefacts,
        workplace.declared.not_kept,
    )
    return msgspec.structs.replace(observation, artefacts=artefacts)


def _former_entry(request: ExecutionRequest) -> Entry | None:
    path = request.notebook.relative_to(request.project_root).as_posix()
    latest = request.store.latest_of(path)
    return latest.entry if latest else None
