"""The queue of jobs: some at once, in order, known to the store."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from ..notebooks.errors import NotebookError
from ..notebooks.parameters import NO_PARAMETERS, Parameters
from ..store.errors import StoreError
from ..store.records import Failure
from .estimate import Estimate
from .freshening import Wish, Workspace, likely_launches
from .job_book import JobBook
from .job_ends import failed, interrupted, kept_by
from .job_work import work_on
from .jobs import ENDED, Job, JobKind, new_job, this_process
from .kernels import Kernels
from .launch import Kernel
from .left_over import left_over_jobs
from .live_jobs import LiveJobs
from .missing_files import bringing_back
from .planning import Need, needed_first
from .request import ExecutionSettings

_log = logging.getLogger(__name__)


class JobQueue:
    """Executes notebooks that people ask for.

    When a job's turn comes, what is upstream of its notebook and not up to date is executed first,
    by the same worker and as jobs of their own. If one of them fails, so does the job, unless it is
    forced. A check takes what is upstream as it is, and never runs beside another job of its
    notebook.

    All methods are called on the event loop.

    What a person clicks goes before what belongs to a batch. The kernels of the jobs that come next
    are started while others run.

    Args:
        workspace: The notebooks' surroundings.
        kernels: Where kernels come from.
        settings: Limits of executions.
        workers: How many are executed at once.
        keep_warm: Have a kernel ready for the next click, when there is nothing to do.

    Attributes:
        live: What running jobs have put out so far.
    """

    def __init__(
        self,
        workspace: Workspace,
        kernels: Kernels,
        settings: ExecutionSettings | None = None,
        workers: int = 1,
        keep_warm: bool = False,
    ) -> None:
        self._workspace = workspace
        self._kernels = kernels
        self._settings = settings or ExecutionSettings()
        self._worker_count = workers
        self._keep_warm = keep_warm
        self._workers: list[asyncio.Task[None]] = []
        self._book = JobBook(lambda path: workspace.project_of(path).store.job_files)
        self.live = LiveJobs()
        self._book.listen(self.live.note)
        self._cancelled: dict[str, asyncio.Event] = {}
        self._taken: set[str] = set()
        self._stopped = False

    def listen(self, listener: Callable[[Job], None]) -> None:
        """Have something called with each change of a job."""
        self._book.listen(listener)

    async def start(self, roots: Iterable[Path] = (), *, take_up_interrupted: bool = False) -> None:
        """Begin to work.

        Args:
            roots: Folders of projects whose left-over jobs are to be taken up: what was queued is
                queued again.
            take_up_interrupted: What was running is queued again, too, though only once, since it
                may be what ended the process; otherwise it counts as failed.
        """
        for root in roots:
            try:
                files = self._workspace.project_of(root / "notebook.ipynb").store.job_files
                left = await asyncio.to_thread(left_over_jobs, files, root)
            except (OSError, StoreError) as error:
                # Whoever asks for a notebook there will be told the same.
                _log.warning("Jobs of %s cannot be taken up: %s", root, error)
                continue
            for job in left:
                self._take_up(job, take_up_interrupted)
        self._ensure_workers()

    def _take_up(self, job: Job, take_up_interrupted: bool) -> None:
        if job.state in ENDED:
            self._book.forget(job)
            return
        job = msgspec.structs.replace(job, owner=this_process(), kernel_id=None)
        if job.state == "running":
            job = msgspec.structs.replace(job, interruptions=job.interruptions + 1)
            if job.interruptions > 1 or not take_up_interrupted:
                self._book.put(interrupted(job, "The server stopped while the job ran."))
                return
        self._cancelled[job.id] = asyncio.Event()
        self._book.put(
            msgspec.structs.replace(job, state="queued", started=None, cells_done=0, cells_total=0)
        )

    def _ensure_workers(self) -> None:
        for number in range(len(self._workers), self._worker_count):
            name = f"jupyterlab-cache worker {number}"
            self._workers.append(asyncio.create_task(self._work(), name=name))

    async def stop(self) -> None:
        """Stop running jobs and their kernels; what is queued stays in the store."""
        # For a worker whose cancellation is swallowed by what it waits for.
        self._stopped = True
        for job_id, event in list(self._cancelled.items()):
            if self._is_running(job_id):
                event.set()
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        await self._kernels.close()
        await self._book.close()

    # What people ask for

    async def submit(
        self,
        notebook: Path,
        *,
        force: bool = False,
        timeout: float | None = None,
        parameters: Parameters = NO_PARAMETERS,
        isolated: bool | None = None,
        batch: bool = False,
        kind: JobKind = "execute",
    ) -> Job:
        """Ask for a notebook; a job of the same kind for it that still waits is joined.

        Args:
            notebook: Absolute path.
            force: Execute even if fresh or failed.
            timeout: Seconds for each cell; None for the setting.
            parameters: What to inject beside what is declared.
            isolated: Whether it is executed in a folder of its own; None for what is declared.
            batch: It is one of many, and comes after what a person waits for.
            kind: What to do with it; a check always executes.
        """
        job = new_job(
            str(notebook),
            force=force or kind == "check",
            timeout=timeout,
            parameters=parameters,
            isolated=isolated,
            batch=batch,
            kind=kind,
        )
        job = self._join_or_add(job)
        self._ensure_workers()
        return job

    def _join_or_add(self, wanted: Job) -> Job:
        """The job that waits and asks for the same, or else this one, which waits from now on."""
        for job in self._book.in_turn():
            if job.asks_for_the_same_as(wanted):
                return self._book.update(job.id, batch=False) if job.batch > wanted.batch else job
        self._cancelled[wanted.id] = asyncio.Event()
        self._book.put(wanted)
        return wanted

    async def cancel_all(self) -> list[Job]:
        """Stop all jobs that wait or run."""
        active = [job for job in self._book.newest_first() if job.state not in ENDED]
        # Those that wait first, lest one begins when another one ends.
        active.sort(key=lambda job: job.state == "running")
        return [await self.cancel(job.id) for job in active]

    async def cancel(self, job_id: str) -> Job:
        """Stop a job; one that has ended is forgotten.

        Raises:
            JobMissing: There is no such job.
        """
        job = self.get(job_id)
        if job.state in ENDED:
            self._book.forget(job)
        elif job.state == "queued":
            failure = Failure("Cancelled", "A person cancelled the job before it began.")
            self._cancelled.pop(job_id, None)
            job = self._book.update(
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
        return self._book.get(job_id)

    def all_jobs(self) -> list[Job]:
        """All jobs, newest first."""
        return self._book.newest_first()

    async def memory_of(self, job: Job) -> int | None:
        """Bytes of memory that a job's kernel has now; None where there is none on this machine."""
        return await self._kernels.memory_of(job.kernel_id) if job.kernel_id else None

    def active_job(self, notebook: Path) -> Job | None:
        """The job that runs or waits for a notebook; the running one first."""
        path = str(notebook)
        active = [job for job in self.all_jobs() if job.notebook == path and job.state not in ENDED]
        return min(active, key=lambda job: (job.state != "running", job.created), default=None)

    # Working

    def _is_running(self, job_id: str) -> bool:
        return any(job.id == job_id and job.state == "running" for job in self.all_jobs())

    async def _work(self) -> None:
        while not self._stopped:
            job = next(filter(self._is_next, self._book.in_turn()), None)
            if job is None:
                await self._book.next_change()
                continue
            self._taken.add(job.id)
            try:
                # What is upstream of a check is taken as it is.
                if job.kind == "check" or await self._upstream_is_good(job):
                    await self._run_safely(job.id)
            finally:
                self._taken.discard(job.id)

    def _is_next(self, job: Job) -> bool:
        return job.id not in self._taken and not self._book.has_to_wait(job, self._taken)

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
                await self._book.next_change()
                running = self.active_job(need.notebook)
            if not self._book.waits(job.id):
                return False
            if bad.intersection(need.after):
                bad.add(need.notebook)
                continue
            upstream = self._join_or_add(
                new_job(str(need.notebook), force=need.again, timeout=None, batch=job.batch)
            )
            self._taken.add(upstream.id)
            try:
                upstream = await self._run_safely(upstream.id)
            finally:
                self._taken.discard(upstream.id)
            if upstream.state == "done":
                continue
            bad.add(need.notebook)
            if self._book.waits(job.id) and not job.force:
                self._book.put(kept_by(self._book.get(job.id), upstream))
        return self._book.waits(job.id)

    def _needed_first(self, notebook: Path) -> list[Need]:
        try:
            look = self._workspace.look()
            # What others executed also tells what is upstream of what.
            if self._workspace.ask_shared(look, [notebook]):
                look = self._workspace.look()
            return needed_first(look, notebook, bringing_back(self._workspace))
        except (NotebookError, StoreError, OSError) as error:
            # Its own execution will tell what is wrong.
            _log.info("What is upstream of %s cannot be found: %r", notebook, error)
            return []

    async def _run_safely(self, job_id: str) -> Job:
        try:
            await self._run(self._book.get(job_id))
        except asyncio.CancelledError:
            self._book.put(interrupted(self._book.get(job_id), "The server was stopped."))
            raise
        except Exception as error:
            # One job's trouble must not stop those behind it.
            _log.info("Job %s failed: %r", job_id, error)
            failure = Failure(type(error).__name__, str(error) or repr(error))
            self._book.put(failed(self._book.get(job_id), failure))
        self._cancelled.pop(job_id, None)
        return self._book.get(job_id)

    async def _run(self, job: Job) -> None:
        self._book.update(job.id, state="running", started=time.time())
        limit = job.timeout or self._settings.cell_timeout

        def on_progress(done: int, total: int) -> None:
            now = time.time()
            self._book.update(job.id, cells_done=done, cells_total=total, progressed=now)

        def on_estimate(estimate: Estimate) -> None:
            self._book.update(job.id, estimate=estimate)

        def on_kernel(kernel: Kernel | None) -> None:
            self._book.update(job.id, kernel_id=kernel.id if kernel else None)
            self._expect_next(job, has_ended=kernel is None)

        def on_code_key(code_key: str) -> None:
            self._book.update(job.id, code_key=code_key)

        wish = Wish(
            force=job.force,
            settings=msgspec.structs.replace(self._settings, cell_timeout=limit),
            parameters=job.parameters,
            isolated=job.isolated,
            on_kernel=on_kernel,
            on_code_key=on_code_key,
            on_progress=on_progress,
            on_estimate=on_estimate,
            on_outputs=self.live.listener_for(job.id),
            cancelled=self._cancelled[job.id],
        )
        changes = await work_on(job, self._workspace, self._kernels, wish)
        self._book.update(job.id, **changes, finished=time.time())

    # Kernels that are started ahead

    def _expect_next(self, job: Job, *, has_ended: bool) -> None:
        """Start kernels for the jobs that come next, in the background."""
        waiting = [item for item in self._book.in_turn() if item.id not in self._taken]
        following = [(Path(item.notebook), item.force) for item in waiting[: self._worker_count]]
        given = {Path(item.notebook): item.parameters for item in waiting}
        if not following and has_ended and self._keep_warm:
            following = [(Path(job.notebook), True)]
        workspace = self._workspace
        self._kernels.expect_soon(
            lambda: likely_launches(
                workspace, workspace.look(given=given), following, len(following)
            )
        )
