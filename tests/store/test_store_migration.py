"""Migrating to a format that does not exist yet."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import store_worker
from migration_steps import STEPS, back
from store_support import SECRET, files_below

import jupyterlab_cache
from jupyterlab_cache.store import layout as layouts
from jupyterlab_cache.store.errors import StoreError, StoreOutdated, StoreVersionError
from jupyterlab_cache.store.layout import Layout
from jupyterlab_cache.store.lock import alone
from jupyterlab_cache.store.migration import migrate
from jupyterlab_cache.store.records import Entry
from jupyterlab_cache.store.signatures import KeyRing
from jupyterlab_cache.store.store import Store

KEYS = KeyRing(SECRET)


@pytest.fixture
def newer_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layouts, "STORE_FORMAT", 2)


def format_of(folder: Path) -> int:
    return int(json.loads((folder / "format.json").read_bytes())["format"])


def test_the_newest_format_stays_as_it_is(
    store: Store, folder: Path, make_entry: Callable[..., Entry]
) -> None:
    assert store.migrate() == 1
    assert not folder.exists()
    store.put(make_entry())
    before = files_below(folder)
    assert store.migrate() == 1
    assert files_below(folder) == before


def test_an_older_store_is_refused_with_what_to_do(folder: Path, newer_program: None) -> None:
    folder.mkdir(parents=True)
    (folder / "format.json").write_bytes(b'{"format": 1}\n')
    before = files_below(folder)
    newer = Store(folder, KEYS)
    for action in (newer.page, lambda: newer.blobs.put(b"x"), lambda: newer.marks.pin("0" * 32)):
        with pytest.raises(StoreOutdated, match="jupyter cache migrate"):
            action()
    assert files_below(folder) == before


def test_all_is_copied_and_the_old_is_gone(
    folder: Path, store: Store, make_entry: Callable[..., Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = [store.put(make_entry(created=float(number))) for number in range(5)]
    outputs = [list(store.outputs_of(entry)) for entry in stored]
    blobs = files_below(folder / "objects")
    store.marks.pin(stored[0].id)
    with monkeypatch.context() as newer:
        newer.setattr(layouts, "STORE_FORMAT", 2)
        assert migrate(Layout(folder), KEYS, STEPS) == 2
        assert migrate(Layout(folder), KEYS, STEPS) == 2
    assert format_of(folder) == 2
    assert not (folder / "entries").exists()
    assert len(list((folder / "records").iterdir())) == 5
    assert files_below(folder / "objects") == blobs
    # The program of before refuses it, also where it had it open.
    with pytest.raises(StoreVersionError, match="update jupyterlab-cache"):
        store.put(make_entry(created=9.0))
    back(Layout(folder).files)
    again = Store(folder, KEYS)
    assert {entry.id for entry in again.page()[0]} == {entry.id for entry in stored}
    assert [list(again.outputs_of(entry)) for entry in stored] == outputs
    assert all(entry.trusted for entry in again.page()[0])
    assert again.marks.is_pinned(stored[0].id)


def test_only_one_process_migrates(folder: Path, newer_program: None) -> None:
    (folder / "entries").mkdir(parents=True)
    (folder / "format.json").write_bytes(b'{"format": 1}\n')
    layout = Layout(folder)
    with alone(layout.files), pytest.raises(StoreError, match="Another process"):
        migrate(layout, KEYS, STEPS)
    assert migrate(layout, KEYS, STEPS) == 2


def test_a_copy_that_is_not_complete_is_not_used(
    folder: Path, store: Store, make_entry: Callable[..., Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put(make_entry())
    monkeypatch.setattr(layouts, "STORE_FORMAT", 2)
    before = files_below(folder / "entries")
    wrong = msgspec.structs.replace(STEPS[0], problem=lambda files, names: "something is missing")
    with pytest.raises(StoreError, match="left as it is: something is missing"):
        migrate(Layout(folder), KEYS, [wrong])
    assert format_of(folder) == 1
    assert files_below(folder / "entries") == before


def test_who_writes_meanwhile_loses_nothing(
    folder: Path, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = tmp_path / "start"
    package = str(Path(jupyterlab_cache.__file__).parents[1])
    writers = [
        subprocess.Popen(
            [sys.executable, store_worker.__file__, "endless", folder, start, str(worker), "0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": package},
        )
        for worker in range(3)
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    start.touch()
    while len(store.page()[0]) < 20:
        continue
    monkeypatch.setattr(layouts, "STORE_FORMAT", 2)
    assert migrate(Layout(folder), KEYS, STEPS) == 2
    ids = set()
    for writer in writers:
        output, errors = writer.communicate(timeout=60)
        # When it writes, or when it looks for what it has just written.
        assert "StoreVersionError" in errors or "EntryMissing" in errors
        ids |= {line.removeprefix("put ") for line in output.splitlines()}
    assert len(ids) >= 20
    # What a writer left just after the end, and did not report, is taken in by the next one.
    migrate(Layout(folder), KEYS, STEPS)
    assert not (folder / "entries").exists()
    back(Layout(folder).files)
    monkeypatch.setattr(layouts, "STORE_FORMAT", 1)
    again = Store(folder, KEYS)
    assert ids <= {stored.id for stored in again.page(limit=10_000)[0]}
    problems: list[str] = []
    again.verify(lambda problem: problems.append(problem.kind), repair=False)
    assert set(problems) <= {"blob-orphan", "leftover", "mark-orphan", "index-wrong"}
