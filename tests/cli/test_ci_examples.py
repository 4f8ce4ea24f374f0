"""The ready examples for CI services: each command in them runs, on one runner after another."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import yaml
from nbformat.v4 import new_code_cell, new_notebook

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "ci"
PIP = "#!/bin/sh\nexit 0\n"  # what it would install is there


class Runner:
    """A new machine with a checkout of the project: nothing is on it but what CI brings."""

    def __init__(self, home: Path, *, key: str) -> None:
        self.home = home
        self.project = home / "project"
        self.project.mkdir(parents=True)
        kernel = {"name": "python3", "display_name": "P", "language": "python"}
        cells = [new_code_cell("open('data.txt').read()")]
        notebook = new_notebook(cells=cells, metadata={"kernelspec": kernel})
        nbformat.write(notebook, self.project / "a.ipynb")
        (self.project / "data.txt").write_text("data")
        (self.project / "pyproject.toml").touch()
        (home / "bin").mkdir()
        (home / "bin" / "pip").write_text(PIP)
        (home / "bin" / "pip").chmod(0o755)
        self.environment = os.environ | {
            "HOME": str(home),
            "JUPYTER_DATA_DIR": str(home / "data"),
            "XDG_CACHE_HOME": str(home / "cache"),
            "PATH": os.pathsep.join(
                (str(home / "bin"), str(Path(sys.executable).parent), os.environ["PATH"])
            ),
            "GITHUB_STEP_SUMMARY": str(home / "summary.md"),
            "JUPYTERLAB_CACHE_TEAM_KEY": key,
        }

    def bash(self, command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", command],
            cwd=self.project,
            env=self.environment,
            capture_output=True,
            text=True,
        )

    def restore_store(self, saved: Path) -> None:
        shutil.copytree(saved / ".jupyterlab_cache", self.project / ".jupyterlab_cache")

    def result(self) -> str:
        done = self.bash("jupyter cache report --format json")
        (notebook,) = json.loads(done.stdout)["notebooks"]
        return str(notebook["result"])


def github_commands() -> list[str]:
    workflow: dict[Any, Any] = yaml.safe_load((EXAMPLES / "github-actions.yml").read_text())
    (job,) = workflow["jobs"].values()
    steps = job["steps"]
    by_name = {step.get("name"): step for step in steps}
    restore, save = by_name["Restore the store"], by_name["Save the store"]
    # What is saved is what is restored, whatever happened in between.
    assert restore["with"]["key"] == save["with"]["key"]
    assert restore["with"]["path"] == save["with"]["path"] == ".jupyterlab_cache"
    for prefix in restore["with"]["restore-keys"].split("\n"):
        assert save["with"]["key"].startswith(prefix)
    assert save["if"] == by_name["Make room"]["if"] == "always()"
    assert [step for step in steps if "run" in step or "uses" in step] == steps
    assert steps.index(by_name["Make room"]) < steps.index(save)
    return [step["run"] for step in steps if "run" in step]


def gitlab_commands() -> list[str]:
    (job,) = yaml.safe_load((EXAMPLES / "gitlab-ci.yml").read_text()).values()
    assert job["cache"]["paths"] == [".jupyterlab_cache/"]
    return [*job["script"], *job["after_script"]]


def test_the_second_runner_executes_nothing(tmp_path: Path) -> None:
    key = "k" * 32
    first = Runner(tmp_path / "first", key=key)
    for command in github_commands():
        done = first.bash(command)
        assert done.returncode == 0, (command, done.stderr)
    assert first.result() == "executed"

    second = Runner(tmp_path / "second", key=key)
    second.restore_store(first.project)
    for command in github_commands():
        done = second.bash(command)
        assert done.returncode == 0, (command, done.stderr)
    assert second.result() == "fresh"
    assert "a.ipynb" in (second.home / "summary.md").read_text()


def test_gitlab_runs_the_same_commands() -> None:
    tried = {command.replace(" --format github", "") for command in github_commands()}
    assert set(gitlab_commands()) <= tried


def test_what_does_not_pass_is_told_beside_the_file(tmp_path: Path) -> None:
    runner = Runner(tmp_path / "one", key="")
    done = runner.bash("jupyter cache status --check --format github")
    assert done.returncode == 1
    assert done.stdout == (
        "::error file=a.ipynb,title=Notebook cache::uncached; execute it with `jupyter cache run`\n"
    )
    assert "does not pass  a.ipynb" in done.stderr
    odd = runner.project / "b,c%.ipynb"
    (runner.project / "a.ipynb").rename(odd)
    done = runner.bash("jupyter cache status --format github")
    assert done.returncode == 0
    assert done.stdout.startswith("::warning file=b%2Cc%25.ipynb,title=")
