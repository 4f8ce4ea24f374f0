"""Managers of kernels that fork them where that gives the same kernel.

Imported when something is executed, since jupyter_client takes long to import.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any, cast

from jupyter_client.ioloop.manager import AsyncIOLoopKernelManager
from jupyter_client.multikernelmanager import AsyncMultiKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from ..inputs.kernel_start import start_state
from ..inputs.stat_cache import StatCache
from .templates import Templates


class ForkingKernelManager(AsyncIOLoopKernelManager):
    """Manages one kernel, which may be a fork."""

    async def _async_launch_kernel(self, kernel_cmd: list[str], **kw: Any) -> None:
        if not await self._fork(kernel_cmd, **kw):
            await super()._async_launch_kernel(kernel_cmd, **kw)

    async def _fork(self, command: list[str], **options: Any) -> bool:
        provisioner, manager = self.provisioner, self.parent
        stderr = options.get("stderr")
        if (
            not isinstance(manager, ForkingKernels)
            or type(provisioner) is not LocalProvisioner
            or stderr is None
            or self._launch_args is None
        ):
            return False
        folder = Path(options.get("cwd") or os.getcwd())
        environment = cast("dict[str, str]", self._launch_args["env"])

        async def state() -> str | None:
            return await asyncio.to_thread(
                start_state, self.kernel_name, folder, environment, manager.stat_cache
            )

        process = await manager.templates.fork(command, str(folder), options["env"], stderr, state)
        if process is None:
            return False
        provisioner.process = cast(Any, process)
        provisioner.pid = provisioner.pgid = process.pid
        self._reconcile_connection_info(provisioner.connection_info)
        return True


class ForkingKernels(AsyncMultiKernelManager):
    """Manages kernels of one run, of which those that are alike are forked.

    Args:
        stat_cache: For digests of what kernels start with.
        options: As its base has them.

    Attributes:
        templates: What they are forked from; whoever makes the manager closes them.
    """

    def __init__(self, stat_cache: StatCache, **options: Any) -> None:
        super().__init__(**options)
        self.stat_cache = stat_cache
        self.templates = Templates()
        self.kernel_manager_class = f"{__name__}.{ForkingKernelManager.__name__}"
