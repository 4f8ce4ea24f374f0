"""Waiting for coroutines where nothing else can: in scripts, and in notebooks."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def waited_for(work: Coroutine[Any, Any, T]) -> T:
    """The result of some work, also where an event loop runs already, as in a notebook.

    There a thread of its own does the work: a running loop cannot be entered a second time. An
    interrupt (Ctrl-C) cancels the work, and waits until it has put away what it uses.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    return _in_thread(work)


def _in_thread(work: Coroutine[Any, Any, T]) -> T:
    results: list[T] = []
    failures: list[BaseException] = []
    begun = threading.Event()
    tasks: list[tuple[asyncio.AbstractEventLoop, asyncio.Task[T]]] = []

    async def followed() -> T:
        task = asyncio.ensure_future(work)
        tasks.append((asyncio.get_running_loop(), task))
        begun.set()
        return await task

    def run() -> None:
        try:
            results.append(asyncio.run(followed()))
        except BaseException as error:  # whoever waits is told
            failures.append(error)
        finally:
            begun.set()

    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(run,), name="jupyterlab-cache")
    thread.start()
    try:
        thread.join()
    except BaseException:
        begun.wait()
        for loop, task in tasks:
            loop.call_soon_threadsafe(task.cancel)
        thread.join()
        raise
    if failures:
        raise failures[0]
    return results[0]
