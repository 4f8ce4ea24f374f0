"""Real processes on one store, and some of them killed."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import store_worker
from store_support import files_below

import jupyterlab_cache
from jupyterlab_cache.store.store import Store

Launch = Callable[..., "subprocess.Popen[str]"]
PACKAGE = Path(jupyterlab_cache.__file__).parents[1]


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Launch]:
    """Start a process that is ready when this returns; none survives the test."""
    processes: list[subprocess.Popen[str]] = []

    def launch(*arguments: object, **environment: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, store_worker.__file__, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(PACKAGE)} | environment,
        )
        processes.append(process)
        return process

    yield launch
    for process in processes:
        process.kill()
        process.communicate()


def ready(processes: list[subprocess.Popen[str]]) -> None:
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", process.communicate()[1]


def end(processes: list[subprocess.Popen[str]]) -> list[str]:
    """What the processes said, all of which have to end well."""
    lines: list[str] = []
    for process in processes:
        output, errors = process.communicate(timeout=100)
        assert process.returncode == 0, errors
        lines += output.splitlines()
    return lines


def check_all(store: Store, ids: set[str]) -> None:
    """Every entry is there, with its outputs, and in the listing."""
    entries, total = store.page(limit=10_000)
    assert total == len(entries)
    assert ids <= {stored.id for stored in entries}
    for stored in entries:
        worker, number = divmod(stored.entry.created, 1e6)
        ((output,),) = store.outputs_of(stored)
        assert output["text"] == store_worker.text_of(int(worker), int(number))
        assert stored in store.entries_for(stored.entry.code_key)
    assert not store.problems


@pytest.mark.parametrize("disturbed", [False, True], ids=["index kept", "index spoiled"])
def test_many_writers_and_readers(
    launch: Launch, store: Store, tmp_path: Path, disturbed: bool
) -> None:
    write_all(launch, store, tmp_path, 15, disturbed=disturbed)
    shared = store.entries_for(store_worker.code_key("code 1"))
    assert len(shared) == 8 * 3


def write_all(
    launch: Launch, store: Store, place: Path, count: int, *, disturbed: bool = True
) -> None:
    """8 processes write so many entries each while others read, remove, collect and disturb."""
    start, stop = place / "start", place / "stop"
    writers = [launch("write", store.folder, start, worker, count) for worker in range(8)]
    readers = [launch("read", store.folder, start, stop) for _ in range(2)]
    removers = [launch("remove", store.folder, start, worker, count) for worker in range(2)]
    # On a busy machine seconds pass between a blob and the entry that names it.
    collectors = [launch("collect", store.folder, start, stop, 30.0)]
    disturbers = [launch("disturb", store.folder, start, stop)] if disturbed else []
    ready([*writers, *readers, *removers, *collectors, *disturbers])
    start.touch()
    lines = end(writers)
    end(removers)
    stop.touch()
    end([*readers, *collectors, *disturbers])
    ids = {line.removeprefix("put ") for line in lines}
    assert len(ids) == len(lines) == 8 * count
    for stored in store.page(limit=1000)[0]:
        if stored.entry.notebook_path == "a.ipynb":  # of the removers
            store.remove(stored.id)
    check_all(store, ids)
    assert store.page()[1] == 8 * count
    assert list((store.folder / "tmp").iterdir()) == []
    assert not (store.folder / "quarantine").exists()


def test_collectors_take_nothing_that_is_about_to_be_named(
    launch: Launch, store: Store, tmp_path: Path
) -> None:
    start, stop = tmp_path / "start", tmp_path / "stop"
    coming = [launch("come_and_go", store.folder, start, worker, 5) for worker in range(1)]
    writers = [launch("write", store.folder, start, worker, 25) for worker in range(2)]
    collectors = [launch("collect", store.folder, start, stop) for _ in range(2)]
    ready([*coming, *writers, *collectors])
    start.touch()
    lines = end(writers)
    for stored in store.page(limit=1000)[0]:
        if f"put {stored.id}" in lines and stored.entry.created % 2:
            store.remove(stored.id)  # so that the shared text is nobody's for a while
    end(coming)
    stop.touch()
    assert any(line != "freed 0" for line in end(collectors))
    left = {stored.id for stored in store.page(limit=1000)[0]}
    assert len(left) == 2 * 13
    check_all(store, left)
    assert list((store.folder / "tmp").iterdir()) == []


def test_many_processes_make_one_store(launch: Launch, store: Store, tmp_path: Path) -> None:
    start = tmp_path / "start"
    processes = [launch("write", store.folder, start, worker, 1) for worker in range(8)]
    ready(processes)
    assert not store.folder.exists()
    start.touch()
    ids = {line.removeprefix("put ") for line in end(processes)}
    assert len(ids) == 8
    check_all(store, ids)


@pytest.mark.parametrize("seed", range(6))
def test_killing_writers_loses_nothing_finished(
    launch: Launch, store: Store, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    start = tmp_path / "start"
    processes = [launch("endless", store.folder, start, worker, 0) for worker in range(2)]
    ready(processes)
    start.touch()
    ids: set[str] = set()
    for process in processes:
        time.sleep(chance.uniform(0.0, 0.25))
        process.kill()
        output, errors = process.communicate()
        assert errors == ""
        lines = output.splitlines(keepends=True)
        ids |= {line.split()[1] for line in lines if line.endswith("\n")}
    check_all(store, ids)
    new = store_worker.entry_for(store, "after", created=5e6, text=store_worker.SHARED_TEXT)
    stored = store.put(new)
    assert store.page()[0][0] == stored
    # Nothing half-written lies outside the folder for it.
    leftovers = {path.parent.name for path in store.folder.rglob("*") if len(path.name) == 32}
    assert leftovers <= {"tmp", "used"}
    assert all(data for name, data in files_below(store.folder / "jobs").items())


def test_one_secret_for_all_processes(launch: Launch, tmp_path: Path) -> None:
    start, data = tmp_path / "start", tmp_path / "data"
    processes = [launch("secret", start, JUPYTER_DATA_DIR=str(data)) for _ in range(8)]
    ready(processes)
    assert not data.exists()
    start.touch()
    secrets = set(end(processes))
    assert secrets == {(data / "notebook_secret").read_bytes().hex()}
    assert [path.name for path in data.iterdir()] == ["notebook_secret"]
