"""The queue of jobs: some at once, in order, known to the store."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from ..notebooks.errors import NotebookError
from ..store.errors import StoreError
from ..store.records import Failure
from .engine import ExecutionSettings
from .freshening import Wish, Workspace, freshen
from .jobs import ENDED, Job, JobState, new_job, this_process
from .kernels import Kernels
from .left_over import left_over_jobs
from .planning import Need, needed_first

_log = logging.getLogger(__name__)

_MOST_ENDED = 200


class JobMissing(Exception):
    """There is no such job."""


class JobQueue:
    """Executes notebooks that people ask for.

    When a job's turn comes, what is upstream of its notebook and not up to date is executed first,
    by the same worker and as jobs of their own. If one of them fails, so does the job, unless it is
    forced.

    All methods are called on the event loop.

    Args:
        workspace: The notebooks' surroundings.
        kernels: Where kernels come from.
        settings: Limits of executions.
        workers: How many are executed at once.
    """

    def __init__(
        self,
        workspace: Workspace,
        kernels: Kernels,
        settings: ExecutionSettings | None = None,
        workers: int = 1,
    ) -> None:
        self._workspace = workspace
        self._kernels = kernels
        self._settings = settings or ExecutionSettings()
        self._worker_count = workers
        self._workers: list[asyncio.Task[None]] = []
        self._jobs: dict[str, Job] = {}
        self._cancelled: dict[str, asyncio.Event] = {}
        self._waiting: asyncio.Queue[str] = asyncio.Queue()
        self._listeners: list[Callable[[Job], None]] = []
        self._writing: dict[str, asyncio.Lock] = {}
        self._writes: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Event()
        self._stopped = False

    def listen(self, listener: Callable[[Job], None]) -> None:
        """Have something called with each change of a job."""
        self._listeners.append(listener)

    async def start(self, roots: list[Path] | None = None) -> None:
        """Begin to work.

        Args:
            roots: Folders of projects whose left-over jobs are to be taken up: what was queued is
                queued again, what was running counts as interrupted.
        """
        for root in roots or []:
            try:
                files = self._workspace.project_of(root / "notebook.ipynb").store.job_files
                left = await asyncio.to_thread(left_over_jobs, files, root)
            except (OSError, StoreError) as error:
                # Whoever asks for a notebook there will be told the same.
                _log.warning("Jobs of %s cannot be taken up: %s", root, error)
                continue
            for job in left:
                self._take_up(job)
        self._ensure_workers()

    def _ensure_workers(self) -> None:
        for number in range(len(self._workers), self._worker_count):
            name = f"jupyterlab-cache worker {number}"
            self._workers.append(asyncio.create_task(self._work(), name=name))

    async def stop(self) -> None:
        """Stop running jobs and their kernels; what is queued stays in the store."""
        # For a worker whose cancellation is swallowed by what it waits for.
        self._stopped = True
        for job_id, event in list(self._cancelled.items()):
            if self._jobs[job_id].state == "running":
                event.set()
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        await self._kernels.close()
        await asyncio.gather(*self._writes, return_exceptions=True)

    # What people ask for

    async def submit(
        self, notebook: Path, *, force: bool = False, timeout: float | None = None
    ) -> Job:
        """Ask for a notebook; a job for it that still waits is joined.

        Args:
            notebook: Absolute path.
            force: Execute even if fresh or failed.
            timeout: Seconds for each cell; None for the setting.
        """
        job, is_new = self._job_for(notebook, force, timeout)
        if is_new:
            self._waiting.put_nowait(job.id)
            self._ensure_workers()
        return job

    def _job_for(self, notebook: Path, force: bool, timeout: float | None) -> tuple[Job, bool]:
        """A job for a notebook that waits, and whether it is new."""
        for job in self._jobs.values():
            same = (job.notebook, job.force, job.timeout) == (str(notebook), force, timeout)
            if same and job.state == "queued":
                return job, False
        job = new_job(str(notebook), force=force, timeout=timeout)
        self._cancelled[job.id] = asyncio.Event()
        self._change(job)
        return job, True

    async def cancel(self, job_id: str) -> Job:
        """Stop a job; one that has ended is forgotten.

        Raises:
            JobMissing: There is no such job.
        """
        job = self.get(job_id)
        if job.state in ENDED:
            self._forget(job)
        elif job.state == "queued":
            failure = Failure("Cancelled", "A person cancelled the job before it began.")
            job = self._update(
                job_id, state="cancelled", result="cancelled", failure=failure, finished=time.time()
            )
        else:
            self._cancelled[job_id].set()
        return job

    def get(self, job_id: str) -> Job:
        """One job.

        Raises:
            JobMissing: There is no such job.
        """
        try:
            return self._jobs[job_id]
        except KeyError:
            raise JobMissing(f"There is no job {job_id}; it may have been forgotten.") from None

    def all_jobs(self) -> list[Job]:
        """All jobs, newest first."""
        return sorted(self._jobs.values(), key=lambda job: job.created, reverse=True)

    def active_job(self, notebook: Path) -> Job | None:
        """The job that runs or waits for a notebook; the running one first."""
        path = str(notebook)
        active = [
            job for job in self._jobs.values() if job.notebook == path and job.state not in ENDED
        ]
        return min(active, key=lambda job: (job.state != "running", job.created), default=None)

    # Working

    async def _work(self) -> None:
        while not self._stopped:
            job_id = await self._waiting.get()
            if self._still_waits(job_id) and await self._upstream_is_good(self._jobs[job_id]):
                await self._run_safely(job_id)

    def _still_waits(self, job_id: str) -> bool:
        return job_id in self._jobs and self._jobs[job_id].state == "queued"

    async def _upstream_is_good(self, job: Job) -> bool:
        """Bring what is upstream of a job up to date; the job itself waits meanwhile.

        Returns:
            Whether it can begin now; otherwise it has ended.
        """
        bad: set[Path] = set()
        for need in await asyncio.to_thread(self._needed_first, Path(job.notebook)):
            running = self.active_job(need.notebook)
            while running is not None and running.state == "running":
                # Another worker's; it waits for nobody any more.
                await self._turn.wait()
                running = self.active_job(need.notebook)
            if not self._still_waits(job.id):
                return False
            if bad.intersection(need.after):
                bad.add(need.notebook)
                continue
            upstream, _ = self._job_for(need.notebook, need.again, None)
            upstream = await self._run_safely(upstream.id)
            if upstream.state == "done":
                continue
            bad.add(need.notebook)
            if self._still_waits(job.id) and not job.force:
                self._end_with(job, upstream)
        return self._still_waits(job.id)

    def _needed_first(self, notebook: Path) -> list[Need]:
        try:
            return needed_first(self._workspace.look(), notebook)
        except (NotebookError, StoreError, OSError) as error:
            # Its own execution will tell what is wrong.
            _log.info("What is upstream of %s cannot be found: %r", notebook, error)
            return []

    def _end_with(self, job: Job, upstream: Job) -> None:
        """End a job that cannot begin."""
        path = os.path.relpath(upstream.notebook, Path(job.notebook).parent)
        is_cancelled = upstream.state == "cancelled"
        name = "Cancelled" if is_cancelled else "UpstreamFailed"
        how = "was cancelled" if is_cancelled else "failed"
        message = f"{path}, which writes what this notebook uses, {how}; this was not executed."
        state: JobState = "cancelled" if is_cancelled else "failed"
        self._update(
            job.id,
            state=state,
            result=state,
            failure=Failure(name, message),
            finished=time.time(),
        )

    async def _run_safely(self, job_id: str) -> Job:
        try:
            await self._run(self._jobs[job_id])
        except asyncio.CancelledError:
            self._end_as_failed(job_id, "Interrupted", "The server was stopped.")
            raise
        except Exception as error:
            # One job's trouble must not stop those behind it.
            _log.info("Job %s failed: %r", job_id, error)
            self._end_as_failed(job_id, type(error).__name__, str(error) or repr(error))
        return self._jobs[job_id]

    async def _run(self, job: Job) -> None:
        self._update(job.id, state="running", started=time.time())
        limit = job.timeout or self._settings.cell_timeout

        def on_progress(done: int, total: int) -> None:
            self._update(job.id, cells_done=done, cells_total=total)

        def on_kernel(kernel_id: str | None) -> None:
            self._update(job.id, kernel_id=kernel_id)

        def on_code_key(code_key: str) -> None:
            self._update(job.id, code_key=code_key)

        wish = Wish(
            force=job.force,
            settings=ExecutionSettings(limit, self._settings.startup_timeout),
            on_kernel=on_kernel,
            on_code_key=on_code_key,
            on_progress=on_progress,
            cancelled=self._cancelled[job.id],
        )
        outcome = await freshen(self._workspace, Path(job.notebook), self._kernels, wish)
        states = {"fresh": "done", "executed": "done", "failed": "failed", "cancelled": "cancelled"}
        self._update(
            job.id,
            state=states[outcome.result],
            result=outcome.result,
            entry=outcome.entry,
            code_key=outcome.code_key,
            failure=outcome.failure,
            finished=time.time(),
        )

    def _end_as_failed(self, job_id: str, name: str, message: str) -> None:
        self._update(
            job_id,
            state="failed",
            result="failed",
            failure=Failure(name, message),
            finished=time.time(),
            kernel_id=None,
        )

    # Keeping track

    def _update(self, job_id: str, **changes: Any) -> Job:
        job = msgspec.structs.replace(self._jobs[job_id], **changes)
        self._change(job)
        return job

    def _change(self, job: Job) -> None:
        # Wakes all who wait for a change.
        self._turn.set()
        self._turn = asyncio.Event()
        before = self._jobs.get(job.id)
        self._jobs[job.id] = job
        if job.state in ENDED:
            self._cancelled.pop(job.id, None)
            self._drop_oldest()
        if before is None or before.state != job.state:
            # Progress by cell is for whoever looks on; only the state has to survive.
            self._keep(job)
        for listener in self._listeners:
            try:
                listener(job)
            except Exception:
                _log.exception("A listener of the job queue failed")

    def _drop_oldest(self) -> None:
        ended = [job for job in self.all_jobs() if job.state in ENDED]
        for job in ended[_MOST_ENDED:]:
            self._forget(job)

    def _forget(self, job: Job) -> None:
        self._jobs.pop(job.id, None)
        self._in_background(self._remove(job))

    def _keep(self, job: Job) -> None:
        self._in_background(self._write(job))

    def _in_background(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._writes.add(task)
        task.add_done_callback(self._writes.discard)

    async def _write(self, job: Job) -> None:
        files = self._workspace.project_of(Path(job.notebook)).store.job_files
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
        files = self._workspace.project_of(Path(job.notebook)).store.job_files
        with contextlib.suppress(OSError, StoreError):
            await asyncio.to_thread(files.remove, job.id)

    def _take_up(self, job: Job) -> None:
        if job.state in ENDED:
            self._in_background(self._remove(job))
            return
        self._jobs[job.id] = msgspec.structs.replace(job, owner=this_process(), kernel_id=None)
        if job.state == "running":
            self._end_as_failed(job.id, "Interrupted", "The server stopped while the job ran.")
            return
        self._cancelled[job.id] = asyncio.Event()
        self._change(self._jobs[job.id])
        self._keep(self._jobs[job.id])
        self._waiting.put_nowait(job.id)
