"""Where kernels come from: the running server, or a manager of our own. Never with a session."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import inspect
import logging
import os
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from typing import Any

from ..inputs.stat_cache import StatCache
from .kernel_thread import KernelThread
from .last_words import LastWords, with_last_words
from .launch import Kernel, Launch
from .readiness import KernelNotReady, wait_until_ready
from .templates import loaded_since
from .usage import local_pid, resident_memory
from .warm_kernels import WarmKernels

_log = logging.getLogger(__name__)

_SHUTDOWN_SECONDS = 10.0
_WAKE_SECONDS = 0.2
_IPYTHON_ARGUMENTS = ["--HistoryManager.hist_file=:memory:"]
_ATTEMPTS = 3
_PORT_TAKEN = os.strerror(errno.EADDRINUSE)
_AHEAD_SECONDS = 60.0  # that a kernel may take which nobody waits for yet


class UnknownKernel(Exception):
    """There is no kernel of that name."""


class KernelStartFailed(Exception):
    """A kernel did not start, or did not answer in time."""


class Kernels:
    """Starts and ends kernels through a manager of many kernels.

    The manager of a running server makes them visible in *Running*, subject to culling, and
    started by whatever provisioner or gateway the server is configured with. No session is made:
    one under the notebook's path would attach the open document to it.

    Args:
        manager: An asynchronous manager of many kernels, as jupyter_client defines it.
        stat_cache: For digests of what kernels start with.
        after: What is to be done once the last kernel is gone.
    """

    def __init__(
        self,
        manager: Any,
        stat_cache: StatCache,
        after: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._manager = manager
        self._after = after
        self._background: set[asyncio.Task[None]] = set()
        self._warm = WarmKernels(self._start_ahead, self.end, stat_cache)

    async def expect(self, launches: Iterable[Launch]) -> None:
        """Start kernels ahead for what will be asked for next, and end those started for else.

        Args:
            launches: What they are started with; the same one several times means so many.
        """
        await self._warm.expect(launches)

    def expect_soon(self, find: Callable[[], list[Launch]]) -> None:
        """Like :meth:`expect`, in the background.

        Args:
            find: Finds out what is going to be asked for; called in a thread.
        """
        self._in_background(self._expect_found(find))

    async def _expect_found(self, find: Callable[[], list[Launch]]) -> None:
        try:
            await self.expect(await asyncio.to_thread(find))
        except Exception as error:
            # Nobody waits for them yet; whoever does later hears what is wrong.
            _log.info("Kernels could not be started ahead: %r", error)

    async def start(self, launch: Launch, timeout: float) -> Kernel:
        """A kernel that has run nothing and answers: one that waits, or a new one.

        Args:
            launch: What it is started with.
            timeout: Seconds that a start may take.

        Raises:
            UnknownKernel: There is no kernelspec of that name.
            KernelStartFailed: It did not start.
        """
        return await self._warm.take(launch) or await self._start_new(launch, timeout)

    async def _start_ahead(self, launch: Launch) -> Kernel:
        if not _is_local(self._manager, await self._kernelspec(launch.kernel_name)):
            # What it starts with is on another machine, and nobody here sees that change.
            raise KernelStartFailed("Only kernels of this machine are started ahead.")
        return await self._start_new(launch, _AHEAD_SECONDS)

    async def _start_new(self, launch: Launch, timeout: float) -> Kernel:
        for _ in range(_ATTEMPTS - 1):
            try:
                return await self._start_once(launch, timeout)
            except KernelStartFailed as error:
                # The manager chooses ports that are free, and another program takes one of them
                # before the kernel does: the more kernels start at once, the likelier.
                if _PORT_TAKEN not in str(error):
                    raise
                _log.info("A kernel starts again with other ports: %s", error)
        return await self._start_once(launch, timeout)

    async def _start_once(self, launch: Launch, timeout: float) -> Kernel:
        spec = await self._kernelspec(launch.kernel_name)
        options: dict[str, Any] = {}
        if any("ipykernel" in str(part) for part in spec.get("argv", ())):
            # The person's own history is neither read, locked nor filled.
            options["extra_arguments"] = _IPYTHON_ARGUMENTS
        is_local = _is_local(self._manager, spec)
        # Other systems cannot give away a pipe's end like that.
        last_words = LastWords() if is_local and os.name == "posix" else None
        if last_words is not None:
            options["stderr"] = last_words.inlet
        launched = time.time()
        try:
            kernel_id = await self._started(launch, options, timeout)
        except KernelStartFailed as error:
            raise KernelStartFailed(await with_last_words(str(error), last_words)) from error
        finally:
            if last_words is not None:
                last_words.close_inlet()
        manager = self._manager.get_kernel(kernel_id)
        if hasattr(manager, "stop_restarter"):
            # A kernel that dies shall be reported, not silently replaced by one without variables.
            manager.stop_restarter()
        thread = KernelThread()
        try:
            client, language = await thread.run(_connected(manager, timeout))
        except BaseException as error:
            thread.close()
            self._in_background(self._shut_down(kernel_id, now=True))
            if isinstance(error, KernelNotReady):
                message = f"The kernel did not answer: {error}."
                raise KernelStartFailed(await with_last_words(message, last_words)) from error
            raise
        if last_words is not None:
            last_words.forget()
        launched = min(launched, loaded_since(manager) or launched)
        return Kernel(kernel_id, manager, client, thread, launched, is_local, last_words, language)

    async def _kernelspec(self, name: str) -> Mapping[str, Any]:
        """What is known of a kernel; a gateway is asked over the network."""
        specs = self._manager.kernel_spec_manager
        try:
            found = await asyncio.to_thread(specs.get_kernel_spec, name)
            if inspect.isawaitable(found):
                answer: Mapping[str, Any] = (await found).get("spec", {})
                return answer
        except KeyError:  # as NoSuchKernel is one
            listed = await asyncio.to_thread(specs.get_all_specs)
            known = ", ".join(sorted(await listed if inspect.isawaitable(listed) else listed))
            raise UnknownKernel(
                f"There is no kernel named {name!r}; choose one of: {known}."
            ) from None
        described: Mapping[str, Any] = found.to_dict()
        return described

    async def _started(self, launch: Launch, options: dict[str, Any], timeout: float) -> str:
        """The identifier of a kernel whose process is there."""
        starting = asyncio.ensure_future(
            self._manager.start_kernel(
                kernel_name=launch.kernel_name,
                cwd=str(launch.folder),
                env=dict(launch.environment),
                **options,
            )
        )
        try:
            # Not wait_for: before Python 3.12 that can swallow a cancellation.
            await asyncio.wait({starting}, timeout=timeout)
        except asyncio.CancelledError:
            self._give_up(starting)
            raise
        if not starting.done():
            self._give_up(starting)
            raise KernelStartFailed(f"The kernel did not start within {timeout:g} s.")
        try:
            kernel_id: str = starting.result()
        except Exception as error:
            raise KernelStartFailed(f"The kernel could not be started: {error}") from error
        return kernel_id

    def end(self, kernel: Kernel, *, now: bool = True) -> None:
        """End a kernel, off the way of whoever asks; :meth:`close` waits for it.

        Args:
            kernel: The kernel.
            now: Kill it instead of asking it.
        """
        self._in_background(self._end(kernel, now))

    async def _end(self, kernel: Kernel, now: bool) -> None:
        await kernel.thread.run(_disconnect(kernel.client))
        kernel.thread.close()
        await self._shut_down(kernel.id, now)

    async def memory_of(self, kernel_id: str) -> int | None:
        """Bytes of memory that a kernel has now; None where there is none on this machine."""
        if kernel_id not in self._manager:
            return None
        pid = local_pid(self._manager.get_kernel(kernel_id))
        return None if pid is None else await asyncio.to_thread(resident_memory, pid)

    def _give_up(self, starting: asyncio.Future[str]) -> None:
        """End a kernel that nobody waits for any more, though it is not there yet."""
        self._in_background(self._end_once_started(starting))

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _end_once_started(self, starting: asyncio.Future[str]) -> None:
        # Cancelled at once, its process might be there already, unknown to the manager.
        try:
            kernel_id = await asyncio.wait_for(starting, _SHUTDOWN_SECONDS)
        except Exception as error:
            _log.info("A kernel that is not needed any more did not start: %r", error)
        else:
            await self._shut_down(kernel_id, now=True)

    async def _shut_down(self, kernel_id: str, now: bool) -> None:
        for at_once in (now, True):
            if kernel_id not in self._manager:
                return
            try:
                await asyncio.wait_for(
                    self._manager.shutdown_kernel(kernel_id, now=at_once), _SHUTDOWN_SECONDS
                )
            except Exception as error:
                _log.warning("Kernel %s did not shut down: %r", kernel_id, error)
        with contextlib.suppress(Exception):
            self._manager.remove_kernel(kernel_id)

    async def close(self) -> None:
        """End the kernels that wait, and wait until all that were ended are gone."""
        await self._warm.close()
        while self._background:
            await asyncio.gather(*self._background, return_exceptions=True)
        if self._after is not None:
            await self._after()


async def _connected(manager: Any, timeout: float) -> tuple[Any, dict[str, Any]]:
    """A client of a kernel, once that answers, and what it says of its language."""
    client = manager.client()
    context = getattr(client, "context", None)
    if context is not None:  # a gateway's has none
        # By default no more than 1,000 messages wait; what a kernel prints beyond that is lost.
        # How many bytes wait is limited by the channel.
        context.rcvhwm = 0
        _use_output_channel(client)
    started = client.start_channels()
    if inspect.isawaitable(started):  # a gateway's
        await started
    waker = asyncio.ensure_future(keep_awake(client))
    try:
        language = await wait_until_ready(client, timeout)
    except BaseException:
        client.stop_channels()
        raise
    finally:
        waker.cancel()
    client.allow_stdin = False
    return client, language


def _use_output_channel(client: Any) -> None:
    from jupyter_client.asynchronous.client import AsyncKernelClient

    from .output_channel import OutputChannel

    if isinstance(client, AsyncKernelClient):
        client.iopub_channel_class = OutputChannel


async def _disconnect(client: Any) -> None:
    client.stop_channels()


async def keep_awake(client: Any) -> None:
    """Look after a client's sockets for as long as this runs.

    Sending on a socket can swallow the wake-up of whoever waits to receive on it (jupyter_client
    issue 1059): the message has arrived, and nobody is told. So every now and then each socket is
    asked whether it has events that nobody has handled.
    """
    while True:
        for name in ("shell", "iopub", "control", "stdin"):
            socket: Any = getattr(getattr(client, f"{name}_channel", None), "socket", None)
            schedule = getattr(socket, "_schedule_remaining_events", None)
            if schedule is not None and not socket.closed:
                schedule()
        await asyncio.sleep(_WAKE_SECONDS)


def _is_local(manager: Any, spec: Mapping[str, Any]) -> bool:
    """Whether a kernel's process will be a child of this one."""
    provisioner = (spec.get("metadata") or {}).get("kernel_provisioner") or {}
    name = provisioner.get("provisioner_name", "local-provisioner")
    return bool(name == "local-provisioner") and not _is_gateway(manager)


def _is_gateway(manager: Any) -> bool:
    return any("gateway" in base.__module__ for base in type(manager).__mro__)
