"""What monitoring sees of this server: metrics that stand on its ``/metrics``."""

from __future__ import annotations

import time

from prometheus_client import Counter, Gauge, Histogram

from ..execution.jobs import ENDED, Job

_EXECUTIONS = Counter(
    "jupyterlab_cache_executions", "Executions of notebooks that have ended.", ["result"]
)
_CHECKS = Counter(
    "jupyterlab_cache_checks",
    "Checks of repeatability that have ended; each executes a notebook twice.",
    ["outcome"],
)
_HITS = Counter(
    "jupyterlab_cache_hits",
    "Entries that took the place of an execution: outputs restored, or a job that was fresh.",
    ["by"],
)
_SECONDS_SAVED = Counter(
    "jupyterlab_cache_seconds_saved", "Seconds that the executions took which hits made needless."
)
_EXECUTION_SECONDS = Histogram(
    "jupyterlab_cache_execution_seconds",
    "Seconds that executions of notebooks took.",
    buckets=(1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200),
)
_QUEUED = Gauge("jupyterlab_cache_jobs_queued", "Jobs that wait.")
_RUNNING = Gauge("jupyterlab_cache_jobs_running", "Jobs that run.")


class JobMetrics:
    """Keeps the metrics of one server's jobs."""

    def __init__(self) -> None:
        self._active: dict[str, str] = {}
        self._executing: dict[str, float] = {}

    def note_job(self, job: Job) -> None:
        """Take in a change of a job."""
        if job.state in ENDED:
            if self._active.pop(job.id, None) is not None:
                self._note_end(job)
        else:
            self._active[job.id] = job.state
            if job.state == "running" and job.code_key is not None:
                # Only an execution tells this before its end: a job can also find that there is
                # nothing to do, or nothing that can be done.
                self._executing.setdefault(job.id, time.monotonic())
        states = list(self._active.values())
        _QUEUED.set(states.count("queued"))
        _RUNNING.set(states.count("running"))

    def _note_end(self, job: Job) -> None:
        began = self._executing.pop(job.id, None)
        if job.kind == "check":
            # Its time is that of two executions, which no other execution's can be held against.
            _CHECKS.labels(job.check or job.state).inc()
        elif began is not None:
            _EXECUTIONS.labels(job.result or job.state).inc()
            _EXECUTION_SECONDS.observe(time.monotonic() - began)
        elif job.result == "fresh":
            note_hit("job", job.seconds_saved or 0.0)


def note_hit(by: str, seconds_saved: float) -> None:
    """Count an entry that took the place of an execution.

    Args:
        by: ``job`` or ``restore``.
        seconds_saved: What that execution had taken.
    """
    _HITS.labels(by).inc()
    _SECONDS_SAVED.inc(seconds_saved)
