"""What jupyter-cache wrote becomes entries, whoever filled the folder."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import nbformat
import pytest
from exchange_support import SPEC, Project
from nbformat.v4 import new_code_cell, new_notebook, new_output

from jupyterlab_cache.exchange.importing import ImportRefused, ImportResult
from jupyterlab_cache.exchange.jupyter_cache.key import key_of
from jupyterlab_cache.inputs.verdict import Status


def exported(project: Project, tmp_path: Path) -> Path:
    """A folder of jupyter-cache with one notebook, of which the store knows nothing any more."""
    project.captured("sub/a.ipynb", ("print('hé')", "hé\n"))
    project.export()
    folder = tmp_path / "theirs"
    shutil.move(project.output, folder)
    shutil.rmtree(project.store.folder)
    project.cache.close()
    project.__post_init__()
    with sqlite3.connect(folder / "global.db") as connection:
        connection.execute("UPDATE nbcache SET data = '{\"execution_seconds\": 2.5}'")
        connection.execute("UPDATE nbcache SET created = '2026-01-02 03:04:05.000006'")
    return folder


def status_of(project: Project, name: str = "sub/a.ipynb") -> Status:
    (status,) = project.cache.status([name])
    return status


def outcomes(results: list[ImportResult]) -> list[tuple[str | None, str]]:
    return [(result.path, result.result) for result in results]


def put(folder: Path, *cells: Any, **metadata: Any) -> str:
    """Put a record into a folder, as jupyter-cache does."""
    notebook = new_notebook(cells=list(cells), metadata={"kernelspec": SPEC, **metadata})
    key = key_of(notebook)
    base = folder / "executed" / key / "base.ipynb"
    base.parent.mkdir(parents=True)
    nbformat.write(notebook, base)
    with sqlite3.connect(folder / "global.db") as connection:
        connection.execute(
            "INSERT INTO nbcache (hashkey, uri, description, data, created, accessed)"
            " VALUES (?, 'elsewhere.ipynb', '', '{}', '2026-01-01', '2026-01-01')",
            (key,),
        )
    return key


def test_a_record_becomes_an_entry_of_nobody(project: Project, tmp_path: Path) -> None:
    folder = exported(project, tmp_path)
    (result,) = project.cache.import_(folder)
    assert (result.path, result.result) == ("sub/a.ipynb", "imported")
    status = status_of(project)
    assert (status.verdict, status.provenance, status.origin) == ("fresh", "imported", "elsewhere")
    assert not status.trusted
    entry = project.store.get(str(result.entry)).entry
    assert (entry.seconds, entry.gaps) == (2.5, ("not-observed",))
    assert entry.created == 1767323045.000006
    (text,) = project.store.outputs_of(project.store.get(str(result.entry)))[0]
    assert text["text"] == "hé\n"


def test_it_is_imported_once_and_trusted_when_a_person_says_so(
    project: Project, tmp_path: Path
) -> None:
    folder = exported(project, tmp_path)
    (first,) = project.cache.import_(folder)
    (again,) = project.cache.import_(folder, trust=True)
    assert (again.result, again.entry) == ("known", first.entry)
    assert status_of(project).trusted
    assert project.store.page()[1] == 1
    shutil.rmtree(project.store.folder)
    project.cache.import_(folder, trust=True)
    assert (status_of(project).origin, status_of(project).provenance) == ("here", "imported")


def test_what_was_exported_from_here_is_known(project: Project) -> None:
    project.captured("a.ipynb", ("1", "one"))
    (written,) = project.export()
    (result,) = project.cache.import_(project.output)
    assert (result.result, result.entry) == ("known", written.entry)
    assert project.store.page()[1] == 1


def test_it_belongs_to_whoever_has_its_code_or_else_its_path(
    project: Project, tmp_path: Path
) -> None:
    folder = exported(project, tmp_path)
    path = project.folder / "sub" / "a.ipynb"
    moved = project.folder / "moved.ipynb"
    shutil.copy(path, moved)
    project.write("sub/a.ipynb", ("print('edited')", ""))
    assert outcomes(project.cache.import_(folder)) == [("moved.ipynb", "imported")]
    moved.unlink()
    assert outcomes(project.cache.import_(folder)) == [("sub/a.ipynb", "imported")]
    assert status_of(project).verdict == "stale"
    project.write("sub/a.ipynb", ("print('hé')", ""))
    assert status_of(project).verdict == "fresh"
    path.unlink()
    assert outcomes(project.cache.import_(folder)) == [(None, "left-out")]


def test_an_entry_of_an_execution_decides_before_it(project: Project, tmp_path: Path) -> None:
    folder = exported(project, tmp_path)
    project.cache.import_(folder, trust=True)
    own = project.cache.capture("sub/a.ipynb")
    # Captured outputs are as unobserved as imported ones: the newer decides.
    assert status_of(project).entry == own.id


def test_errors_that_were_gone_past_are_those_of_a_person_s_wish(
    project: Project, tmp_path: Path
) -> None:
    folder = exported(project, tmp_path)
    error = new_output("error", ename="ValueError", evalue="no", traceback=[])
    failing = new_code_cell("boom", execution_count=1, outputs=[error])
    after = new_code_cell("1", execution_count=2)
    put(folder, failing, after)
    project.write("b.ipynb", ("boom", ""), ("1", ""))
    project.cache.import_(folder, trust=True)
    assert status_of(project, "b.ipynb").verdict == "stale"
    (allowed,) = project.cache.status(["b.ipynb"], variant={"allow_errors": True})
    assert (allowed.verdict, allowed.provenance) == ("fresh", "imported")


def test_what_was_not_executed_as_a_whole_is_left_out(project: Project, tmp_path: Path) -> None:
    folder = exported(project, tmp_path)
    put(folder, new_code_cell("a = 1"), new_code_cell("a", execution_count=7))
    project.write("b.ipynb", ("a = 1", ""), ("a", ""))
    assert ("b.ipynb", "left-out") in outcomes(project.cache.import_(folder))


def test_files_of_an_execution_come_along(project: Project, tmp_path: Path) -> None:
    folder = exported(project, tmp_path)
    (executed,) = (folder / "executed").iterdir()
    artefacts = executed / "artifacts"
    (artefacts / "plots").mkdir(parents=True)
    (artefacts / "plots" / "one.txt").write_text("one")
    (artefacts / ".hidden").write_text("x")
    (artefacts / "api_token.txt").write_text("x")
    (artefacts / "link").symlink_to(project.folder / "pyproject.toml")
    os.mkfifo(artefacts / "pipe")
    (result,) = project.cache.import_(folder)
    found = project.store.get(str(result.entry)).entry.artefacts
    assert {item.path: item.left_out for item in found} == {
        "plots/one.txt": None,
        ".hidden": "not-writable",
        "api_token.txt": "secret",
    }


@pytest.mark.parametrize(
    "damage", ["gone", "link", "folder-link", "not-json", "other-code", "pipe", "deep"]
)
def test_damaged_records_are_told_and_others_come_in(
    project: Project, tmp_path: Path, damage: str
) -> None:
    folder = exported(project, tmp_path)
    key = put(folder, new_code_cell("b", execution_count=1))
    project.write("b.ipynb", ("b", ""))
    base = folder / "executed" / key / "base.ipynb"
    text = base.read_text()
    base.unlink()
    if damage == "link":
        (tmp_path / "real.ipynb").write_text(text)
        base.symlink_to(tmp_path / "real.ipynb")
    elif damage == "folder-link":
        (tmp_path / "real").mkdir()
        (tmp_path / "real" / "base.ipynb").write_text(text)
        base.parent.rmdir()
        base.parent.symlink_to(tmp_path / "real")
    elif damage == "not-json":
        base.write_text(text[:-9])
    elif damage == "other-code":
        base.write_text(json.dumps({**json.loads(text), "cells": []}))
    elif damage == "pipe":
        os.mkfifo(base)
    elif damage == "deep":
        base.write_text('{"nbformat": 4, "cells": ' + "[" * 50_000)
    found = outcomes(project.cache.import_(folder))
    assert sorted(found, key=str) == [("b.ipynb", "damaged"), ("sub/a.ipynb", "imported")]


def test_keys_and_paths_of_a_stranger_lead_nowhere(project: Project, tmp_path: Path) -> None:
    folder = exported(project, tmp_path)
    shutil.copytree(next((folder / "executed").iterdir()), tmp_path / "outside")
    rows = [("../../outside", "x"), ("A" * 32, "y"), (b"\xff" * 32, "z"), ("", "\0")]
    with sqlite3.connect(folder / "global.db") as connection:
        connection.execute("UPDATE nbcache SET uri = char(0) || 'x'")
        for key, uri in rows:
            connection.execute(
                "INSERT INTO nbcache (hashkey, uri, description, data, created, accessed)"
                " VALUES (?, ?, '', 'null', 'never', 'never')",
                (key, uri),
            )
    assert outcomes(project.cache.import_(folder)) == [("sub/a.ipynb", "imported")]


@pytest.mark.parametrize("content", [b"", b"no database" * 100, None])
def test_what_is_no_cache_is_refused(
    project: Project, tmp_path: Path, content: bytes | None
) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    if content is None:
        (folder / "global.db").symlink_to(exported(project, tmp_path / "x") / "global.db")
    else:
        (folder / "global.db").write_bytes(content)
    with pytest.raises(ImportRefused):
        project.cache.import_(folder)
    assert not (folder / "global.db-journal").exists()
