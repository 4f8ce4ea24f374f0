"""``/jobs``: executing notebooks."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from ..execution.jobs import Job
from ..notebooks.parameters import guessed, merged, parameters_of
from .operation import CacheHandler, operation
from .wire import JobRequest, job_wire


class JobsHandler(CacheHandler):
    """The jobs of this server."""

    @authenticated
    @authorized
    @operation
    async def get(self) -> object:
        """All jobs, newest first."""
        return {"jobs": [await _wire(self, job) for job in self.app.queue.all_jobs()]}

    @authenticated
    @authorized(action="execute")
    @operation
    async def post(self) -> object:
        """Ask for the execution, or a check, of a notebook as it is saved on disk."""
        request = self.decode(JobRequest)
        notebook = await self.in_thread(self.cache.executable, request.path)
        job = await self.app.queue.submit(
            notebook,
            force=request.force,
            timeout=request.timeout,
            batch=request.batch,
            parameters=merged(
                parameters_of(request.parameters, "parameters"),
                parameters_of(
                    {name: guessed(word) for name, word in request.words.items()}, "words"
                ),
            ),
            isolated=request.isolated,
            kind=request.kind,
        )
        self.set_status(201)
        return await _wire(self, job)

    @authenticated
    @authorized(action="execute")
    @operation
    async def delete(self) -> object:
        """Cancel all jobs that wait or run."""
        return {"jobs": [await _wire(self, job) for job in await self.app.queue.cancel_all()]}


class JobHandler(CacheHandler):
    """One job."""

    @authenticated
    @authorized
    @operation
    async def get(self, job_id: str) -> object:
        """The job as it is now."""
        return await _wire(self, self.app.queue.get(job_id))

    @authenticated
    @authorized(action="execute")
    @operation
    async def delete(self, job_id: str) -> object:
        """Cancel the job; one that has ended is forgotten."""
        return await _wire(self, await self.app.queue.cancel(job_id))


class JobRetriesHandler(CacheHandler):
    """Jobs that ask for the same as another."""

    @authenticated
    @authorized(action="execute")
    @operation
    async def post(self, job_id: str) -> object:
        """Ask for the same once more, whether or not the notebook is fresh."""
        again = self.app.queue.get(job_id)
        job = await self.app.queue.submit(
            await self.in_thread(self.cache.executable, self.app.path_of_job(again)),
            force=True,
            timeout=again.timeout,
            parameters=again.parameters,
            isolated=again.isolated,
            kind=again.kind,
        )
        self.set_status(201)
        return await _wire(self, job)


async def _wire(handler: CacheHandler, job: Job) -> object:
    memory = await handler.app.queue.memory_of(job)
    return job_wire(job, handler.app.path_of_job(job), memory)
