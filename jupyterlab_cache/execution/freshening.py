"""Bringing one notebook up to date: execute it unless that is not needed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ..inputs.declared import Declared
from ..inputs.stat_cache import StatCache
from ..inputs.verdict import Status
from ..look import Look
from ..projects import Project
from ..store.records import Failure
from .engine import ExecutionRequest, ExecutionSettings, Progress, execute
from .jobs import JobResult
from .kernels import Kernels


class Workspace(Protocol):
    """What an execution needs to know of the notebooks' surroundings."""

    @property
    def stat_cache(self) -> StatCache:
        """For digests of inputs."""

    @property
    def default_kernel(self) -> str:
        """Name of the kernel of a notebook that names none."""

    def project_of(self, notebook: Path) -> Project:
        """The project of a notebook."""

    def launch_environment(self) -> Mapping[str, str]:
        """The variables that a kernel is given now."""

    def declared_for(self, notebook: Path) -> Declared:
        """What is declared of a saved notebook."""

    def look(self, variant: Mapping[str, str | int | float | bool | None] | None = None) -> Look:
        """A look at all notebooks as they are now."""

    def judge_notebook(
        self, notebook: Path, variant: Mapping[str, str | int | float | bool | None] | None = None
    ) -> Status:
        """The verdict on a saved notebook."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """How a notebook is to be brought up to date.

    Attributes:
        force: Execute even if it is fresh.
        retry_failed: Execute again what failed, though nothing changed.
        allow_errors: Go on after a cell that raises an error.
        settings: Limits.
        on_kernel: Told the kernel's identifier, and None when it is gone.
        on_progress: Told of each executed cell.
        on_code_key: Told what is executed.
        cancelled: Set by whoever wants it to stop.
    """

    force: bool = False
    retry_failed: bool = False
    allow_errors: bool = False
    settings: ExecutionSettings = field(default_factory=ExecutionSettings)
    on_kernel: Callable[[str | None], None] = lambda _: None
    on_progress: Progress = lambda _done, _total: None
    on_code_key: Callable[[str], None] = lambda _: None
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True)
class Outcome:
    """What came of it.

    Attributes:
        result: ``fresh`` when nothing had to be executed.
        entry: The entry that holds the outputs now.
        code_key: Of what it holds.
        failure: What went wrong.
    """

    result: JobResult
    entry: str | None
    code_key: str
    failure: Failure | None = None


async def freshen(workspace: Workspace, notebook: Path, kernels: Kernels, wish: Wish) -> Outcome:
    """Execute a notebook unless its outputs are still true.

    What is upstream of it does not count here: whoever asks brings that up to date first, see
    :mod:`jupyterlab_cache.execution.planning`.

    Raises:
        NotebookError: The notebook cannot be read.
        UnknownKernel: There is no kernel of its name.
        KernelStartFailed: The kernel did not start.
        StoreError: The outcome cannot be stored.
        OSError: The outcome cannot be stored.
    """
    project = workspace.project_of(notebook)
    request = ExecutionRequest(
        notebook=notebook,
        project_root=project.root,
        store=project.store,
        stat_cache=workspace.stat_cache,
        default_kernel=workspace.default_kernel,
        environment=workspace.launch_environment(),
        settings=wish.settings,
        allow_errors=wish.allow_errors,
        declared=await asyncio.to_thread(workspace.declared_for, notebook),
        on_kernel=wish.on_kernel,
        on_progress=wish.on_progress,
        on_code_key=wish.on_code_key,
        cancelled=wish.cancelled,
    )
    if not wish.force:
        look = workspace.look(request.variant)
        status = await asyncio.to_thread(look.own_status, notebook)
        # Outputs that nobody observed do not keep a person who asks from an execution.
        observed = status.provenance == "executed"
        if status.verdict == "fresh" and observed:
            return Outcome("fresh", status.entry, status.code_key)
        if status.verdict == "failed" and not wish.retry_failed:
            return Outcome("failed", status.entry, status.code_key, status.failure)
    stored = await execute(request, kernels)
    entry = stored.entry
    if entry.outcome == "cancelled":
        return Outcome("cancelled", stored.id, entry.code_key, entry.failure)
    result: JobResult = "executed" if entry.outcome == "ok" else "failed"
    return Outcome(result, stored.id, entry.code_key, entry.failure)
