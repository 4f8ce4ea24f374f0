"""What a kernel is started with, and the kernel that was."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from .kernel_thread import KernelThread
from .last_words import LastWords


class Launch(msgspec.Struct, frozen=True):
    """What a kernel is started with.

    Attributes:
        kernel_name: Name of the kernelspec.
        folder: Where it works.
        environment: All its variables.
    """

    kernel_name: str
    folder: Path
    environment: Mapping[str, str]


class Kernel(msgspec.Struct, frozen=True, eq=False):
    """A kernel that answers and has run nothing.

    Attributes:
        id: Its identifier.
        manager: The manager of this kernel alone, as jupyter_client defines it.
        client: A client with open channels, for use in the thread only.
        thread: Where it is talked to.
        launched: When it began to start: what changed later it may have read before; seconds since
            the epoch.
        is_local: Whether its process is a child of this one.
        last_words: What its process writes to its error stream; None where that is not ours.
        language_info: What it says of its language, for a notebook's metadata.
    """

    id: str
    manager: Any
    client: Any
    thread: KernelThread
    launched: float
    is_local: bool = True
    last_words: LastWords | None = None
    language_info: Mapping[str, Any] = {}
