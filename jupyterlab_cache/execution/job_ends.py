"""Jobs that end without having done what they were asked for."""

from __future__ import annotations

import os
import time
from pathlib import Path

import msgspec

from ..store.records import Failure
from .jobs import Job, JobState


def interrupted(job: Job, message: str) -> Job:
    """The job as one whose process ended.

    Args:
        job: The job.
        message: What happened.
    """
    return failed(job, Failure("Interrupted", message))


def failed(job: Job, failure: Failure) -> Job:
    """The job as one that went wrong.

    Args:
        job: The job.
        failure: What it was.
    """
    return _ended(job, "failed", failure)


def kept_by(job: Job, upstream: Job) -> Job:
    """The job as one that could not begin.

    Args:
        job: The job.
        upstream: A job of a notebook that writes what this one uses; it did not end well.
    """
    path = os.path.relpath(upstream.notebook, Path(job.notebook).parent)
    is_cancelled = upstream.state == "cancelled"
    name = "Cancelled" if is_cancelled else "UpstreamFailed"
    how = "was cancelled" if is_cancelled else "failed"
    message = f"{path}, which writes what this notebook uses, {how}; this was not executed."
    return _ended(job, "cancelled" if is_cancelled else "failed", Failure(name, message))


def _ended(job: Job, state: JobState, failure: Failure) -> Job:
    return msgspec.structs.replace(
        job,
        state=state,
        result=state,
        failure=failure,
        finished=time.time(),
        kernel_id=None,
    )
