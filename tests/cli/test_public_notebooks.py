"""Notebooks that others wrote, from the tests of public packages: executed once, then fresh.

They are downloaded, since the project does not hold files of others.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

# Package, the folder in it, and the notebooks. Some are meant to fail, and then fail the same way.
NOTEBOOKS = {
    "nbclient==0.11.0": (
        "tests/files",
        {
            "Check History in Memory.ipynb": "executed",
            "Clear Output.ipynb": "executed",
            "Empty Cell.ipynb": "executed",
            "Error.ipynb": "failed",
            "Factorials.ipynb": "executed",
            "JupyterWidgets.ipynb": "executed",
            "Other Comms.ipynb": "executed",
            "Output.ipynb": "executed",
            "SVG.ipynb": "executed",
            "Skip Exceptions with Cell Tags.ipynb": "executed",
            "Skip Execution with Cell Tag.ipynb": "executed",
            "Unicode.ipynb": "executed",
            "update-display-id.ipynb": "executed",
        },
    ),
    "nbval==0.11.0": (
        "tests",
        {
            "exceptions.ipynb": "failed",
            "minimal_example.ipynb": "executed",
            "test_coalesce.ipynb": "executed",
        },
    ),
}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("package", NOTEBOOKS)
def test_public_notebooks_are_executed_once(package: str, tmp_path: Path) -> None:
    folder, expected = NOTEBOOKS[package]
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").touch()
    for name, content in notebooks_of(package, folder, tmp_path).items():
        if name in expected:
            (project / name).write_bytes(content)
    assert {path.name for path in project.glob("*.ipynb")} == set(expected)

    assert results(project, "run", "--jobs", "2", "--timeout", "60") == expected
    again = {name: "fresh" if how == "executed" else how for name, how in expected.items()}
    assert results(project, "run") == again
    verdicts = {name: "failed" if how == "failed" else "fresh" for name, how in expected.items()}
    assert results(project, "status", key="verdict") == verdicts
    # Nothing was executed again, not even what had failed.
    assert len(answer(project, "list")) == len(expected)


def notebooks_of(package: str, folder: str, tmp_path: Path) -> dict[str, bytes]:
    """Name → content of the notebooks in a folder of a package's source distribution."""
    target = tmp_path / "download"
    name = package.partition("==")[0]
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"),
            *("--no-binary", name, "--dest", str(target), package),
        ],
        check=True,
    )
    (archive,) = target.glob("*.tar.gz")
    found = {}
    with tarfile.open(archive) as files:
        for member in files:
            path = Path(member.name)
            if path.suffix == ".ipynb" and "/".join(path.parent.parts[1:]) == folder:
                content = files.extractfile(member)
                assert content is not None
                found[path.name] = content.read()
    return found


def answer(project: Path, *arguments: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "jupyterlab_cache.cli.main", *arguments, "--json"],
        cwd=project,
        stdout=subprocess.PIPE,
        check=False,
    )
    assert done.returncode in (0, 1)
    return json.loads(done.stdout)


def results(project: Path, *arguments: str, key: str = "result") -> dict[str, str]:
    return {item["path"]: item[key] for item in answer(project, *arguments)}
