"""The server extension: configuration and assembly."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

from jupyter_server.extension.application import ExtensionApp
from traitlets import Bool, Dict, Enum, Float, Integer, List, TraitError, Unicode

from .cache import NotebookCache
from .exchange.keeping import ExportKeeper
from .exchange.shared_store.background import SharedVerdicts
from .execution.artefacts import ArtefactLimits
from .execution.collecting import AutomaticCollection
from .execution.jobs import Job
from .execution.kernels import Kernels
from .execution.output_limit import LARGEST_LIMIT
from .execution.queue import JobQueue
from .execution.request import ExecutionSettings
from .inputs.declarations import checked_declaration
from .inputs.input_watch import InputWatch
from .notebooks.declaration import Declaration, DeclarationInvalid
from .projects import Project
from .rest import HANDLERS
from .rest.metrics import JobMetrics
from .rest.turns import Turns
from .store.collection import Outcome
from .store.signatures import KeyRing
from .store.store import StoredEntry
from .store.team_keys import TeamKeyUnusable, hide_team_key, team_keys

_LAST_SECONDS = 5.0
"""So long the server waits at its end for what it sends to a shared store; the rest goes later."""

_EVENTS = Path(__file__).parent / "events"
JOB_EVENT = "https://events.jupyter.org/jupyterlab_cache/job/v1"
INPUTS_EVENT = "https://events.jupyter.org/jupyterlab_cache/inputs/v1"
STORE_EVENT = "https://events.jupyter.org/jupyterlab_cache/store/v1"


class CacheApp(ExtensionApp):
    """Caches notebook executions for the front end."""

    name = "jupyterlab_cache"
    load_other_extensions = True

    workers = Integer(
        0,
        min=0,
        help="How many notebooks are executed at once; 0 means half as many as there are cores, "
        "since what notebooks compute with often takes several.",
    ).tag(config=True)

    keep_warm = Bool(
        False,
        help="Have a kernel ready when there is nothing to do, so that the next click need not "
        "wait for its start. It shows among the running kernels and takes their memory.",
    ).tag(config=True)

    cell_timeout = Float(
        0.0,
        min=0.0,
        help="Seconds that one cell may take before the execution is stopped; 0 means no limit.",
    ).tag(config=True)

    notebook_timeout = Float(
        0.0,
        min=0.0,
        help="Seconds that all cells of a notebook may take together; 0 means no limit.",
    ).tag(config=True)

    startup_timeout = Float(
        60.0,
        min=1.0,
        help="Seconds that a kernel may take to start and answer.",
    ).tag(config=True)

    resume_jobs = Enum(
        ("all", "queued", "none"),
        default_value="all",
        help="Which jobs of a server that is gone are taken up again: those that waited, or also "
        "those that ran when it was killed (once: one may be what killed it), or none.",
    ).tag(config=True)

    store = Unicode(
        "",
        help="One store folder for all notebooks; by default each project root has its own "
        ".jupyterlab_cache.",
    ).tag(config=True)

    shared_store = Unicode(
        "",
        help="A store that others use as well, asked before something is executed: a folder, or a "
        "URL that fsspec knows, such as 's3://bucket/folder'. Credentials come by fsspec's own "
        "ways, never from here. The environment variable JUPYTERLAB_CACHE_SHARED_STORE names one "
        "where this does not.",
    ).tag(config=True)

    shared_store_write = Bool(
        False,
        help="Whether what is executed here is sent to the shared store.",
    ).tag(config=True)

    max_request_bytes = Integer(
        16 * 1024**2,
        min=64 * 1024,
        help="So many bytes the body of one request may have; larger ones are refused unread.",
    ).tag(config=True)

    team_key_files = List(
        Unicode(),
        help="Files that each hold a secret shared by a team: entries signed with it count as "
        "ours, and what is executed here is signed with it. The environment variables "
        "JUPYTERLAB_CACHE_TEAM_KEY_FILES and JUPYTERLAB_CACHE_TEAM_KEY (the secret itself, which "
        "is kept from kernels) add to them.",
    ).tag(config=True)

    assets = List(
        Unicode(),
        help="Files, folders and globs that every notebook needs; they start from each notebook's "
        "folder.",
    ).tag(config=True)

    ignore = List(
        Unicode(),
        help="gitignore patterns of files that do not count, neither as inputs nor as results, "
        "below each notebook's folder.",
    ).tag(config=True)

    variables = List(
        Unicode(),
        help="Environment variables that count even if no notebook is seen reading them.",
    ).tag(config=True)

    network = Enum(
        ("refuse", "allow"),
        default_value=None,
        allow_none=True,
        help="Whether outputs that came over the network may be reused, where neither the notebook "
        "nor its project says so.",
    ).tag(config=True)

    expires = Unicode(
        "",
        help="How long outputs are good for, such as '12h' or '7d', where neither the notebook nor "
        "its project says so.",
    ).tag(config=True)

    packages = Enum(
        ("version", "content"),
        default_value=None,
        allow_none=True,
        help="Whether installed packages are compared by their version, or also by the content of "
        "the modules that were imported, where neither the notebook nor its project says so.",
    ).tag(config=True)

    artefacts = Enum(
        ("tell", "ignore"),
        default_value=None,
        allow_none=True,
        help="Whether the status of a notebook tells of files that its execution wrote and that "
        "are gone, changed or not stored, where neither the notebook nor its project says so.",
    ).tag(config=True)

    artefacts_ignore = List(
        Unicode(),
        help="gitignore patterns of files that executions write and whose content is not stored, "
        "below each notebook's folder.",
    ).tag(config=True)

    isolated = Bool(
        default_value=None,
        allow_none=True,
        help="Whether each notebook is executed in a temporary folder that holds only it, its "
        "assets, and what its last execution used, where neither it nor its project says so.",
    ).tag(config=True)

    isolated_bytes = Integer(
        ExecutionSettings().isolated_bytes,
        min=0,
        help="So many bytes are copied at most for one isolated execution.",
    ).tag(config=True)

    output_bytes = Integer(
        ExecutionSettings().output_bytes,
        min=0,
        max=LARGEST_LIMIT,
        help="So many bytes of memory the outputs of one execution may take; one that prints or "
        "displays more is stopped. 0 means no limit but the store's, which takes 2 GiB at most.",
    ).tag(config=True)

    artefact_bytes = Integer(
        ArtefactLimits().file_bytes,
        min=0,
        help="The content of a file that an execution writes is stored up to so many bytes.",
    ).tag(config=True)

    artefact_total_bytes = Integer(
        ArtefactLimits().total_bytes,
        min=0,
        help="So many bytes are stored at most of all files that one execution writes.",
    ).tag(config=True)

    artefact_files = Integer(
        ArtefactLimits().files,
        min=0,
        help="So many files that one execution writes are stored at most; 0 stores none.",
    ).tag(config=True)

    max_store_bytes = Integer(
        default_value=None,
        allow_none=True,
        min=1,
        help="When the stored contents of a project take more bytes on disk after an execution, "
        "what was not used for longest is removed until 80 % of that are left. Pinned entries and "
        "those of notebooks with a job stay. By default nothing is removed.",
    ).tag(config=True)

    parameters = Dict(
        help="Parameters that are set in every notebook when it is executed, where neither the "
        "notebook nor its project gives them another value.",
    ).tag(config=True)

    varying = List(
        Unicode(),
        help="Regular expressions of text in outputs that may differ between two executions of a "
        "notebook, when its repeatability is checked.",
    ).tag(config=True)

    exports = Dict(
        help="Folders that are kept up to date for other programs after each execution, by format "
        "('jupyter-cache', 'mystmd'), relative to each project's root, where the project does not "
        "name another one: {'jupyter-cache': 'docs/_build/.jupyter_cache'}.",
    ).tag(config=True)

    cache: NotebookCache
    export_keeper: ExportKeeper
    queue: JobQueue
    input_watch: InputWatch
    collection: AutomaticCollection | None
    turns: Turns
    shared_verdicts: SharedVerdicts

    @property
    def _server(self) -> Any:
        # Linked before anything else is called; its own annotations leave that open.
        return self.serverapp

    def initialize_settings(self) -> None:
        """Build the cache below the server's root folder, and the queue."""
        server = self._server
        keys = KeyRing(server.contents_manager.notary.secret, team_keys=self._team_keys())
        self.cache = NotebookCache(
            server.root_dir,
            store=self.store or None,
            keys=keys,
            default_kernel=server.kernel_manager.default_kernel_name,
            settings=self.declaration(),
        )
        if self.shared_store:
            self.cache.use_shared_store(self.shared_store, writes=self.shared_store_write)
        self.shared_verdicts = SharedVerdicts(self.cache, self._announce_shared)
        self.queue = JobQueue(
            self.cache,
            Kernels(server.kernel_manager, self.cache.stat_cache),
            settings=ExecutionSettings(
                cell_timeout=self.cell_timeout or None,
                startup_timeout=self.startup_timeout,
                notebook_timeout=self.notebook_timeout or None,
                artefacts=ArtefactLimits(
                    file_bytes=self.artefact_bytes,
                    total_bytes=self.artefact_total_bytes,
                    files=self.artefact_files,
                ),
                isolated_bytes=self.isolated_bytes,
                output_bytes=self.output_bytes,
            ),
            workers=self.workers or max(1, (os.cpu_count() or 1) // 2),
            keep_warm=self.keep_warm,
        )
        self.queue.listen(self._announce_job)
        self.queue.listen(JobMetrics().note_job)
        self.collection = None
        if self.max_store_bytes is not None:
            self.collection = AutomaticCollection(self.max_store_bytes, self.announce_collection)
        self.export_keeper = ExportKeeper(self.cache)
        self.input_watch = InputWatch(self._announce_inputs)
        self.turns = Turns()

    def _team_keys(self) -> list[bytes]:
        """The keys that settings and environment variables name; raises TraitError."""
        try:
            return team_keys(os.environ, self.team_key_files)
        except TeamKeyUnusable as error:
            raise TraitError(str(error)) from error
        finally:
            # Neither the kernels nor the terminals of this server get to see it.
            hide_team_key(os.environ)

    def declaration(self) -> Declaration:
        """What the settings declare of every notebook.

        Raises:
            TraitError: They make no sense.
        """
        value = {
            "assets": self.assets,
            "ignore": self.ignore,
            "variables": self.variables,
            "network": self.network,
            "expires": self.expires or None,
            "packages": self.packages,
            "artefacts": self.artefacts,
            "artefacts_ignore": self.artefacts_ignore,
            "parameters": self.parameters,
            "varying": self.varying,
            "isolated": self.isolated,
            "exports": self.exports,
        }
        try:
            return checked_declaration(value, "The settings of CacheApp")
        except DeclarationInvalid as error:
            raise TraitError(str(error)) from error

    def initialize_handlers(self) -> None:
        """Register the handlers and the schemas of the events."""
        self.handlers.extend(HANDLERS)
        for schema in ("inputs", "job", "store"):
            self._server.event_logger.register_event_schema(_EVENTS / f"{schema}.yaml")

    async def _start_jupyter_server_extension(self, serverapp: Any) -> None:
        await super()._start_jupyter_server_extension(serverapp)  # type: ignore[no-untyped-call]
        await self.queue.start(
            [] if self.resume_jobs == "none" else [self.cache.projects.root],
            take_up_interrupted=self.resume_jobs == "all",
        )

    async def stop_extension(self) -> None:
        """Stop running jobs and their kernels, and write back what was learned about files."""
        await self.input_watch.stop()
        await self.queue.stop()
        await self.export_keeper.close()
        await self.shared_verdicts.stop()
        await asyncio.to_thread(self.cache.send_rest, _LAST_SECONDS)
        if self.collection is not None:
            await self.collection.close()
        self.cache.close()

    def path_of_job(self, job: Job) -> str:
        """The path of a job's notebook, relative to the server's root folder."""
        return self.cache.projects.relative(Path(job.notebook))

    def announce_store(self, path: str, action: str, entry: str | None = None) -> None:
        """Tell all browsers that the entries of a notebook changed.

        Args:
            path: The notebook, relative to the server's root folder.
            action: ``added``, ``removed``, ``invalidated``, ``trusted`` or ``distrusted``.
            entry: Which entry; None when it is all of them.
        """
        data = {"path": path, "action": action}
        if entry is not None:
            data["entry"] = entry
        self._server.event_logger.emit(schema_id=STORE_EVENT, data=data)
        # Verdicts on what is downstream of it may be other ones now.
        self.input_watch.note(str(self.cache.projects.root / path))

    def _announce_shared(self, stored: StoredEntry, notebook: Path) -> None:
        self.announce_store(self.cache.projects.relative(notebook), "added", stored.id)

    def announce_collection(self, project: Project, outcome: Outcome) -> None:
        """Tell all browsers what a collection removed: one word for each notebook."""
        for notebook in sorted({known.notebook for known in outcome.removed}):
            self.announce_store(self.cache.projects.path_in_root(project, notebook), "removed")

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
            self.export_keeper.note(Path(job.notebook))
            if self.collection is not None and job.result != "fresh":
                self.collection.note_entry(self.cache.projects.of(Path(job.notebook)))
