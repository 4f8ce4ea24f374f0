"""Jobs: requests to execute one notebook, and what became of them."""

from __future__ import annotations

import os
import socket
import time
import uuid
from typing import Literal

import msgspec
import psutil

from ..notebooks.parameters import NO_PARAMETERS, Parameters
from ..store.checks import CheckOutcome
from ..store.records import Failure
from .estimate import Estimate

JobKind = Literal["execute", "check"]
"""``check``: executed twice and compared, whether or not it is fresh."""

JobState = Literal["queued", "running", "done", "failed", "cancelled"]
JobResult = Literal["fresh", "executed", "failed", "cancelled"]

ENDED: tuple[JobState, ...] = ("done", "failed", "cancelled")
"""States that a job does not leave."""


class Owner(msgspec.Struct, frozen=True):
    """The process that a job belongs to.

    Attributes:
        host: Its machine.
        pid: Its process identifier.
        started: When that process started, since process identifiers come back.
    """

    host: str
    pid: int
    started: float

    def is_alive(self) -> bool:
        """Whether that process still runs; one on another machine counts as alive."""
        if self.host != socket.gethostname():
            return True
        try:
            started = float(psutil.Process(self.pid).create_time())
            return abs(started - self.started) < 1.0
        except (psutil.Error, ValueError, OverflowError):  # also for what is no identifier
            return False


def this_process() -> Owner:
    """The owner of jobs that are made here."""
    return Owner(socket.gethostname(), os.getpid(), psutil.Process().create_time())


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A request to execute one notebook; each change makes a new record.

    Attributes:
        id: 32 hexadecimal digits.
        notebook: Absolute path.
        owner: The process that works on it.
        force: Execute even if fresh or failed.
        timeout: Seconds for each cell; None for the setting.
        batch: It is one of many, and comes after what a person waits for.
        interruptions: How often the process that worked on it ended.
        parameters: What to inject beside what is declared.
        isolated: Whether it is executed in a folder of its own; None for what is declared.
        kind: What is to be done with the notebook.
        state: Where it is.
        result: What came of it, once it has ended.
        created: When it was asked for, seconds since the epoch.
        started: When its execution began.
        finished: When it ended.
        cells_done: Cells executed so far.
        cells_total: Cells to execute, in both executions of a check; 0 when not known yet.
        kernel_id: Its kernel, while there is one.
        entry: The entry that holds the outputs; of a check the one that it is kept with.
        code_key: Of what is executed.
        failure: What went wrong.
        estimate: How long its execution is expected to take, when that is known.
        progressed: When its last cell ended, or its first began.
        seconds_saved: When it was found fresh: what the execution took that was not repeated.
        check: What a check found, once it has ended and was not cancelled.
    """

    id: str
    notebook: str
    owner: Owner
    force: bool = False
    timeout: float | None = None
    batch: bool = False
    interruptions: int = 0
    parameters: Parameters = NO_PARAMETERS
    isolated: bool | None = None
    kind: JobKind = "execute"
    state: JobState = "queued"
    result: JobResult | None = None
    created: float = 0.0
    started: float | None = None
    finished: float | None = None
    cells_done: int = 0
    cells_total: int = 0
    kernel_id: str | None = None
    entry: str | None = None
    code_key: str | None = None
    failure: Failure | None = None
    estimate: Estimate | None = None
    progressed: float | None = None
    seconds_saved: float | None = None
    check: CheckOutcome | None = None

    def asks_for_the_same_as(self, other: Job) -> bool:
        """Whether one execution serves both; how urgent they are does not matter."""
        return _terms(self) == _terms(other)

    def elapsed(self, now: float) -> float | None:
        """Seconds since it began, or that it took; None before it began."""
        if self.started is None:
            return None
        return max(0.0, (now if self.finished is None else self.finished) - self.started)

    def seconds_left(self, now: float) -> float | None:
        """Expected seconds until its last cell ends; None unless it runs and that is known."""
        if self.state != "running" or self.estimate is None or self.started is None:
            return None
        if self.progressed is None:
            return self.estimate.seconds_left_before_cells(max(0.0, now - self.started))
        return self.estimate.seconds_left(self.cells_done, max(0.0, now - self.progressed))


def _terms(job: Job) -> tuple[object, ...]:
    return (job.kind, job.notebook, job.force, job.timeout, job.parameters, job.isolated)


def new_job(
    notebook: str,
    *,
    force: bool,
    timeout: float | None,
    parameters: Parameters = NO_PARAMETERS,
    batch: bool = False,
    isolated: bool | None = None,
    kind: JobKind = "execute",
) -> Job:
    """A job of this process that waits to be taken up."""
    return Job(
        id=uuid.uuid4().hex,
        notebook=notebook,
        owner=this_process(),
        force=force,
        timeout=timeout,
        batch=batch,
        parameters=parameters,
        isolated=isolated,
        kind=kind,
        created=time.time(),
    )
