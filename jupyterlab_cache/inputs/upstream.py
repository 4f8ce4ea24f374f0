"""Edges between notebooks: an input of one that another one writes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..store.entries import StoredEntry
from ..store.records import Input
from ..store.store import Store
from .observation import Places

_MOST_ENTRIES = 20
"""How many entries of one notebook are looked through for a good one."""


@dataclass(frozen=True)
class Edge:
    """A file that one notebook writes and another one uses.

    Attributes:
        upstream: Absolute path of the notebook that writes it.
        file: Its absolute path.
        needed: Whether it has to be there when the other notebook is executed.
    """

    upstream: Path
    file: str
    needed: bool


class NotebookGraph:
    """The edges between the notebooks of one project, as their entries tell.

    What counts of a notebook are the newest entry and the newest good one, among those with its
    present code and, where there is none, among those of its path: a failed execution may have
    ended before it wrote anything. Only executions that we signed make edges, since an edge can
    cause an execution, and only paths inside the project are looked at. A notebook that was renamed
    writes nothing that is known until it is executed again.

    Args:
        project_root: The project.
        store: Its store.
        code_key: Gives the code key of a saved notebook; None where no notebook can be read.
    """

    def __init__(
        self, project_root: Path, store: Store, code_key: Callable[[Path], str | None]
    ) -> None:
        self._root = project_root
        self._store = store
        self._code_key = code_key
        self._entries: dict[Path, tuple[StoredEntry, ...]] = {}
        self._written: _Written | None = None

    @property
    def is_empty(self) -> bool:
        """Whether no notebook writes anything, so that there can be no edge."""
        if self._written is None:
            self._written = self._look_for_written()
        return not self._written.files

    def entries_of(self, notebook: Path) -> tuple[StoredEntry, ...]:
        """The entries that count of a notebook; none if it cannot be read.

        Args:
            notebook: Its absolute path in the project.
        """
        if notebook not in self._entries:
            self._entries[notebook] = self._look_for_entries(notebook)
        return self._entries[notebook]

    def edges_of(self, notebook: Path, entries: Sequence[StoredEntry] | None = None) -> list[Edge]:
        """The edges that lead into a notebook, without those from itself.

        Args:
            notebook: Its absolute path in the project.
            entries: What tells what it uses; by default :meth:`entries_of` it.
        """
        if self.is_empty or self._written is None:
            return []
        places = Places(notebook.parent, self._root)
        edges: dict[tuple[Path, str], Edge] = {}
        for stored in self.entries_of(notebook) if entries is None else entries:
            for item in stored.entry.inputs:
                needed = item.kind in ("file", "module", "stat")
                for file in self._written.used_by(item, places):
                    self._add(edges, notebook, file, needed)
            # What was read and then rewritten is no input, but was read all the same.
            for path in stored.entry.changed_inputs:
                self._add(edges, notebook, places.absolute(path), True)
        return list(edges.values())

    def _add(
        self, edges: dict[tuple[Path, str], Edge], notebook: Path, file: str, needed: bool
    ) -> None:
        assert self._written is not None
        for upstream in self._written.files.get(file, ()):
            known = edges.get((upstream, file))
            if upstream != notebook and not (known and known.needed):
                edges[upstream, file] = Edge(upstream, file, needed)

    def _look_for_entries(self, notebook: Path) -> tuple[StoredEntry, ...]:
        key = self._code_key(notebook)
        if key is None:
            return ()
        entries = [stored for stored in self._store.entries_for(key) if _counts(stored)]
        if not any(_is_good(stored) for stored in entries):
            path = notebook.relative_to(self._root).as_posix()
            page, _ = self._store.page(path, limit=_MOST_ENTRIES)
            entries += [stored for stored in page if _counts(stored)]
        good = next(filter(_is_good, entries), None)
        newest = entries[:1]
        return (*newest, good) if good is not None and good not in newest else tuple(newest)

    def _look_for_written(self) -> _Written:
        written = _Written()
        if not self._store.has_artefacts():
            return written
        for path in sorted(self._store.notebook_paths()):
            place = os.path.normpath(os.path.join(self._root, path))
            if not _is_below(place, self._root):
                continue
            notebook = Path(place)
            places = Places(notebook.parent, self._root)
            for stored in self.entries_of(notebook):
                for artefact in stored.entry.artefacts:
                    file = places.absolute(artefact.path)
                    if _is_below(file, self._root):
                        written.add(notebook, file, self._root)
        return written


class _Written:
    """Which notebooks write which files."""

    def __init__(self) -> None:
        self.files: dict[str, dict[Path, None]] = {}
        self._in: dict[str, dict[str, None]] = {}
        self._below: dict[str, dict[str, None]] = {}
        self._root = ""

    def add(self, notebook: Path, file: str, root: Path) -> None:
        self._root = str(root)
        self.files.setdefault(file, {})[notebook] = None
        folder = os.path.dirname(file)
        self._in.setdefault(folder, {})[file] = None
        while _is_below(folder, root):
            self._below.setdefault(folder, {})[file] = None
            folder = os.path.dirname(folder)

    def used_by(self, item: Input, places: Places) -> Iterator[str]:
        """The files behind an input that a notebook writes."""
        if item.path is None or item.created_by_run:
            return  # what the run made itself it would have made anyway
        path = places.absolute(item.path)
        if item.kind in ("file", "module", "stat", "absent") and path in self.files:
            yield path
        elif item.kind == "absent":
            yield from self._below.get(path, ())
        elif item.kind == "directory" and path not in (str(places.notebook_folder), self._root):
            # A folder that holds notebooks is listed for many reasons, one of data for its files.
            for file in self._in.get(path, ()):
                if os.path.basename(file) not in item.without:
                    yield file
        elif item.kind == "glob":
            own = {places.absolute(name) for name in item.without}
            for name in item.names:
                file = places.absolute(name.partition(" ")[2])
                if file not in own:
                    yield file


def _counts(stored: StoredEntry) -> bool:
    return stored.trusted and stored.entry.provenance == "executed"


def _is_good(stored: StoredEntry) -> bool:
    return stored.entry.outcome == "ok"


def _is_below(path: str, folder: Path) -> bool:
    return path.startswith(os.path.join(folder, ""))
