"""Files that notebooks write, on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from test_commands import Project

WRITE = "open('small', 'w').write('1')\nopen('large', 'w').write('2' * 5000)"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "pyproject.toml").write_text("")
    made = Project(tmp_path)
    made.write("a.ipynb", WRITE)
    return made


def results(restored: Any) -> dict[str, str]:
    return {file["path"]: file["result"] for item in restored for file in item["artefacts"]}


def test_files_are_shown_told_of_and_restored(project: Project) -> None:
    (run,) = project.json("run")
    _, shown, _ = project.run("show", run["entry"][:8])
    assert "small  1 B, stored" in shown
    assert "large  5.0 kB, stored" in shown

    (project.folder / "small").unlink()
    (project.folder / "large").write_text("mine")
    code, out, _ = project.run("status", "a.ipynb", "--check")
    assert code == 0
    assert "small, which it wrote, is gone; restore --artefacts brings it back." in out
    assert "large, which it wrote, was changed" in out
    (status,) = project.json("status")
    assert {item["path"]: item["state"] for item in status["artefacts"]} == {
        "small": "missing",
        "large": "changed",
    }
    assert project.json("status", "--artefacts", "ignore")[0]["artefacts"] == []

    assert results(project.json("restore", "a.ipynb")) == {}
    assert not (project.folder / "small").exists()
    restored = project.json("restore", "a.ipynb", "--artefacts", code=1)
    assert restored[0]["restored"] is True
    assert results(restored) == {"small": "restored", "large": "differs"}
    assert (project.folder / "large").read_text() == "mine"
    code, out, _ = project.run("restore", "a.ipynb", "--artefacts", "--overwrite")
    assert (code, (project.folder / "large").read_text()) == (0, "2" * 5000)
    assert "overwritten large" in out
    assert project.json("status")[0]["artefacts"] == []


def test_limits_and_patterns_are_options_of_run(project: Project) -> None:
    (run,) = project.json("run", "--artefact-bytes", "1000", "--artefacts-ignore", "small")
    artefacts = project.json("show", run["entry"])["artefacts"]
    assert {item["path"]: item["left_out"] for item in artefacts} == {
        "small": "ignored",
        "large": "too-large",
    }
    _, shown, _ = project.run("show", run["entry"])
    assert "large  5.0 kB, not stored (too-large)" in shown
    _, out, _ = project.run("status", "a.ipynb")
    assert "large, which it wrote, is there and is not stored (too-large)." in out
    assert "small" not in out
    (run,) = project.json("run", "--force", "--artefact-files", "0")
    assert project.json("show", run["entry"])["artefacts"][0]["left_out"] == "too-many"
    (run,) = project.json("run", "--force", "--artefact-total-bytes", "3")
    assert {
        item["path"]: item.get("left_out")
        for item in project.json("show", run["entry"])["artefacts"]
    } == {"small": None, "large": "too-much"}


def test_entries_from_elsewhere_need_a_yes_of_their_own(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    project.run("run")
    (project.folder / "small").unlink()
    # Somebody else's notary did not sign these.
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path_factory.mktemp("other-person")))
    arguments = ("restore", "a.ipynb", "--artefacts", "--overwrite")
    assert results(project.json(*arguments, code=1)) == {"small": "untrusted", "large": "same"}
    assert not (project.folder / "small").exists()
    assert results(project.json(*arguments, "--accept-untrusted"))["small"] == "restored"


@pytest.mark.parametrize("option", ["--overwrite", "--accept-untrusted"])
def test_options_without_artefacts_are_refused(project: Project, option: str) -> None:
    code, _, err = project.run("restore", "a.ipynb", option)
    assert code == 2
    assert len(err.strip().splitlines()) == 1
    assert "--artefacts" in err


def test_files_of_a_text_notebook_are_restored_without_its_outputs(project: Project) -> None:
    header = "---\nkernelspec:\n  name: python3\n  display_name: p\n  language: python\n---\n"
    text = f"{header}\n```python\nopen('of-text', 'w').write('1')\n```\n"
    (project.folder / "t.md").write_text(text)
    project.run("run", "t.md")
    (project.folder / "of-text").unlink()
    restored = project.json("restore", "t.md", "--artefacts", code=1)
    assert (restored[0]["restored"], results(restored)) == (False, {"of-text": "restored"})
    assert "--output" in restored[0]["message"]
