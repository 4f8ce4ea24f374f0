"""Checks of repeatability in the queue: what they find, and that they never meet other jobs."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from execution_support import ENDLESS, OpenQueue, Project, ended, until

from jupyterlab_cache.execution.jobs import Job
from jupyterlab_cache.execution.queue import JobQueue
from jupyterlab_cache.notebooks.parameters import Parameters, parameters_of
from jupyterlab_cache.store.checks import Check

RANDOM = "import random\nprint(random.random())"


def given(**values: object) -> Parameters:
    return parameters_of(values, "parameters")


def waiting_for(name: str) -> str:
    """Code that ends once a file is there."""
    return f"import os, time\nwhile not os.path.exists({name!r}):\n    time.sleep(0.05)"


def kept(project: Project, job: Job) -> Check | None:
    """The check that is kept with the entry of a job."""
    assert job.entry is not None
    return project.store.marks.check_of(job.entry)


def most_at_once(queue: JobQueue) -> dict[str, int]:
    """How many jobs of each notebook run at once at most, from now on."""
    most: defaultdict[str, int] = defaultdict(int)

    def count(job: Job) -> None:
        jobs = [item for item in queue.all_jobs() if item.notebook == job.notebook]
        running = sum(item.state == "running" for item in jobs)
        name = Path(job.notebook).name
        most[name] = max(most[name], running)

    queue.listen(count)
    return most


async def test_a_repeatable_notebook_is_executed_twice_in_kernels_of_its_own(
    project: Project, open_queue: OpenQueue
) -> None:
    queue = open_queue(keep_warm=True)
    heard: list[Job] = []
    queue.listen(heard.append)
    path = project.write("a.ipynb", "print(1)", "", "print(object())", "print(alpha)")
    await ended(queue, await queue.submit(path))  # fresh or not, a check executes
    heard.clear()
    job = await queue.submit(path, kind="check", parameters=given(alpha=3))
    (job,) = await ended(queue, job)
    assert (job.kind, job.state, job.result, job.check) == (
        "check",
        "done",
        "executed",
        "repeatable",
    )
    steps = [(item.cells_done, item.cells_total) for item in heard]
    assert steps == sorted(steps)
    assert set(steps) == {(0, 0), *((done, 6) for done in range(7))}
    assert len({item.kernel_id for item in heard} - {None}) == 2
    check = kept(project, job)
    assert check is not None and check.outcome == "repeatable"
    assert [(cell.cell, cell.outcome) for cell in check.cells] == [(1, "harmless")]
    assert project.texts(job.entry)[2] == project.texts(check.other)[2] == "3\n"
    assert job.entry != check.other


async def test_what_is_not_repeatable_and_what_fails(
    project: Project, open_queue: OpenQueue
) -> None:
    queue = open_queue()
    names = {
        "random": ["1", RANDOM],
        "error": ["1 / 0", "2"],
        "dies": ["import os\nos._exit(1)"],
    }
    paths = [project.write(f"{name}.ipynb", *cells) for name, cells in names.items()]
    paths.append(project.write("nokernel.ipynb", "1", kernel="none"))
    waiting = [await queue.submit(path, kind="check") for path in paths]
    jobs = [(await ended(queue, job))[0] for job in waiting]
    assert [(job.state, job.result, job.check) for job in jobs] == [
        ("done", "executed", "different"),
        *[("failed", "failed", "failed")] * 3,
    ]
    random, error, dies, no_kernel = jobs
    check = kept(project, random)
    assert check is not None
    assert [(cell.cell, cell.outcome) for cell in check.cells] == [(1, "different")]
    for job, name in ((error, "ZeroDivisionError"), (dies, "KernelDied")):
        check = kept(project, job)
        assert check is not None and check.failure is not None and job.failure is not None
        assert check.failure.name == job.failure.name == name
    assert no_kernel.entry is None
    assert no_kernel.failure is not None and no_kernel.failure.name == "UnknownKernel"


async def test_a_check_is_cancelled_in_either_execution(
    project: Project, open_queue: OpenQueue
) -> None:
    queue = open_queue()
    kernels: list[str] = []
    queue.listen(lambda job: kernels.append(job.kernel_id) if job.kernel_id else None)
    first = await queue.submit(project.write("a.ipynb", ENDLESS), kind="check")
    await until(lambda: queue.get(first.id).cells_total == 2)
    await queue.cancel(first.id)
    (first,) = await ended(queue, first)
    assert (first.state, first.result, first.check) == ("cancelled", "cancelled", None)
    assert len(set(kernels)) == 1

    again = (
        "import os, time\nif os.path.exists('ran'):\n    open('again', 'w')\n    time.sleep(600)"
    )
    path = project.write("b.ipynb", f"{again}\nopen('ran', 'w')")
    second = await queue.submit(path, kind="check")
    await until((project.folder / "again").exists)
    assert (queue.get(second.id).cells_done, queue.get(second.id).cells_total) == (1, 2)
    await queue.cancel(second.id)
    (second,) = await ended(queue, second)
    assert (second.state, second.check) == ("cancelled", None)
    assert second.failure is not None and second.failure.name == "Cancelled"
    assert second.entry is not None and project.texts(second.entry) == [""]
    await until(lambda: project.kernels._manager.list_kernel_ids() == [])
    entries = [stored.id for stored in project.store.each(lambda _: True)]
    assert len(entries) == 3
    assert [project.store.marks.check_of(entry) for entry in entries] == [None] * len(entries)


async def test_jobs_of_different_kinds_are_never_joined(
    project: Project, open_queue: OpenQueue
) -> None:
    queue = open_queue()
    first = await queue.submit(project.write("first.ipynb", waiting_for("go")))
    await until(lambda: queue.get(first.id).state == "running")
    path = project.write("a.ipynb", "1")
    forced = await queue.submit(path, force=True)
    check = await queue.submit(path, kind="check")
    assert (await queue.submit(path, kind="check")).id == check.id
    assert (await queue.submit(path, kind="check", batch=True)).id == check.id
    assert (await queue.submit(path, force=True)).id == forced.id
    other = await queue.submit(path, kind="check", parameters=given(alpha=1))
    assert len({forced.id, check.id, other.id}) == 3
    (project.folder / "go").touch()
    jobs = [(await ended(queue, job))[0] for job in (forced, check, other)]
    assert [(job.kind, job.check) for job in jobs] == [
        ("execute", None),
        ("check", "repeatable"),
        ("check", "repeatable"),
    ]


async def test_a_click_during_a_check_waits_for_its_end(
    project: Project, open_queue: OpenQueue
) -> None:
    queue = open_queue(workers=3)
    most = most_at_once(queue)
    path = project.write("a.ipynb", waiting_for("go"), "print(1)")
    check = await queue.submit(path, kind="check")
    await until(lambda: queue.get(check.id).cells_total == 4)
    click = await queue.submit(path)
    again = await queue.submit(path, kind="check")
    assert len({check.id, click.id, again.id}) == 3
    # A worker is free, and has passed them by.
    (other,) = await ended(queue, await queue.submit(project.write("b.ipynb", "2")))
    assert other.state == "done"
    assert [queue.get(job.id).state for job in (check, click, again)] == [
        "running",
        "queued",
        "queued",
    ]
    assert queue.active_job(path) == queue.get(check.id)
    (project.folder / "go").touch()
    check, click, again = [(await ended(queue, job))[0] for job in (check, click, again)]
    assert (check.check, click.result, again.check) == ("repeatable", "fresh", "repeatable")
    assert click.entry == check.entry
    assert most == {"a.ipynb": 1, "b.ipynb": 1}


async def test_a_check_waits_for_what_runs(project: Project, open_queue: OpenQueue) -> None:
    queue = open_queue(workers=2)
    most = most_at_once(queue)
    path = project.write("a.ipynb", waiting_for("go"))
    click = await queue.submit(path)
    await until(lambda: queue.get(click.id).cells_total == 1)
    check = await queue.submit(path, kind="check")
    await ended(queue, await queue.submit(project.write("b.ipynb", "2")))
    assert queue.get(check.id).state == "queued"
    (project.folder / "go").touch()
    click, check = await ended(queue, click, check)
    assert (click.result, check.check) == ("executed", "repeatable")
    assert most == {"a.ipynb": 1, "b.ipynb": 1}


async def test_a_check_does_not_overtake_a_job_that_waits_for_its_upstream(
    project: Project, open_queue: OpenQueue
) -> None:
    queue = open_queue(workers=2)
    write = "open('table.csv', 'w').write('1')"
    upstream = project.write("up.ipynb", write)
    down = project.write("down.ipynb", "print(open('table.csv').read())")
    for path in (upstream, down):
        await ended(queue, await queue.submit(path))
    most = most_at_once(queue)
    project.write("up.ipynb", waiting_for("go"), write)
    click = await queue.submit(down)
    await until(lambda: running(queue, upstream))
    check = await queue.submit(down, kind="check")
    # A worker is free, and has passed it by.
    await ended(queue, await queue.submit(project.write("c.ipynb", "3")))
    assert running(queue, upstream)
    assert [queue.get(job.id).state for job in (click, check)] == ["queued", "queued"]
    (project.folder / "go").touch()
    click, check = await ended(queue, click, check)
    assert (click.state, check.check) == ("done", "repeatable")
    assert most == {"up.ipynb": 1, "down.ipynb": 1, "c.ipynb": 1}


async def test_a_check_takes_what_is_upstream_as_it_is(
    project: Project, open_queue: OpenQueue
) -> None:
    queue = open_queue()
    upstream = project.write("up.ipynb", "open('table.csv', 'w').write('1')")
    down = project.write("down.ipynb", "print(open('table.csv').read())")
    for path in (upstream, down):
        await ended(queue, await queue.submit(path))
    project.write("up.ipynb", "1 / 0")
    (job,) = await ended(queue, await queue.submit(down, kind="check"))
    assert job.check == "repeatable"
    assert len(queue.all_jobs()) == 3


def running(queue: JobQueue, notebook: Path) -> bool:
    job = queue.active_job(notebook)
    return job is not None and job.state == "running"


async def test_a_check_survives_a_restart_as_one(project: Project, open_queue: OpenQueue) -> None:
    first = open_queue()
    running = await first.submit(project.write("a.ipynb", ENDLESS), kind="check")
    waiting = await first.submit(project.write("b.ipynb", RANDOM), kind="check")
    await until(lambda: first.get(running.id).kernel_id is not None)
    await first.stop()
    failure = first.get(running.id).failure
    assert failure is not None and failure.name == "Interrupted"

    second = open_queue()
    await second.start([project.folder])
    (job,) = await ended(second, waiting)
    assert (job.kind, job.check, job.cells_done, job.cells_total) == ("check", "different", 2, 2)
    await second.stop()
    assert project.store.job_files.read_all() == {}


async def test_the_time_that_is_left_is_that_of_both_executions(
    project: Project, open_queue: OpenQueue
) -> None:
    queue = open_queue()
    path = project.write("a.ipynb", "import time\ntime.sleep(0.2)")
    await ended(queue, await queue.submit(path))
    heard: list[Job] = []
    queue.listen(heard.append)
    (job,) = await ended(queue, await queue.submit(path, kind="check"))
    assert job.estimate is not None and job.started is not None
    assert len(job.estimate.cells) == 2
    begun = next(item for item in heard if item.cells_total == 2)
    assert begun.progressed is not None and begun.estimate is not None
    left = begun.seconds_left(begun.progressed)
    assert left == sum(begun.estimate.cells) >= 0.4
