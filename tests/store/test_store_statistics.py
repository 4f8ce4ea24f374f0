"""Hits, and what stores tell together."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from store_support import only_file, plant

from jupyterlab_cache.cache import NotebookCache
from jupyterlab_cache.inputs.stat_cache import StatCache
from jupyterlab_cache.store.records import Entry, Failure
from jupyterlab_cache.store.signatures import KeyRing
from jupyterlab_cache.store.statistics import (
    StoreSize,
    notebooks_of,
    size_on_disk,
    statistics_of,
)
from jupyterlab_cache.store.store import Store

ID = "0123456789abcdef" * 2


def test_hits_are_counted_and_go_with_their_entry(
    store: Store, make_entry: Callable[..., Entry], open_again: Callable[..., Store]
) -> None:
    stored = store.put(make_entry())
    assert store.marks.hits(stored.id) == 0
    for _ in range(3):
        store.marks.note_hit(stored.id)
    assert open_again().marks.hits(stored.id) == 3
    assert store.marks.last_used(stored.id) == pytest.approx(time.time(), abs=60)
    store.remove(stored.id)
    assert store.marks.hits(stored.id) == 0


def test_hits_of_several_processes_are_all_counted(store: Store, folder: Path) -> None:
    store.marks.note_hit(ID)
    source = (
        "import sys\nfrom pathlib import Path\n"
        "from jupyterlab_cache.store.signatures import KeyRing\n"
        "from jupyterlab_cache.store.store import Store\n"
        "marks = Store(Path(sys.argv[1]), KeyRing(b'x' * 32)).marks\n"
        f"for _ in range(200): marks.note_hit({ID!r})"
    )
    command = [sys.executable, "-c", source, str(folder)]
    processes = [subprocess.Popen(command) for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert store.marks.hits(ID) == 601


def test_a_hit_takes_less_than_a_millisecond(store: Store) -> None:
    times = []
    for number in range(200):
        started = time.perf_counter()
        store.marks.note_hit(f"{number % 20:032x}")
        times.append(time.perf_counter() - started)
    assert sorted(times)[100] < 0.001


@pytest.mark.parametrize("kind", ["symlink", "dangling", "fifo", "device", "folder"])
def test_planted_hits_are_neither_written_nor_counted(
    store: Store, tmp_path: Path, kind: str
) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"1234")
    store.marks.note_hit(ID)
    plant(only_file(store.folder / "marks", "hits/*"), kind, victim)
    store.marks.note_hit(ID)
    assert victim.read_bytes() == b"1234"
    assert not victim.with_name("nowhere").exists()
    assert store.marks.hits(ID) == 0


def test_a_store_that_cannot_be_written_takes_no_note(
    store: Store, open_again: Callable[..., Store]
) -> None:
    store.marks.note_hit(ID)
    open_again(read_only=True).marks.note_hit(ID)
    assert store.marks.hits(ID) == 1


def test_statistics_are_those_of_the_stored_executions(
    store: Store, make_entry: Callable[..., Entry]
) -> None:
    failure = Failure("ValueError", "no")
    old = store.put(make_entry("1", path="a.ipynb", created=10.0, seconds=2.0))
    store.put(
        make_entry("2", path="a.ipynb", created=20.0, seconds=3.0, outcome="error", failure=failure)
    )
    good = store.put(make_entry("3", path="b/c.ipynb", created=15.0, seconds=4.0))
    store.put(make_entry("4", path="b/c.ipynb", created=99.0, seconds=0.0, provenance="captured"))
    for stored, hits in ((old, 2), (good, 1)):
        for _ in range(hits):
            store.marks.note_hit(stored.id)

    found = statistics_of(
        notebooks_of(store, lambda path: True),
        [StoreSize("sub", 7), StoreSize(".", size_on_disk(store))],
    )
    a, c = found.notebooks
    assert (a.path, a.executions, a.failed, a.execution_seconds) == ("a.ipynb", 2, 1, 5.0)
    assert (a.hits, a.seconds_saved) == (2, 4.0)
    assert (a.latest, a.seconds, a.failure) == (20.0, 3.0, failure)
    assert (c.path, c.executions, c.failed, c.hits, c.seconds_saved) == ("b/c.ipynb", 1, 0, 1, 4.0)
    assert (c.latest, c.seconds, c.failure) == (15.0, 4.0, None)
    assert (found.executions, found.failed, found.execution_seconds) == (3, 1, 9.0)
    assert (found.hits, found.seconds_saved) == (3, 8.0)
    assert (found.slowest, found.failing) == (("b/c.ipynb", "a.ipynb"), ("a.ipynb",))
    files = [path for path in store.folder.rglob("*") if path.is_file()]
    own = sum(path.stat().st_size for path in files)
    assert found.store_bytes == own + 7
    assert found.stores == (StoreSize(".", own), StoreSize("sub", 7))
    assert 0 < a.bytes < found.store_bytes

    (only,) = notebooks_of(store, lambda path: path.startswith("b/"))
    assert only.path == "b/c.ipynb"


def test_a_damaged_entry_and_a_link_count_for_nothing(
    store: Store, make_entry: Callable[..., Entry], tmp_path: Path
) -> None:
    store.put(make_entry("1", path="a.ipynb"))
    bad = store.put(make_entry("2", path="b.ipynb"))
    only_file(store.folder, f"entries/*/*/{bad.id}.json").write_bytes(b"garbage")
    (tmp_path / "large").write_bytes(b"x" * 100_000)
    store.page()
    before = size_on_disk(store)
    os.symlink(tmp_path / "large", store.folder / "link")
    os.symlink(store.folder, store.folder / "circle")
    assert [notebook.path for notebook in notebooks_of(store, lambda path: True)] == ["a.ipynb"]
    assert size_on_disk(store) == before


def test_a_store_that_is_not_there_is_empty(tmp_path: Path) -> None:
    store = Store(tmp_path / "nowhere", KeyRing(b"x" * 32))
    assert notebooks_of(store, lambda path: True) == []
    assert size_on_disk(store) == 0
    assert not store.folder.exists()


def test_a_project_below_has_a_size_of_its_own(tmp_path: Path) -> None:
    cell = {
        "cell_type": "code",
        "execution_count": 1,
        "id": "a",
        "metadata": {},
        "outputs": [{"name": "stdout", "output_type": "stream", "text": "1\n"}],
        "source": "print(1)",
    }
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    for folder in (tmp_path, tmp_path / "sub"):
        folder.mkdir(exist_ok=True)
        (folder / "pyproject.toml").write_text("")
        (folder / "a.ipynb").write_text(json.dumps(notebook))
    cache = NotebookCache(
        tmp_path, keys=KeyRing(b"x" * 32), stat_cache=StatCache(tmp_path / "stat-cache")
    )
    for path in ("a.ipynb", "sub/a.ipynb"):
        cache.capture(path)
    found = cache.statistics()
    assert [store.project for store in found.stores] == [".", "sub"]
    assert found.store_bytes == sum(store.bytes for store in found.stores)
    assert found.stores[1] == cache.statistics(["sub"]).stores[0]
    assert min(store.bytes for store in found.stores) > 0
