"""Links, pipes, sockets and devices in place of what a store, or a project, consists of."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

import pytest
from hostile_support import SOAK, STRANGER, Scene, untouched, whole_life

from jupyterlab_cache.store.errors import StoreError

STORE = (
    "",
    "format.json",
    ".gitignore",
    "CACHEDIR.TAG",
    "tmp",
    "quarantine",
    "objects",
    "objects/??",
    "objects/??/*",
    "entries",
    "entries/??",
    "entries/??/*",
    "entries/??/*/*.json",
    "marks",
    "marks/used",
    "marks/used/*",
    "marks/hits/*",
    "marks/pinned/*",
    "marks/checked/*",
    "marks/invalidated",
    "marks/invalidated/*",
    "marks/invalidated-notebooks/*",
    "jobs",
    "jobs/*.json",
    "reports",
    "reports/*.json",
    "index.sqlite",
    "index.sqlite-journal",
    "index.sqlite-wal",
    "index.sqlite-shm",
)
PROJECT = ("a.ipynb", "data.csv", "written.csv", "pyproject.toml", ".gitignore", "text.md", ".git")
KINDS = ("link", "pipe", "folder link", "dangling link", "socket", "device", "loop", "folder")


def cases(names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Each place with each kind; where there is less time, with those that find most."""
    if SOAK:
        return [(name, kind) for name in names for kind in KINDS]
    found = []
    for number, name in enumerate(names):
        is_folder = "." not in name and not name.endswith("/*")
        found.append((name, "folder link" if is_folder else KINDS[number % 2]))
        if name in ("format.json", "objects/??/*", "entries/??/*/*.json", "data.csv"):
            found.append((name, KINDS[1 - number % 2]))
    return found


def plant(place: Path, kind: str, scene: Scene) -> None:
    """Put something else where a file or folder may be."""
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    targets = {
        "link": scene.victim,
        "folder link": scene.elsewhere,
        "dangling link": scene.elsewhere / "made-through-a-link",
        "device": Path("/dev/zero"),
        "loop": place,
    }
    if kind in targets:
        place.symlink_to(targets[kind])
    elif kind == "pipe":
        os.mkfifo(place)
    elif kind == "socket":
        here = Path.cwd()
        os.chdir(place.parent)  # addresses are short
        try:
            socket.socket(socket.AF_UNIX).bind(place.name)
        finally:
            os.chdir(here)
    else:
        place.mkdir()
        (place / "inside").write_text("something")


def furnished(scene: Scene) -> Scene:
    """With marks, jobs, reports and an index."""
    cache = scene.opened()
    store = cache.projects.of(scene.notebook).store
    name = scene.manifest.stem
    store.marks.pin(name)
    store.marks.note_hit(name)
    store.marks.invalidate_entry("1" * 32)
    store.marks.invalidate_notebook("gone.ipynb")
    store.job_files.write("x", b"{}")
    store.report_files.write(b"{}")
    (scene.store / "marks" / "checked").mkdir()
    (scene.store / "marks" / "checked" / name).write_text("{}")
    store.page()
    return scene


@pytest.mark.parametrize(("name", "kind"), cases(STORE))
def test_nothing_is_reached_by_what_is_planted_in_a_store(
    tmp_path: Path, name: str, kind: str
) -> None:
    scene = furnished(Scene(tmp_path))
    places = list(scene.store.glob(name)) if name and "*" in name else [scene.store / name]
    assert places
    for place in places:
        plant(place, kind, scene)
    with untouched(scene.elsewhere):
        before, after = whole_life(scene.opened(), scene.notebook)
    if name in ("", "format.json") and kind != "folder":
        # Whether it is a store at all cannot be told, so it is left alone.
        assert (before, after) != ("fresh", "fresh")
    elif name.startswith("objects/??/*"):
        assert before != "fresh"


@pytest.mark.parametrize(("name", "kind"), cases(PROJECT))
def test_nothing_is_reached_by_what_is_planted_in_a_project(
    tmp_path: Path, name: str, kind: str
) -> None:
    scene = Scene(tmp_path, STRANGER)
    if name == "pyproject.toml" and kind == "link":
        pytest.skip("as with other tools, a project may share one with others")
    plant(scene.project / name, kind, scene)
    with untouched(scene.elsewhere):
        before, _ = whole_life(scene.opened(), scene.notebook, refill=False)
    if name in ("a.ipynb", "data.csv"):
        assert before != "fresh"


def test_a_store_that_is_a_link_is_refused_by_name(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.store.rename(scene.elsewhere / "store")
    scene.store.symlink_to(scene.elsewhere / "store")
    with untouched(scene.elsewhere), pytest.raises(StoreError, match="symbolic link"):
        scene.opened().projects.of(scene.notebook).store.check()
