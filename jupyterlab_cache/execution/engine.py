"""Executing one notebook, cell by cell, and storing what came of it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..inputs.declared import NOTHING_DECLARED, Declared
from ..inputs.observer import Observer
from ..inputs.stat_cache import StatCache
from ..notebooks import document as documents
from ..notebooks.code_key import EXECUTION_TAGS
from ..store.records import Failure, Outcome
from ..store.store import Store, StoredEntry
from .kernels import Kernels, keep_awake
from .recording import Execution, record
from .streams import joined_streams

Progress = Callable[[int, int], None]
"""Called with the number of cells done and of all cells."""


@dataclass(frozen=True)
class ExecutionSettings:
    """Limits of an execution.

    Attributes:
        cell_timeout: Seconds for each cell; None for no limit.
        startup_timeout: Seconds for the kernel to start and answer.
    """

    cell_timeout: float | None = None
    startup_timeout: float = 60.0


@dataclass(frozen=True, kw_only=True)
class ExecutionRequest:
    """What to execute, and where it belongs.

    Attributes:
        notebook: Absolute path.
        project_root: Its project's root.
        store: Its project's store.
        stat_cache: For digests of inputs.
        default_kernel: Name of the kernel of a notebook that names none.
        environment: The variables that a kernel is given.
        settings: Limits.
        allow_errors: Go on after a cell that raises an error.
        declared: What a person declared of the notebook.
        on_kernel: Called with the kernel's identifier, and with None when it is gone.
        on_progress: Called at the start and after each cell.
        cancelled: Set by whoever wants the execution to stop.
    """

    notebook: Path
    project_root: Path
    store: Store
    stat_cache: StatCache
    default_kernel: str
    environment: Mapping[str, str]
    settings: ExecutionSettings = field(default_factory=ExecutionSettings)
    allow_errors: bool = False
    declared: Declared = NOTHING_DECLARED
    on_kernel: Callable[[str | None], None] = lambda _: None
    on_progress: Progress = lambda _done, _total: None
    on_code_key: Callable[[str], None] = lambda _: None
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def variant(self) -> dict[str, str | int | float | bool | None]:
        """Options that change results; those at their default leave no trace."""
        return variant_of(self.allow_errors)


def variant_of(allow_errors: bool) -> dict[str, str | int | float | bool | None]:
    """Options that change results, as entries hold them.

    Args:
        allow_errors: Go on after a cell that raises an error.
    """
    return {"allow_errors": True} if allow_errors else {}


async def execute(request: ExecutionRequest, kernels: Kernels) -> StoredEntry:
    """Execute a notebook and store the outcome, whatever it is.

    The notebook is read once, at the beginning; what becomes of its file meanwhile does not matter.

    Returns:
        The new entry; its outcome tells whether all went well.

    Raises:
        NotebookError: The notebook cannot be read.
        UnknownKernel: There is no kernel of its name.
        KernelStartFailed: The kernel did not start.
        StoreError: The outcome cannot be stored.
        OSError: The outcome cannot be stored.
    """
    notebook = await asyncio.to_thread(documents.load, request.notebook)
    digests = documents.digests_of(notebook)
    kernel_name = digests.kernel_name or request.default_kernel
    request.on_code_key(digests.code_key(request.default_kernel))
    cells = documents.code_cells(notebook)
    observer = Observer(
        notebook=request.notebook,
        project_root=request.project_root,
        kernel_name=kernel_name,
        launch_environment=request.environment,
        sources=[cell["source"] for cell in cells],
        stat_cache=request.stat_cache,
        former_artefacts=await asyncio.to_thread(_former_artefacts, request),
        keep=request.store.blobs.put,
        declared=request.declared,
    )
    for cell in documents.code_cells_with_blank(notebook):
        cell["outputs"] = []
        cell["execution_count"] = None
    seconds: list[float | None] = [None] * len(cells)
    started = time.monotonic()
    kernel = await _start(request, kernels, kernel_name, observer.kernel_environment())
    if kernel is None:
        outcome, failure = _cancelled(None)
        observation = await observer.collect(None)
    else:
        kernel_id, client = kernel
        request.on_kernel(kernel_id)
        clean_end = False
        waker = asyncio.ensure_future(keep_awake(client))
        try:
            await observer.attach(client)
            run = _Run(request, notebook, cells, kernels.manager_of(kernel_id), client, seconds)
            outcome, failure = await run.all_cells()
            alive = outcome in ("ok", "error")
            observation = await observer.collect(client if alive else None)
            clean_end = alive
        finally:
            waker.cancel()
            observer.close()
            client.stop_channels()
            kernels.end(kernel_id, now=not clean_end)
            request.on_kernel(None)
    for cell in cells:
        cell["outputs"] = joined_streams(cell["outputs"])
    execution = Execution(
        notebook=notebook,
        digests=digests,
        kernel_name=kernel_name,
        outcome=outcome,
        failure=failure,
        observation=observation,
        seconds=time.monotonic() - started,
        cell_seconds=seconds,
        variant=request.variant,
        provenance="executed",
    )
    return await asyncio.to_thread(
        record, execution, request.notebook, request.project_root, request.store
    )


async def _start(
    request: ExecutionRequest, kernels: Kernels, kernel_name: str, variables: Mapping[str, str]
) -> tuple[str, Any] | None:
    """The identifier and client of a new kernel; None when the execution is cancelled before."""
    starting = asyncio.ensure_future(
        kernels.start(
            kernel_name,
            request.notebook.parent,
            {**request.environment, **variables},
            request.settings.startup_timeout,
        )
    )
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
                kernel_id, client = await starting
                client.stop_channels()
                kernels.end(kernel_id, now=True)
    return starting.result() if wanted else None


def _former_artefacts(request: ExecutionRequest) -> list[str]:
    """What the last execution of this notebook wrote; this one may overwrite it with the same."""
    path = request.notebook.relative_to(request.project_root).as_posix()
    latest = request.store.latest_of(path)
    return [artefact.path for artefact in latest.entry.artefacts] if latest else []


class _Run:
    """The cells of one execution."""

    def __init__(
        self,
        request: ExecutionRequest,
        notebook: Any,
        cells: list[Any],
        manager: Any,
        client: Any,
        seconds: list[float | None],
    ) -> None:
        from nbclient import NotebookClient

        self._request = request
        self._cells = cells
        self._indices = [
            index for index, cell in enumerate(notebook["cells"]) if any(cell is c for c in cells)
        ]
        self._seconds = seconds
        self._nbclient = NotebookClient(
            notebook,
            km=manager,
            timeout=request.settings.cell_timeout and max(1, round(request.settings.cell_timeout)),
            allow_errors=request.allow_errors,
            coalesce_streams=False,
            record_timing=False,
            skip_cells_with_tag=EXECUTION_TAGS[1],
        )
        self._nbclient.kc = client
        self._nbclient.reset_execution_trackers()

    async def all_cells(self) -> tuple[Outcome, Failure | None]:
        """Execute all cells, or up to the one that ends the execution."""
        total = len(self._cells)
        self._request.on_progress(0, total)
        for ordinal, (cell, index) in enumerate(zip(self._cells, self._indices, strict=True)):
            started = time.monotonic()
            ended = await self._one_cell(cell, index, ordinal)
            self._seconds[ordinal] = time.monotonic() - started
            if ended is not None:
                return ended
            self._request.on_progress(ordinal + 1, total)
        self._nbclient.set_widgets_metadata()
        return "ok", None

    async def _one_cell(
        self, cell: Any, index: int, ordinal: int
    ) -> tuple[Outcome, Failure | None] | None:
        from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

        if self._request.cancelled.is_set():
            return _cancelled(ordinal)
        task = asyncio.ensure_future(self._nbclient.async_execute_cell(cell, index))
        stop = asyncio.ensure_future(self._request.cancelled.wait())
        try:
            await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                return _cancelled(ordinal)
            await task
        except CellExecutionError as error:
            traceback = _traceback_of(cell)
            return "error", Failure(error.ename, error.evalue, ordinal, traceback)
        except CellTimeoutError:
            limit = self._request.settings.cell_timeout
            message = (
                f"The cell took longer than {limit:g} s." if limit else "The cell gave no end."
            )
            return "timeout", Failure("Timeout", message, ordinal)
        except (DeadKernelError, RuntimeError) as error:
            message = "The kernel died while it executed the cell."
            if not isinstance(error, DeadKernelError):
                message = f"The kernel could not be talked to any more: {error}"
            return "died", Failure("KernelDied", message, ordinal)
        finally:
            stop.cancel()
            if not task.done():
                task.cancel()
                with contextlib.suppress(BaseException):
                    await task
        return None


def _cancelled(ordinal: int | None) -> tuple[Outcome, Failure | None]:
    return "cancelled", Failure("Cancelled", "A person cancelled the execution.", ordinal)


def _traceback_of(cell: Any) -> tuple[str, ...]:
    for output in reversed(cell.get("outputs", [])):
        if output.get("output_type") == "error":
            return tuple(str(line) for line in output.get("traceback", []))
    return ()
