"""Keeping the folders of other programs up to date, where a project or a server declares some."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from ..execution.freshening import Workspace
from ..notebooks.declaration import ExportFormat
from ..notebooks.errors import NotebookError
from ..projects import Project
from ..store.errors import StoreError
from .destination import in_project
from .exporting import export
from .other_cache import ExportRefused

_log = logging.getLogger(__name__)


def keep_exports(workspace: Workspace, notebooks: Iterable[Path]) -> list[str]:
    """Bring the declared folders up to date with notebooks that were executed, or found fresh.

    Nothing that goes wrong here is an error of an execution.

    Args:
        workspace: The notebooks' surroundings.
        notebooks: Their absolute paths.

    Returns:
        A line for each folder that could not be written, and for each fresh notebook that a format
        cannot hold.
    """
    groups: dict[tuple[Project, ExportFormat, str], list[Path]] = defaultdict(list)
    for notebook in dict.fromkeys(notebooks):
        try:
            declared = workspace.declared_for(notebook)
        except NotebookError:
            continue  # who executed it was told
        for format, folder in declared.exports:
            groups[workspace.project_of(notebook), format, folder].append(notebook)
    told: list[str] = []
    for (project, format, folder), members in groups.items():
        try:
            results = export(
                workspace,
                members,
                format=format,
                output=in_project(folder, project.root, project.store.folder),
                root=project.root,
            )
        except (ExportRefused, NotebookError, StoreError, OSError) as error:
            told.append(f"{folder} is not up to date: {error}")
            continue
        told += [
            f"{result.path} is not in {folder}: {result.message}"
            for result in results
            if result.result == "left-out"
        ]
    return told


class ExportKeeper:
    """Keeps declared folders up to date after each job of a server, in a thread.

    All methods are called on the event loop.

    Args:
        workspace: The notebooks' surroundings.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._waiting: dict[Path, None] = {}
        self._task: asyncio.Task[None] | None = None

    def note(self, notebook: Path) -> None:
        """A notebook was executed, or found fresh.

        Args:
            notebook: Its absolute path.
        """
        self._waiting[notebook] = None
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._run())

    async def close(self) -> None:
        """Wait for what is under way."""
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while self._waiting:
            notebooks = list(self._waiting)
            self._waiting.clear()
            for line in await asyncio.to_thread(keep_exports, self._workspace, notebooks):
                _log.warning("%s", line)
