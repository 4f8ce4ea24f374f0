"""A store that the people of a group share, with real users: only root can become them."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import jupyterlab_cache

pytestmark = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become other users"
)

GROUP, OTHER_GROUP = 23_400, 23_499
ANN, BEN, CAT = "23401", "23402", "23403"
PACKAGE = Path(jupyterlab_cache.__file__).parents[1]
WORKER = Path(__file__).with_name("shared_worker.py")


@pytest.fixture
def store() -> Iterator[Path]:
    """Where a store can be made, in a folder that belongs to a group."""
    # Not below tmp_path, which only its owner may enter.
    place = Path(tempfile.mkdtemp(prefix="jupyterlab-cache-shared-"))
    os.chown(place, int(ANN), GROUP)
    place.chmod(0o2775)
    yield place / ".jupyterlab_cache"
    shutil.rmtree(place)


def run(person: str, verb: str, store: Path, umask: int, group: int = GROUP) -> None:
    """Have a person do something with the store."""
    done = subprocess.run(
        [sys.executable, str(WORKER), verb, str(store), person, str(group), oct(umask)],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PYTHONPATH": str(PACKAGE)},
    )
    assert done.returncode == 0, done.stderr


def test_two_people_store_use_and_collect(store: Path) -> None:
    run(ANN, "write", store, 0o002)
    run(BEN, "write", store, 0o002)
    run(ANN, "write", store, 0o002)
    for path in [store, *store.rglob("*")]:
        status = path.lstat()
        assert status.st_gid == GROUP, path
        mode = stat.S_IMODE(status.st_mode)
        assert mode == (0o2775 if path.is_dir() else 0o664), (path, oct(mode))
    (damaged,) = list(store.glob("objects/*/*.zst"))[:1] or list(store.glob("objects/*/*"))[:1]
    damaged.write_bytes(b"damaged")
    run(BEN, "use", store, 0o002)
    assert list((store / "quarantine").iterdir())
    run(ANN, "write", store, 0o002)
    run(CAT, "trust", store, 0o002)
    run(ANN, "use", store, 0o002)


def test_others_read_what_they_cannot_write(store: Path) -> None:
    run(ANN, "write", store, 0o022)
    for index in (True, False):
        if not index:
            (store / "index.sqlite").unlink()
        before = {path: path.lstat().st_mtime_ns for path in store.rglob("*")}
        run(BEN, "read", store, 0o022)
        run(CAT, "read", store, 0o002, OTHER_GROUP)
        assert {path: path.lstat().st_mtime_ns for path in store.rglob("*")} == before
