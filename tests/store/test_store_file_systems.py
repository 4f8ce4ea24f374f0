"""File systems that cannot do what a store relies on."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from jupyterlab_cache.store import file_system
from jupyterlab_cache.store.files import StoreFiles
from jupyterlab_cache.store.records import Entry
from jupyterlab_cache.store.store import Store

Open = Callable[..., Store]


def warnings_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]


def test_an_ordinary_one_is_no_matter(
    store: Store, make_entry: Callable[..., Entry], caplog: pytest.LogCaptureFixture
) -> None:
    store.put(make_entry())
    assert warnings_in(caplog) == []
    assert list((store.folder / "tmp").iterdir()) == []


def test_one_that_is_known_to_copy_is_told_of_once(
    store: Store,
    open_again: Open,
    make_entry: Callable[..., Entry],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(file_system, "type_of", lambda place: "fuse.s3fs")
    stored = store.put(make_entry())
    open_again().blobs.put(b"by another part of the program")
    (warning,) = warnings_in(caplog)
    assert str(store.folder) in warning and "fuse.s3fs" in warning and "--store" in warning
    assert store.page() == ([stored], 1)


def test_one_that_does_not_replace_is_told_of(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def move(self: StoreFiles, name: str, to: str) -> None:
        raise OSError(errno.EEXIST, "File exists")

    monkeypatch.setattr(StoreFiles, "move", move)
    store.blobs.put(b"something")
    (warning,) = warnings_in(caplog)
    assert "File exists" in warning
    assert list((store.folder / "tmp").iterdir()) == []


def test_the_type_is_that_of_the_mount(tmp_path: Path) -> None:
    if not os.path.exists("/proc/self/mountinfo"):
        assert file_system.type_of(str(tmp_path)) is None
        return
    said = subprocess.run(
        ["stat", "-f", "-c", "%T", "/proc"], check=True, capture_output=True, text=True
    ).stdout.strip()
    assert file_system.type_of("/proc") == said == "proc"
    assert file_system.type_of(str(tmp_path)) not in (None, "proc")
