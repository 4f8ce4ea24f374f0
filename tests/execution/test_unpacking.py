"""Entries that are unpacked whole, also those that were made to do harm by it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import nbformat
import pytest
from execution_support import Project
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyterlab_cache.execution.unpacking import (
    Item,
    Manifest,
    UnpackLimits,
    UnpackRefused,
    unpack,
)
from jupyterlab_cache.store.records import Artefact, Entry, Input
from jupyterlab_cache.store.signatures import KeyRing
from jupyterlab_cache.store.store import Store, StoredEntry


class Scene:
    """A store with one entry that can be made hostile, and files that must stay as they are."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.count = 0
        self.store = Store(folder / "store", KeyRing(b"ours"))
        (folder / "victim").write_text("untouched")
        notebook = {
            "cells": [
                {"cell_type": "code", "source": "1", "metadata": {}, "outputs": [],
                 "execution_count": None, "id": "a"}
            ],
            "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
            "nbformat": 4,
            "nbformat_minor": 5,
        }  # fmt: skip
        self.notebook = self.store.blobs.put(json.dumps(notebook).encode())
        self.evil = self.store.blobs.put(b"evil")

    def stored(self, **changes: Any) -> StoredEntry:
        entry = Entry(
            code_key="ck1-" + "0" * 64,
            kernel_name="python3",
            notebook_path="sub/a.ipynb",
            created=1.0,
            seconds=1.0,
            provenance="executed",
            outcome="ok",
            outputs="sha256-" + "0" * 64,
            notebook=self.notebook,
            outputs_digest="",
            cells=(),
        )
        return StoredEntry("0" * 32, msgspec.structs.replace(entry, **changes), False)

    def unpack(self, limits: UnpackLimits | None = None, **changes: Any) -> tuple[Path, Manifest]:
        self.count += 1
        target = self.folder / f"unpacked{self.count}"
        manifest = unpack(self.stored(**changes), self.store, target, limits)
        assert (self.folder / "victim").read_text() == "untouched"
        names = {path.name for path in self.folder.iterdir()}
        assert names == {"store", "victim"} | {f"unpacked{i + 1}" for i in range(self.count)}
        return target, manifest

    def artefact(self, path: str) -> Artefact:
        return Artefact(path, self.evil, 4, content=self.evil)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def only(manifest: Manifest, role: str) -> list[Item]:
    return [item for item in manifest.items if item.role == role]


async def test_all_that_an_entry_keeps(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CITY", "a value that nobody shall read")
    (project.folder / "data").mkdir()
    (project.folder / "data" / "x.csv").write_text("1,2\n")
    (project.folder / "big.bin").write_bytes(os.urandom(100_000))
    (project.folder / "my-token.txt").write_text("nobody shall read this either")
    (project.folder / "helper.py").write_text("value = 3\n")
    path = project.write(
        "nb/a.ipynb",
        "import os, sys; sys.path.insert(0, '..')\nimport helper\n"
        "print(open('../data/x.csv').read(), len(open('../big.bin', 'rb').read()), helper.value)",
        "os.environ['CITY']; len(open('../my-token.txt').read())",
        "os.makedirs('out'); open('out/r.txt', 'w').write('result')\n"
        "open('.hidden', 'w').write('hidden')",
    )
    stored = await project.execute(path)
    target = tmp_path / "new" / "folder"
    manifest = unpack(stored, project.store, target)
    assert files_in(target) == {
        "notebook.ipynb",
        "manifest.json",
        "inputs/data/x.csv",
        "inputs/helper.py",
        "artefacts/nb/out/r.txt",
    }
    assert (target / "inputs" / "data" / "x.csv").read_text() == "1,2\n"
    assert (target / "artefacts" / "nb" / "out" / "r.txt").read_text() == "result"
    node: Any = nbformat.read(target / "notebook.ipynb", 4)
    nbformat.validate(node)
    assert node.cells[0].outputs[0].text == "1,2\n 100000 3\n"
    assert [cell.execution_count for cell in node.cells] == [1, 2, 3]

    written = (target / "manifest.json").read_text()
    assert msgspec.json.decode(written, type=Manifest) == manifest
    assert "a value that nobody" not in written
    assert "nobody shall read this" not in "".join(
        file.read_text() for file in target.rglob("*") if file.is_file()
    )
    by_name = {item.name: item for item in manifest.items if item.role != "outputs"}
    assert by_name["helper"].file == "inputs/helper.py"
    assert "not kept" in str(by_name["../big.bin"].reason)
    assert "Values of environment" in str(by_name["CITY"].reason)
    assert by_name["CITY"].digest is None
    assert "not stored" in str(by_name[".hidden"].reason)
    assert all((item.file is None) == (item.reason is not None) for item in manifest.items)
    assert len(manifest.items) == 2 + len(stored.entry.inputs) + len(stored.entry.artefacts)


def test_only_into_a_new_or_empty_folder(scene: Scene) -> None:
    stored = scene.stored()
    empty = scene.folder / "empty"
    empty.mkdir()
    unpack(stored, scene.store, empty)
    with pytest.raises(UnpackRefused, match="not empty"):
        unpack(stored, scene.store, empty)
    with pytest.raises(UnpackRefused, match="not a folder"):
        unpack(stored, scene.store, scene.folder / "victim")
    other = scene.folder / "other"
    other.mkdir()
    (scene.folder / "link").symlink_to(other)
    with pytest.raises(UnpackRefused, match="a link"):
        unpack(stored, scene.store, scene.folder / "link")
    assert list(other.iterdir()) == []


@pytest.mark.parametrize(
    "path",
    [
        *("../../victim", "../../../victim", "/etc/victim", "C:/victim", "..", "a/../../../v"),
        *(".bashrc", "../.git/hooks/x", "a\0b", "a\\..\\..\\victim", "nul", "x/.ssh/id"),
        "secrets/password.txt",
    ],
)  # fmt: skip
def test_hostile_paths_are_not_written(scene: Scene, path: str) -> None:
    target, manifest = scene.unpack(
        artefacts=(scene.artefact(path),),
        inputs=(Input("file", "x", scene.evil, path=path, content=scene.evil),),
    )
    assert files_in(target) == {"notebook.ipynb", "manifest.json"}
    assert [item.file for item in manifest.items if item.role in ("artefact", "input")] == [
        None
    ] * 2


@pytest.mark.parametrize("notebook", ["../../a.ipynb", "/etc/a.ipynb", "..", "", ".git/a.ipynb"])
def test_a_hostile_place_of_the_notebook_leads_nowhere(scene: Scene, notebook: str) -> None:
    target, _ = scene.unpack(notebook_path=notebook, artefacts=(scene.artefact("victim"),))
    assert files_in(target) <= {"notebook.ipynb", "manifest.json", "artefacts/victim"}


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)
@given(
    st.lists(
        st.lists(
            st.sampled_from(["..", ".", "", "a", "b", "victim", "~", "é", "C:", " "]), max_size=6
        ).map("/".join),
        max_size=4,
    ),
    st.lists(st.sampled_from(["..", "a", "", "sub"]), max_size=3).map("/".join),
)
def test_no_paths_write_outside(scene: Scene, paths: list[str], folder: str) -> None:
    target, manifest = scene.unpack(
        notebook_path=f"{folder}/a.ipynb", artefacts=tuple(map(scene.artefact, paths))
    )
    files = {item.file for item in only(manifest, "artefact") if item.file is not None}
    assert files_in(target) == files | {"notebook.ipynb", "manifest.json"}
    assert all(file.startswith("artefacts/") for file in files)


def test_files_in_each_others_way(scene: Scene) -> None:
    other = scene.store.blobs.put(b"other")
    paths = ("a", "a/b", "a")
    target, manifest = scene.unpack(
        artefacts=(*map(scene.artefact, paths), Artefact("a", other, 5, content=other))
    )
    assert (target / "artefacts" / "sub" / "a").read_text() == "evil"
    files = [item.file for item in only(manifest, "artefact")]
    assert files == ["artefacts/sub/a", None, "artefacts/sub/a", None]


def lying(scene: Scene) -> Artefact:
    large = scene.store.blobs.put(b"0" * 100_000)
    return Artefact("lying", large, 5, content=large)


def other_content(scene: Scene) -> Artefact:
    return Artefact("other", "sha256-" + "1" * 64, 4, content=scene.evil)


def missing(_: Scene) -> Artefact:
    return Artefact("missing", "sha256-" + "1" * 64, 4, content="sha256-" + "1" * 64)


def private_key(scene: Scene) -> Artefact:
    key = scene.store.blobs.put(b"-----BEGIN RSA PRIVATE KEY-----\n")
    return Artefact("plain.txt", key, 32, content=key)


@pytest.mark.parametrize("made", [lying, other_content, missing, private_key])
def test_contents_that_are_not_what_they_seem(
    scene: Scene, made: Callable[[Scene], Artefact]
) -> None:
    target, manifest = scene.unpack(artefacts=(made(scene),))
    assert files_in(target) == {"notebook.ipynb", "manifest.json"}
    (item,) = only(manifest, "artefact")
    assert item.file is None and item.reason


def test_huge_entries_and_inputs_are_cut(scene: Scene) -> None:
    many = tuple(scene.artefact(f"f{number}") for number in range(10))
    _, manifest = scene.unpack(UnpackLimits(files=3), artefacts=many)
    assert sum(item.file is not None for item in only(manifest, "artefact")) == 3
    target, manifest = scene.unpack(UnpackLimits(total_bytes=10), artefacts=many)
    assert sum(item.file is not None for item in only(manifest, "artefact")) == 2
    assert sum(file.stat().st_size for file in (target / "artefacts").rglob("f*")) == 8
    large = scene.store.blobs.put(b"0" * 70_000)
    _, manifest = scene.unpack(inputs=(Input("file", "x", large, path="x", content=large),))
    assert only(manifest, "input")[0].file is None


@pytest.mark.parametrize(
    "document", [b"", b"[]", b'{"cells": 1}', b'{"nbformat": 4, "cells": [1]}', b"[" * 100_000]
)
def test_a_notebook_that_is_none_is_told(scene: Scene, document: bytes) -> None:
    target, manifest = scene.unpack(notebook=scene.store.blobs.put(document))
    assert files_in(target) == {"manifest.json"}
    (item,) = only(manifest, "notebook")
    assert item.reason
