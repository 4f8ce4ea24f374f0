"""The hooks of ``.pre-commit-hooks.yaml``, by pre-commit itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from jupyterlab_cache import NotebookCache

ROOT = Path(__file__).resolve().parent.parent
WHO = {
    f"GIT_{who}_{what}": "a" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
} | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


class Repository:
    """A repository whose commits pass through the hooks."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder = folder
        folder.mkdir()
        path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
        self._environment = os.environ | WHO | {"PATH": path, "PRE_COMMIT_HOME": str(home)}
        self.run("git", "init", "--quiet")

    def run(self, *words: str, code: int = 0) -> str:
        done = subprocess.run(
            words, cwd=self.folder, env=self._environment, capture_output=True, text=True
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def commit(self, code: int = 0) -> str:
        self.run("git", "add", "--all")
        return self.run("git", "commit", "-m", "more", code=code)


def write(path: Path, source: str, text: str) -> None:
    output = new_output("stream", name="stdout", text=text)
    cell = new_code_cell(source, id="c", outputs=[output], execution_count=1)
    kernel = {"name": "python3", "display_name": "P", "language": "python"}
    nbformat.write(new_notebook(cells=[cell], metadata={"kernelspec": kernel}), path)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    # What pre-commit clones: our file of hooks is all that it looks at.
    hooks = Repository(tmp_path / "hooks", tmp_path / "home")
    shutil.copy(ROOT / ".pre-commit-hooks.yaml", hooks.folder)
    hooks.commit()
    revision = hooks.run("git", "rev-parse", "HEAD").strip()
    repository = Repository(tmp_path / "project", tmp_path / "home")
    (repository.folder / ".pre-commit-config.yaml").write_text(
        f"repos:\n- repo: {hooks.folder}\n  rev: {revision}\n  hooks:\n"
        "  - id: jupyter-cache-status\n    args: [--accept-unobserved]\n"
        "  - id: jupyter-cache-strip\n"
    )
    repository.run("pre-commit", "install")
    return repository


def test_commits_hold_what_is_fresh_and_no_outputs(repository: Repository) -> None:
    notebook = repository.folder / "a.ipynb"
    write(notebook, "1", "shown\n")
    said = repository.commit(code=1)
    assert "does not pass  a.ipynb: uncached" in said
    assert "its outputs are not cached" in said
    assert "shown" in notebook.read_text()

    NotebookCache(repository.folder).capture("a.ipynb")
    said = repository.commit(code=1)
    assert "stripped a.ipynb" in said and "files were modified by this hook" in said
    assert "shown" not in notebook.read_text()
    repository.commit()
    assert NotebookCache(repository.folder).restore("a.ipynb").restored
    assert "shown" in notebook.read_text()
    assert "shown" not in repository.run("git", "show", "HEAD:a.ipynb")

    write(notebook, "2", "shown\n")
    assert "does not pass  a.ipynb: stale" in repository.commit(code=1)
