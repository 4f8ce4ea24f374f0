"""The cells of one execution, one after the other."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Coroutine
from typing import Any

import msgspec

from ..notebooks.code_key import EXECUTION_TAGS
from ..store.records import Failure, Outcome
from .deaths import death_of
from .expressions import Expressions
from .injection import Injection
from .launch import Kernel
from .live_outputs import LiveOutputs
from .output_limit import OutputLimit
from .request import ExecutionRequest
from .usage import Usage, UsageMeter, local_pid

_LAST_OUTPUT_SECONDS = 60
"""How long the last of much output may take, once the cell has ended."""


class CellRun:
    """The cells of one execution, in the thread of its kernel.

    Attributes:
        cancelled: To be set there by whoever wants the execution to stop.
        live: The outputs so far, for other threads.
    """

    def __init__(
        self,
        request: ExecutionRequest,
        notebook: Any,
        cells: list[Any],
        kernel: Kernel,
        seconds: list[float | None],
        usages: list[Usage | None],
        injection: Injection | None,
        expressions: Expressions,
    ) -> None:
        from .long_json import unpack
        from .output_channel import OutputChannel
        from .output_client import OutputClient

        self.cancelled = asyncio.Event()
        self._request = request
        self._cells = cells
        self._indices = [
            index for index, cell in enumerate(notebook["cells"]) if any(cell is c for c in cells)
        ]
        self.live = LiveOutputs(dict(zip(self._indices, cells, strict=True)))
        self._seconds = seconds
        self._usages = usages
        self._meter = UsageMeter(local_pid(kernel.manager))
        self._injection = injection
        self._expressions = expressions
        self._nbclient = OutputClient(
            notebook,
            km=kernel.manager,
            timeout=request.settings.cell_timeout and max(1, round(request.settings.cell_timeout)),
            allow_errors=request.allow_errors,
            coalesce_streams=False,
            record_timing=False,
            skip_cells_with_tag=EXECUTION_TAGS[1],
            iopub_timeout=_LAST_OUTPUT_SECONDS,
        )
        self._output_limit = OutputLimit(request.settings.output_bytes)
        self._output_limit.measure_by(self._nbclient.memory)
        channel = kernel.client.iopub_channel
        if isinstance(channel, OutputChannel):
            channel.hold_within(self._output_limit)
        else:  # a gateway's
            self._nbclient.limit = self._output_limit
        kernel.client.session.unpack = unpack
        self._nbclient.kc = kernel.client
        self._nbclient.live = self.live
        self._kernel = kernel
        self._deadline: float | None = None
        self._nbclient.reset_execution_trackers()

    async def all_cells(self) -> tuple[Outcome, Failure | None]:
        """Execute all cells, or up to the one that ends the execution."""
        limit = self._request.settings.notebook_timeout
        self._deadline = None if limit is None else time.monotonic() + limit
        await self._meter.start()
        try:
            return await self._each_cell()
        finally:
            self.live.end()
            self._meter.close()

    async def _each_cell(self) -> tuple[Outcome, Failure | None]:
        total = len(self._cells)
        self._request.on_progress(0, total)
        for ordinal, (cell, index) in enumerate(zip(self._cells, self._indices, strict=True)):
            ended = await self._before(ordinal)
            if ended is None and not self._is_replaced(ordinal):
                self.live.begin(index)
                started = time.monotonic()
                ended = await self._one_cell(cell, index, ordinal)
                self._seconds[ordinal] = time.monotonic() - started
                self._usages[ordinal] = await self._meter.next_cell()
            if ended is not None:
                return ended
            self._request.on_progress(ordinal + 1, total)
        if self._expressions.before(total):
            ended = await self._before(total)
            if ended is not None:
                return ended
        self._nbclient.set_widgets_metadata()
        return "ok", None

    async def _before(self, ordinal: int) -> tuple[Outcome, Failure | None] | None:
        """Execute what stands between two cells: parameters to inject, inline expressions."""
        if self._is_replaced(ordinal):
            return await self._evaluated(ordinal) or await self._injected(ordinal)
        return await self._injected(ordinal) or await self._evaluated(ordinal)

    async def _evaluated(self, ordinal: int) -> tuple[Outcome, Failure | None] | None:
        """Execute the inline expressions that stand before a cell, or behind the last one."""
        asked = self._expressions.before(ordinal)
        if not asked:
            return None

        async def evaluate() -> None:
            self._expressions.take(asked, await self._nbclient.async_evaluate(asked))

        return await self._guarded(evaluate(), None, "The inline expressions")

    def _is_replaced(self, ordinal: int) -> bool:
        return self._injection is not None and self._injection.is_instead_of(ordinal)

    async def _injected(self, ordinal: int) -> tuple[Outcome, Failure | None] | None:
        """Set the parameters, if they belong before what stands at this ordinal."""
        if self._injection is None or not self._injection.is_before(ordinal):
            return None
        cells = self._nbclient.nb.cells
        # Without its parameters a notebook is another one, whatever errors are allowed.
        self._nbclient.force_raise_errors = True
        cells.append(self._injection.cell)
        try:
            ended = await self._one_cell(self._injection.cell, len(cells) - 1, None)
        finally:
            cells.pop()
            self._nbclient.force_raise_errors = False
        if ended is None or ended[1] is None or ended[0] == "cancelled":
            return ended
        message = f"The parameters could not be set: {ended[1].message}"
        return ended[0], msgspec.structs.replace(ended[1], message=message)

    async def _one_cell(
        self, cell: Any, index: int, ordinal: int | None
    ) -> tuple[Outcome, Failure | None] | None:
        from nbclient.exceptions import CellExecutionError

        is_own = ordinal is not None
        execution = self._nbclient.async_execute_cell(cell, index, store_history=is_own)
        try:
            return await self._guarded(execution, ordinal)
        except CellExecutionError as error:
            traceback = _traceback_of(cell)
            return "error", Failure(error.ename, error.evalue, ordinal, traceback)

    async def _guarded(
        self, execution: Coroutine[Any, Any, object], ordinal: int | None, name: str = "The cell"
    ) -> tuple[Outcome, Failure | None] | None:
        """Let the kernel execute something, within all limits."""
        from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

        if self.cancelled.is_set():
            execution.close()
            return cancelled_at(ordinal)
        task = asyncio.ensure_future(execution)
        stop = asyncio.ensure_future(self.cancelled.wait())
        too_much = asyncio.ensure_future(self._output_limit.passed.wait())
        try:
            await asyncio.wait(
                {task, stop, too_much}, timeout=self._left(), return_when=asyncio.FIRST_COMPLETED
            )
            if not task.done():
                if stop.done():
                    return cancelled_at(ordinal)
                return self._too_large(ordinal) if too_much.done() else self._out_of_time(ordinal)
            await task
        except CellExecutionError:
            raise
        except CellTimeoutError:
            limit = self._request.settings.cell_timeout
            message = f"{name} took longer than {limit:g} s." if limit else f"{name} gave no end."
            return "timeout", Failure("Timeout", message, ordinal)
        except Exception as error:
            # A gateway's ways to tell of the end are many.
            message = await death_of(self._kernel)
            if not isinstance(error, DeadKernelError):
                message = f"The kernel could not be talked to any more: {error}"
            return "died", Failure("KernelDied", message, ordinal)
        finally:
            stop.cancel()
            too_much.cancel()
            if not task.done():
                task.cancel()
                with contextlib.suppress(BaseException):
                    await task
        return None

    def _left(self) -> float | None:
        """Seconds that the notebook may still take; None for no limit."""
        return None if self._deadline is None else max(0.0, self._deadline - time.monotonic())

    def _too_large(self, ordinal: int | None) -> tuple[Outcome, Failure | None]:
        message = (
            f"The outputs took more than {self._output_limit.most:,} bytes of memory, so the "
            "execution was stopped. Print or display less, or write it to a file; the limit can be "
            "set with CacheApp.output_bytes or --output-bytes."
        )
        return "too-large", Failure("OutputTooLarge", message, ordinal)

    def _out_of_time(self, ordinal: int | None) -> tuple[Outcome, Failure | None]:
        limit = self._request.settings.notebook_timeout or 0
        message = f"The notebook took longer than {limit:g} s."
        return "timeout", Failure("Timeout", message, ordinal)


def cancelled_at(ordinal: int | None) -> tuple[Outcome, Failure | None]:
    """How an execution ends that a person cancels, before a cell or before the first."""
    return "cancelled", Failure("Cancelled", "A person cancelled the execution.", ordinal)


def _traceback_of(cell: Any) -> tuple[str, ...]:
    for output in reversed(cell.get("outputs", [])):
        if output.get("output_type") == "error":
            return tuple(str(line) for line in output.get("traceback", []))
    return ()
