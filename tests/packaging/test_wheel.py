"""A wheel brings all that is needed to whoever installs it: no Node.js, no build."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
BUNDLE = ROOT / "jupyterlab_cache" / "labextension"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the project as it stands; the front end is taken as `make` has built it."""
    assert (BUNDLE / "static" / "style.js").exists(), "build the front end first: make setup"
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-qq",
        "--no-deps",
        "-w",
        str(folder),
        str(ROOT),
    ]
    subprocess.run(command, check=True)
    (path,) = folder.glob("jupyterlab_cache-*.whl")
    return path


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A fresh virtual environment with the wheel and JupyterLab; no Node.js on the PATH."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    command = [str(scripts / "python"), "-m", "pip", "install", "-qq"]
    command += ["-c", str(ROOT / "constraints.txt"), str(wheel), "jupyterlab"]
    subprocess.run(command, check=True)
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "SYSTEMROOT") if name in os.environ}
    settings = {
        name: str(folder / name.lower())
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR", "XDG_CACHE_HOME")
    }
    return kept | settings | {"PATH": str(scripts), "JUPYTER_PREFER_ENV_PATH": "1"}


def output_of(environment: dict[str, str], command: str, *arguments: str, cwd: Path) -> str:
    """What a command of the environment prints, on both streams.

    Raises:
        AssertionError: It failed.
    """
    executable = Path(environment["PATH"]) / command
    result = subprocess.run(
        [executable, *arguments],
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    assert result.returncode == 0, result.stdout
    # Jupyter colours its lists whether or not anybody looks.
    return re.sub(r"\x1b\[[0-9;]*m", "", result.stdout)


def test_wheel_carries_the_front_end_the_settings_and_the_contract(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    data = [name.partition(".data/data/")[2] for name in names]
    shared = "share/jupyter/labextensions/jupyterlab-cache"
    assert f"{shared}/package.json" in data
    assert f"{shared}/install.json" in data
    assert any(name.startswith(f"{shared}/static/remoteEntry.") for name in data)
    for schema in (ROOT / "schema").glob("*.json"):
        assert f"{shared}/schemas/jupyterlab-cache/{schema.name}" in data
    assert "etc/jupyter/jupyter_server_config.d/jupyterlab_cache.json" in data
    assert "jupyterlab_cache/openapi.yaml" in names
    assert {"jupyterlab_cache/events/job.yaml", "jupyterlab_cache/events/store.yaml"} <= set(names)


def test_extension_is_there_and_enabled(environment: dict[str, str], tmp_path: Path) -> None:
    listing = output_of(environment, "jupyter", "labextension", "list", cwd=tmp_path)
    (line,) = [line for line in listing.splitlines() if "jupyterlab-cache" in line]
    assert "enabled" in line
    assert "OK" in line

    listing = output_of(environment, "jupyter", "server", "extension", "list", cwd=tmp_path)
    lines = [line.split() for line in listing.splitlines() if "jupyterlab_cache" in line]
    assert ["jupyterlab_cache", "enabled"] in lines
    assert any(words[-1] == "OK" for words in lines)


def test_command_line_works(environment: dict[str, str], tmp_path: Path) -> None:
    assert "run" in output_of(environment, "jupyter-cache", "--help", cwd=tmp_path)
    # `jupyter cache` is looked up on the PATH.
    assert "run" in output_of(environment, "jupyter", "cache", "--help", cwd=tmp_path)
