"""The queue of jobs at work: joining, order, workers, cancelling, and what listeners hear."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from execution_support import ENDLESS, OpenQueue, Project, ended, until

from jupyterlab_cache.execution.job_book import JobMissing
from jupyterlab_cache.execution.jobs import Job
from jupyterlab_cache.execution.request import ExecutionSettings


async def test_a_job_executes_its_notebook_and_knows_what_came_of_it(
    project: Project, open_queue: OpenQueue
) -> None:
    queue = open_queue()
    job = await queue.submit(project.write("a.ipynb", "print(1)"))
    assert (job.state, job.result) == ("queued", None)
    (job,) = await ended(queue, job)
    assert (job.state, job.result, job.failure) == ("done", "executed", None)
    assert (job.cells_done, job.cells_total, job.kernel_id) == (1, 1, None)
    assert project.texts(job.entry) == ["1\n"]
    assert job.code_key == project.status(Path(job.notebook)).code_key
    assert job.started is not None
    assert job.finished is not None
    assert job.created <= job.started <= job.finished

    (again,) = await ended(queue, await queue.submit(Path(job.notebook)))
    assert (again.state, again.result, again.entry) == ("done", "fresh", job.entry)
    (forced,) = await ended(queue, await queue.submit(Path(job.notebook), force=True))
    assert (forced.result, forced.entry == job.entry) == ("executed", False)
    await queue.stop()


async def test_a_notebook_is_asked_for_once_as_long_as_its_job_waits(
    project: Project, open_queue: OpenQueue
) -> None:
    queue = open_queue()
    path = project.write("a.ipynb", "1")
    other = project.write("b.ipynb", "2")
    first = await queue.submit(path)
    assert (await queue.submit(path)).id == first.id
    different = [
        await queue.submit(other),
        await queue.submit(path, force=True),
        await queue.submit(path, timeout=5),
    ]
    assert len({first.id, *(job.id for job in different)}) == 4
    assert len(queue.all_jobs()) == 4
    await ended(queue, first, *different)
    assert (await queue.submit(path)).id != first.id
    await queue.stop()


async def test_one_worker_takes_jobs_in_the_order_in_which_they_were_asked_for(
    project: Project, open_queue: OpenQueue
) -> None:
    queue = open_queue()
    changes: list[tuple[str, str]] = []
    queue.listen(lambda job: changes.append((Path(job.notebook).stem, job.state)))
    # Whatever is broken is not in the way of what comes behind it.
    (project.folder / "b.ipynb").write_text("{")
    paths = [project.write("a.ipynb", "1 / 0"), project.folder / "b.ipynb"]
    paths += [project.folder / "missing.ipynb", project.write("c.ipynb", "3", kernel="none")]
    paths += [project.write("d.ipynb", "4")]
    jobs = [await queue.submit(path) for path in paths]
    assert [job.id for job in queue.all_jobs()] == [job.id for job in reversed(jobs)]
    jobs = await ended(queue, *jobs)
    names = [job.failure.name if job.failure else job.result for job in jobs]
    assert names == [
        "ZeroDivisionError",
        "NotebookInvalid",
        "NotebookMissing",
        "UnknownKernel",
        "executed",
    ]
    ends = [
        (name, state)
        for number, (name, state) in enumerate(changes)
        if state != "queued" and (number == 0 or changes[number - 1] != (name, state))
    ]
    assert ends == [
        (name, state)
        for name, end in zip(
            ["a", "b", "missing", "c", "d"], ["failed"] * 4 + ["done"], strict=True
        )
        for state in ("running", end)
    ]
    await queue.stop()


async def test_two_workers_execute_two_notebooks_at_once(
    project: Project, open_queue: OpenQueue
) -> None:
    wait = (
        "import pathlib, time\npathlib.Path({mine!r}).touch()\n"
        "while not pathlib.Path({other!r}).exists():\n    time.sleep(0.05)"
    )
    queue = open_queue(workers=2)
    # Each waits for the other one: in turns they would never end.
    jobs = [
        await queue.submit(project.write("a.ipynb", wait.format(mine="a", other="b"))),
        await queue.submit(project.write("b.ipynb", wait.format(mine="b", other="a"))),
    ]
    assert [job.state for job in await ended(queue, *jobs)] == ["done", "done"]
    await queue.stop()


async def test_jobs_are_cancelled_while_they_wait_and_while_they_run(
    project: Project, open_queue: OpenQueue
) -> None:
    queue = open_queue()
    endless = await queue.submit(
        project.write("a.ipynb", f"open('started', 'w').close()\n{ENDLESS}")
    )
    waiting = await queue.submit(project.write("b.ipynb", "open('ran', 'w').close()"))
    await until((project.folder / "started").exists)
    assert queue.active_job(Path(endless.notebook)) == queue.get(endless.id)
    assert queue.get(endless.id).kernel_id is not None

    cancelled = await queue.cancel(waiting.id)
    assert (cancelled.state, cancelled.result) == ("cancelled", "cancelled")
    await queue.cancel(endless.id)
    (stopped,) = await ended(queue, endless)
    assert (stopped.state, stopped.result) == ("cancelled", "cancelled")
    assert stopped.failure is not None
    assert stopped.failure.name == "Cancelled"
    assert queue.active_job(Path(endless.notebook)) is None

    (after,) = await ended(queue, await queue.submit(project.write("c.ipynb", "3")))
    assert after.state == "done"
    assert not (project.folder / "ran").exists()
    await queue.stop()


async def test_a_job_that_has_ended_is_forgotten_by_request(
    project: Project, open_queue: OpenQueue
) -> None:
    queue = open_queue()
    (job,) = await ended(queue, await queue.submit(project.write("a.ipynb", "1")))
    await queue.cancel(job.id)
    with pytest.raises(JobMissing, match=job.id):
        queue.get(job.id)
    with pytest.raises(JobMissing):
        await queue.cancel("0" * 32)
    assert queue.all_jobs() == []
    await queue.stop()


async def test_listeners_hear_of_each_cell_in_order(
    project: Project, open_queue: OpenQueue
) -> None:
    queue = open_queue(workers=2)
    heard: dict[str, list[Job]] = defaultdict(list)
    queue.listen(lambda job: heard[job.id].append(job))
    jobs = [
        await queue.submit(project.write("a.ipynb", "1", "2", "", "3")),
        await queue.submit(project.write("b.ipynb", "1", "1 / 0", "3")),
    ]
    await ended(queue, *jobs)
    for job, total, last in zip(jobs, (3, 3), (3, 1), strict=True):
        states = [change.state for change in heard[job.id]]
        assert states == sorted(states, key=["queued", "running", "done", "failed"].index)
        steps = [(change.cells_done, change.cells_total) for change in heard[job.id]]
        assert steps == sorted(steps)
        assert set(steps) == {(0, 0), *((done, total) for done in range(last + 1))}
        kernels = [change.kernel_id for change in heard[job.id]]
        assert kernels[0] is kernels[-1] is None
        assert len(set(kernels)) == 2
    await queue.stop()


async def test_a_failing_listener_is_not_in_the_way(
    project: Project, open_queue: OpenQueue
) -> None:
    queue = open_queue()
    heard: list[str] = []

    def fail(job: Job) -> None:
        raise RuntimeError("a listener's own trouble")

    queue.listen(fail)
    queue.listen(lambda job: heard.append(job.state))
    (job,) = await ended(queue, await queue.submit(project.write("a.ipynb", "1")))
    assert job.state == "done"
    assert heard[0] == "queued"
    assert heard[-1] == "done"
    await queue.stop()


async def test_only_the_latest_of_the_jobs_that_have_ended_are_remembered(
    project: Project, open_queue: OpenQueue
) -> None:
    queue = open_queue()
    running = await queue.submit(project.write("a.ipynb", ENDLESS))
    await until(lambda: queue.get(running.id).kernel_id is not None)
    path = project.folder / "b.ipynb"
    jobs = [await queue.submit(path, timeout=number) for number in range(1, 251)]
    for job in jobs:
        await queue.cancel(job.id)
    assert [job.id for job in queue.all_jobs()] == [
        job.id for job in [*reversed(jobs[-200:]), running]
    ]
    assert queue.get(running.id).state == "running"
    await queue.stop()
    assert project.store.job_files.read_all() == {}


async def test_the_time_limit_of_a_job_goes_before_that_of_the_queue(
    project: Project, open_queue: OpenQueue
) -> None:
    queue = open_queue(workers=2, settings=ExecutionSettings(cell_timeout=1))
    short = await queue.submit(project.write("a.ipynb", ENDLESS))
    long = await queue.submit(project.write("b.ipynb", "import time\ntime.sleep(2)"), timeout=100)
    short, long = await ended(queue, short, long)
    assert short.failure is not None
    assert (short.state, short.failure.name) == ("failed", "Timeout")
    assert long.state == "done"
    await queue.stop()


async def test_a_stopped_queue_leaves_no_kernel_and_says_what_was_interrupted(
    project: Project, open_queue: OpenQueue
) -> None:
    queue = open_queue(workers=2)
    jobs = [await queue.submit(project.write(f"{name}.ipynb", ENDLESS)) for name in "abc"]
    await until(lambda: queue.get(jobs[1].id).kernel_id is not None)
    await until(lambda: queue.get(jobs[0].id).kernel_id is not None)
    await queue.stop()
    assert project.kernels._manager.list_kernel_ids() == []
    failures = [queue.get(job.id).failure for job in jobs[:2]]
    assert [failure.name for failure in failures if failure] == ["Interrupted"] * 2
    assert list(project.store.job_files.read_all()) == [jobs[2].id]


async def test_a_click_goes_before_a_batch(project: Project, open_queue: OpenQueue) -> None:
    queue = open_queue()
    wait = "import os, time\nwhile not os.path.exists('go'):\n    time.sleep(0.05)"
    first = await queue.submit(project.write("first.ipynb", wait), batch=True)
    await until(lambda: queue.get(first.id).state == "running")
    batch = [await queue.submit(project.write(f"{name}.ipynb", "1"), batch=True) for name in "abc"]
    click = await queue.submit(project.write("click.ipynb", "1"))
    joined = await queue.submit(project.folder / "c.ipynb")
    assert joined.id == batch[2].id
    order: list[str] = []
    queue.listen(lambda job: order.append(job.id) if job.state == "running" else None)
    (project.folder / "go").touch()
    await ended(queue, first, *batch, click)
    turns = [job for job in dict.fromkeys(order) if job != first.id]
    assert turns == [joined.id, click.id, batch[0].id, batch[1].id]


async def test_all_can_be_cancelled_at_once(project: Project, open_queue: OpenQueue) -> None:
    queue = open_queue()
    jobs = [await queue.submit(project.write(f"{name}.ipynb", ENDLESS)) for name in "abc"]
    done = await queue.submit(project.write("d.ipynb", "1"))
    await until(lambda: queue.get(jobs[0].id).cells_total == 1)
    assert {job.id for job in await queue.cancel_all()} == {job.id for job in (*jobs, done)}
    states = [job.state for job in await ended(queue, *jobs, done)]
    assert states == ["cancelled"] * 4
    assert await queue.cancel_all() == []
