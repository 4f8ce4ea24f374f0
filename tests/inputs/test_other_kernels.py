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


NAMES = {
    "bash": "cat {path}",
    "r": "print(if (file.exists('{path}')) readLines('{path}', warn = FALSE) else 'none')",
}


@pytest.mark.parametrize("kernel", LANGUAGES, indirect=True)
def test_a_file_outside_the_project_that_another_language_names(
    kernel: str, project: Project
) -> None:
    path = project.outside / "data.csv"
    path.write_text("before\n")
    scenario = Scenario(
        "outside",
        (NAMES[kernel].format(path=path),),
        lambda _: path.write_text("after all\n"),
        "file-changed",
        "data.csv",
    )
    play(scenario, project, kernel=kernel)


@pytest.mark.parametrize("kernel", ["r"] if has_r() else [], indirect=True)
def test_a_file_that_another_language_names_and_does_not_find(
    kernel: str, project: Project
) -> None:
    scenario = Scenario(
        "absent",
        (NAMES[kernel].format(path="data.csv"),),
        writes("data.csv", "after all\n"),
        "file-appeared",
        "data.csv",
    )
    play(scenario, project, kernel=kernel)


@pytest.mark.parametrize("kernel", ["bash"], indirect=True)
def test_what_another_language_makes_and_names_is_no_input(kernel: str, project: Project) -> None:
    project.notebook("echo made > 'made.csv'; cat made.csv", kernel=kernel)
    project.run()
    assert project.status().verdict == "fresh"
    (project.root / "made.csv").unlink()
    assert project.status().verdict == "fresh"


@pytest.mark.parametrize("kernel", ["bash"], indirect=True)
def test_what_another_language_writes_outside_is_no_input(kernel: str, project: Project) -> None:
    path = project.outside / "log.txt"
    path.write_text("an older one\n")
    project.notebook(f"date > {path}", kernel=kernel)
    project.run()
    path.write_text("something else\n")
    assert project.status().verdict == "fresh"


@pytest.mark.parametrize("kernel", ["bash"], indirect=True)
@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("wget -q -t 1 http://cache.invalid/data.csv || echo none", "stale"),
        ("echo see http://cache.invalid/", "fresh"),
        ("curl -s http://localhost:1/ || echo none", "fresh"),
    ],
    ids=["fetched", "mentioned", "this-machine"],
)
def test_the_network_as_far_as_the_code_names_it(
    kernel: str, code: str, verdict: str, project: Project
) -> None:
    project.notebook(code, kernel=kernel)
    project.run()
    status = project.status()
    assert (status.verdict, "network" in status.gaps) == (verdict, verdict == "stale")


@pytest.mark.parametrize("kernel", ["r"] if has_r() else [], indirect=True)
def test_a_start_up_file_of_another_language(kernel: str, project: Project) -> None:
    scenario = Scenario(
        "profile",
        ("print(level)",),
        writes(".Rprofile", "level <- 'another'\n"),
        "file-changed",
        ".Rprofile",
        files={".Rprofile": "level <- 1\n"},
    )
    play(scenario, project, kernel=kernel)


@pytest.mark.parametrize("kernel", LANGUAGES, indirect=True)
def test_a_new_file_beside_a_notebook_that_lists_nothing(kernel: str, project: Project) -> None:
    project.notebook(
        "# nothing" if kernel == "bash" else "print(1)",
        "NULL" if kernel == "r" else ":",
        kernel=kernel,
    )
    project.run()
    project.write("new.csv", "1")
    assert project.status().verdict == "fresh"


@pytest.mark.parametrize("kernel", ["bash"], indirect=True)
def test_a_folder_that_another_language_makes_and_lists(kernel: str, project: Project) -> None:
    project.notebook("mkdir -p o''ut", "ls o''ut", kernel=kernel)
    project.run()
    assert project.status().verdict == "fresh"
    (project.root / "out").rmdir()
    assert project.status().verdict == "fresh"
