"""Kernels without a server, such as those of the command line."""

from __future__ import annotations

import os
from typing import Any

from ..inputs.stat_cache import StatCache
from .kernels import Kernels

_LONGEST_FOLDER = 103 - len("/kernel-00000000-0000-4000-8000-000000000000-ipc-5")
"""Bytes: the whole path of a socket has at most 103 on macOS, 107 on Linux."""


def own_kernels(stat_cache: StatCache, *, fork: bool = False) -> Kernels:
    """Kernels of a manager of our own, for use without a server.

    Args:
        stat_cache: For digests of what kernels start with.
        fork: Kernels that are alike may be forked from one that has loaded what they start with.
    """
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.multikernelmanager import AsyncMultiKernelManager
    from traitlets.config import Config

    config = Config()
    folder = _runtime_folder()
    if os.name == "posix" and len(os.fsencode(folder)) <= _LONGEST_FOLDER:
        # Sockets in the file system are open to this user alone, unlike ports.
        config.KernelManager.transport = "ipc"
    options: dict[str, Any] = {
        "config": config,
        "kernel_spec_manager": KernelSpecManager(),
        "connection_dir": folder,
    }
    if not fork:
        return Kernels(AsyncMultiKernelManager(**options), stat_cache)
    from .forking_manager import ForkingKernels

    manager = ForkingKernels(stat_cache, **options)
    return Kernels(manager, stat_cache, manager.templates.close)


def _runtime_folder() -> str:
    """Where connection files belong; the default would be the current folder."""
    from jupyter_core.paths import jupyter_runtime_dir
    from jupyter_core.utils import ensure_dir_exists

    folder: str = jupyter_runtime_dir()
    ensure_dir_exists(folder, mode=0o700)
    return folder
