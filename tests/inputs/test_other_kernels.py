"""Kernels of other languages: what a watch on the file system sees of them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from scenarios import Project, Scenario, play, removes, writes

KERNELS = {
    "bash": [sys.executable, "-m", "bash_kernel", "-f", "{connection_file}"],
    "r": ["R", "--slave", "-e", "IRkernel::main()", "--args", "{connection_file}"],
}
READS = {
    "bash": "cat da''ta.csv",
    "r": "name <- paste0('da', 'ta.csv'); print(readLines(name, warn = FALSE))",
}


def has_r() -> bool:
    if shutil.which("R") is None:
        return False
    command = ["R", "--slave", "-e", "library(IRkernel)"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.fixture
def kernel(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    name = str(request.param)
    folder = tmp_path / "jupyter" / "kernels" / name
    folder.mkdir(parents=True)
    spec = {"argv": KERNELS[name], "language": name, "display_name": name}
    (folder / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    return name


LANGUAGES = ["bash", *(["r"] if has_r() else [])]


@pytest.mark.parametrize("kernel", LANGUAGES, indirect=True)
@pytest.mark.parametrize("edit", ["changed", "missing"])
def test_a_file_that_another_language_reads(kernel: str, edit: str, project: Project) -> None:
    project.environment["JUPYTER_PATH"] = ""
    scenario = Scenario(
        "language",
        (READS[kernel],),
        writes("data.csv", "after all\n") if edit == "changed" else removes("data.csv"),
        f"file-{edit}",
        "data.csv",
        files={"data.csv": "before\n"},
    )
    play(scenario, project, kernel=kernel)
    status = project.status()
    assert status.coverage == ("literals", "filesystem-watch")
    assert status.gaps == ("language-environment", "outside-project")


@pytest.mark.parametrize("kernel", ["bash"], indirect=True)
def test_an_error_of_another_language_is_a_failed_execution(kernel: str, project: Project) -> None:
    project.notebook("false", "echo never", kernel=kernel)
    (result,) = project.cache.run()
    assert result.result == "failed"
    assert project.status().verdict == "failed"


@pytest.mark.parametrize("kernel", ["bash"], indirect=True)
def test_another_kernelspec_of_the_same_name(kernel: str, project: Project, tmp_path: Path) -> None:
    project.notebook("echo hello", kernel=kernel)
    project.run()
    assert project.status().verdict == "fresh"
    place = tmp_path / "jupyter" / "kernels" / kernel / "kernel.json"
    spec = json.loads(place.read_text())
    place.write_text(json.dumps({**spec, "env": {"LEVEL": "2"}}))
    assert [reason.code for reason in project.status().reasons] == ["kernel-changed"]
    place.write_text(json.dumps(spec))
    assert project.status().verdict == "fresh"
