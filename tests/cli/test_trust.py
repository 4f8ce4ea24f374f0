"""``jupyter cache trust``, and how entries from elsewhere are told apart."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_output
from test_commands import Project

HTML = {"text/html": "<b>bold</b>", "text/plain": "bold"}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Two notebooks whose outputs somebody else has stored."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text("")
    made = Project(folder)
    for name in ("a.ipynb", "sub/b.ipynb"):
        path = made.write(name, f"show({name!r})")
        notebook = nbformat.read(path, 4)
        notebook.cells[1] |= {"execution_count": 1, "outputs": [new_output("display_data", HTML)]}
        nbformat.write(notebook, path)
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "stranger"))
    assert made.run("add", "a.ipynb", "sub/b.ipynb")[0] == 0
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "own"))
    return made


def origins(project: Project) -> dict[str, tuple[str, bool]]:
    return {item["path"]: (item["origin"], item["trusted"]) for item in project.json("list")}


def test_entries_are_trusted_and_no_more(project: Project) -> None:
    foreign = ("elsewhere", False)
    assert origins(project) == {"a.ipynb": foreign, "sub/b.ipynb": foreign}
    entry = project.json("list", "a.ipynb")[0]["entry"]
    assert "(captured, from elsewhere, not trusted)" in project.run("list")[1]
    assert "captured, from elsewhere, not trusted" in project.run("show", entry)[1]
    assert "from elsewhere, not trusted" in project.run("status", "a.ipynb")[1]
    (status,) = project.json("status", "a.ipynb")
    assert (status["origin"], status["trusted"]) == foreign

    code, out, _ = project.run("trust", "a.ipynb", "--dry-run")
    assert code == 0
    assert entry[:12] in out and "active content: text/html" in out
    code, out, err = project.run("trust", entry[:10])
    assert (code, len(err.splitlines()), "--yes" in err) == (2, 1, True)
    assert origins(project)["a.ipynb"] == foreign

    (told,) = project.json("trust", entry[:10], "--yes")
    assert (told["entry"], told["trusted"], told["active"]) == (entry, True, ["text/html"])
    assert origins(project) == {"a.ipynb": ("elsewhere", True), "sub/b.ipynb": foreign}
    assert "from elsewhere, trusted" in project.run("show", entry)[1]
    assert project.json("trust", entry, "--yes") == []
    (told,) = project.json("trust", "--all", "--yes")
    assert told["path"] == "sub/b.ipynb"
    told = project.json("trust", "--all", "--revoke")
    assert [item["trusted"] for item in told] == [False, False]
    assert origins(project) == {"a.ipynb": foreign, "sub/b.ipynb": foreign}
    assert project.run("verify")[0] == 0


def test_what_makes_no_sense(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = Project(tmp_path)
    for arguments, words in (
        ((), "--all"),
        (("a.ipynb", "--all"), "--all"),
        (("0123abc",), "No entry begins"),
        (("nowhere.ipynb",), "Nothing is stored"),
        (("../../x.ipynb",), "outside"),
    ):
        code, _, err = project.run("trust", *arguments)
        assert (code, len(err.splitlines()), words in err) == (2, 1, True), err
    monkeypatch.setenv("JUPYTERLAB_CACHE_TEAM_KEY", "guess")
    code, _, err = project.run("list")
    assert (code, len(err.splitlines()), "JUPYTERLAB_CACHE_TEAM_KEY" in err) == (2, 1, True)
    assert "guess" not in err
