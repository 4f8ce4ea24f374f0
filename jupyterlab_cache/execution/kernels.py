"""Where kernels come from: the running server, or a manager of our own. Never with a session."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any

_log = logging.getLogger(__name__)

_SHUTDOWN_SECONDS = 10.0
_WAKE_SECONDS = 0.2
_IPYTHON_ARGUMENTS = ["--HistoryManager.hist_file=:memory:"]


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
    """

    def __init__(self, manager: Any) -> None:
        self._manager = manager
        self._endings: set[asyncio.Task[None]] = set()

    async def start(
        self, kernel_name: str, folder: Path, environment: Mapping[str, str], timeout: float
    ) -> tuple[str, Any]:
        """Start a kernel and wait until it answers.

        Args:
            kernel_name: Name of the kernelspec.
            folder: Where it works.
            environment: All its variables.
            timeout: Seconds that it may take.

        Returns:
            The kernel's identifier, and a client with open channels.

        Raises:
            UnknownKernel: There is no kernelspec of that name.
            KernelStartFailed: It did not start.
        """
        from jupyter_client.kernelspec import NoSuchKernel

        specs = self._manager.kernel_spec_manager
        try:
            spec = await asyncio.to_thread(specs.get_kernel_spec, kernel_name)
        except NoSuchKernel:
            known = ", ".join(sorted(await asyncio.to_thread(specs.find_kernel_specs)))
            raise UnknownKernel(
                f"There is no kernel named {kernel_name!r}; choose one of: {known}."
            ) from None
        options: dict[str, Any] = {}
        if any("ipykernel" in part for part in spec.argv):
            # The person's own history is neither read, locked nor filled.
            options["extra_arguments"] = _IPYTHON_ARGUMENTS
        starting = asyncio.ensure_future(
            self._manager.start_kernel(
                kernel_name=kernel_name, cwd=str(folder), env=dict(environment), **options
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
            kernel_id = starting.result()
        except Exception as error:
            raise KernelStartFailed(f"The kernel could not be started: {error}") from error
        try:
            return kernel_id, await self._connected(kernel_id, timeout)
        except BaseException:
            self.end(kernel_id, now=True)
            raise

    async def _connected(self, kernel_id: str, timeout: float) -> Any:
        manager = self._manager.get_kernel(kernel_id)
        if hasattr(manager, "stop_restarter"):
            # A kernel that dies shall be reported, not silently replaced by one without variables.
            manager.stop_restarter()
        client = manager.client()
        client.start_channels()
        try:
            await client.wait_for_ready(timeout=timeout)
        except BaseException as error:
            client.stop_channels()
            if isinstance(error, RuntimeError):
                raise KernelStartFailed(f"The kernel did not answer: {error}") from error
            raise
        client.allow_stdin = False
        return client

    def manager_of(self, kernel_id: str) -> Any:
        """The manager of one kernel."""
        return self._manager.get_kernel(kernel_id)

    def end(self, kernel_id: str, *, now: bool = False) -> None:
        """End a kernel, off the way of whoever asks; :meth:`close` waits for it.

        Args:
            kernel_id: Its identifier.
            now: Kill it instead of asking it.
        """
        self._in_background(self._shut_down(kernel_id, now))

    def _give_up(self, starting: asyncio.Future[str]) -> None:
        """End a kernel that nobody waits for any more, though it is not there yet."""
        self._in_background(self._end_once_started(starting))

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._endings.add(task)
        task.add_done_callback(self._endings.discard)

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
        """Wait until the kernels that were ended are gone."""
        while self._endings:
            await asyncio.gather(*self._endings, return_exceptions=True)


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


def own_kernels() -> Kernels:
    """Kernels of a manager of our own, for use without a server."""
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.multikernelmanager import AsyncMultiKernelManager
    from traitlets.config import Config

    config = Config()
    if os.name == "posix":
        # Sockets in the file system are open to this user alone, unlike ports.
        config.KernelManager.transport = "ipc"
    return Kernels(
        AsyncMultiKernelManager(
            config=config,
            kernel_spec_manager=KernelSpecManager(),
            connection_dir=_runtime_folder(),
        )
    )


def _runtime_folder() -> str:
    """Where connection files belong; the default would be the current folder."""
    from jupyter_core.paths import jupyter_runtime_dir
    from jupyter_core.utils import ensure_dir_exists

    folder: str = jupyter_runtime_dir()
    ensure_dir_exists(folder, mode=0o700)
    return folder
