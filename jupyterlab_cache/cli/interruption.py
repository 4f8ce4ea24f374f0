"""Stopping a command that executes, without leaving kernels behind."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

import click

T = TypeVar("T")


async def until_interrupted(work: Coroutine[Any, Any, T]) -> T:
    """The result of some work; SIGINT and SIGTERM cancel it.

    Raises:
        Abort: It was cancelled.
    """
    # SIGTERM, as CI systems send it, must take the kernels down as Ctrl-C does.
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, task.cancel)
        except NotImplementedError:  # Windows has no signal handlers on the loop.
            break
    try:
        return await task
    except asyncio.CancelledError:
        raise click.Abort from None
