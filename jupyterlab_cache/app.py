"""The server extension: configuration and assembly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_server.extension.application import ExtensionApp
from traitlets import Bool, Bytes, Float, Integer, Unicode

from .cache import NotebookCache
from .execution.engine import ExecutionSettings
from .execution.jobs import Job
from .execution.kernels import Kernels
from .execution.queue import JobQueue
from .inputs.input_watch import InputWatch
from .rest import HANDLERS
from .store.signatures import KeyRing

_EVENTS = Path(__file__).parent / "events"
JOB_EVENT = "https://events.jupyter.org/jupyterlab_cache/job/v1"
INPUTS_EVENT = "https://events.jupyter.org/jupyterlab_cache/inputs/v1"
STORE_EVENT = "https://events.jupyter.org/jupyterlab_cache/store/v1"


class CacheApp(ExtensionApp):
    """Caches notebook executions for the front end."""

    name = "jupyterlab_cache"
    load_other_extensions = True

    workers = Integer(
        1,
        min=1,
        help="How many notebooks are executed at once.",
    ).tag(config=True)

    cell_timeout = Float(
        0.0,
        min=0.0,
        help="Seconds that one cell may take before the execution is stopped; 0 means no limit.",
    ).tag(config=True)

    startup_timeout = Float(
        60.0,
        min=1.0,
        help="Seconds that a kernel may take to start and answer.",
    ).tag(config=True)

    resume_jobs = Bool(
        True,
        help="Take up jobs again that were queued when the server was stopped.",
    ).tag(config=True)

    store = Unicode(
        "",
        help="One store folder for all notebooks; by default each project root has its own "
        ".jupyterlab_cache.",
    ).tag(config=True)

    team_key = Bytes(
        b"",
        help="A secret shared by a team: entries signed with it count as made here.",
    ).tag(config=True)

    cache: NotebookCache
    queue: JobQueue
    input_watch: InputWatch

    @property
    def _server(self) -> Any:
        # Linked before anything else is called; its own annotations leave that open.
        return self.serverapp

    def initialize_settings(self) -> None:
        """Build the cache below the server's root folder, and the queue."""
        server = self._server
        keys = KeyRing(
            server.contents_manager.notary.secret,
            team_keys=(self.team_key,) if self.team_key else (),
        )
        self.cache = NotebookCache(
            server.root_dir,
            store=self.store or None,
            keys=keys,
            default_kernel=server.kernel_manager.default_kernel_name,
        )
        self.queue = JobQueue(
            self.cache,
            Kernels(server.kernel_manager),
            settings=ExecutionSettings(
                cell_timeout=self.cell_timeout or None,
                startup_timeout=self.startup_timeout,
            ),
            workers=self.workers,
        )
        self.queue.listen(self._announce_job)
        self.input_watch = InputWatch(self._announce_inputs)

    def initialize_handlers(self) -> None:
        """Register the handlers and the schemas of the events."""
        self.handlers.extend(HANDLERS)
        for schema in ("inputs", "job", "store"):
            self._server.event_logger.register_event_schema(_EVENTS / f"{schema}.yaml")

    async def _start_jupyter_server_extension(self, serverapp: Any) -> None:
        await super()._start_jupyter_server_extension(serverapp)  # type: ignore[no-untyped-call]
        await self.queue.start([self.cache.projects.root] if self.resume_jobs else [])

    async def stop_extension(self) -> None:
        """Stop running jobs and their kernels, and write back what was learned about files."""
        await self.input_watch.stop()
        await self.queue.stop()
        self.cache.close()

    def path_of_job(self, job: Job) -> str:
        """The path of a job's notebook, relative to the server's root folder."""
        return self.cache.projects.relative(Path(job.notebook))

    def announce_store(self, path: str, action: str, entry: str | None = None) -> None:
        """Tell all browsers that the entries of a notebook changed.

        Args:
            path: The notebook, relative to the server's root folder.
            action: ``added``, ``removed`` or ``invalidated``.
            entry: Which entry; None when it is all of them.
        """
        data = {"path": path, "action": action}
        if entry is not None:
            data["entry"] = entry
        self._server.event_logger.emit(schema_id=STORE_EVENT, data=data)
        # Verdicts on what is downstream of it may be other ones now.
        self.input_watch.note(str(self.cache.projects.root / path))

    def _announce_inputs(self, path: str) -> None:
        self._server.event_logger.emit(schema_id=INPUTS_EVENT, data={"path": path})

    def _announce_job(self, job: Job) -> None:
        path = self.path_of_job(job)
        data = {
            "job": job.id,
            "path": path,
            "state": job.state,
            "cells_done": job.cells_done,
            "cells_total": job.cells_total,
        }
        self._server.event_logger.emit(schema_id=JOB_EVENT, data=data)
        if job.state in ("done", "failed", "cancelled") and job.entry is not None:
            self.announce_store(path, "added", job.entry)
