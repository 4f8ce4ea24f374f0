"""What to execute, and within which limits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from ..inputs.declared import NOTHING_DECLARED, Declared
from ..inputs.stat_cache import StatCache
from ..notebooks.parameters import NO_PARAMETERS, Parameters, merged
from ..store.store import Store
from .artefacts import MEBIBYTE, ArtefactLimits
from .estimate import Estimate
from .launch import Kernel
from .live_outputs import LiveOutputs
from .output_limit import MOST_OUTPUT_BYTES

Progress = Callable[[int, int], None]
"""Called with the number of cells done and of all cells."""


class ExecutionSettings(msgspec.Struct, frozen=True):
    """Limits of an execution.

    Attributes:
        cell_timeout: Seconds for each cell; None for no limit.
        startup_timeout: Seconds for the kernel to start and answer.
        notebook_timeout: Seconds for all cells together; None for no limit.
        artefacts: How much is stored of what it writes.
        isolated_bytes: How much is copied at most for an isolated run.
        output_bytes: How much memory outputs may take; 0 for no limit.
    """

    cell_timeout: float | None = None
    startup_timeout: float = 60.0
    notebook_timeout: float | None = None
    artefacts: ArtefactLimits = ArtefactLimits()
    isolated_bytes: int = 1024 * MEBIBYTE
    output_bytes: int = MOST_OUTPUT_BYTES


class ExecutionRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What to execute, and where it belongs.

    Attributes:
        notebook: Absolute path.
        project_root: Its project's root.
        store: Its project's store.
        stat_cache: For digests of inputs.
        default_kernel: Name of the kernel of a notebook that names none.
        environment: The variables that a kernel is given.
        settings: Limits.
        allow_errors: Go on after a cell that raises an error.
        declared: What a person declared of the notebook.
        document: A node to execute in place of what is saved; it stays as it is.
        given: Parameters that outdo those that are declared.
        on_kernel: Called with the kernel, and with None when it is gone.
        on_progress: Called at the start and after each cell.
        on_code_key: Called with the code key of what is executed.
        on_estimate: Called with how long it will take, when that can be told.
        on_outputs: Called before the first cell with what will hold the outputs so far.
        cancelled: Set by whoever wants the execution to stop.
    """

    notebook: Path
    project_root: Path
    store: Store
    stat_cache: StatCache
    default_kernel: str
    environment: Mapping[str, str]
    settings: ExecutionSettings = msgspec.field(default_factory=ExecutionSettings)
    allow_errors: bool = False
    declared: Declared = NOTHING_DECLARED
    document: Any | None = None
    given: Parameters = NO_PARAMETERS
    on_kernel: Callable[[Kernel | None], None] = lambda _: None
    on_progress: Progress = lambda _done, _total: None
    on_code_key: Callable[[str], None] = lambda _: None
    on_estimate: Callable[[Estimate], None] = lambda _: None
    on_outputs: Callable[[LiveOutputs], None] = lambda _: None
    cancelled: asyncio.Event = msgspec.field(default_factory=asyncio.Event)

    @property
    def options(self) -> dict[str, str | int | float | bool | None]:
        """Options that change results; those at their default leave no trace."""
        return options_of(self.allow_errors)

    @property
    def parameters(self) -> Parameters:
        """What is injected into the notebook."""
        return merged(self.declared.parameters, self.given)


def options_of(allow_errors: bool) -> dict[str, str | int | float | bool | None]:
    """Options that change results, as entries hold them.

    Args:
        allow_errors: Go on after a cell that raises an error.
    """
    return {"allow_errors": True} if allow_errors else {}
