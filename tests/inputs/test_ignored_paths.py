"""Paths that a person wants to be neither inputs nor artefacts."""

from __future__ import annotations

from pathlib import Path

import pytest
from scenarios import Project

from jupyterlab_cache.inputs.ignoring import IgnoreRules
from jupyterlab_cache.notebooks.declaration import Declaration

READS_LOG = "print(len(open('logs/' + 'run.log').read()) >= 0)"
APPENDS = "open('logs/' + 'run.log', 'a').write('once more ')"
LISTS = "import os\nprint('data.csv' in os.listdir('logs'))"
ASKS = "import os\nprint(os.path.exists('logs/' + 'run.log'))"


def ignore(project: Project, *patterns: str) -> None:
    project.cache.declared = Declaration(ignore=patterns)


@pytest.mark.parametrize("patterns", [("*.log",), ("logs/",), ("logs",), ("*", "!*.csv", "!logs")])
@pytest.mark.parametrize("code", [READS_LOG, APPENDS, ASKS], ids=["read", "append", "exists"])
def test_an_ignored_file_does_not_matter(
    patterns: tuple[str, ...], code: str, project: Project
) -> None:
    project.write("logs/run.log", "begin ")
    project.notebook(code)
    ignore(project, *patterns)
    project.run()
    assert project.status().verdict == "fresh"
    project.write("logs/run.log", "something else")
    assert project.status().verdict == "fresh"
    (project.root / "logs" / "run.log").unlink()
    assert project.status().verdict == "fresh"
    store = project.cache.project_of(project.root / "a.ipynb").store
    ((stored,), _) = store.page()
    named = [item.path for item in (*stored.entry.inputs, *stored.entry.artefacts)]
    assert "logs/run.log" not in named


@pytest.mark.parametrize("code", [READS_LOG, APPENDS, ASKS], ids=["read", "append", "exists"])
def test_a_pattern_that_comes_later_makes_fresh_again(code: str, project: Project) -> None:
    project.write("logs/run.log", "begin ")
    project.notebook(code)
    project.run()
    (project.root / "logs" / "run.log").unlink()
    assert project.status().verdict == "stale"
    ignore(project, "*.log")
    assert project.status().verdict == "fresh"
    ignore(project, "*.txt")
    assert project.status().verdict == "stale"


@pytest.mark.parametrize("when", ["before", "after"])
def test_ignored_names_in_a_folder_that_is_listed(when: str, project: Project) -> None:
    project.write("logs/data.csv", "1")
    project.notebook(LISTS)
    if when == "before":
        project.write("logs/old.log", "")
        ignore(project, "*.log")
    project.run()
    project.write("logs/new.log", "")
    assert project.status().verdict == ("fresh" if when == "before" else "stale")
    ignore(project, "*.log")
    assert project.status().verdict == "fresh"
    project.write("logs/new.csv", "")
    assert [item.subject for item in project.status().reasons] == ["logs"]


def test_a_pattern_of_a_notebook_counts_from_its_folder(project: Project) -> None:
    project.write("deep/run.log", "1")
    project.write("run.log", "1")
    project.notebook(
        "print(open('run' + '.log').read(), open('../run' + '.log').read())", name="deep/a.ipynb"
    )
    ignore(project, "/run.log")
    project.run("deep/a.ipynb")
    project.write("deep/run.log", "2")
    assert project.status("deep/a.ipynb").verdict == "fresh"
    project.write("run.log", "2")
    assert [item.subject for item in project.status("deep/a.ipynb").reasons] == ["../run.log"]


def test_declared_files_can_be_ignored_as_well(project: Project) -> None:
    project.write("logs/data.csv", "1")
    project.write("logs/run.log", "1")
    project.notebook("print(1)")
    project.cache.declared = Declaration(assets=("logs", "logs/run.log"), ignore=("*.log",))
    project.run()
    project.write("logs/run.log", "2")
    assert project.status().verdict == "fresh"
    project.cache.declared = Declaration(assets=("logs",))
    assert [item.subject for item in project.status().reasons] == ["logs/run.log"]


def test_the_innermost_rule_decides(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    rules = IgnoreRules([(tmp_path, ("*.log",)), (inner, ("!keep.log",))])
    names = ["run.log", "inner/run.log", "inner/keep.log", "keep.log", "inner/data.csv"]
    assert [rules.ignores(str(tmp_path / name)) for name in names] == [
        True,
        True,
        False,
        True,
        False,
    ]
