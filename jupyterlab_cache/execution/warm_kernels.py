"""Kernels that are started before they are needed, so that nobody waits for their start."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable

import msgspec

from ..inputs.kernel_start import start_state
from ..inputs.stat_cache import StatCache
from .launch import Kernel, Launch

_log = logging.getLogger(__name__)


class _Waiting(msgspec.Struct, eq=False):
    launch: Launch
    state: str
    kernel: asyncio.Task[Kernel]


class WarmKernels:
    """Kernels that wait for an execution. None of them is used twice.

    A kernel that waits is taken only if one started now would be the same, see
    :func:`jupyterlab_cache.inputs.kernel_start.start_state`. All methods are called on the event
    loop.

    Args:
        start: Starts a kernel.
        end: Ends one that has run nothing.
        stat_cache: For digests of what kernels start with.
    """

    def __init__(
        self,
        start: Callable[[Launch], Awaitable[Kernel]],
        end: Callable[[Kernel], None],
        stat_cache: StatCache,
    ) -> None:
        self._start = start
        self._end = end
        self._stat_cache = stat_cache
        self._waiting: list[_Waiting] = []
        self._expecting = asyncio.Lock()
        self._is_closed = False

    async def expect(self, launches: Iterable[Launch]) -> None:
        """Have kernels ready for these launches, and for no others.

        Args:
            launches: What will be asked for next; the same one several times means so many.
        """
        async with self._expecting:
            await self._expect(launches)

    async def _expect(self, launches: Iterable[Launch]) -> None:
        unused = list(self._waiting)
        missing = []
        for launch in launches:
            found = next((item for item in unused if item.launch == launch), None)
            if found is None:
                missing.append(launch)
            else:
                unused.remove(found)
        for item in unused:
            self._discard(item)
        for launch in missing:
            state = await self._state(launch)
            if state is not None and not self._is_closed:
                task = asyncio.ensure_future(self._start(launch))
                self._waiting.append(_Waiting(launch, state, task))

    async def take(self, launch: Launch) -> Kernel | None:
        """A kernel for an execution that begins now; None when there is none that is as good."""
        while (found := self._first(launch)) is not None:
            self._waiting.remove(found)
            try:
                if await self._state(launch) == found.state:
                    kernel = await found.kernel
                    if await kernel.manager.is_alive():
                        return kernel
            except asyncio.CancelledError:
                self._end_started(found)
                raise
            except Exception as error:
                # Whoever asks starts one the usual way, and hears what is wrong.
                _log.info("A kernel that was started ahead is of no use: %r", error)
            self._end_started(found)
        return None

    def _first(self, launch: Launch) -> _Waiting | None:
        return next((item for item in self._waiting if item.launch == launch), None)

    async def _state(self, launch: Launch) -> str | None:
        return await asyncio.to_thread(
            start_state, launch.kernel_name, launch.folder, launch.environment, self._stat_cache
        )

    def _discard(self, item: _Waiting) -> None:
        self._waiting.remove(item)
        self._end_started(item)

    def _end_started(self, item: _Waiting) -> None:
        if item.kernel.done():
            if not item.kernel.cancelled() and item.kernel.exception() is None:
                self._end(item.kernel.result())
        else:
            item.kernel.cancel()  # whoever starts it ends it

    async def close(self) -> None:
        """End all that wait, for good."""
        self._is_closed = True
        starting = [item.kernel for item in self._waiting]
        for item in list(self._waiting):
            self._discard(item)
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*starting, return_exceptions=True)
