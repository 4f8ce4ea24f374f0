"""A project whose notebooks have outputs already, so that no kernel is needed."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from jupyterlab_cache.cache import NotebookCache
from jupyterlab_cache.exchange.exporting import ExportResult
from jupyterlab_cache.inputs.stat_cache import StatCache
from jupyterlab_cache.store.signatures import KeyRing
from jupyterlab_cache.store.store import Store

SPEC = {"name": "python3", "display_name": "Python 3", "language": "python"}


def printed(text: str) -> Any:
    """The output of a cell that printed a text."""
    return new_output("stream", text=text)


@dataclass
class Project:
    """A project, its cache, and a folder for what is exported.

    Attributes:
        folder: The project's root.
        scratch: A folder beside it.
    """

    folder: Path
    scratch: Path

    def __post_init__(self) -> None:
        self.cache = self.cache_of(b"the secret of these tests")

    def cache_of(self, secret: bytes) -> NotebookCache:
        """The project as somebody with another key sees it."""
        stat_cache = StatCache(self.scratch / f"{secret.hex()}.sqlite")
        return NotebookCache(self.folder, keys=KeyRing(secret), stat_cache=stat_cache)

    @property
    def store(self) -> Store:
        return self.cache.project_of(self.folder / "any.ipynb").store

    @property
    def output(self) -> Path:
        return self.folder / "_build" / "cache"

    def write(self, name: str, *cells: tuple[str, str], **metadata: Any) -> Path:
        """Write a notebook of code cells, each with what it printed."""
        nodes = [
            new_code_cell(source, execution_count=number, outputs=[printed(text)] if text else [])
            for number, (source, text) in enumerate(cells, 1)
        ]
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        # The same cells have the same file, whenever it is written.
        for number, node in enumerate(nodes):
            node["id"] = f"cell-{number}"
        text_cell = new_markdown_cell("Prose.", id="prose")
        notebook = new_notebook(
            cells=[text_cell, *nodes], metadata={"kernelspec": SPEC, **metadata}
        )
        nbformat.write(notebook, path)
        return path

    def captured(self, name: str, *cells: tuple[str, str], **metadata: Any) -> Path:
        """Write a notebook, and store its outputs as they stand."""
        path = self.write(name, *cells, **metadata)
        self.cache.capture(name)
        return path

    def export(self, *paths: str, format: str = "jupyter-cache") -> list[ExportResult]:
        return self.cache.export(paths, format=format, output=self.output)  # type: ignore[arg-type]

    def records(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Key, notebook and data of the records of the exported database."""
        with sqlite3.connect(self.output / "global.db") as connection:
            rows = connection.execute("SELECT hashkey, uri, data FROM nbcache ORDER BY uri")
            return [(key, uri, json.loads(data)) for key, uri, data in rows]

    def base(self, key: str | None) -> Any:
        """The exported file of a key."""
        path = self.output / "executed" / str(key) / "base.ipynb"
        return json.loads(path.read_text("utf-8"))


def outcome(results: list[ExportResult]) -> dict[str, str]:
    """What became of each notebook."""
    return {result.path: result.result for result in results}


def files_below(folder: Path) -> dict[str, tuple[int, bytes]]:
    """All files of a folder, with their times and contents."""
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }
