"""A thread of its own for the messages of each kernel."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class KernelThread:
    """An event loop in a thread, in which a kernel is talked to.

    To parse, check and collect what a cell prints can take long, and the server's own event loop
    shall answer browsers meanwhile.
    """

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="kernel messages", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._loop.run_until_complete(_end_all(self._loop))
            self._loop.close()

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something in the thread and wait for its end.

        When whoever waits is cancelled, so is the work, and its end is waited for all the same.
        """
        here = asyncio.get_running_loop()
        over: asyncio.Future[T] = here.create_future()
        tasks: list[asyncio.Task[T]] = []

        def begin() -> None:
            task = self._loop.create_task(work)
            tasks.append(task)
            task.add_done_callback(tell)

        def tell(task: asyncio.Task[T]) -> None:
            with contextlib.suppress(RuntimeError):  # whoever waited is gone with its loop
                here.call_soon_threadsafe(settle, task)

        def settle(task: asyncio.Task[T]) -> None:
            if over.done():
                return
            if task.cancelled():
                over.cancel()
            elif (error := task.exception()) is not None:
                over.set_exception(error)
            else:
                over.set_result(task.result())

        self._loop.call_soon_threadsafe(begin)
        try:
            return await asyncio.shield(over)
        except asyncio.CancelledError:
            if not over.done():
                self.call(lambda: tasks[0].cancel())
                await asyncio.wait({over})
            raise

    def call(self, function: Callable[..., object], *arguments: object) -> None:
        """Have a function called in the thread soon; of no effect once it is closed."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(function, *arguments)

    def close(self) -> None:
        """End the thread."""
        self.call(self._loop.stop)


async def _end_all(loop: asyncio.AbstractEventLoop) -> None:
    left = [task for task in asyncio.all_tasks(loop) if task is not asyncio.current_task()]
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    await loop.shutdown_asyncgens()
    await loop.shutdown_default_executor()
