"""The verbs that keep a store in order, and tell what is in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from .notebooks.errors import NotebookMissing
from .projects import Project
from .store.statistics import (
    NotebookStatistics,
    Statistics,
    StoreSize,
    notebooks_of,
    size_on_disk,
    statistics_of,
)
from .surroundings import check_no_folder
from .verdicts import Verdicts

if TYPE_CHECKING:
    from .store.collection import Listener, Outcome
    from .store.collection_plan import Limits
    from .store.verification import Problem, Progress, Summary


class Upkeep(Verdicts):
    """The stores of the projects below one folder: statistics, collection, verification."""

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

    def invalidate(self, notebook: str | Path) -> None:
        """Let no entry that a notebook has now match any more; nothing is deleted.

        Args:
            notebook: Its path; the file need not exist.

        Raises:
            NotebookInvalid: It is a folder.
            PathRefused: The path lies outside the root.
            StoreError: The store cannot be used.
            OSError: It cannot be written.
        """
        place = self.projects.resolve(notebook)
        check_no_folder(place)
        project = self.projects.of(place)
        project.store.marks.invalidate_notebook(project.path_of(place))

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
