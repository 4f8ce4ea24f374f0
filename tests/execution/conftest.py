"""A project in a temporary folder; every test has to leave no kernel behind."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from execution_support import Project

from jupyterlab_cache.cache import NotebookCache
from jupyterlab_cache.execution.kernels import Kernels
from jupyterlab_cache.execution.own_kernels import own_kernels
from jupyterlab_cache.execution.queue import JobQueue
from jupyterlab_cache.inputs.stat_cache import StatCache
from jupyterlab_cache.store.signatures import KeyRing

SECRET = b"the secret of these tests"


@pytest.fixture
def runtime_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    # Not below tmp_path: the paths of sockets can have a hundred characters only.
    folder = Path(tempfile.mkdtemp(prefix="jc"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(folder))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def fork() -> bool:
    """Whether kernels may be forks."""
    return False


@pytest.fixture
def kernels(
    runtime_folder: Path, jp_asyncio_loop: asyncio.AbstractEventLoop, fork: bool
) -> Iterator[Kernels]:
    """Kernels of our own; at the end none of them may be there any more."""
    before = set(psutil.Process().children(recursive=True))
    kernels = own_kernels(StatCache(runtime_folder / "files.sqlite"), fork=fork)
    yield kernels
    jp_asyncio_loop.run_until_complete(kernels.close())
    left = set(psutil.Process().children(recursive=True)) - before
    _, alive = psutil.wait_procs(left, timeout=10)
    commands = [process.cmdline() for process in alive]
    for process in alive:
        process.kill()
    assert commands == []
    assert kernels._manager.list_kernel_ids() == []
    # The connection file of a kernel that did not start is jupyter_client's to remove.
    left_files = [path.name for path in runtime_folder.iterdir() if path.suffix != ".json"]
    assert set(left_files) <= {"jupyter_cookie_secret"}  # of a server, where there was one


@pytest.fixture
def open_cache(tmp_path: Path) -> Callable[[], NotebookCache]:
    """Open the cache of the project once more, as another process would."""

    def open_cache() -> NotebookCache:
        stat_cache = StatCache(tmp_path / "files.sqlite")
        return NotebookCache(tmp_path / "project", keys=KeyRing(SECRET), stat_cache=stat_cache)

    return open_cache


@pytest.fixture
def project(tmp_path: Path, kernels: Kernels, open_cache: Callable[[], NotebookCache]) -> Project:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text("[project]\nname = 'tested'\n")
    return Project(folder, open_cache(), kernels, [])


@pytest.fixture
def add_kernelspec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Install a kernelspec that only this test sees."""
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))

    def add(name: str, *argv: str, language: str = "python") -> None:
        folder = tmp_path / "jupyter" / "kernels" / name
        folder.mkdir(parents=True)
        spec = {"argv": list(argv), "display_name": name, "language": language}
        (folder / "kernel.json").write_text(json.dumps(spec))

    return add


@pytest.fixture
def open_queue(
    project: Project, jp_asyncio_loop: asyncio.AbstractEventLoop
) -> Iterator[Callable[..., JobQueue]]:
    """Open a queue on the project, as each start of a server does."""
    queues: list[JobQueue] = []

    def open_queue(**options: Any) -> JobQueue:
        queues.append(JobQueue(project.cache, project.kernels, **options))
        return queues[-1]

    yield open_queue
    # A test that fails stops nothing itself.
    for queue in queues:
        jp_asyncio_loop.run_until_complete(queue.stop())
