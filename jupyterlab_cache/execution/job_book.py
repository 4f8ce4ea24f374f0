"""All jobs of a process: what is known of them, who is told, and what the store keeps."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection, Coroutine
from pathlib import Path
from typing import Any

import msgspec

from ..store.errors import StoreError
from ..store.job_files import JobFiles
from .jobs import ENDED, Job

_log = logging.getLogger(__name__)

_MOST_ENDED = 200


class JobMissing(Exception):
    """There is no such job."""


class JobBook:
    """Keeps track of jobs. All methods are called on the event loop.

    Args:
        files_of: The files with the jobs of a notebook's project.
    """

    def __init__(self, files_of: Callable[[Path], JobFiles]) -> None:
        self._files_of = files_of
        self._jobs: dict[str, Job] = {}
        self._listeners: list[Callable[[Job], None]] = []
        self._writing: dict[str, asyncio.Lock] = {}
        self._writes: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Event()

    def listen(self, listener: Callable[[Job], None]) -> None:
        """Have something called with each change of a job."""
        self._listeners.append(listener)

    async def next_change(self) -> None:
        """Wait for any change of any job."""
        await self._turn.wait()

    def get(self, job_id: str) -> Job:
        """One job.

        Raises:
            JobMissing: There is no such job.
        """
        try:
            return self._jobs[job_id]
        except KeyError:
            raise JobMissing(f"There is no job {job_id}; it may have been forgotten.") from None

    def newest_first(self) -> list[Job]:
        """All jobs."""
        return sorted(self._jobs.values(), key=lambda job: job.created, reverse=True)

    def in_turn(self) -> list[Job]:
        """The jobs that wait, in the order of their turns: clicks first, then as they came."""
        queued = [job for job in self._jobs.values() if job.state == "queued"]
        return sorted(queued, key=lambda job: (job.batch, job.created))

    def waits(self, job_id: str) -> bool:
        """Whether a job is still there and queued."""
        return job_id in self._jobs and self._jobs[job_id].state == "queued"

    def has_to_wait(self, job: Job, begun: Collection[str]) -> bool:
        """Whether another job is in the way of one: a check has its notebook to itself.

        Two executions at once could see each other's files, and differ because of that.

        Args:
            job: One whose turn has come.
            begun: Identifiers of those that workers are busy with.
        """
        return any(
            other.id in begun
            and other.state not in ENDED
            and other.notebook == job.notebook
            and "check" in (job.kind, other.kind)
            for other in self._jobs.values()
        )

    def update(self, job_id: str, **changes: Any) -> Job:
        """Change a job."""
        job = msgspec.structs.replace(self._jobs[job_id], **changes)
        self.put(job)
        return job

    def put(self, job: Job) -> None:
        """Note a job, tell of it, and let the store keep it."""
        # Wakes all who wait for a change.
        self._turn.set()
        self._turn = asyncio.Event()
        before = self._jobs.get(job.id)
        self._jobs[job.id] = job
        if job.state in ENDED:
            for old in [item for item in self.newest_first() if item.state in ENDED][_MOST_ENDED:]:
                self.forget(old)
        if before is None or (before.state, before.owner) != (job.state, job.owner):
            # Progress by cell is for whoever looks on; only the state has to survive.
            self._in_background(self._write(job))
        for listener in self._listeners:
            try:
                listener(job)
            except Exception:
                _log.exception("A listener of the job queue failed")

    def forget(self, job: Job) -> None:
        """Know nothing of a job any more."""
        self._jobs.pop(job.id, None)
        self._in_background(self._remove(job))

    async def close(self) -> None:
        """Wait until the store has it all."""
        await asyncio.gather(*self._writes, return_exceptions=True)

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._writes.add(task)
        task.add_done_callback(self._writes.discard)

    async def _write(self, job: Job) -> None:
        files = self._files_of(Path(job.notebook))
        async with self._writing.setdefault(job.id, asyncio.Lock()):
            # A store that cannot be written keeps no jobs.
            with contextlib.suppress(OSError, StoreError):
                if job.state in ENDED:
                    await asyncio.to_thread(files.remove, job.id)
                else:
                    await asyncio.to_thread(files.write, job.id, msgspec.json.encode(job))
        if job.state in ENDED:
            self._writing.pop(job.id, None)

    async def _remove(self, job: Job) -> None:
        with contextlib.suppress(OSError, StoreError):
            await asyncio.to_thread(self._files_of(Path(job.notebook)).remove, job.id)
