"""The contents of files that executions write: stored within limits, told of, restored."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest
from execution_support import Project

from jupyterlab_cache.execution.artefact_restoring import ArtefactWish
from jupyterlab_cache.execution.artefacts import ArtefactLimits, store_artefacts
from jupyterlab_cache.execution.request import ExecutionSettings
from jupyterlab_cache.inputs.observation import Places
from jupyterlab_cache.notebooks.declaration import (
    Declaration,
    DeclarationInvalid,
    declaration_of,
)
from jupyterlab_cache.store.blobs import blob_digest
from jupyterlab_cache.store.records import Artefact
from jupyterlab_cache.store.store import StoredEntry

WRITE = """\
import os, pathlib
for name, text in FILES.items():
    path = pathlib.Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
"""


def writes(**files: str) -> str:
    return WRITE.replace(
        "FILES", repr({name.replace("__", "/"): text for name, text in files.items()})
    )


def writes_files(files: dict[str, str]) -> str:
    return WRITE.replace("FILES", repr(files))


def left_out(stored: StoredEntry) -> dict[str, str | None]:
    return {artefact.path: artefact.left_out for artefact in stored.entry.artefacts}


def limited(**limits: int) -> dict[str, Any]:
    return {"settings": ExecutionSettings(artefacts=ArtefactLimits(**limits))}


def told(project: Project, path: Path) -> dict[str, str]:
    return {state.path: state.state for state in project.status(path).artefacts}


async def test_deleted_files_come_back_and_verdicts_are_right(project: Project) -> None:
    first = project.write(
        "1-first.ipynb", writes_files({"out/table.csv": "a,b\n1,2\n", "x.txt": "é"})
    )
    second = project.write("2-second.ipynb", "print(open('out/table.csv').read())")
    stored = await project.execute(first)
    await project.execute(second)
    assert left_out(stored) == {"out/table.csv": None, "x.txt": None}
    assert {item.content for item in stored.entry.artefacts} == {
        item.digest for item in stored.entry.artefacts
    }
    assert told(project, first) == {}

    table = project.folder / "out" / "table.csv"
    table.unlink()
    table.parent.rmdir()
    (project.folder / "x.txt").write_text("mine")
    assert project.status(first).verdict == "fresh"
    assert told(project, first) == {"out/table.csv": "missing", "x.txt": "changed"}
    assert project.status(second).verdict == "stale"

    results = project.cache.restore_artefacts(first)
    assert {file.path: file.result for file in results} == {
        "out/table.csv": "restored",
        "x.txt": "differs",
    }
    assert table.read_text() == "a,b\n1,2\n"
    assert (project.folder / "x.txt").read_text() == "mine"
    assert [project.status(path).verdict for path in (first, second)] == ["fresh", "fresh"]
    assert told(project, first) == {"x.txt": "changed"}

    wish = ArtefactWish(overwrite=True)
    results = project.cache.restore_artefacts(first, stored.id, wish)
    assert {file.path: file.result for file in results} == {
        "out/table.csv": "same",
        "x.txt": "overwritten",
    }
    assert (project.folder / "x.txt").read_text() == "é"
    assert told(project, first) == {}
    # Nothing but the files themselves is left.
    assert sorted(path.name for path in table.parent.iterdir()) == ["table.csv"]


async def test_the_outputs_command_restores_both(project: Project) -> None:
    path = project.write("a.ipynb", "print(1)", writes(result="1"))
    await project.execute(path)
    (project.folder / "result").unlink()
    assert project.cache.restore(path).artefacts == ()
    assert not (project.folder / "result").exists()
    result = project.cache.restore(path, artefacts=ArtefactWish())
    assert (result.restored, [file.result for file in result.artefacts]) == (True, ["restored"])
    assert (project.folder / "result").read_text() == "1"


async def test_a_file_that_the_notebook_reads_again_is_restored_to_fresh(project: Project) -> None:
    code = "import os\nif not os.path.exists('res' + 'ult'):\n    open('result', 'w').write('made')"
    path = project.write("a.ipynb", code, "print(open('res' + 'ult').read())")
    await project.execute(path)
    (project.folder / "result").write_text("other")
    assert project.status(path).verdict == "stale"
    (project.folder / "result").unlink()
    assert project.status(path).verdict == "fresh"
    project.cache.restore_artefacts(path)
    assert (project.folder / "result").read_text() == "made"
    assert project.status(path).verdict == "fresh"


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({"file_bytes": 10}, {"a": None, "b": "too-large", "c": None}),
        ({"total_bytes": 11}, {"a": None, "b": "too-much", "c": None}),
        ({"files": 2}, {"a": None, "b": None, "c": "too-many"}),
        ({"files": 0}, {"a": "too-many", "b": "too-many", "c": "too-many"}),
    ],
    ids=str,
)
async def test_limits_are_kept_and_told(
    project: Project, limits: dict[str, int], expected: dict[str, str | None]
) -> None:
    path = project.write("a.ipynb", writes(a="1" * 5, b="2" * 20, c="3" * 5))
    stored = await project.execute(path, **limited(**limits))
    assert left_out(stored) == expected
    status = project.status(path)
    assert {state.path: state.left_out for state in status.artefacts} == {
        name: why for name, why in expected.items() if why
    }
    for name in "abc":
        (project.folder / name).unlink()
    results = {file.path: file.result for file in project.cache.restore_artefacts(path)}
    assert results == {name: "not-stored" if why else "restored" for name, why in expected.items()}


async def test_secrets_and_ignored_and_hidden_files_are_not_stored(project: Project) -> None:
    key = "x = 1\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\n"
    files = {
        ".env": "PASSWORD=hunter2",
        "deep/id_rsa": "hunter2",
        "server.pem": "hunter2",
        "notes.txt": key,
        "big.tmp": "hunter2",
        ".hidden/a.csv": "hunter2",
        "fine.csv": "1",
    }
    project.cache.settings = Declaration(artefacts_ignore=("*.tmp",))
    path = project.write("a.ipynb", writes_files(files))
    declared = project.cache.declared_for(path)
    stored = await project.execute(path, declared=declared)
    assert left_out(stored) == {
        ".env": "secret",
        "deep/id_rsa": "secret",
        "server.pem": "secret",
        "notes.txt": "secret",
        "big.tmp": "ignored",
        ".hidden/a.csv": "not-writable",
        "fine.csv": None,
    }
    for text in ("hunter2", key):
        assert not project.store.blobs.has(blob_digest(text.encode()))
    # What a person or the rules chose is nothing to complain of.
    assert project.status(path).artefacts == ()


async def test_an_artefact_outside_the_project_or_behind_a_link(
    project: Project, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (project.folder / "inside").mkdir()
    (project.folder / "out-link").symlink_to(tmp_path / "elsewhere")
    (project.folder / "in-link").symlink_to("inside")
    path = project.write(
        "a.ipynb", writes_files({"out-link/x": "1", "in-link/y": "2", str(tmp_path / "z"): "3"})
    )
    stored = await project.execute(path)
    found = left_out(stored)
    assert found[str(tmp_path / "z")] == "outside"
    assert {why for name, why in found.items() if "link" in name} <= {"outside", "changed"}
    assert None not in {why for name, why in found.items() if "link" in name}
    for name in ("1", "3"):
        assert not project.store.blobs.has(blob_digest(name.encode()))


def test_only_the_recorded_content_is_stored(project: Project) -> None:
    path = project.folder / "a.txt"
    path.write_bytes(b"what is there")
    (project.folder / "pipe").parent.mkdir(exist_ok=True)
    os.mkfifo(project.folder / "pipe")
    digest = blob_digest(b"what was there")
    artefacts = [
        Artefact("a.txt", digest, len(b"what was there")),
        Artefact("a.txt", digest, len(b"what is there")),
        Artefact("pipe", digest, 5),
        Artefact("gone", digest, 5),
        Artefact("unknown", None, 5),
    ]
    places = Places(project.folder, project.folder)
    stored = store_artefacts(artefacts, places, project.store, ArtefactLimits())
    assert [item.left_out for item in stored] == [
        "changed",
        "changed",
        "changed",
        "changed",
        "unreadable",
    ]
    assert all(item.content is None for item in stored)


async def test_the_policy_to_say_nothing(project: Project) -> None:
    path = project.write("a.ipynb", writes(result="1"))
    await project.execute(path)
    (project.folder / "result").unlink()
    assert told(project, path) == {"result": "missing"}
    project.cache.settings = Declaration(artefacts="ignore")
    assert told(project, path) == {}
    project.cache.declared = Declaration(artefacts="tell")
    assert told(project, path) == {"result": "missing"}


async def test_many_notebooks_are_not_asked_about_their_files(project: Project) -> None:
    paths = [project.write(f"{name}.ipynb", writes_files({f"of-{name}": "1"})) for name in "ab"]
    for path in paths:
        await project.execute(path)
        (project.folder / f"of-{path.stem}").unlink()
    assert [status.artefacts for status in project.cache.status(paths)] == [(), ()]
    assert told(project, paths[0]) == {"of-a": "missing"}


async def test_modes_follow_the_umask(project: Project) -> None:
    path = project.write("a.ipynb", writes(result="1"))
    await project.execute(path)
    (project.folder / "result").unlink()
    before = os.umask(0o027)
    try:
        project.cache.restore_artefacts(path)
    finally:
        os.umask(before)
    assert stat.S_IMODE((project.folder / "result").stat().st_mode) == 0o640


async def test_damaged_contents_are_not_written(project: Project) -> None:
    path = project.write("a.ipynb", writes(result="1" * 5000, other="2"))
    stored = await project.execute(path)
    for artefact in stored.entry.artefacts:
        (project.folder / artefact.path).unlink()
    content = next(item.content for item in stored.entry.artefacts if item.path == "result")
    assert content is not None
    (file,) = (project.store.folder / "objects").rglob(f"{content.removeprefix('sha256-')}*")
    file.write_bytes(file.read_bytes()[:-2])
    results = {item.path: item.result for item in project.cache.restore_artefacts(path)}
    assert results == {"result": "failed", "other": "restored"}
    assert not (project.folder / "result").exists()
    assert not [item.name for item in project.folder.iterdir() if item.name.endswith(".part")]
    assert project.status(path).verdict == "fresh"


async def test_large_files_are_stored_once(project: Project) -> None:
    code = "import os\nopen('one', 'wb').write(DATA)\nopen('two', 'wb').write(DATA)"
    path = project.write("a.ipynb", code.replace("DATA", "bytes(range(256)) * 20_000"))
    stored = await project.execute(path)
    assert left_out(stored) == {"one": None, "two": None}
    assert len({item.content for item in stored.entry.artefacts}) == 1
    (project.folder / "one").unlink()
    project.cache.restore_artefacts(path)
    assert (project.folder / "one").read_bytes() == bytes(range(256)) * 20_000


async def test_what_a_notebook_and_its_project_declare(project: Project) -> None:
    (project.folder / "pyproject.toml").write_text(
        "[tool.jupyterlab-cache]\nartefacts_ignore = ['sub/*.tmp', '*.big']\n"
    )
    path = project.write(
        "sub/a.ipynb",
        writes_files({"x.tmp": "1", "y.big": "2", "z.log": "3", "keep.big": "4"}),
        jupyterlab_cache={"artefacts": "ignore", "artefacts_ignore": ["*.log", "!keep.big"]},
    )
    outcome = await project.freshen(path)
    assert outcome.entry is not None
    assert left_out(project.store.get(outcome.entry)) == {
        "x.tmp": "ignored",
        "y.big": "ignored",
        "z.log": "ignored",
        "keep.big": None,
    }
    (project.folder / "sub" / "keep.big").unlink()
    assert told(project, path) == {}


@pytest.mark.parametrize(
    ("option", "words"),
    [({"artefacts": "loud"}, "'tell' or 'ignore'"), ({"artefacts_ignore": "x"}, "list")],
)
def test_a_declaration_that_makes_no_sense(option: dict[str, Any], words: str) -> None:
    with pytest.raises(DeclarationInvalid, match=words):
        declaration_of(option, "It")
