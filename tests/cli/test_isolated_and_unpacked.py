"""Isolated runs and unpacked entries, on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from test_commands import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text("")
    made = Project(folder)
    (folder / "x.csv").write_text("1")
    made.write(
        "a.ipynb",
        "import os\nprint(open('x.csv').read() if os.path.exists('x.csv') else 'none')",
        "open('out.txt', 'w').write('result')",
    )
    return made


def test_an_isolated_run_tells_what_it_lacked(project: Project) -> None:
    code, out, _ = project.run("run", "--isolated")
    assert code == 0
    assert "The isolated run looked for x.csv" in out
    assert "declare it as an asset" in out
    assert not (project.folder / "out.txt").exists()
    assert len(project.json("list")) == 1  # not repeated: it would lack the same
    (status,) = project.json("status")
    assert status["verdict"] == "stale"
    assert [(item["code"], item["subject"]) for item in status["reasons"]] == [
        ("file-appeared", "x.csv")
    ]

    (run,) = project.json("run", "--isolated", "--asset", "x.csv")
    assert (run["result"], run["undeclared"]) == ("executed", [])
    assert project.json("status")[0]["verdict"] == "fresh"
    _, shown, _ = project.run("show", run["entry"])
    assert "isolated  in a folder of its own" in shown
    assert "lacked" not in shown
    code, out, _ = project.run("restore", "a.ipynb", "--artefacts")
    assert (code, (project.folder / "out.txt").read_text()) == (0, "result")

    (project.folder / "x.csv").write_text("2")
    assert project.json("status")[0]["verdict"] == "stale"


def test_it_is_declared_for_a_project_and_taken_back_by_a_command(project: Project) -> None:
    (project.folder / "pyproject.toml").write_text("[tool.jupyterlab-cache]\nisolated = true\n")
    (run,) = project.json("run")
    assert run["undeclared"] == ["x.csv"]
    shown = project.json("show", run["entry"])
    assert (shown["isolated"], shown["undeclared"]) == (True, ["x.csv"])
    assert "undeclared-inputs" in shown["gaps"]
    _, text, _ = project.run("show", run["entry"])
    assert "lacked    x.csv (not declared as assets)" in text

    (run,) = project.json("run", "--no-isolated")
    assert run["undeclared"] == []
    assert "isolated" not in project.json("show", run["entry"])

    (project.folder / "pyproject.toml").write_text("[tool.jupyterlab-cache]\nisolated = 'yes'\n")
    code, _, err = project.run("run")
    assert code != 0
    assert "isolated is 'yes'; write true or false" in err


def test_too_many_bytes_are_a_failure_of_the_notebook(project: Project) -> None:
    (run,) = project.json("run", "--isolated", "--isolated-bytes", "10", code=1)
    assert run["failure"]["name"] == "IsolationFailed"
    assert "isolated_bytes" in run["failure"]["message"]


def test_an_entry_is_unpacked(project: Project, tmp_path: Path) -> None:
    (run,) = project.json("run")
    target = tmp_path / "unpacked"
    code, out, _ = project.run("show", run["entry"][:8], "--unpack", str(target))
    assert code == 0
    assert "artefact  artefacts/out.txt" in out
    assert "manifest.json says why" in out
    assert nbformat.read(target / "notebook.ipynb", 4).cells[0].outputs[0].text == "1\n"
    assert (target / "inputs" / "x.csv").read_text() == "1"
    assert (target / "artefacts" / "out.txt").read_text() == "result"
    assert json.loads((target / "manifest.json").read_text())["entry"] == run["entry"]

    code, _, err = project.run("show", run["entry"], "--unpack", str(target))
    assert (code, err.count("\n")) == (2, 1)
    assert "is not empty" in err
    manifest = project.json("show", run["entry"], "--unpack", str(tmp_path / "other"))
    assert manifest["trusted"] is True


def test_an_entry_from_elsewhere_is_unpacked_after_a_yes(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (run,) = project.json("run")
    # Another person has another secret.
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "another"))
    target = tmp_path / "unpacked"
    code, _, err = project.run("show", run["entry"], "--unpack", str(target))
    assert (code, err.count("\n")) == (2, 1)
    assert "--accept-untrusted" in err
    assert not target.exists()
    arguments = ("show", run["entry"], "--unpack", str(target), "--accept-untrusted")
    assert project.run(*arguments)[0] == 0
    assert (target / "inputs" / "x.csv").exists()
    assert project.run("show", run["entry"], "--accept-untrusted")[0] == 2
