"""Bringing one notebook up to date: execute it unless that is not needed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import msgspec

from ..inputs.declared import Declared
from ..inputs.stat_cache import StatCache
from ..inputs.verdict import Status
from ..look import Given, Look
from ..notebooks.document import digests_of
from ..notebooks.errors import NotebookError
from ..notebooks.parameters import NO_PARAMETERS, Parameters
from ..notebooks.variant import Variant
from ..projects import PathRefused, Project
from ..store.errors import StoreError
from ..store.records import Failure
from ..store.store import StoredEntry
from .engine import execute, launch_of
from .estimate import Estimate
from .jobs import JobResult
from .kernels import Kernels
from .launch import Kernel, Launch
from .live_outputs import LiveOutputs
from .request import ExecutionRequest, ExecutionSettings, Progress


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

    def look(self, variant: Variant | None = None, given: Given | None = None) -> Look:
        """A look at all notebooks as they are now."""

    def ask_shared(self, look: Look, notebooks: Sequence[Path]) -> Sequence[StoredEntry]:
        """Bring in what others executed of notebooks that would have to be executed."""

    def note_executed(self, notebook: Path, stored: StoredEntry) -> None:
        """Take in that a notebook was executed."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """How a notebook is to be brought up to date.

    Attributes:
        force: Execute even if it is fresh.
        retry_failed: Execute again what failed, though nothing changed.
        allow_errors: Go on after a cell that raises an error.
        parameters: What to inject beside what is declared.
        isolated: Whether it is executed in a folder of its own; None for what is declared.
        document: A node to judge and to execute in place of what is saved at the notebook's path,
            where there need not be anything; it stays as it is.
        settings: Limits.
        on_kernel: Told the kernel, and None when it is gone.
        on_progress: Told of each executed cell.
        on_code_key: Told what is executed.
        on_estimate: Told how long it will take, when that is known.
        on_outputs: Told what holds the outputs so far.
        cancelled: Set by whoever wants it to stop.
    """

    force: bool = False
    retry_failed: bool = False
    allow_errors: bool = False
    parameters: Parameters = NO_PARAMETERS
    isolated: bool | None = None
    document: Any | None = None
    settings: ExecutionSettings = msgspec.field(default_factory=ExecutionSettings)
    on_kernel: Callable[[Kernel | None], None] = lambda _: None
    on_progress: Progress = lambda _done, _total: None
    on_code_key: Callable[[str], None] = lambda _: None
    on_estimate: Callable[[Estimate], None] = lambda _: None
    on_outputs: Callable[[LiveOutputs], None] = lambda _: None
    cancelled: asyncio.Event = msgspec.field(default_factory=asyncio.Event)


class Outcome(msgspec.Struct, frozen=True):
    """What came of it.

    Attributes:
        result: ``fresh`` when nothing had to be executed.
        entry: The entry that holds the outputs now.
        code_key: Of what it holds.
        failure: What went wrong.
        seconds_saved: When it was fresh: what the execution took that was not repeated.
        undeclared: What an isolated run lacked though the project has it.
    """

    result: JobResult
    entry: str | None
    code_key: str
    failure: Failure | None = None
    seconds_saved: float | None = None
    undeclared: tuple[str, ...] = ()


async def freshen(workspace: Workspace, notebook: Path, kernels: Kernels, wish: Wish) -> Outcome:
    """Execute a notebook unless its outputs are still true.

    What is upstream of it does not count here: whoever asks brings that up to date first, see
    :mod:`jupyterlab_cache.execution.planning`.

    Raises:
        NotebookError: The notebook cannot be read.
        UnknownKernel: There is no kernel of its name.
        KernelStartFailed: The kernel did not start.
        StoreError: The store cannot be used.
        NotStored: It was executed, and cannot be stored; the text says where the outputs are.
        IsolationFailed: It cannot have a folder of its own.
    """
    project = workspace.project_of(notebook)
    declared = await asyncio.to_thread(workspace.declared_for, notebook)
    if wish.isolated is not None:
        declared = msgspec.structs.replace(declared, isolated=wish.isolated)
    request = ExecutionRequest(
        notebook=notebook,
        project_root=project.root,
        store=project.store,
        stat_cache=workspace.stat_cache,
        default_kernel=workspace.default_kernel,
        environment=workspace.launch_environment(),
        settings=wish.settings,
        allow_errors=wish.allow_errors,
        declared=declared,
        document=wish.document,
        given=wish.parameters,
        on_kernel=wish.on_kernel,
        on_progress=wish.on_progress,
        on_code_key=wish.on_code_key,
        on_estimate=wish.on_estimate,
        on_outputs=wish.on_outputs,
        cancelled=wish.cancelled,
    )
    if not wish.force:
        status = await asyncio.to_thread(_status_of, workspace, notebook, request)
        if status.verdict == "fresh" and status.is_settled:
            if status.entry is not None:
                await asyncio.to_thread(project.store.marks.note_hit, status.entry)
            return Outcome(
                "fresh", status.entry, status.code_key, seconds_saved=status.seconds or 0.0
            )
        if status.is_settled and not wish.retry_failed:
            return Outcome("failed", status.entry, status.code_key, status.failure)
    stored = await execute(request, kernels)
    await asyncio.to_thread(workspace.note_executed, notebook, stored)
    entry = stored.entry
    if entry.outcome == "cancelled":
        return Outcome("cancelled", stored.id, entry.code_key, entry.failure)
    result: JobResult = "executed" if entry.outcome == "ok" else "failed"
    return Outcome(result, stored.id, entry.code_key, entry.failure, undeclared=entry.undeclared)


def _status_of(workspace: Workspace, notebook: Path, request: ExecutionRequest) -> Status:
    """The verdict on a notebook, also by what others executed."""
    given = {notebook: request.given}
    look = workspace.look(request.options, given)
    if request.document is not None:
        return look.own_status(notebook, digests_of(request.document))
    if workspace.ask_shared(look, [notebook]):
        look = workspace.look(request.options, given)
    return look.own_status(notebook)


def likely_launches(
    workspace: Workspace, look: Look, notebooks: Iterable[tuple[Path, bool]], most: int
) -> list[Launch]:
    """What the kernels of notebooks that come next will be started with; to be called in a thread.

    Args:
        workspace: The notebooks' surroundings.
        look: The present.
        notebooks: Absolute paths in the order of their turns, each with whether it will be executed
            even if it is fresh.
        most: How many are wanted; those that look as if they needed no kernel are passed over.
    """
    launches: list[Launch] = []
    for notebook, force in notebooks:
        if len(launches) == most:
            break
        try:
            status = look.own_status(notebook)
            declared = workspace.declared_for(notebook)
        except (NotebookError, StoreError, PathRefused, OSError):
            continue
        # An isolated one's folder is not there yet.
        if declared.isolated or (status.verdict in ("fresh", "failed") and not force):
            continue
        environment = workspace.launch_environment()
        launches.append(launch_of(notebook, status.kernel_name, environment))
    return launches
