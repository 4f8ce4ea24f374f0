"""Blobs that are written at once: all of them are there in the end, or it is told."""

from __future__ import annotations

import errno
import os
import threading
from typing import Any

import pytest
from store_support import files_below

from jupyterlab_cache.store.blob_batch import BlobBatch
from jupyterlab_cache.store.errors import StoreError
from jupyterlab_cache.store.outputs import get_outputs, put_outputs
from jupyterlab_cache.store.store import Store

CONTENTS = [f"content {number}\n".encode() * (1 + number * 40) for number in range(100)]


def test_all_are_there_in_the_end(store: Store) -> None:
    with BlobBatch(store.blobs) as batch:
        digests = [batch.put(data) for data in [*CONTENTS, *CONTENTS]]
    assert [store.blobs.get(digest) for digest in digests] == [*CONTENTS, *CONTENTS]
    assert len(set(digests)) == len(CONTENTS)
    assert os.listdir(store.folder / "tmp") == []


def test_outputs_read_as_if_written_one_by_one(store: Store) -> None:
    cells = [[{"data": {"text/plain": f"{n % 7}" * 3000}}, {"name": "x"}] for n in range(50)]
    with BlobBatch(store.blobs) as batch:
        together = put_outputs(batch, cells)
    assert together == put_outputs(store.blobs, cells)
    assert get_outputs(store.blobs, together[0]) == cells


@pytest.mark.parametrize("failing", [0, 3, 60, 99])
def test_a_failure_is_told_and_leaves_nothing_half(
    store: Store, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    real, lock, calls = os.replace, threading.Lock(), iter(range(10_000))

    def replace(*args: Any, **options: Any) -> None:
        with lock:
            number = next(calls)
        if number == failing:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(*args, **options)

    store.blobs.put(b"the store is there")
    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(OSError, match="No space"), BlobBatch(store.blobs) as batch:
        digests = [batch.put(data) for data in CONTENTS]
        assert len(digests) == len(CONTENTS)
    monkeypatch.undo()
    assert os.listdir(store.folder / "tmp") == []
    with BlobBatch(store.blobs) as batch:
        digests = [batch.put(data) for data in CONTENTS]
    assert [store.blobs.get(digest) for digest in digests] == CONTENTS
    assert not (store.folder / "quarantine").exists()


def test_nobody_writes_any_more_after_an_error(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), BlobBatch(store.blobs) as batch:
        for data in CONTENTS[:20]:
            batch.put(data)
        raise ZeroDivisionError
    before = files_below(store.folder)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("blobs")]
    assert files_below(store.folder) == before


def test_what_is_too_large_is_refused(store: Store) -> None:
    store.blobs.max_bytes = 1000
    with pytest.raises(StoreError, match="more than a blob may have"), BlobBatch(store.blobs) as b:
        b.put(b"x" * 1001)
