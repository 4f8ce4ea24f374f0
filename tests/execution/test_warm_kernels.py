"""Kernels that are started ahead: used once, and only if a new one would be the same."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from execution_support import OpenQueue, Project, ended, until

from jupyterlab_cache.execution.engine import launch_of
from jupyterlab_cache.execution.launch import Kernel, Launch
from jupyterlab_cache.execution.request import ExecutionSettings

PID = "import os\nprint(os.getpid(), os.getcwd(), os.environ.get('CITY'))"


def launch_for(project: Project, notebook: Path, **variables: str) -> Launch:
    """What the kernel of a notebook is started with."""
    return launch_of(notebook, "python3", {**project.cache.launch_environment(), **variables})


def waiting(project: Project) -> int:
    """How many kernels wait."""
    return len(project.kernels._warm._waiting)


def at_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> Path:
    """Have every kernel run a text when it starts; gives the file with it."""
    folder = tmp_path / "ipython" / "profile_default" / "startup"
    folder.mkdir(parents=True)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    (folder / "00.py").write_text(text)
    return folder / "00.py"


async def started_ahead(project: Project, launch: Launch) -> str:
    """Have a kernel wait; gives its identifier."""
    await project.kernels.expect([launch])
    (item,) = project.kernels._warm._waiting
    return (await item.kernel).id


async def test_a_waiting_kernel_is_used_once(project: Project) -> None:
    path = project.write("a.ipynb", PID)
    ahead = await started_ahead(project, launch_for(project, path))
    await project.freshen(path)
    await project.freshen(path, force=True)
    assert project.started[0] == ahead
    assert len(set(project.started)) == 2
    assert waiting(project) == 0
    assert project.status(path).verdict == "fresh"


async def test_what_is_recorded_is_the_same_with_a_kernel_that_waited(project: Project) -> None:
    (project.folder / "data.csv").write_text("1")
    path = project.write("a.ipynb", "import json\nprint(open('data.csv').read())")
    cold = await project.freshen(path)
    await started_ahead(project, launch_for(project, path))
    warm = await project.freshen(path, force=True)
    first, second = (project.store.get(item.entry or "").entry for item in (cold, warm))
    assert first.inputs == second.inputs
    assert (first.coverage, first.gaps) == (second.coverage, second.gaps)


@pytest.mark.parametrize("what", ["variable", "folder", "dead"])
async def test_a_kernel_that_is_not_as_a_new_one_would_be_is_not_used(
    project: Project, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    path = project.write("sub/a.ipynb", PID)
    ahead = await started_ahead(project, launch_for(project, path))
    if what == "variable":
        monkeypatch.setenv("CITY", "Paris")
    elif what == "folder":
        path.parent.rename(project.folder / "other")
        path = project.write("sub/a.ipynb", PID)
    else:
        await project.kernels._manager.get_kernel(ahead).shutdown_kernel(now=True)
    outcome = await project.freshen(path)
    assert outcome.result == "executed"
    assert ahead not in project.started
    (text,) = project.texts(outcome.entry)
    assert text.split()[1] == str(path.parent)
    assert text.split()[2] == ("Paris" if what == "variable" else "None")


async def test_a_kernel_from_before_an_upgrade_is_not_used(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    startup = at_start(tmp_path, monkeypatch, "city = 'Rome'")
    path = project.write("a.ipynb", "print(city)")
    ahead = await started_ahead(project, launch_for(project, path))
    startup.write_text("city = 'Paris'")
    outcome = await project.freshen(path)
    assert ahead not in project.started
    assert project.texts(outcome.entry) == ["Paris\n"]


async def test_a_module_of_the_start_up_that_changed_since_is_no_false_fresh(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    at_start(tmp_path, monkeypatch, "import places")
    (project.folder / "places.py").write_text("city = 'Rome'")
    monkeypatch.setenv("PYTHONPATH", str(project.folder))
    path = project.write("a.ipynb", "import places\nprint(places.city)")
    await started_ahead(project, launch_for(project, path))
    (project.folder / "places.py").write_text("city = 'Paris'")
    outcome = await project.freshen(path)
    if project.texts(outcome.entry) == ["Rome\n"]:
        assert project.status(path).verdict == "stale"
    outcome = await project.freshen(path)
    assert project.texts(outcome.entry) == ["Paris\n"]
    assert project.status(path).verdict == "fresh"


async def test_other_languages_start_when_they_are_needed(project: Project) -> None:
    await project.kernels.expect([Launch("bash", project.folder, dict(os.environ))])
    assert waiting(project) == 0


async def test_kernels_that_are_not_expected_any_more_are_ended(project: Project) -> None:
    first = launch_for(project, project.write("a/a.ipynb", PID))
    second = launch_for(project, project.write("b/b.ipynb", PID))
    ahead = await started_ahead(project, first)
    await project.kernels.expect([second, second])
    assert waiting(project) == 2
    await until(lambda: ahead not in project.kernels._manager)
    await project.kernels.expect([])
    await until(lambda: not project.kernels._manager.list_kernel_ids())


async def test_one_that_cannot_be_started_ahead_is_told_when_it_is_needed(
    project: Project,
) -> None:
    path = project.write("a.ipynb", PID)
    folder = project.folder / "gone"
    folder.mkdir()
    launch = Launch("python3", folder, {})
    await project.kernels.expect([launch])
    folder.rmdir()
    await project.freshen(path, settings=ExecutionSettings(startup_timeout=30))
    assert len(project.started) == 1


async def test_the_next_jobs_kernel_starts_while_one_runs(
    project: Project, open_queue: OpenQueue
) -> None:
    queue = open_queue()
    wait = "import os, time\nwhile not os.path.exists('go'):\n    time.sleep(0.05)"
    jobs = [await queue.submit(project.write(f"{name}.ipynb", wait)) for name in "abc"]
    await until(lambda: waiting(project) == 1)
    (item,) = project.kernels._warm._waiting
    ahead = (await item.kernel).id
    used: list[str | None] = []
    queue.listen(lambda job: used.append(job.kernel_id) if job.id == jobs[1].id else None)
    (project.folder / "go").touch()
    assert [job.state for job in await ended(queue, *jobs)] == ["done"] * 3
    assert ahead in used


async def test_one_is_kept_warm_for_the_next_click(project: Project, open_queue: OpenQueue) -> None:
    queue = open_queue(keep_warm=True)
    first = await queue.submit(project.write("a.ipynb", "print(1)"))
    await ended(queue, first)
    await until(lambda: waiting(project) == 1)
    (item,) = project.kernels._warm._waiting
    kernel: Kernel = await item.kernel
    used: list[str | None] = []
    queue.listen(lambda job: used.append(job.kernel_id))
    await ended(queue, await queue.submit(project.write("b.ipynb", "print(2)")))
    assert kernel.id in used
    await queue.stop()
    assert project.kernels._manager.list_kernel_ids() == []
