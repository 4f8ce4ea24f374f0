"""One object that offers the verbs of the cache to the server, the command line and scripts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .moment import Moment
from .notebooks.errors import NotebookMissing
from .notebooks.parameters import parameters_of
from .projects import Project
from .store.errors import EntryMissing
from .store.statistics import (
    NotebookStatistics,
    Statistics,
    StoreSize,
    notebooks_of,
    size_on_disk,
    statistics_of,
)
from .store.store import StoredEntry
from .surroundings import check_no_folder
from .verdicts import Verdicts

if TYPE_CHECKING:
    from .execution.artefact_restoring import ArtefactWish, RestoredFile
    from .execution.batch import RunResult
    from .execution.checking import CheckResult
    from .execution.freshening import Wish
    from .execution.kernels import Kernels
    from .execution.progress import Teller
    from .execution.restoring import RestoreResult
    from .store.collection import Listener, Outcome
    from .store.collection_plan import Limits
    from .store.verification import Problem, Progress, Summary


class NotebookCache(Verdicts):
    """The cache of all notebooks below one folder: its verbs."""

    def locate(self, path: str) -> tuple[Project, str | None]:
        """The project of a path, and the notebook's path in it (None for a folder).

        The notebook itself may be gone: its entries are still there.

        Raises:
            PathRefused: The path lies outside the root.
        """
        place = self.projects.resolve(path)
        if place.is_dir():
            # A folder belongs to the project that a notebook inside it would belong to.
            return self.projects.of_folder(place), None
        project = self.projects.of(place)
        return project, project.path_of(place)

    def executable(self, path: str) -> Path:
        """The absolute path of a notebook that can be read.

        Raises:
            NotebookError: It is missing or is no notebook.
            PathRefused: It lies outside the root.
        """
        return Moment(self).readable(self.projects.notebook(path))

    def invalidate(self, notebook: Path) -> None:
        """Let no entry that a notebook has now match any more; nothing is deleted.

        Args:
            notebook: Its absolute path below the root; the file need not exist.

        Raises:
            NotebookInvalid: It is a folder.
            StoreError: The store cannot be used.
            OSError: It cannot be written.
        """
        check_no_folder(notebook)
        project = self.projects.of(notebook)
        project.store.marks.invalidate_notebook(project.path_of(notebook))

    def collect(
        self,
        path: str = ".",
        limits: Limits | None = None,
        *,
        preview: bool = False,
        tell: Listener | None = None,
    ) -> Outcome:
        """Make room in the store of a project.

        The least recently used entries go until the limits are met, pinned ones and those of
        notebooks with a job left out; and all content that no entry names.

        Args:
            path: A notebook or folder of the project.
            limits: What is to be left; by default all entries.
            preview: Only tell what would go.
            tell: Is told of what goes.

        Raises:
            PathRefused: The path lies outside the root.
            StoreError: The store cannot be used, or an entry cannot be read.
            OSError: Something cannot be read or removed.
        """
        from .execution.collecting import collector_for
        from .store.collection import SILENT
        from .store.collection_plan import Limits

        collector = collector_for(self.locate(path)[0])
        plan = collector.plan(limits or Limits())
        carry_out = collector.preview if preview else collector.carry_out
        return carry_out(plan, tell or SILENT)

    def verify(
        self,
        path: str = ".",
        *,
        repair: bool = False,
        tell: Callable[[Problem], None],
        look_at: Progress = lambda what, count: None,
    ) -> Summary:
        """Look whether the store of a project is what it should be, and repair what can be.

        Args:
            path: A notebook or folder of the project.
            repair: Whether to repair.
            tell: Is told of each problem.
            look_at: Is told how far it is.

        Raises:
            PathRefused: The path lies outside the root.
            StoreError: The store cannot be used.
            OSError: Something cannot be read or removed.
        """
        return self.locate(path)[0].store.verify(tell, repair=repair, look_at=look_at)

    def migrate(self, path: str = ".") -> int:
        """Bring the store of a project to the newest format; harmless where it has it.

        Args:
            path: A notebook or folder of the project.

        Returns:
            The format that it has now.

        Raises:
            PathRefused: The path lies outside the root.
            StoreError: The store cannot be used, or another process migrates it.
            OSError: Something cannot be read or written; the store is whole all the same.
        """
        return self.locate(path)[0].store.migrate()

    def statistics(self, paths: Iterable[str | Path] = ()) -> Statistics:
        """What is stored of notebooks: executions, hits and what they saved.

        Args:
            paths: Notebooks and folders; all below the root when there are none. A notebook may be
                gone: its entries are still there.

        Raises:
            NotebookMissing: Nothing is at a path, and nothing is stored of it.
            PathRefused: A path lies outside the root.
            StoreError: A store cannot be used.
        """
        root = self.projects.root
        places = [self.projects.resolve(path) for path in paths] or [root]
        found: dict[str, NotebookStatistics] = {}
        stores = []
        for project in self._projects_at(places):

            def is_wanted(path: str, project: Project = project) -> bool:
                notebook = project.root / path
                return any(notebook.is_relative_to(place) for place in places)

            for notebook in notebooks_of(project.store, is_wanted):
                notebook.path = self.projects.path_in_root(project, notebook.path)
                found[notebook.path] = notebook
            shown = self.projects.relative(project.root)
            stores.append(StoreSize(shown, size_on_disk(project.store)))
        for place in places:
            known = any((root / path).is_relative_to(place) for path in found)
            if not (known or place.exists()):
                shown = self.projects.relative(place)
                raise NotebookMissing(f"{shown} does not exist, and nothing is stored of it.")
        return statistics_of(found.values(), stores)

    def _projects_at(self, places: Iterable[Path]) -> list[Project]:
        """The projects of notebooks, of folders, and of the notebooks below these."""
        projects = {}
        for place in places:
            folders = [place if place.is_dir() else place.parent]
            if place.is_dir():
                folders += {notebook.parent for notebook in self.notebooks([place])}
            for folder in folders:
                project = self.projects.of_folder(folder)
                projects[project.store.folder] = project
        return list(projects.values())

    # Outputs

    def restore(
        self,
        notebook: Path | str,
        *,
        output: Path | None = None,
        artefacts: ArtefactWish | None = None,
        parameters: Mapping[str, object] | None = None,
    ) -> RestoreResult:
        """Put the outputs of the matching entry into a notebook's file, without a kernel.

        Args:
            notebook: The notebook to restore.
            output: File to write instead, relative to the current folder.
            artefacts: How the files that the execution wrote are restored as well; None to leave
                them.
            parameters: Those of the execution that is meant, beside what is declared.

        Raises:
            NotebookError: The notebook is missing or unreadable, or its format cannot hold
                outputs and no ``output`` is given, or a parameter can be none.
            PathRefused: It lies outside the root.
        """
        from .execution.restoring import restore

        return restore(
            self,
            self.projects.notebook(notebook),
            output=output,
            artefacts=artefacts,
            parameters=parameters_of(parameters or {}, "parameters"),
        )

    def restore_artefacts(
        self, notebook: Path | str, entry: str | None = None, wish: ArtefactWish | None = None
    ) -> list[RestoredFile]:
        """Write the files of an execution to disk again.

        Args:
            notebook: The notebook; paths of files start from its folder.
            entry: Whose files; by default those of the matching entry.
            wish: What the person said yes to; by default nothing is overwritten.

        Raises:
            EntryMissing: There is no such entry, or none that matches.
            NotebookError: The notebook is missing or unreadable.
            PathRefused: It lies outside the root.
        """
        from .execution.artefact_restoring import ArtefactWish, restore_artefacts

        place = self.projects.notebook(notebook)
        check_no_folder(place)
        project = self.projects.of(place)
        if entry is None:
            status = self.look().status(place)
            if status.verdict not in ("fresh", "failed") or status.entry is None:
                raise EntryMissing(f"{place.name} is {status.verdict}: there is no entry for it.")
            entry = status.entry
        stored = project.store.get(entry)
        return restore_artefacts(stored, place, project, self.stat_cache, wish or ArtefactWish())

    def capture(self, path: str) -> StoredEntry:
        """Store the outputs of a saved notebook as they stand (provenance ``captured``).

        Raises:
            CaptureRefused: There are none, or they are not those of a complete run in order.
            NotebookError: The notebook is missing or unreadable.
            PathRefused: It lies outside the root.
        """
        from .execution.capture import capture

        notebook = self.executable(path)
        project = self.projects.of(notebook)
        return capture(
            notebook,
            project_root=project.root,
            store=project.store,
            stat_cache=self.stat_cache,
            default_kernel=self.default_kernel,
            launch_environment=self.launch_environment(),
            declared=self.declared_for(notebook),
        )

    # Executing

    def run_each(
        self,
        notebooks: Sequence[Path],
        *,
        kernels: Kernels | None = None,
        wish: Wish | None = None,
        jobs: int = 1,
        write: bool = False,
        tell: Teller | None = None,
        fork: bool = True,
    ) -> AsyncIterator[RunResult]:
        """Execute what is not fresh, yielding each notebook's result as soon as it is there.

        What is upstream of them is brought up to date first and has results of its own, unless
        nothing had to be done; see :func:`jupyterlab_cache.execution.batch.run_each`.

        Args:
            notebooks: Absolute paths, as :meth:`notebooks` gives them.
            kernels: Where kernels come from; by default a manager of our own.
            wish: How they are to be brought up to date.
            jobs: How many at once.
            write: Put the outputs into the files.
            tell: Told of the progress of each notebook.
            fork: Kernels of our own that are alike may be forked from one that has loaded what
                they start with.
        """
        from .execution.batch import run_each
        from .execution.freshening import Wish
        from .execution.own_kernels import own_kernels

        return run_each(
            self,
            notebooks,
            kernels=kernels or own_kernels(self.stat_cache, fork=fork),
            wish=wish or Wish(),
            jobs=jobs,
            write=write,
            shown=self.projects.relative,
            tell=tell,
        )

    def check_each(
        self,
        notebooks: Sequence[Path],
        *,
        kernels: Kernels | None = None,
        wish: Wish | None = None,
    ) -> AsyncIterator[CheckResult]:
        """Execute notebooks twice and compare, yielding each one's result as soon as it is there.

        See :func:`jupyterlab_cache.execution.checking.check_each`.

        Args:
            notebooks: Absolute paths, as :meth:`notebooks` gives them.
            kernels: Where kernels come from; by default a manager of our own.
            wish: How they are to be executed.
        """
        from .execution.checking import check_each
        from .execution.freshening import Wish
        from .execution.own_kernels import own_kernels

        return check_each(
            self,
            notebooks,
            kernels=kernels or own_kernels(self.stat_cache),
            wish=wish or Wish(),
            shown=self.projects.relative,
        )

    def run(
        self,
        paths: Iterable[str | Path] = (),
        *,
        force: bool = False,
        jobs: int = 1,
        timeout: float | None = None,
        write: bool = False,
        parameters: Mapping[str, object] | None = None,
    ) -> list[RunResult]:
        """Execute what is not fresh, and wait for it.

        Args:
            paths: Notebooks and folders; all below the root when there are none.
            force: Execute all, also what is fresh.
            jobs: How many at once.
            timeout: Seconds for each cell; None for no limit.
            write: Put the outputs into the files.
            parameters: Values to inject into these notebooks behind their cells tagged
                ``parameters``, by name; they outdo those that are declared.

        Raises:
            NotebookError: A path that was named is missing or is no notebook, or a parameter can
                be none.
            PathRefused: A path lies outside the root.
        """
        import asyncio

        from .execution.freshening import Wish
        from .execution.request import ExecutionSettings

        wish = Wish(
            force=force,
            settings=ExecutionSettings(cell_timeout=timeout),
            parameters=parameters_of(parameters or {}, "parameters"),
        )

        async def gather() -> list[RunResult]:
            running = self.run_each(self.notebooks(paths), wish=wish, jobs=jobs, write=write)
            # Of a notebook that was executed again, the last result counts.
            return list({result.path: result async for result in running}.values())

        return asyncio.run(gather())
