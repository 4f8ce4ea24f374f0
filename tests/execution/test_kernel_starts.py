"""Kernels that cannot be started, and what is left of the attempt: nothing."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from execution_support import ENDLESS, Project, until

from jupyterlab_cache.execution.engine import execute
from jupyterlab_cache.execution.kernels import KernelStartFailed, UnknownKernel
from jupyterlab_cache.execution.launch import Kernel
from jupyterlab_cache.execution.own_kernels import own_kernels
from jupyterlab_cache.execution.request import ExecutionSettings
from jupyterlab_cache.inputs.stat_cache import StatCache

AddKernelspec = Callable[..., None]


async def test_an_unknown_kernel_is_refused_with_those_that_are_known(
    project: Project, add_kernelspec: AddKernelspec
) -> None:
    add_kernelspec("another-kernel", sys.executable)
    path = project.write("a.ipynb", "1", kernel="no-such-kernel")
    with pytest.raises(UnknownKernel) as caught:
        await project.execute(path)
    assert "'no-such-kernel'" in str(caught.value)
    known = str(caught.value).partition("choose one of: ")[2].rstrip(".").split(", ")
    assert {"another-kernel", "python3"} <= set(known)
    assert known == sorted(known)
    assert project.store.page()[1] == 0


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["/nowhere/kernel-program", "-f", "{connection_file}"], "/nowhere/kernel-program"),
        ([sys.executable, "-c", "raise SystemExit(3)"], "did not answer"),
        ([], "could not be started"),
    ],
    ids=["no such program", "ends at once", "no command"],
)
async def test_a_kernel_that_cannot_be_started_is_reported(
    project: Project, add_kernelspec: AddKernelspec, argv: list[str], words: str
) -> None:
    add_kernelspec("broken", *argv)
    path = project.write("a.ipynb", "1", kernel="broken")
    with pytest.raises(KernelStartFailed, match=words):
        await project.execute(path)
    assert project.store.page()[1] == 0


async def test_a_kernel_that_ends_at_once_has_its_last_words_told(
    project: Project, add_kernelspec: AddKernelspec
) -> None:
    add_kernelspec("broken", sys.executable, "-m", "no_such_kernel_module")
    path = project.write("a.ipynb", "1", kernel="broken")
    with pytest.raises(KernelStartFailed, match="No module named no_such_kernel_module"):
        await project.execute(path)


async def test_a_kernel_that_never_answers_is_given_up(
    project: Project, add_kernelspec: AddKernelspec
) -> None:
    add_kernelspec("mute", sys.executable, "-c", ENDLESS)
    path = project.write("a.ipynb", "1", kernel="mute")
    with pytest.raises(KernelStartFailed, match="did not answer"):
        await project.execute(path, settings=ExecutionSettings(startup_timeout=1))


async def test_a_kernel_that_is_given_up_before_it_answers_is_ended(
    project: Project, add_kernelspec: AddKernelspec
) -> None:
    add_kernelspec("mute", sys.executable, "-c", ENDLESS)
    path = project.write("a.ipynb", "1", kernel="mute")
    work = asyncio.ensure_future(project.execute(path))
    await until(lambda: any(_runs(child, ENDLESS) for child in psutil.Process().children()))
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work


async def test_an_execution_can_be_cancelled_while_its_kernel_starts(
    project: Project, add_kernelspec: AddKernelspec
) -> None:
    add_kernelspec("mute", sys.executable, "-c", ENDLESS)
    path = project.write("a.ipynb", "1", kernel="mute")
    cancelled = asyncio.Event()
    # Without an end to the patience, so that it is the cancelling which ends it.
    settings = ExecutionSettings(startup_timeout=10_000)
    work = asyncio.ensure_future(project.freshen(path, cancelled=cancelled, settings=settings))
    await until(lambda: any(_runs(child, ENDLESS) for child in psutil.Process().children()))
    cancelled.set()
    outcome = await work
    assert outcome.result == "cancelled"
    assert outcome.failure is not None
    assert (outcome.failure.name, outcome.failure.cell) == ("Cancelled", None)
    stored = project.store.get(outcome.entry or "")
    assert stored.entry.outcome == "cancelled"
    assert [cell.seconds for cell in stored.entry.cells] == [None]
    assert project.outputs(stored) == [[]]
    assert project.started == []
    assert project.status(path).verdict == "stale"


def _runs(process: psutil.Process, code: str) -> bool:
    try:
        return code in process.cmdline()
    except psutil.Error:
        return False


@pytest.mark.parametrize("steps", [1, 5, 20, 200])
async def test_a_kernel_that_is_given_up_while_it_starts_is_ended(
    project: Project, steps: int
) -> None:
    path = project.write("a.ipynb", ENDLESS)
    work = asyncio.ensure_future(project.execute(path))
    for _ in range(steps):
        await asyncio.sleep(0.001)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work


async def test_a_kernel_has_the_notebooks_folder_and_the_variables_it_is_given(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIVEN_TO_KERNELS", "yes")
    path = project.write(
        "sub/a.ipynb", "import os\nprint(os.getcwd())\nprint(os.environ['GIVEN_TO_KERNELS'])"
    )
    stored = await project.execute(path)
    assert project.texts(stored) == [f"{project.folder / 'sub'}\nyes\n"]


async def test_a_notebook_that_names_no_kernel_gets_the_default_one(project: Project) -> None:
    path = project.write("a.ipynb", "print(1)")
    node = json.loads(path.read_text())
    node["metadata"] = {}
    path.write_text(json.dumps(node))
    stored = await project.execute(path)
    assert stored.entry.kernel_name == "python3"
    assert project.status(path).verdict == "fresh"


async def test_the_kernels_identifier_is_told_and_taken_back(
    project: Project, runtime_folder: Path
) -> None:
    told: list[Any] = []
    await project.execute(project.write("a.ipynb", "1"), on_kernel=told.append)
    assert len(told) == 2
    assert isinstance(told[0], Kernel)
    assert told[1] is None
    await project.kernels.close()
    assert os.listdir(runtime_folder) == []


async def test_a_kernel_starts_where_the_runtime_folder_is_too_deep_for_sockets(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / ("deep" * 20)))
    kernels = own_kernels(StatCache(tmp_path / "files.sqlite"))
    stored = await execute(project.request(project.write("a.ipynb", "print(1)")), kernels)
    await kernels.close()
    assert stored.entry.outcome == "ok"
