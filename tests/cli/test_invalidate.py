"""``invalidate``, ``remove`` and ``pin``, and what is declared on the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from jupyterlab_cache.cache import NotebookCache


class Project:
    """A folder of notebooks, and the command in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, source: str = "print(1)") -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        spec = {"name": "python3", "display_name": "python3"}
        cells = [new_code_cell(source)]
        nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": spec}), path)
        return path

    def run(self, *arguments: str) -> tuple[int, str, str]:
        command = [sys.executable, "-m", "jupyterlab_cache.cli.main", *arguments]
        done = subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, timeout=120, check=False
        )
        return done.returncode, done.stdout, done.stderr

    def json(self, *arguments: str) -> Any:
        code, out, err = self.run(*arguments, "--json")
        assert code == 0, err
        return json.loads(out)

    def verdicts(self, *options: str) -> dict[str, str]:
        return {item["path"]: item["verdict"] for item in self.json("status", *options)}

    def entries(self) -> list[str]:
        return [item["entry"] for item in self.json("list")]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_invalidate_makes_stale_without_deleting(project: Project) -> None:
    project.write("a.ipynb")
    project.write("deep/b.ipynb", "print(2)")
    project.json("run")
    assert project.json("invalidate", "a.ipynb") == [{"path": "a.ipynb"}]
    assert project.verdicts() == {"a.ipynb": "stale", "deep/b.ipynb": "fresh"}
    (status,) = project.json("status", "a.ipynb")
    assert [reason["code"] for reason in status["reasons"]] == ["invalidated"]
    assert len(project.entries()) == 2
    assert project.json("invalidate", "deep") == [{"path": "deep/b.ipynb"}]
    results = {item["path"]: item["result"] for item in project.json("run")}
    assert results == {"a.ipynb": "executed", "deep/b.ipynb": "executed"}
    assert set(project.verdicts().values()) == {"fresh"}


def test_remove_and_pin(project: Project) -> None:
    project.write("a.ipynb")
    project.json("run")
    (entry,) = project.entries()
    marks = NotebookCache(project.folder).locate(".")[0].store.marks
    assert project.json("pin", entry[:10]) == [{"entry": entry, "path": "a.ipynb", "pinned": True}]
    assert marks.is_pinned(entry)
    (answer,) = project.json("pin", entry[:10], "--unpin")
    assert (answer["pinned"], marks.is_pinned(entry)) == (False, False)
    # Nothing goes if one of them is wrong.
    assert project.run("remove", entry, "0" * 32)[0] == 2
    assert project.entries() == [entry]
    assert project.json("remove", entry[:10]) == [{"entry": entry, "path": "a.ipynb"}]
    assert (project.entries(), project.verdicts()) == ([], {"a.ipynb": "uncached"})


@pytest.mark.parametrize(
    "arguments",
    [
        ("invalidate",),
        ("invalidate", "missing.ipynb"),
        ("invalidate", "../a.ipynb"),
        ("remove", "nothing"),
        ("pin", "0123"),
        ("status", "a.ipynb", "--asset", "/etc/*"),
        ("status", "a.ipynb", "--asset", "../*.csv"),
        ("status", "a.ipynb", "--ignore", "../*.log"),
        ("run", "--track-env", "A=1"),
    ],
    ids=" ".join,
)
def test_bad_input_is_one_line_and_exit_code_2(arguments: tuple[str, ...], tmp_path: Path) -> None:
    project = Project(tmp_path / "inner")
    project.write("a.ipynb")
    code, out, err = project.run(*arguments, "--json")
    assert (code, out, len(err.splitlines())) == (2, "", 1), err


def test_what_is_declared_with_a_command(project: Project) -> None:
    project.write("deep/a.ipynb", "print(open('run' + '.log').read())")
    (project.folder / "deep" / "data.csv").write_text("1")
    (project.folder / "deep" / "run.log").write_text("1")
    options = ("--asset", "*.csv", "--ignore", "*.log", "--track-env", "CITY")
    project.json("run", *options)
    assert project.verdicts(*options) == {"deep/a.ipynb": "fresh"}
    (project.folder / "deep" / "run.log").write_text("2")
    assert project.verdicts(*options) == {"deep/a.ipynb": "fresh"}
    (project.folder / "deep" / "data.csv").write_text("2")
    (status,) = project.json("status", *options)
    assert [(item["code"], item["subject"]) for item in status["reasons"]] == [
        ("file-changed", "data.csv")
    ]
