from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from store_support import SECRET, entry_for, files_below, plant

import jupyterlab_cache
from jupyterlab_cache.store.errors import StoreError, StoreReadOnly, StoreVersionError
from jupyterlab_cache.store.records import Entry
from jupyterlab_cache.store.signatures import KeyRing
from jupyterlab_cache.store.store import Store


def test_opening_and_reading_write_nothing(folder: Path, store: Store) -> None:
    assert not store.exists
    assert store.page() == ([], 0)
    assert store.latest_of("a.ipynb") is None
    assert store.entries_for("ck1-" + "0" * 64) == []
    assert store.job_files.read_all() == {}
    assert not store.marks.is_pinned("0" * 32)
    assert store.marks.last_used("0" * 32) is None
    store.marks.unpin("0" * 32)
    store.job_files.remove("a")
    assert not folder.parent.exists()


def test_the_first_write_makes_a_store_that_ignores_itself(folder: Path, store: Store) -> None:
    store.blobs.put(b"something")
    assert store.exists
    assert (folder / ".gitignore").read_text().splitlines()[-1] == "*"
    assert (folder / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f")
    assert json.loads((folder / "format.json").read_text()) == {"format": 1}
    folder.parent.joinpath("file").write_text("x")
    subprocess.run(["git", "init", "-q"], cwd=folder.parent, check=True)
    status = subprocess.run(
        ["git", "status", "--porcelain"], cwd=folder.parent, check=True, capture_output=True
    )
    assert status.stdout == b"?? file\n"


def test_a_folder_deleted_under_us_is_made_again(
    store: Store, folder: Path, make_entry: Callable[..., Entry]
) -> None:
    store.put(make_entry())
    assert store.page()[1] == 1
    shutil.rmtree(folder)
    assert store.page() == ([], 0)
    stored = store.put(make_entry())
    assert (folder / ".gitignore").exists()
    assert store.page() == ([stored], 1)


@pytest.mark.parametrize("content", [b'{"format": 2}', b'{"format": 99, "more": []}'])
def test_a_newer_store_is_refused_and_left_untouched(
    store: Store, folder: Path, make_entry: Callable[..., Entry], content: bytes
) -> None:
    entry = make_entry()
    stored = store.put(entry)
    store.page()
    (folder / "format.json").write_bytes(content)
    blob = next(path for path in (folder / "objects").rglob("*") if path.is_file())
    blob.write_bytes(b"in a newer store this may be right")
    before = files_below(folder)
    for action in (
        lambda: store.put(entry),
        lambda: store.page(),
        lambda: store.get(stored.id),
        lambda: store.find("0"),
        lambda: store.entries_for(entry.code_key),
        lambda: store.latest_of("a.ipynb"),
        lambda: store.remove(stored.id),
        lambda: store.blobs.put(b"x"),
        lambda: store.outputs_of(stored),
        lambda: store.marks.pin(stored.id),
        lambda: store.marks.touch_used(stored.id),
        lambda: store.marks.forget(stored.id),
        lambda: store.job_files.write("a", b""),
        lambda: store.job_files.read_all(),
        lambda: store.job_files.remove("a"),
    ):
        with pytest.raises(StoreVersionError, match="update jupyterlab-cache"):
            action()
    assert files_below(folder) == before


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"garbage", b'{"format": "1"}', b'{"format": true}', b"[" * 4000]
)
def test_a_store_of_unknown_version_is_refused(store: Store, folder: Path, content: bytes) -> None:
    store.blobs.put(b"x")
    (folder / "format.json").write_bytes(content)
    with pytest.raises(StoreError, match="damaged"):
        store.page()
    with pytest.raises(StoreError, match="damaged"):
        store.blobs.put(b"y")


@pytest.mark.parametrize("kind", ["symlink", "dangling", "fifo", "device", "folder"])
def test_planted_format_files_are_refused(
    store: Store, folder: Path, tmp_path: Path, kind: str
) -> None:
    store.blobs.put(b"x")
    victim = tmp_path / "victim"
    victim.write_bytes(b'{"format": 1}')
    plant(folder / "format.json", kind, victim)
    with pytest.raises(StoreError):
        store.page()
    with pytest.raises(StoreError):
        store.blobs.put(b"y")


def test_a_store_that_is_a_link_is_refused(store: Store, folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    folder.parent.mkdir()
    folder.symlink_to(elsewhere)
    with pytest.raises(StoreError, match="symbolic link"):
        store.blobs.put(b"x")
    with pytest.raises(StoreError, match="symbolic link"):
        store.page()
    assert list(elsewhere.iterdir()) == []


def test_read_only_refuses_writes_and_changes_nothing(
    store: Store, folder: Path, make_entry: Callable[..., Entry], open_again: Callable[..., Store]
) -> None:
    entry = make_entry(text="long " * 1000)
    stored = store.put(entry)
    reader = open_again(read_only=True)
    before = files_below(folder)
    assert reader.page() == ([stored], 1)
    assert reader.latest_of("a.ipynb") == stored
    assert reader.get(stored.id) == stored
    assert reader.outputs_of(stored)[0][0]["text"] == "long " * 1000
    reader.marks.touch_used(stored.id)
    reader.job_files.remove("a")
    for action in (
        lambda: reader.put(entry),
        lambda: reader.blobs.put(b"x"),
        lambda: reader.remove(stored.id),
        lambda: reader.marks.pin(stored.id),
        lambda: reader.marks.unpin(stored.id),
        lambda: reader.job_files.write("a", b""),
    ):
        with pytest.raises(StoreReadOnly):
            action()
        with pytest.raises(OSError):  # to callers the same as a disk that refuses
            action()
    assert files_below(folder) == before
    later = store.put(make_entry(created=1_800_000_000.0))
    assert reader.latest_of("a.ipynb") == later
    blob = next(path for path in (folder / "objects").rglob("*.zst") if path.is_file())
    blob.write_bytes(b"garbage")
    before = files_below(folder)
    with pytest.raises(StoreError):
        reader.outputs_of(stored)
    assert files_below(folder) == before


READER = """
import os, sqlite3, sys, zstandard
from pathlib import Path
from jupyterlab_cache.store.store import Store
from jupyterlab_cache.store.signatures import KeyRing
if os.geteuid() == 0:
    os.setgroups([])
    os.setegid(65534)
    os.seteuid(65534)
store = Store(Path(sys.argv[1]), KeyRing(b"another user"))
entries, total = store.page()
assert total == 2, total
assert store.latest_of("a.ipynb").id == entries[0].id == store.get(entries[0].id).id
assert store.outputs_of(entries[0])[0][0]["text"] == "2"
assert not entries[0].trusted
store.marks.touch_used(entries[0].id)
try:
    store.blobs.put(b"new")
except PermissionError:
    print("reads, and cannot write")
"""


@pytest.mark.parametrize("with_index", [True, False])
def test_a_store_of_another_user_can_be_read(with_index: bool) -> None:
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        store = Store(Path(place) / "store", KeyRing(SECRET))
        store.put(entry_for(store))
        store.put(entry_for(store, created=1_800_000_000.0))
        if with_index:
            store.page()
        if os.geteuid() != 0:  # the reader cannot become another user
            for path in [store.folder, *store.folder.rglob("*")]:
                path.chmod(path.stat().st_mode & ~0o222)
        before = files_below(store.folder)
        package = Path(jupyterlab_cache.__file__).parents[1]
        result = subprocess.run(
            [sys.executable, "-c", READER, str(store.folder)],
            capture_output=True,
            text=True,
            env={"PYTHONPATH": str(package)},
        )
        assert result.stdout == "reads, and cannot write\n", result.stderr
        assert files_below(store.folder) == before
        for path in [store.folder, *store.folder.rglob("*")]:
            path.chmod(path.stat().st_mode | 0o200)
