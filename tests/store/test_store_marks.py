from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
from store_support import only_file, plant

from jupyterlab_cache.store.checks import CellCheck, Check
from jupyterlab_cache.store.errors import EntryMissing, StoreError
from jupyterlab_cache.store.records import Entry
from jupyterlab_cache.store.signatures import KeyRing
from jupyterlab_cache.store.store import Store

ID = "0123456789abcdef" * 2


def test_pins(store: Store, open_again: Callable[..., Store]) -> None:
    assert not store.marks.is_pinned(ID)
    store.marks.pin(ID)
    store.marks.pin(ID)
    assert open_again().marks.is_pinned(ID)
    assert not store.marks.is_pinned("f" * 32)
    store.marks.unpin(ID)
    store.marks.unpin(ID)
    assert not open_again().marks.is_pinned(ID)


def test_an_invalidated_entry_stays_so(
    store: Store, make_entry: Callable[..., Entry], open_again: Callable[..., Store]
) -> None:
    stored, other = store.put(make_entry()), store.put(make_entry(created=5.0))
    assert store.marks.invalidated_at(stored) is None
    before = time.time()
    store.marks.invalidate_entry(stored.id)
    at = open_again().marks.invalidated_at(stored)
    assert at is not None
    assert before <= at <= time.time()
    assert store.marks.is_invalidated(stored)
    assert not store.marks.is_invalidated(other)


def test_an_invalidated_notebook_starts_anew(
    store: Store, make_entry: Callable[..., Entry]
) -> None:
    now = time.time()
    old = store.put(make_entry(path="folder/ä b.ipynb", created=now - 10))
    elsewhere = store.put(make_entry(path="b.ipynb", created=now - 10))
    store.marks.invalidate_notebook("folder/ä b.ipynb")
    new = store.put(make_entry(path="folder/ä b.ipynb", created=time.time() + 1))
    assert store.marks.invalidated_at(old) is not None
    assert store.marks.invalidated_at(new) is None
    assert store.marks.invalidated_at(elsewhere) is None
    # Used for a notebook that was invalidated, wherever the entry comes from.
    assert store.marks.is_invalidated(elsewhere, notebook_path="folder/ä b.ipynb")
    assert not store.marks.is_invalidated(elsewhere, notebook_path="c.ipynb")
    store.marks.invalidate_notebook("b.ipynb", at=now - 20)
    assert not store.marks.is_invalidated(elsewhere)
    mark = store.folder / "marks" / "invalidated-notebooks" / sha256(b"b.ipynb").hexdigest()
    assert msgspec.json.decode(mark.read_bytes()) == {"time": now - 20, "path": "b.ipynb"}
    store.marks.invalidate_notebook("\udc80.ipynb")


@pytest.mark.parametrize("content", [b"", b"garbage", b"{}", b'{"time": "now"}', b"[" * 5000])
def test_a_damaged_mark_still_stands(
    store: Store, make_entry: Callable[..., Entry], content: bytes
) -> None:
    now = time.time()
    old = store.put(make_entry(created=now - 10))
    new = store.put(make_entry(created=now + 10))
    store.marks.invalidate_notebook("a.ipynb")
    only_file(store.folder / "marks", "invalidated-notebooks/*").write_bytes(content)
    assert store.marks.is_invalidated(old)
    assert not store.marks.is_invalidated(new)
    store.marks.invalidate_entry(new.id)
    only_file(store.folder / "marks", "invalidated/*").write_bytes(content)
    assert store.marks.is_invalidated(new)


@pytest.mark.parametrize("kind", ["symlink", "dangling", "fifo", "device", "folder"])
def test_planted_marks_are_not_opened(
    store: Store, make_entry: Callable[..., Entry], tmp_path: Path, kind: str
) -> None:
    stored = store.put(make_entry())
    victim = tmp_path / "victim"
    victim.write_bytes(b'{"time": 1}')
    store.marks.invalidate_entry(stored.id)
    plant(only_file(store.folder / "marks", "invalidated/*"), kind, victim)
    assert store.marks.invalidated_at(stored) != 1
    assert store.marks.is_invalidated(stored)
    plant(store.folder / "marks" / "used" / stored.id, kind, victim)
    before = victim.stat().st_mtime_ns
    os.utime(store.folder / "marks" / "used" / stored.id, (1, 1), follow_symlinks=False)
    store.marks.touch_used(stored.id)
    assert victim.stat().st_mtime_ns == before
    assert victim.read_bytes() == b'{"time": 1}'


def test_the_last_use_is_kept_to_the_minute(store: Store) -> None:
    assert store.marks.last_used(ID) is None
    store.marks.touch_used(ID)
    path = store.folder / "marks" / "used" / ID
    first = store.marks.last_used(ID)
    assert first is not None
    assert abs(first - time.time()) < 60
    os.utime(path, (first - 30, first - 30))
    store.marks.touch_used(ID)
    assert store.marks.last_used(ID) == pytest.approx(first - 30)
    os.utime(path, (first - 90, first - 90))
    store.marks.touch_used(ID)
    assert store.marks.last_used(ID) >= first - 1  # type: ignore[operator]


@pytest.mark.parametrize("name", ["", "..", "../" * 5 + "x", "x/y", "\0" * 32, "G" * 32])
def test_other_names_are_refused(store: Store, name: str) -> None:
    marks = store.marks
    for action in (
        marks.pin, marks.unpin, marks.is_pinned, marks.invalidate_entry, marks.touch_used,
        marks.last_used, marks.forget,
    ):  # fmt: skip
        with pytest.raises(EntryMissing):
            action(name)
    assert not store.folder.exists()


def test_jobs(store: Store, open_again: Callable[..., Store]) -> None:
    store.job_files.write(ID, b"opaque \xff")
    store.job_files.write("b", b"1")
    store.job_files.write("b", b"2")
    (store.folder / "jobs" / "not a job").write_bytes(b"x")
    (store.folder / "jobs" / "c.json").symlink_to(store.folder / "jobs" / "b.json")
    os.mkfifo(store.folder / "jobs" / "d.json")
    assert open_again().job_files.read_all() == {ID: b"opaque \xff", "b": b"2"}
    store.job_files.remove("b")
    store.job_files.remove("b")
    assert open_again().job_files.read_all() == {ID: b"opaque \xff"}


def test_a_job_that_somebody_else_wrote_is_left_out(store: Store, tmp_path: Path) -> None:
    other = Store(tmp_path / "other", KeyRing(b"another key"))
    other.job_files.write("theirs", b"1")
    store.job_files.write("ours", b"1")
    folder = store.folder / "jobs"
    shutil.copy(other.folder / "jobs" / "theirs.json", folder)
    (folder / "bare.json").write_bytes(b'{"notebook": "a.ipynb"}')
    (folder / "swapped.json").write_bytes((folder / "ours.json").read_bytes() + b"2")
    assert store.job_files.read_all() == {"ours": b"1"}


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", ".hidden", "\0", "x" * 65, "a.b", "a\n"])
def test_names_that_no_job_has_are_refused(store: Store, name: str) -> None:
    with pytest.raises(StoreError):
        store.job_files.write(name, b"")
    with pytest.raises(StoreError):
        store.job_files.remove(name)
    assert not store.folder.exists()
    with pytest.raises(StoreError):
        store.job_files.write("large", b"x" * (4 * 1024**2 + 1))


def test_a_check_is_kept_and_goes_with_its_entry(store: Store) -> None:
    entry_id = "a" * 32
    assert store.marks.check_of(entry_id) is None
    cells = (CellCheck(3, "different", changes=("-1", "+2")), CellCheck(4, "harmless", ("timing",)))
    check = Check(1.5, "b" * 32, "different", cells)
    store.marks.keep_check(entry_id, check)
    assert store.marks.check_of(entry_id) == check
    store.marks.keep_check(entry_id, Check(2.0, "c" * 32, "repeatable"))
    assert store.marks.check_of(entry_id) == Check(2.0, "c" * 32, "repeatable")
    store.marks.forget(entry_id)
    assert store.marks.check_of(entry_id) is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"[" * 100_000,
        b'{"time": 1, "other": "../x", "outcome": "repeatable"}',
        b'{"time": 1e300, "other": "' + b"a" * 32 + b'", "outcome": "repeatable"}',
        b'{"time": 1, "other": "' + b"a" * 32 + b'", "outcome": "fresh"}',
    ],
)
def test_a_check_that_cannot_be_read_is_none(store: Store, data: bytes) -> None:
    store.marks.keep_check("a" * 32, Check(1.0, "b" * 32, "repeatable"))
    (store.folder / "marks" / "checked" / ("a" * 32)).write_bytes(data)
    assert store.marks.check_of("a" * 32) is None
