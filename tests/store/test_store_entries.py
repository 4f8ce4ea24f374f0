from __future__ import annotations

import errno
import json
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from store_support import code_key, files_below, only_file

from jupyterlab_cache.store.errors import BlobDamaged, BlobMissing, EntryMissing, StoreError
from jupyterlab_cache.store.manifest import (
    entry_id,
)
from jupyterlab_cache.store.outputs import put_outputs
from jupyterlab_cache.store.records import Artefact, Entry, Failure, Input
from jupyterlab_cache.store.store import Store

MakeEntry = Callable[..., Entry]
OpenAgain = Callable[..., Store]


def manifest_of(store: Store) -> Path:
    return only_file(store.folder / "entries", "*/*/*.json")


def test_an_entry_comes_back_as_it_was_put(store: Store, make_entry: MakeEntry) -> None:
    entry = make_entry(
        inputs=(
            Input("file", "data.csv", "sha256-x", path="../data.csv", size=3, modified=1.5),
            Input("env", "TZ", "y", content=store.blobs.put(b"content of an input")),
        ),
        artefacts=(Artefact("out.png", size=9, cells=(1,)),),
        variant={"a": 1, "b": None, "c": "text", "d": 1.5, "e": True},
        failure=Failure("ValueError", "no", cell=1, traceback=("\x1b[31mred", "line")),
        outcome="error",
    )
    stored = store.put(entry)
    assert stored.entry == entry
    assert stored.trusted
    assert len(stored.id) == 32
    for found in (
        store.get(stored.id),
        store.find(stored.id[:6]),
        *store.entries_for(entry.code_key),
    ):
        assert found == stored
    assert store.outputs_of(stored) == [[{"output_type": "stream", "name": "stdout", "text": "2"}]]
    assert store.notebook_of(stored) == {"cells": []}
    assert not store.problems


def test_the_file_is_where_and_what_the_specification_says(
    store: Store, make_entry: MakeEntry
) -> None:
    stored = store.put(make_entry())
    path = manifest_of(store)
    key = stored.entry.code_key
    assert path.relative_to(store.folder).as_posix() == f"entries/{key[4:6]}/{key}/{stored.id}.json"
    payload, signatures, rest = path.read_bytes().split(b"\n")
    assert rest == b""
    assert entry_id(payload) == stored.id
    assert json.loads(payload)["notebook_path"] == "a.ipynb"
    (signature,) = json.loads(signatures)
    assert signature["scheme"] == "hmac-sha256"
    assert len(signature["value"]) == 64


def test_entries_of_a_code_key_newest_first(store: Store, make_entry: MakeEntry) -> None:
    times = [3.0, 1.0, 2.0]
    ids = {time: store.put(make_entry(created=time)).id for time in times}
    store.put(make_entry("another code", created=9.0))
    found = store.entries_for(code_key("1 + 1"))
    assert [stored.id for stored in found] == [ids[3.0], ids[2.0], ids[1.0]]
    assert store.entries_for(code_key("never run")) == []


def test_the_same_entry_twice_is_one(store: Store, make_entry: MakeEntry) -> None:
    entry = make_entry()
    first = store.put(entry)
    before = files_below(store.folder / "entries")
    assert store.put(entry) == first
    assert files_below(store.folder / "entries") == before
    assert store.page() == ([first], 1)


def test_a_folder_taken_away_under_a_writer_is_made_again(
    store: Store, make_entry: MakeEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = make_entry()
    real = os.replace
    removed: list[Path] = []

    def replace(*args: Any, **options: Any) -> None:
        for path in (store.folder / "entries").glob("*/*"):
            if len(removed) < 3:
                path.rmdir()
                removed.append(path)
        real(*args, **options)

    monkeypatch.setattr(os, "replace", replace)
    stored = store.put(entry)
    assert len(removed) == 3
    assert store.entries_for(entry.code_key) == [stored]
    assert list((store.folder / "tmp").iterdir()) == []


@pytest.mark.parametrize("call", ["fsync", "replace", "open"])
def test_a_full_disk_leaves_nothing_behind(
    store: Store, make_entry: MakeEntry, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    kept = store.put(make_entry(created=1.0))
    entry = make_entry(created=2.0)
    assert store.page() == ([kept], 1)
    before = files_below(store.folder)
    real = getattr(os, call)

    def fail(*args: Any, **options: Any) -> Any:
        if call == "open" and not args[1] & os.O_CREAT:
            return real(*args, **options)
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, call, fail)
        with pytest.raises(OSError, match="No space"):
            store.put(entry)
        with pytest.raises(OSError, match="No space"):
            store.blobs.put(b"another blob")
        assert store.entries_for(entry.code_key) == [kept]
        assert store.page() == ([kept], 1)
    after = files_below(store.folder)
    assert {name for name in after.keys() - before.keys() if after[name] is not None} == set()
    assert {name: after[name] for name in before} == before
    assert store.put(entry) in store.page()[0]


@pytest.mark.parametrize("which", ["outputs", "notebook", "input", "payload"])
def test_an_entry_is_kept_only_with_its_blobs(
    store: Store, make_entry: MakeEntry, which: str
) -> None:
    gone = "sha256-" + "0" * 64
    if which == "payload":
        entry = make_entry(text="long " * 1000)
        digest = store.blobs.put(("long " * 1000).encode()).removeprefix("sha256-")
        only_file(store.folder / "objects", f"*/{digest}*").unlink()
    elif which == "input":
        entry = make_entry(inputs=(Input("file", "a", "b", content=gone),))
    else:
        entry = make_entry(**{which: gone})
    with pytest.raises(StoreError, match="not in the store"):
        store.put(entry)
    assert store.page() == ([], 0)


def test_putting_spares_all_its_blobs_from_a_collector(store: Store, make_entry: MakeEntry) -> None:
    entry = make_entry(text="long " * 1000)
    blobs = [path for path in (store.folder / "objects").rglob("*") if path.is_file()]
    assert len(blobs) == 3
    for path in blobs:
        os.utime(path, (1000, 1000))
    store.put(entry)
    assert all(path.stat().st_mtime > 1000 for path in blobs)


WRONG_FIELDS: dict[str, dict[str, Any]] = {
    "code key": {"code_key": "ck1-../../../x"},
    "code key length": {"code_key": "ck1-" + "0" * 63},
    "blob": {"inputs": (Input("file", "a", "b", content="sha256-../x"),)},
    "time": {"created": math.nan},
    "time of the future": {"created": 1e15},
    "time before time": {"created": -1.0},
    "duration": {"seconds": -1.0},
    "infinite": {"seconds": math.inf},
    "path with NUL": {"inputs": (Input("file", "a", "b", path="a\0b"),)},
    "long path": {"artefacts": (Artefact("a" * 5000),)},
    "path that is no text": {"notebook_path": "\udc80.ipynb"},
    "notebook outside": {"notebook_path": "../a.ipynb"},
    "notebook absolute": {"notebook_path": "/a.ipynb"},
    "no notebook": {"notebook_path": ""},
    "size": {"output_bytes": -1},
    "large size": {"inputs": (Input("file", "a", "b", size=2**63),)},
    "kind": {"inputs": (Input("secret", "a", "b"),)},  # type: ignore[arg-type]
    "outcome": {"outcome": "fine"},
    "provenance": {"provenance": "dreamt"},
    "format": {"format": 2},
    "type": {"kernel_name": 3},
    "variant": {"variant": {"a": [1]}},
    "no JSON": {"variant": {"a": object()}},
}


@pytest.mark.parametrize("fields", WRONG_FIELDS.values(), ids=WRONG_FIELDS)
def test_what_could_not_be_read_again_is_refused(
    store: Store, make_entry: MakeEntry, fields: dict[str, Any]
) -> None:
    entry = make_entry(**fields)
    with pytest.raises(StoreError):
        store.put(entry)
    assert not (store.folder / "entries").exists()


def test_a_failure_may_hold_lone_surrogates(store: Store, make_entry: MakeEntry) -> None:
    failure = Failure("E\ud800", "\udfff", traceback=("a\ud83d\ude00\ud83d",))
    stored = store.put(make_entry(failure=failure, outcome="error"))
    assert stored.entry.failure == Failure("E\ufffd", "\ufffd", traceback=("a😀\ufffd",))
    assert store.get(stored.id) == stored


# Removing, outputs


def test_removing_takes_the_entry_and_its_marks(
    store: Store, make_entry: MakeEntry, open_again: OpenAgain
) -> None:
    other = open_again()
    kept, gone = store.put(make_entry(created=1.0)), store.put(make_entry(created=2.0))
    assert len(other.entries_for(kept.entry.code_key)) == 2
    store.marks.pin(gone.id)
    store.marks.touch_used(gone.id)
    store.remove(gone.id)
    for view in (store, other):
        assert view.entries_for(kept.entry.code_key) == [kept]
        assert view.page() == ([kept], 1)
        assert not view.marks.is_pinned(gone.id)
        assert view.marks.last_used(gone.id) is None
        with pytest.raises(EntryMissing):
            view.get(gone.id)
    with pytest.raises(EntryMissing):
        store.remove(gone.id)
    assert store.outputs_of(kept)


def test_outputs_that_cannot_be_restored_are_a_miss(store: Store, make_entry: MakeEntry) -> None:
    long = "long " * 1000
    stored = store.put(make_entry(text=long))
    assert store.has_outputs(stored)
    assert stored.entry.payloads == (store.blobs.put(long.encode()),)
    payload = stored.entry.payloads[0].removeprefix("sha256-")
    only_file(store.folder / "objects", f"*/{payload}*").write_bytes(b"garbage")
    with pytest.raises(BlobDamaged):
        store.outputs_of(stored)
    assert not store.has_outputs(stored)
    with pytest.raises(BlobMissing):
        store.outputs_of(stored)
    store.blobs.put(long.encode())
    assert store.has_outputs(stored)
    assert not store.marks.is_invalidated(stored)
    assert store.outputs_of(stored)[0][0]["text"] == long


def test_outputs_that_are_whole_and_wrong_never_match_again(
    store: Store, make_entry: MakeEntry
) -> None:
    outputs, _ = put_outputs(store.blobs, [[], []])
    stored = store.put(make_entry(outputs=outputs))
    assert not store.marks.is_invalidated(stored)
    with pytest.raises(BlobDamaged, match="fit"):
        store.outputs_of(stored)
    assert store.marks.is_invalidated(stored)


@pytest.mark.parametrize("data", [b"", b"{}", b"[[1]]", b"\xff", b"[" * 9000])
def test_an_entry_needs_an_outputs_document(
    store: Store, make_entry: MakeEntry, data: bytes
) -> None:
    with pytest.raises(StoreError):
        store.put(make_entry(outputs=store.blobs.put(data)))


def test_code_that_cannot_be_read_is_damage(store: Store, make_entry: MakeEntry) -> None:
    stored = store.put(make_entry(notebook=store.blobs.put(b"[]")))
    with pytest.raises(BlobDamaged):
        store.notebook_of(stored)
