"""A project with notebooks in it, and the real engine for them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from jupyterlab_cache.cache import NotebookCache
from jupyterlab_cache.execution.engine import execute
from jupyterlab_cache.execution.freshening import Outcome, Wish, freshen
from jupyterlab_cache.execution.jobs import ENDED, Job
from jupyterlab_cache.execution.kernels import Kernels
from jupyterlab_cache.execution.queue import JobQueue
from jupyterlab_cache.execution.request import ExecutionRequest
from jupyterlab_cache.inputs.verdict import Status
from jupyterlab_cache.store.store import Store, StoredEntry

# 1 x 1 pixel.
PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)

# Far longer than any test takes, so that only what is tested can end it.
ENDLESS = "import time\ntime.sleep(600)"


def code(source: str, *tags: str, **metadata: Any) -> Any:
    """A code cell with tags."""
    if tags:
        metadata["tags"] = list(tags)
    return new_code_cell(source, metadata=metadata)


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that another task or process brings about."""
    for _ in range(1200):
        if condition():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("what was waited for did not come")


@dataclass
class Project:
    """A project folder, its cache, and kernels of our own.

    Attributes:
        folder: The project's root.
        cache: Its cache.
        kernels: Where kernels come from.
        started: Identifiers of all kernels that were started through :meth:`wish`.
    """

    folder: Path
    cache: NotebookCache
    kernels: Kernels
    started: list[str]

    @property
    def store(self) -> Store:
        return self.cache.project_of(self.folder / "any.ipynb").store

    def write(self, name: str, *cells: Any, kernel: str = "python3", **metadata: Any) -> Path:
        """Write a notebook; a text is a code cell."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        spec = {"name": kernel, "display_name": kernel, "language": "python"}
        nodes = [new_code_cell(cell) if isinstance(cell, str) else cell for cell in cells]
        cells = (new_markdown_cell("Prose."), *nodes)
        node = new_notebook(cells=list(cells), metadata={"kernelspec": spec, **metadata})
        nbformat.write(node, path)
        return path

    def request(self, notebook: Path, **options: Any) -> ExecutionRequest:
        return ExecutionRequest(
            notebook=notebook,
            project_root=self.folder,
            store=self.store,
            stat_cache=self.cache.stat_cache,
            default_kernel="python3",
            environment=dict(os.environ),
            **options,
        )

    async def execute(self, notebook: Path, **options: Any) -> StoredEntry:
        return await execute(self.request(notebook, **options), self.kernels)

    async def freshen(self, notebook: Path, **wish: Any) -> Outcome:
        return await freshen(self.cache, notebook, self.kernels, self.wish(**wish))

    def wish(self, **options: Any) -> Wish:
        """A wish that notes which kernels were started for it."""
        return Wish(
            on_kernel=lambda kernel: self.started.append(kernel.id) if kernel else None, **options
        )

    def status(self, notebook: Path) -> Status:
        (status,) = self.cache.status([notebook])
        return status

    def outputs(self, stored: StoredEntry | str | None) -> list[list[dict[str, Any]]]:
        assert stored is not None
        entry = self.store.get(stored) if isinstance(stored, str) else stored
        return self.store.outputs_of(entry)

    def texts(self, stored: StoredEntry | str | None) -> list[str]:
        """What the streams of each cell hold."""
        return [
            "".join(item["text"] for item in cell if item["output_type"] == "stream")
            for cell in self.outputs(stored)
        ]


OpenQueue = Callable[..., JobQueue]


async def ended(queue: JobQueue, *jobs: Job) -> list[Job]:
    """The jobs once they have ended."""
    await until(lambda: all(queue.get(job.id).state in ENDED for job in jobs))
    return [queue.get(job.id) for job in jobs]


def code_cells(path: Path) -> list[Any]:
    """The code cells of a notebook's file."""
    return [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
