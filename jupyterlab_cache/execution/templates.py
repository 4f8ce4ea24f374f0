"""Kernels that are forked from a process which has loaded what they start with.

Most of a Python kernel's start is the import of the same modules. Where one run starts several
kernels that would be alike, they are forked from a template that has imported them, and that never
runs a cell. What is loaded differs in nothing from a start of one's own: a template serves only
kernels of the same command, folder and variables, and only while a new kernel would start with
the same, see :func:`jupyterlab_cache.inputs.kernel_start.start_state`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec

from . import kernel_template

_log = logging.getLogger(__name__)

_MODULE = ["-m", "ipykernel_launcher"]
_LARGEST_PACKET = 1 << 16
_READY_SECONDS = 60.0
_FORK_SECONDS = 10.0
_PER_KERNEL = {"JPY_PARENT_PID"}
"""Variables that a kernel has of its own."""

State = Callable[[], Awaitable[str | None]]
"""Tells the digest of what a kernel would start with now."""


class ForkedProcess:
    """A kernel's process, as far as jupyter_client needs a :class:`subprocess.Popen` of it.

    Attributes:
        pid: Its identifier, also that of its group.
        returncode: As :class:`subprocess.Popen` has it.
        loaded_since: When its template began to load, seconds since the epoch.
    """

    stdin = stdout = stderr = None

    def __init__(self, pid: int, loaded_since: float) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.loaded_since = loaded_since

    def poll(self) -> int | None:
        """How it ended; None while it runs."""
        return self.returncode

    def wait(self) -> int | None:
        """The same: jupyter_client asks only after it has ended."""
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended.

        Raises:
            ProcessLookupError: It ended just now.
        """
        if self.returncode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


class _Key(msgspec.Struct, frozen=True):
    command: tuple[str, ...]
    folder: str
    environment: tuple[tuple[str, str], ...]


class Templates:
    """One template for each kind of kernel that is started more than once.

    All methods are called on one event loop.
    """

    def __init__(self) -> None:
        self._templates: dict[_Key, asyncio.Task[_Template | None]] = {}
        self._retired: list[_Template] = []
        self._started_once: set[_Key] = set()

    async def fork(
        self,
        command: Sequence[str],
        folder: str,
        environment: Mapping[str, str],
        stderr: int,
        state: State,
    ) -> ForkedProcess | None:
        """The process of a new kernel.

        Args:
            command: What would start it.
            folder: Where it works.
            environment: All its variables.
            stderr: Handle that its error stream goes to.
            state: Tells what it would start with.

        Returns:
            The process; None when the kernel has to be started in the usual way: it is the first
            of its kind, it is no ipykernel, or a fork would not be the same.
        """
        split = _split(command)
        if split is None:
            return None
        interpreter, arguments = split
        shared = {name: value for name, value in environment.items() if name not in _PER_KERNEL}
        key = _Key(tuple(interpreter), folder, tuple(sorted(shared.items())))
        if key not in self._started_once:
            self._started_once.add(key)
            return None
        task = self._templates.get(key)
        if task is None:
            task = asyncio.ensure_future(_start(interpreter, folder, shared, state))
            self._templates[key] = task
        template = await asyncio.shield(task)
        if template is None:
            return None
        if await state() == template.state:
            try:
                return await template.fork(arguments, stderr)
            except (OSError, ValueError, TimeoutError) as error:
                _log.info("A kernel could not be forked: %r", error)
        # The next one gets a new template; kernels of this one need it to live on.
        if self._templates.get(key) is task:
            del self._templates[key]
            self._retired.append(template)
        return None

    async def close(self) -> None:
        """End the templates, and with them what is left of their kernels."""
        started = await asyncio.gather(*self._templates.values(), return_exceptions=True)
        for template in (*self._retired, *started):
            if isinstance(template, _Template):
                await template.close()
        self._templates.clear()
        self._retired.clear()


def _split(command: Sequence[str]) -> tuple[list[str], list[str]] | None:
    """The interpreter with its flags, and the arguments of an ipykernel's command."""
    if not sys.platform.startswith("linux"):
        return None  # elsewhere libraries of the system do not bear to be forked, or nothing is
    for position in range(1, len(command) - 1):
        if list(command[position : position + 2]) == _MODULE:
            return list(command[:position]), list(command[position + 2 :])
        if not command[position].startswith("-"):
            return None
    return None


async def _start(
    interpreter: Sequence[str], folder: str, environment: Mapping[str, str], state: State
) -> _Template | None:
    before = await state()
    if before is None:
        return None
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setblocking(False)
    began = time.time()
    try:
        process = await asyncio.to_thread(
            subprocess.Popen,
            [*interpreter, kernel_template.__file__, str(theirs.fileno())],
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        _log.info("A template of kernels could not be started: %r", error)
        ours.close()
        return None
    finally:
        theirs.close()
    template = _Template(process, ours, before, began)
    try:
        await template.until_ready()
    except (OSError, ValueError, TimeoutError) as error:
        _log.info("A template of kernels is of no use: %r", error)
        await template.close()
        return None
    return template


class _Template:
    def __init__(
        self, process: subprocess.Popen[bytes], channel: socket.socket, state: str, began: float
    ) -> None:
        self.state = state
        self._process = process
        self._channel = channel
        self._began = began
        self._forking = asyncio.Lock()
        self._is_sound = True
        self._answers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._kernels: dict[int, ForkedProcess] = {}
        self._reading = asyncio.ensure_future(self._read())

    async def until_ready(self) -> None:
        await self._answer("ready", _READY_SECONDS)

    async def fork(self, arguments: Sequence[str], stderr: int) -> ForkedProcess | None:
        request = json.dumps(list(arguments)).encode()
        async with self._forking:
            if not self._is_sound:
                raise ValueError("an earlier question has no answer yet")
            self._is_sound = False
            socket.send_fds(self._channel, [request], [stderr])
            kernel: ForkedProcess | None = await self._answer("forked", _FORK_SECONDS)
            self._is_sound = True
        return kernel

    async def _answer(self, kind: str, seconds: float) -> Any:
        answer = await asyncio.wait_for(self._answers.get(), seconds)
        if kind not in answer:
            raise ValueError(f"{kind!r} expected, not {answer!r}")
        return answer[kind]

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while packet := await loop.sock_recv(self._channel, _LARGEST_PACKET):
                self._take(json.loads(packet))
        except (OSError, ValueError) as error:
            _log.info("A template of kernels cannot be heard: %r", error)
        finally:
            self._answers.put_nowait({})
            self._give_up()

    def _take(self, message: dict[str, Any]) -> None:
        if "ended" in message:
            pid, status = message["ended"]
            self._kernels.pop(pid).returncode = os.waitstatus_to_exitcode(status)
            return
        if "forked" in message:
            pid = message["forked"]
            message["forked"] = None
            if pid > 0:
                # Known before anything else is read, such as that it has ended.
                message["forked"] = self._kernels[pid] = ForkedProcess(pid, self._began)
        self._answers.put_nowait(message)

    def _give_up(self) -> None:
        """Kernels without their template end by themselves, and nobody tells how."""
        for kernel in self._kernels.values():
            try:
                os.killpg(kernel.pid, signal.SIGKILL)
            except OSError as error:
                _log.debug("Kernel %s is gone already: %r", kernel.pid, error)
            kernel.returncode = -signal.SIGKILL
        self._kernels.clear()

    async def close(self) -> None:
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        self._channel.close()
        self._process.kill()
        await asyncio.to_thread(self._process.wait)


def loaded_since(manager: Any) -> float | None:
    """When a kernel's process began to load what it started with, if that was before its start.

    Args:
        manager: The manager of this kernel alone.
    """
    process = getattr(getattr(manager, "provisioner", None), "process", None)
    return process.loaded_since if isinstance(process, ForkedProcess) else None
