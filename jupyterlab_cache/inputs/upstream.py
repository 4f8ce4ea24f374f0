"""Edges between notebooks: an input of one that another one writes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

import msgspec

from ..store.entries import StoredEntry
from ..store.records import Input
from ..store.store import Store
from .observation import Places

_MOST_ENTRIES = 20
"""How many entries of one notebook are looked through for a good one."""


class Edge(msgspec.Struct, frozen=True):
    """A file that one notebook writes and another one uses.

    Attributes:
        upstream: Absolute path of the notebook that writes it.
        file: Its absolute path.
        needed: Whether it has to be there when the other notebook is executed.
    """

    upstream: Path
    file: str
    needed: bool


class WrittenFiles:
    """The files that the notebooks of one project wrote, by any execution that we signed.

    Args:
        project_root: The project; only paths inside it are looked at.
        writers: Entries with artefacts.
    """

    def __init__(self, project_root: Path, writers: Sequence[StoredEntry]) -> None:
        self.writers = writers
        self._root = project_root
        self._files: dict[str, dict[Path, None]] = {}
        self._names: set[str] = set()
        self._code_keys: dict[str, set[str]] = {}
        self._in: dict[str, dict[str, None]] = {}
        self._below: dict[str, dict[str, None]] = {}
        # Entries never change, so what one uses of these files is found once.
        self._used: dict[tuple[str, str], tuple[tuple[str, bool], ...]] = {}
        for stored in sorted(writers, key=lambda stored: stored.entry.notebook_path):
            place = os.path.normpath(os.path.join(project_root, stored.entry.notebook_path))
            if _counts(stored) and _is_below(place, project_root):
                self._add(Path(place), stored)

    def _add(self, notebook: Path, stored: StoredEntry) -> None:
        for file in _artefacts_of(stored, Places(notebook.parent, self._root)):
            if not _is_below(file, self._root):
                continue
            self._files.setdefault(file, {})[notebook] = None
            self._names.add(os.path.basename(file))
            self._code_keys.setdefault(file, set()).add(stored.entry.code_key)
            folder = os.path.dirname(file)
            self._in.setdefault(folder, {})[file] = None
            while _is_below(folder, self._root):
                self._below.setdefault(folder, {})[file] = None
                folder = os.path.dirname(folder)

    def __bool__(self) -> bool:
        return bool(self._files)

    def writers_of(self, file: str) -> Iterable[Path]:
        """The notebooks that wrote a file at some time, given by its absolute path."""
        return self._files.get(file, ())

    def code_keys_of(self, file: str) -> Iterable[str]:
        """The code that wrote a file at some time."""
        return self._code_keys.get(file, ())

    def used_by(self, stored: StoredEntry, folder: Path) -> tuple[tuple[str, bool], ...]:
        """The files among these that an execution used.

        Args:
            stored: The entry.
            folder: The folder of the notebook that it is looked at for.

        Returns:
            Absolute paths, each with whether the file has to be there for an execution.
        """
        key = stored.id, os.fspath(folder)  # a text is compared sooner than a path
        known = self._used.get(key)
        if known is None:
            places = Places(folder, self._root)
            known = self._used[key] = tuple(self._look_for_used(stored, places))
        return known

    def _look_for_used(self, stored: StoredEntry, places: Places) -> Iterator[tuple[str, bool]]:
        # What an execution that failed did not find is what it may have failed for.
        failed = stored.entry.outcome == "error"
        for item in stored.entry.inputs:
            needed = item.kind in ("file", "module", "stat") or (failed and item.kind == "absent")
            for file in self._behind(item, places):
                yield file, needed
        # What was read and then rewritten is no input, but was read all the same.
        for path in stored.entry.changed_inputs:
            file = places.absolute(path)
            if file in self._files:
                yield file, True

    def _behind(self, item: Input, places: Places) -> Iterator[str]:
        """The files behind an input that a notebook writes."""
        if item.path is None or item.created_by_run:
            return  # what the run made itself it would have made anyway
        is_file = item.kind in ("file", "module", "stat")
        if is_file and item.path.rpartition("/")[2] not in self._names:
            return
        path = places.absolute(item.path)
        if path in self._files and (is_file or item.kind == "absent"):
            yield path
        elif item.kind == "absent":
            yield from self._below.get(path, ())
        elif item.kind == "directory" and path not in (
            os.fspath(places.notebook_folder),
            os.fspath(self._root),
        ):
            # A folder that holds notebooks is listed for many reasons, one of data for its files.
            for file in self._in.get(path, ()):
                if os.path.basename(file) not in item.without:
                    yield file
        elif item.kind == "glob":
            own = {places.absolute(name) for name in item.without}
            for name in item.names:
                file = places.absolute(name.partition(" ")[2])
                if file in self._files and file not in own:
                    yield file


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
        written: What its notebooks wrote.
        code_key: Gives the code key of a saved notebook; None where no notebook can be read.
    """

    def __init__(
        self,
        project_root: Path,
        store: Store,
        written: WrittenFiles,
        code_key: Callable[[Path], str | None],
    ) -> None:
        self._root = project_root
        self._store = store
        self._written = written
        self._code_key = code_key
        self._entries: dict[Path, tuple[StoredEntry, ...]] = {}
        self._artefacts: dict[Path, frozenset[str]] = {}
        self._writers: dict[str, list[Path]] = {}
        self.used_by = written.used_by
        self.is_empty = not written
        """Whether no notebook writes anything, so that there can be no edge."""

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
        if self.is_empty:
            return []
        edges: dict[tuple[Path, str], Edge] = {}
        for stored in self.entries_of(notebook) if entries is None else entries:
            for file, needed in self._written.used_by(stored, notebook.parent):
                for upstream in self._writers_now(file):
                    known = edges.get((upstream, file))
                    if upstream != notebook and not (known is not None and known.needed):
                        edges[upstream, file] = Edge(upstream, file, needed)
        return list(edges.values())

    def _writers_now(self, file: str) -> list[Path]:
        """The notebooks whose entries that count tell that they write a file."""
        if file not in self._writers:
            former = list(self._written.writers_of(file))
            found = [notebook for notebook in former if file in self._artefacts_now(notebook)]
            if len(found) < len(former):
                # One of them may have taken the place of another notebook.
                places = [
                    notebook
                    for key in self._written.code_keys_of(file)
                    for notebook in self._places_of_code.get(key, ())
                ]
                found += [place for place in places if file in self._artefacts_now(place)]
            self._writers[file] = list(dict.fromkeys(found))
        return self._writers[file]

    @cached_property
    def _places_of_code(self) -> dict[str, list[Path]]:
        """Where the code of each key stands now, among the notebooks that were executed."""
        found: dict[str, list[Path]] = {}
        for path in sorted(self._store.notebook_paths()):
            place = os.path.normpath(os.path.join(self._root, path))
            key = self._code_key(Path(place)) if _is_below(place, self._root) else None
            if key is not None:
                found.setdefault(key, []).append(Path(place))
        return found

    def _artefacts_now(self, notebook: Path) -> frozenset[str]:
        """What the entries that count of a notebook tell that it writes."""
        if notebook not in self._artefacts:
            places = Places(notebook.parent, self._root)
            self._artefacts[notebook] = frozenset(
                file
                for stored in self.entries_of(notebook)
                for file in _artefacts_of(stored, places)
            )
        return self._artefacts[notebook]

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


def _artefacts_of(stored: StoredEntry, places: Places) -> Iterator[str]:
    return (places.absolute(artefact.path) for artefact in stored.entry.artefacts)


def _counts(stored: StoredEntry) -> bool:
    return stored.trusted and stored.entry.provenance == "executed"


def _is_good(stored: StoredEntry) -> bool:
    return stored.entry.outcome == "ok"


def _is_below(path: str, folder: Path) -> bool:
    return path.startswith(os.path.join(folder, ""))


def writers_of(edges: Iterable[Edge]) -> list[Path]:
    """The notebooks that edges come from, each once."""
    return list(dict.fromkeys(edge.upstream for edge in edges))
