"""Which running job has which outputs so far."""

from __future__ import annotations

from collections.abc import Callable

from .jobs import ENDED, Job
from .live_outputs import LiveOutputs


class JobEnded(Exception):
    """A job has no outputs of its own any more."""


class LiveJobs:
    """The outputs of running jobs so far. All methods are called on the event loop."""

    def __init__(self) -> None:
        self._outputs: dict[str, LiveOutputs] = {}

    def listener_for(self, job_id: str) -> Callable[[LiveOutputs], None]:
        """What notes the outputs of a job, of the latest where it executes more than once."""

        def note(outputs: LiveOutputs) -> None:
            self._outputs[job_id] = outputs

        return note

    def note(self, job: Job) -> None:
        """Forget what an ended job put out: its entry has it all."""
        if job.state in ENDED:
            self._outputs.pop(job.id, None)

    def of(self, job: Job) -> LiveOutputs | None:
        """What a job put out so far; None before its execution begins.

        Raises:
            JobEnded: It has ended; the message says where its outputs are.
        """
        if job.state not in ENDED:
            return self._outputs.get(job.id)
        if job.entry is None:
            raise JobEnded(f"Job {job.id} has ended, and left no outputs.")
        raise JobEnded(f"Job {job.id} has ended; its outputs are those of entry {job.entry}.")
