"""What passes have in common must not carry a verdict from one pass to the next."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from jupyterlab_cache.inputs.checklists import Checklists
from jupyterlab_cache.inputs.fingerprints import ABSENT, variable_fingerprint
from jupyterlab_cache.inputs.observation import Places
from jupyterlab_cache.inputs.stat_cache import StatCache
from jupyterlab_cache.inputs.verifier import Verifier
from jupyterlab_cache.store.entries import StoredEntry
from jupyterlab_cache.store.records import Entry, Input


def stored(name: str, *inputs: Input, trusted: bool = True) -> StoredEntry:
    entry = Entry(
        code_key="ck1-" + "0" * 64,
        kernel_name="python3",
        notebook_path="a.ipynb",
        created=1.0,
        seconds=1.0,
        provenance="executed",
        outcome="ok",
        outputs="",
        notebook="",
        outputs_digest="",
        cells=(),
        inputs=inputs,
    )
    return StoredEntry(name, entry, trusted)


ABSENT_FILE = Input("absent", "x.csv", ABSENT, path="x.csv")


def codes(checklists: Checklists, entry: StoredEntry, folder: Path, **variables: str) -> list[str]:
    verifier = Verifier(
        stat_cache=StatCache(folder.parent / "stat-cache.sqlite"),
        launch_environment=variables,
        checklists=checklists,
    )
    # Twice: the second time the pass itself knows the answer.
    first, again = (
        verifier.reasons(entry, notebook_folder=folder, project_root=folder) for _ in range(2)
    )
    assert first == again
    return [reason.code for reason in first]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "project"
    made.mkdir()
    return made


def test_each_pass_looks_anew(folder: Path) -> None:
    checklists = Checklists()
    entry = stored("a", ABSENT_FILE, Input("env", "CITY", variable_fingerprint("x")))
    assert codes(checklists, entry, folder, CITY="x") == []
    (folder / "x.csv").touch()
    assert codes(checklists, entry, folder, CITY="y") == ["file-appeared", "env-changed"]
    (folder / "x.csv").unlink()
    assert codes(checklists, entry, folder, CITY="x") == []


def test_the_same_path_from_another_folder_is_another_input(folder: Path) -> None:
    checklists, entry = Checklists(), stored("a", ABSENT_FILE)
    (folder / "deeper").mkdir()
    (folder / "deeper" / "x.csv").touch()
    assert codes(checklists, entry, folder) == []
    assert codes(checklists, entry, folder / "deeper") == ["file-appeared"]


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "file"},
        {"path": "y.csv"},
        {"fingerprint": "sha256-1"},
        {"names": ("size",)},
        {"without": ("z",)},
        {"created_by_run": True},
    ],
)
def test_inputs_that_compare_differently_have_different_numbers(
    change: dict[str, object], folder: Path
) -> None:
    checklists, places = Checklists(), Places(folder, folder)
    other = msgspec.structs.replace(ABSENT_FILE, **change)
    first, same = checklists.of(stored("a", ABSENT_FILE, ABSENT_FILE), places)
    assert first == same
    assert checklists.of(stored("b", other), places) != (first,)


def test_an_entry_of_somebody_else_is_not_taken_for_ours(folder: Path) -> None:
    outside = Input("absent", "/nowhere", ABSENT, path="/nowhere")
    checklists = Checklists()
    assert codes(checklists, stored("a", outside), folder) == []
    assert codes(checklists, stored("a", outside, trusted=False), folder) == ["unverifiable"]
