"""What is done for a job when its turn has come, and what the job tells of it afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from .checking import CheckEnd, CheckResult, check_notebook
from .freshening import Outcome, Wish, Workspace, freshen
from .jobs import Job, JobResult, JobState
from .kernels import Kernels

_STATE_OF: Mapping[JobResult, JobState] = {
    "fresh": "done",
    "executed": "done",
    "failed": "failed",
    "cancelled": "cancelled",
}
_RESULT_OF: Mapping[CheckEnd, JobResult] = {
    "repeatable": "executed",
    "different": "executed",
    "failed": "failed",
    "cancelled": "cancelled",
}


async def work_on(
    job: Job, workspace: Workspace, kernels: Kernels, wish: Wish
) -> dict[str, object]:
    """Do what a job asks for.

    Args:
        job: The job.
        workspace: The notebooks' surroundings.
        kernels: Where kernels come from.
        wish: How its notebook is to be executed, and who is told of it.

    Returns:
        The fields of the job that tell what came of it.

    Raises:
        Exception: As :func:`jupyterlab_cache.execution.freshening.freshen`.
    """
    notebook = Path(job.notebook)
    if job.kind == "check":
        return _after_check(await check_notebook(workspace, notebook, kernels, wish, notebook.name))
    return _after_execution(await freshen(workspace, notebook, kernels, wish))


def _after_execution(outcome: Outcome) -> dict[str, object]:
    return {
        "state": _STATE_OF[outcome.result],
        "result": outcome.result,
        "entry": outcome.entry,
        "code_key": outcome.code_key,
        "failure": outcome.failure,
        "seconds_saved": outcome.seconds_saved,
    }


def _after_check(checked: CheckResult) -> dict[str, object]:
    result = _RESULT_OF[checked.result]
    return {
        "state": _STATE_OF[result],
        "result": result,
        "entry": checked.entry or checked.other,
        "failure": checked.failure,
        "check": None if checked.result == "cancelled" else checked.result,
    }
