"""What a kernel on this machine uses while it executes a cell, measured from outside."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import msgspec
import psutil

T = TypeVar("T")

_PAUSE = 0.1
"""Seconds between two looks while a cell runs."""
_SHARE = 100
"""A look that takes long is followed by a pause of so many times as long."""
_MOST_CHILDREN = 256


class Usage(msgspec.Struct, frozen=True):
    """What a kernel and its descendants used during one cell.

    Attributes:
        cpu_seconds: Processor time of all together, in user and system mode. That of descendants
            that ended is in it as far as the system passes it on to who waited for them (on
            Linux); elsewhere, and for those that nobody waited for, what was used since the last
            look is missing.
        peak_memory: Most bytes of memory that were resident: the larger of the kernel's own
            high-water mark (Linux; it is set back before each cell) and of the largest sum over
            kernel and descendants that was seen, each 0.1 seconds and at the cell's end. What
            processes share counts in each of them; a short peak of a descendant can be missed.
    """

    cpu_seconds: float
    peak_memory: int


class UsageMeter:
    """Measures a kernel on this machine cell by cell, in a thread of its own.

    The kernel is asked nothing. A measurement reads a few small files of the system, so a cell
    costs some tenths of a millisecond; with many descendants the looks become rarer, and no more
    than 256 of them count.

    Args:
        pid: The kernel's process; None for one elsewhere, of which nothing is known.
    """

    def __init__(self, pid: int | None) -> None:
        self._kernel: psutil.Process | None = None
        if pid is not None:
            with contextlib.suppress(psutil.Error):
                self._kernel = psutil.Process(pid)
        self._thread: ThreadPoolExecutor | None = None
        self._looking: asyncio.Task[None] | None = None
        self._children: list[psutil.Process] = []
        self._listed = 0.0
        self._pause = _PAUSE
        self._cpu = self._cpu_before = 0.0
        self._peak = 0
        self._has_mark = False  # whether the high-water mark is one of this cell

    async def start(self) -> None:
        """Begin with the first cell."""
        if self._kernel is None:
            return
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="kernel usage")
        await self._in_thread(self._next_cell)
        self._looking = asyncio.ensure_future(self._look_now_and_then())

    async def next_cell(self) -> Usage | None:
        """What was used since the last cell's end; None where that is not known."""
        if self._thread is None:
            return None
        return await self._in_thread(self._next_cell)

    def close(self) -> None:
        """End measuring."""
        if self._looking is not None:
            self._looking.cancel()
        if self._thread is not None:
            self._thread.shutdown(wait=False, cancel_futures=True)
            self._thread = None

    async def _in_thread(self, function: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, function)

    async def _look_now_and_then(self) -> None:
        while self._thread is not None:
            await asyncio.sleep(self._pause)
            if self._thread is not None:
                await self._in_thread(self._look)

    # In the thread

    def _next_cell(self) -> Usage | None:
        assert self._kernel is not None
        memory = self._look()
        if memory is None:
            return None
        mark = _high_water(self._kernel.pid) if self._has_mark else 0
        usage = Usage(self._cpu - self._cpu_before, max(self._peak, mark))
        self._has_mark = _reset_high_water(self._kernel.pid)
        self._peak, self._cpu_before = memory, self._cpu
        return usage

    def _look(self) -> int | None:
        """Take in what is used now.

        Returns:
            Resident bytes; None when the kernel is gone.
        """
        assert self._kernel is not None
        started = time.monotonic()
        try:
            cpu, memory = _figures(self._kernel)
        except psutil.Error:
            return None
        for child in self._descendants():
            with contextlib.suppress(psutil.Error):
                child_cpu, child_memory = _figures(child)
                cpu += child_cpu
                memory += child_memory
        # Of a descendant that nobody waited for, the time is gone.
        self._cpu = max(self._cpu, cpu)
        self._peak = max(self._peak, memory)
        self._pause = max(_PAUSE, _SHARE * (time.monotonic() - started))
        return memory

    def _descendants(self) -> list[psutil.Process]:
        assert self._kernel is not None
        found = _children_by_thread(self._kernel.pid)
        if found is not None:
            known = {child.pid: child for child in self._children}
            self._children = []
            for pid in found:
                with contextlib.suppress(psutil.Error):
                    self._children.append(known.get(pid) or psutil.Process(pid))
        elif time.monotonic() - self._listed >= self._pause:
            # All processes of the machine are looked at for this.
            with contextlib.suppress(psutil.Error):
                self._children = self._kernel.children(recursive=True)[:_MOST_CHILDREN]
            self._listed = time.monotonic()
        return self._children


def resident_memory(pid: int) -> int | None:
    """Bytes of memory that a process and its descendants have now; None when it is gone.

    To be called in a thread.
    """
    try:
        kernel = psutil.Process(pid)
        family = [kernel, *kernel.children(recursive=True)[:_MOST_CHILDREN]]
        total = kernel.memory_info().rss
    except psutil.Error:
        return None
    for process in family[1:]:
        with contextlib.suppress(psutil.Error):
            total += process.memory_info().rss
    return int(total)


def local_pid(manager: Any) -> int | None:
    """The process of a kernel on this machine; None for a kernel elsewhere.

    Args:
        manager: The kernel's manager.
    """
    from jupyter_client.provisioning.local_provisioner import LocalProvisioner

    provisioner = getattr(manager, "provisioner", None)
    pid = provisioner.pid if isinstance(provisioner, LocalProvisioner) else None
    return pid if isinstance(pid, int) and pid > 0 else None


def _figures(process: psutil.Process) -> tuple[float, int]:
    """Processor seconds, those of children that ended included, and resident bytes."""
    times = process.cpu_times()
    cpu = times.user + times.system
    cpu += getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
    return cpu, int(process.memory_info().rss)


def _children_by_thread(pid: int) -> list[int] | None:
    """The descendants of a process, as Linux lists them; None where it does not."""
    found: list[int] = []
    todo = [pid]
    while todo and len(found) < _MOST_CHILDREN:
        parent = todo.pop()
        try:
            threads = os.listdir(f"/proc/{parent}/task")
            texts = [_read(f"/proc/{parent}/task/{thread}/children") for thread in threads]
        except OSError:
            if parent == pid:
                return None
            continue  # it has just ended
        children = [int(child) for text in texts for child in text.split()]
        found += children
        todo += children
    return found[:_MOST_CHILDREN]


def _high_water(pid: int) -> int:
    """The most resident bytes since the mark was set back; 0 where that cannot be told."""
    with contextlib.suppress(OSError, ValueError):
        _, _, rest = _read(f"/proc/{pid}/status").partition("VmHWM:")
        return int(rest.split("kB", 1)[0]) * 1024
    return 0


def _reset_high_water(pid: int) -> bool:
    """Set the mark back to what is resident now; False where that is not possible."""
    try:
        with open(f"/proc/{pid}/clear_refs", "w", encoding="ascii") as file:
            file.write("5")
    except OSError:
        return False
    return True


def _read(path: str) -> str:
    with open(path, encoding="ascii") as file:
        return file.read()
