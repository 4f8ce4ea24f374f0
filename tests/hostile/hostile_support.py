"""A project with a store that a stranger filled, what a person does with it, and who watches."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from jupyterlab_cache.cache import NotebookCache
from jupyterlab_cache.execution.artefact_restoring import ArtefactWish
from jupyterlab_cache.execution.batch_report import latest_report
from jupyterlab_cache.inputs.inotify import Inotify
from jupyterlab_cache.inputs.stat_cache import StatCache
from jupyterlab_cache.notebooks.errors import CaptureRefused, NotebookError
from jupyterlab_cache.notebooks.reader import read_digests
from jupyterlab_cache.projects import PathRefused, Project
from jupyterlab_cache.store.collection_plan import Limits
from jupyterlab_cache.store.errors import StoreError
from jupyterlab_cache.store.manifest import entry_id
from jupyterlab_cache.store.outputs import put_outputs
from jupyterlab_cache.store.records import Artefact, CellRecord, Entry, Input
from jupyterlab_cache.store.selection import Selection
from jupyterlab_cache.store.signatures import KeyRing
from jupyterlab_cache.store.store import Store, StoredEntry

SOAK = "JUPYTERLAB_CACHE_SOAK_MINUTES" in os.environ
"""Whether there is time for more than the cases that find most."""

KEYS = KeyRing(b"the key of these tests")
STRANGER = KeyRing(b"the key of a stranger")

DOCUMENTED = (StoreError, NotebookError, PathRefused, CaptureRefused, OSError)
"""What the verbs say that they raise; all of these become an answer to a person."""

SOURCE = "print(open('data.csv').read())"
CONTENT = b"a,b\n1,2\n"


class Scene:
    """A project with one notebook and its entry, beside things that are none of its business.

    Args:
        folder: An empty folder.
        keys: Who signs the entry.
    """

    def __init__(self, folder: Path, keys: KeyRing = KEYS) -> None:
        self.folder = folder
        self.root = folder / "root"
        self.project = self.root / "project"
        self.project.mkdir(parents=True)
        (self.project / "pyproject.toml").write_text("")
        self.notebook = self.project / "a.ipynb"
        cells = [new_code_cell(SOURCE)]
        kernel = {"name": "python3", "display_name": "Python", "language": "python"}
        nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), self.notebook)
        (self.project / "data.csv").write_bytes(CONTENT)
        self.elsewhere = folder / "elsewhere"
        (self.elsewhere / "deeper").mkdir(parents=True)
        self.victim = self.elsewhere / "victim"
        self.victim.write_bytes(CONTENT)
        (self.elsewhere / "deeper" / "victim").write_bytes(CONTENT)
        # As a stranger would have it: everything is there, and fits.
        self.entry = fill(self.opened(keys), self.notebook)
        self.store = self.project / ".jupyterlab_cache"

    def opened(self, keys: KeyRing = KEYS) -> NotebookCache:
        """The cache, as a new process would open it."""
        return NotebookCache(
            self.root, keys=keys, stat_cache=StatCache(self.folder / "files.sqlite")
        )

    @property
    def manifest(self) -> Path:
        """The file of the only entry."""
        (path,) = (self.store / "entries").glob("*/*/*.json")
        return path

    def plant_record(self, change: Callable[[dict[str, Any]], None], *, ours: bool = False) -> str:
        """Put a changed record into the place of the entry.

        Returns:
            Its identifier.
        """
        path = self.manifest
        record = json.loads(path.read_bytes().split(b"\n")[0])
        change(record)
        payload = json.dumps(record).encode()
        signatures = (KEYS if ours else STRANGER).sign(payload)
        path.unlink()
        path = path.with_name(entry_id(payload) + ".json")
        path.write_bytes(payload + b"\n" + msgspec.json.encode(signatures) + b"\n")
        return path.stem


def fill(cache: NotebookCache, notebook: Path) -> Entry:
    """Put an entry into the store that makes a notebook fresh."""
    project = cache.projects.of(notebook)
    digests = read_digests(notebook)
    output = {"output_type": "stream", "name": "stdout", "text": "x" * 5000}
    outputs, (size,) = put_outputs(project.store.blobs, [[output]])
    (cell,) = digests.cells
    content = project.store.blobs.put(CONTENT)
    entry = Entry(
        code_key=digests.code_key("python3"),
        kernel_name="python3",
        notebook_path=project.path_of(notebook),
        created=time.time(),
        seconds=1.0,
        provenance="executed",
        outcome="ok",
        outputs=outputs,
        notebook=project.store.blobs.put(notebook.read_bytes()),
        outputs_digest=cell.outputs_digest,
        cells=(CellRecord(cell.digest, cell.digest, cell.outputs_digest),),
        inputs=(Input("file", "data.csv", content, path="data.csv", content=content),),
        artefacts=(Artefact("written.csv", content, len(CONTENT), content=content),),
        output_bytes=size,
    )
    return project.store.put(entry).entry


def whole_life(cache: NotebookCache, notebook: Path, *, refill: bool = True) -> list[str]:
    """Do everything with a project that does not execute.

    Args:
        cache: The cache.
        notebook: The project's notebook.
        refill: Store an entry of our own as well, which may use what lies outside.

    Returns:
        The verdicts before and after. Only errors that are documented are passed over.
    """
    project = cache.projects.of(notebook)
    verdicts = [_verdict(cache, notebook)]
    for step in (*_looking(cache, project), *_changing(cache, project, notebook, refill)):
        with contextlib.suppress(*DOCUMENTED):
            step()
    verdicts.append(_verdict(cache, notebook))
    cache.close()
    return verdicts


def _verdict(cache: NotebookCache, notebook: Path) -> str:
    try:
        return cache.look().status(cache.projects.notebook(notebook)).verdict
    except DOCUMENTED:
        return "refused"


def _looking(cache: NotebookCache, project: Project) -> Iterator[Callable[[], object]]:
    store = project.store
    yield lambda: cache.survey([])
    yield lambda: cache.statistics()
    for sort in ("created", "used"):
        yield lambda sort=sort: store.select(Selection(sort=sort))
    yield lambda: store.latest_of("a.ipynb")
    yield lambda: store.find("0")
    yield store.writers
    yield store.job_files.read_all
    yield lambda: latest_report(store)
    for stored in _entries(store):
        yield lambda stored=stored: store.outputs_of(stored)
        yield lambda stored=stored: store.notebook_of(stored)
        yield lambda stored=stored: store.marks.check_of(stored.id)
        yield lambda stored=stored: store.marks.hits(stored.id)
        yield lambda stored=stored: store.marks.invalidated_at(stored)
        yield lambda stored=stored: store.marks.note_hit(stored.id)
        yield lambda stored=stored: cache.restore_artefacts(
            "project/a.ipynb", stored.id, ArtefactWish(overwrite=True, accept_untrusted=True)
        )
    yield lambda: cache.verify("project", tell=lambda problem: None)
    yield lambda: cache.collect("project", preview=True)


def _entries(store: Store) -> list[StoredEntry]:
    try:
        return store.page()[0]
    except DOCUMENTED:
        return []


def _changing(
    cache: NotebookCache, project: Project, notebook: Path, refill: bool
) -> Iterator[Callable[[], object]]:
    store = project.store
    yield lambda: cache.restore(notebook)
    yield lambda: store.job_files.write("x", b"{}")
    yield lambda: store.report_files.write(b"{}")
    yield lambda: cache.invalidate(notebook)
    if refill:
        yield lambda: fill(cache, notebook)
    yield lambda: store.marks.pin("0" * 32)
    yield lambda: cache.verify("project", repair=True, tell=lambda problem: None)
    yield lambda: cache.collect("project", Limits(entries=0))
    if refill:
        yield lambda: fill(cache, notebook)


@contextlib.contextmanager
def untouched(*folders: Path) -> Iterator[None]:
    """Nothing in these folders is opened, changed, made or removed.

    The kernel tells of every open, whoever makes it: also libraries that no audit hook sees.
    """
    watch = Inotify()
    try:
        places = {watch.add(str(place)): place for folder in folders for place in _tree(folder)}
        before = [_snapshot(folder) for folder in folders]
        list(watch.read())
        yield
        seen = {f"{places[event.folder]}/{event.name}" for event in watch.read()}
    finally:
        watch.close()
    assert not seen, f"these were opened: {sorted(seen)}"
    assert [_snapshot(folder) for folder in folders] == before


def _tree(folder: Path) -> list[Path]:
    return [Path(place) for place, _, _ in os.walk(folder)]


def _snapshot(folder: Path) -> dict[str, tuple[int, int, int]]:
    found = {}
    for place, folders, names in os.walk(folder):
        for name in [*folders, *names]:
            status = os.lstat(Path(place, name))
            found[f"{place}/{name}"] = (status.st_mode, status.st_size, status.st_mtime_ns)
    return found
