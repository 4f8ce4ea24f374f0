"""Collections in the store of a project, by hand and by themselves."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from ..projects import Project
from ..store.collection import Collector, Outcome
from ..store.collection_plan import Limits
from ..store.errors import StoreError
from .jobs import ENDED, Job

_log = logging.getLogger(__name__)

_SHARE_LEFT = 0.8
# A store is looked at again after a hundred times as long as that took, so that many small
# executions do not pay for it.
_PAUSE = 100

_decode_job = msgspec.json.Decoder(Job).decode


def collector_for(project: Project) -> Collector:
    """What makes room in a project's store; entries of notebooks with a job stay.

    Raises:
        StoreError: The store cannot be used.
    """
    return project.store.collector(_notebooks_with_jobs(project).__contains__)


def _notebooks_with_jobs(project: Project) -> frozenset[str]:
    """Notebooks that a job waits or runs for, as entries name them."""
    found: set[str] = set()
    for data in project.store.job_files.read_all().values():
        try:
            job = _decode_job(data)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            continue
        if job.state in ENDED:
            continue
        notebook = Path(job.notebook)
        if notebook.is_relative_to(project.root):
            found.add(project.path_of(notebook))
        else:
            # The store is that of several projects, and which one's this is, is not known.
            tails = range(1, len(notebook.parts))
            found.update("/".join(notebook.parts[start:]) for start in tails)
    return frozenset(found)


class AutomaticCollection:
    """Makes room when a store has become too large, in a thread.

    It goes down to 80 % of the limit, so that not every execution makes it necessary again. All
    methods are called on the event loop.

    Args:
        max_bytes: What all blobs of a store may take on disk.
        tell: Is told what was removed from which project.
    """

    def __init__(self, max_bytes: int, tell: Callable[[Project, Outcome], None]) -> None:
        self._max_bytes = max_bytes
        self._tell = tell
        self._next: dict[Path, float] = {}  # store folder → monotonic seconds
        self._tasks: set[asyncio.Task[None]] = set()

    def note_entry(self, project: Project) -> None:
        """Look at a store to which something was added, unless that was done lately."""
        folder = project.store.folder
        if time.monotonic() < self._next.get(folder, 0.0):
            return
        self._next[folder] = float("inf")  # while one is at it
        task = asyncio.ensure_future(self._run(project))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Wait for what is under way."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self, project: Project) -> None:
        start = time.monotonic()
        try:
            outcome = await asyncio.to_thread(self._collect, project)
        except (StoreError, OSError) as error:
            _log.warning("The store %s could not be made smaller: %s", project.store.folder, error)
        else:
            if outcome is not None and outcome.removed:
                self._tell(project, outcome)
        finally:
            end = time.monotonic()
            self._next[project.store.folder] = end + _PAUSE * (end - start)

    def _collect(self, project: Project) -> Outcome | None:
        if project.store.blobs.size_of_all() <= self._max_bytes:
            return None
        collector = collector_for(project)
        return collector.carry_out(collector.plan(Limits(bytes=int(self._max_bytes * _SHARE_LEFT))))
