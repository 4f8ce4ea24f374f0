"""What a queue takes up from the store when it starts, and what it had better not."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest
from execution_support import ENDLESS, OpenQueue, Project, ended, until

from jupyterlab_cache.execution.jobs import Job, Owner, new_job


def dead_owner() -> Owner:
    """A process of this machine that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return Owner(socket.gethostname(), process.pid, 1.0)


def leave(project: Project, path: str | Path, **changes: Any) -> Job:
    """Put the record of a job into the store, as a process that was killed leaves it."""
    job = new_job(str(path), force=False, timeout=None)
    job = msgspec.structs.replace(job, **{"owner": dead_owner(), **changes})
    project.store.job_files.write(job.id, msgspec.json.encode(job))
    return job


async def test_what_was_queued_is_taken_up_by_the_next_queue(
    project: Project, open_queue: OpenQueue
) -> None:
    first = open_queue()
    running = await first.submit(project.write("a.ipynb", ENDLESS))
    waiting = [
        await first.submit(project.write("b.ipynb", "print('b')"), timeout=50),
        await first.submit(project.write("c.ipynb", "print('c')"), force=True),
    ]
    await until(lambda: first.get(running.id).kernel_id is not None)
    await first.stop()

    second = open_queue()
    order: list[str] = []
    second.listen(lambda job: order.append(job.id) if job.state == "running" else None)
    await second.start([project.folder])
    assert {job.id for job in second.all_jobs()} == {job.id for job in waiting}
    jobs = await ended(second, *waiting)
    assert [(job.state, job.timeout, job.force) for job in jobs] == [
        ("done", 50, False),
        ("done", None, True),
    ]
    assert [project.texts(job.entry) for job in jobs] == [["b\n"], ["c\n"]]
    assert list(dict.fromkeys(order)) == [job.id for job in waiting]
    await second.stop()
    assert project.store.job_files.read_all() == {}


async def test_what_was_interrupted_is_taken_up_again_once_by_policy(
    project: Project, open_queue: OpenQueue
) -> None:
    path = project.write("a.ipynb", "print('again')")
    left = leave(project, path, state="running", kernel_id="gone", cells_done=1, cells_total=3)
    twice = leave(project, path, state="running", interruptions=1)
    queue = open_queue()
    await queue.start([project.folder], take_up_interrupted=True)
    job, _ = await ended(queue, left, twice)
    assert (job.state, job.interruptions) == ("done", 1)
    assert project.texts(job.entry) == ["again\n"]
    failure = queue.get(twice.id).failure
    assert failure is not None
    assert failure.name == "Interrupted"


async def test_what_ran_when_a_process_was_killed_counts_as_interrupted(
    project: Project, open_queue: OpenQueue
) -> None:
    path = project.write("a.ipynb", "open('ran', 'w').close()")
    left = leave(project, path, state="running", kernel_id="gone")
    queue = open_queue()
    await queue.start([project.folder])
    job = queue.get(left.id)
    assert (job.state, job.result, job.kernel_id) == ("failed", "failed", None)
    assert job.failure is not None
    assert job.failure.name == "Interrupted"
    await queue.stop()
    assert project.store.job_files.read_all() == {}
    assert not (project.folder / "ran").exists()


async def test_records_of_jobs_that_had_ended_are_removed(
    project: Project, open_queue: OpenQueue
) -> None:
    leave(project, project.write("a.ipynb", "1"), state="done")
    queue = open_queue()
    await queue.start([project.folder])
    assert queue.all_jobs() == []
    await queue.stop()
    assert project.store.job_files.read_all() == {}


async def test_jobs_of_others_that_still_run_are_left_alone(
    project: Project, open_queue: OpenQueue
) -> None:
    path = project.write("a.ipynb", "open('ran', 'w').close()")
    parent = psutil.Process(os.getppid())
    left = [
        leave(
            project,
            path,
            owner=Owner(socket.gethostname(), parent.pid, parent.create_time()),
        ),
        leave(project, path, owner=Owner("another-machine.invalid", 1, 1.0)),
    ]
    queue = open_queue()
    await queue.start([project.folder])
    assert queue.all_jobs() == []
    await queue.stop()
    assert set(project.store.job_files.read_all()) == {job.id for job in left}
    assert not (project.folder / "ran").exists()


async def test_a_process_with_the_identifier_of_a_dead_one_is_not_its_owner(
    project: Project, open_queue: OpenQueue
) -> None:
    owner = Owner(socket.gethostname(), os.getppid(), 1.0)
    left = [leave(project, project.write("a.ipynb", "1"), owner=owner)]
    # Nor are there processes with such identifiers.
    for number, pid in enumerate([-1, 2**40, 2**62]):
        path = project.folder / f"missing-{number}.ipynb"
        left.append(leave(project, path, owner=Owner(socket.gethostname(), pid, 1.0)))
    queue = open_queue()
    await queue.start([project.folder])
    jobs = await ended(queue, *left)
    assert [job.state for job in jobs] == ["done", "failed", "failed", "failed"]
    assert {job.owner.pid for job in jobs} == {os.getpid()}
    await queue.stop()


@pytest.mark.parametrize("way", ["absolute", "climbing", "link", "relative", "NUL"])
async def test_notebooks_outside_the_root_are_not_executed(
    project: Project, open_queue: OpenQueue, way: str
) -> None:
    inside = project.write("inside.ipynb", "open('ran', 'w').close()")
    outside = project.folder.parent / "outside.ipynb"
    os.rename(inside, outside)
    os.symlink(outside, project.folder / "link.ipynb")
    paths = {
        "absolute": str(outside),
        "climbing": f"{project.folder}/../outside.ipynb",
        "link": str(project.folder / "link.ipynb"),
        "relative": "outside.ipynb",
        "NUL": f"{project.folder}/\0.ipynb",
    }
    leave(project, paths[way])
    good = leave(project, project.write("good.ipynb", "print('good')"))
    queue = open_queue()
    await queue.start([project.folder])
    assert [job.id for job in queue.all_jobs()] == [good.id]
    await ended(queue, good)
    await queue.stop()
    assert not (project.folder / "ran").exists()
    assert not (project.folder.parent / "ran").exists()


BAD = {
    "nothing": b"",
    "half": b'{"id": "',
    "no object": b"[1]",
    "no owner": b'{"id": "bad", "notebook": "/a.ipynb"}',
    "unknown state": b'{"id": "bad", "notebook": "a", "owner": null, "state": "flying"}',
    "nested": b"[" * 100_000,
    "not UTF-8": b'{"id": "\xff"}',
}


async def test_malformed_records_are_dropped(project: Project, open_queue: OpenQueue) -> None:
    for number, data in enumerate(BAD.values()):
        project.store.job_files.write(f"bad{number}", data)
    path = project.write("good.ipynb", "print('good')")
    good = leave(project, path)
    # Under the name of another job a record could stand in for it.
    project.store.job_files.write("f" * 32, msgspec.json.encode(good))
    queue = open_queue()
    await queue.start([project.folder])
    assert [job.id for job in queue.all_jobs()] == [good.id]
    (job,) = await ended(queue, good)
    assert job.state == "done"
    await queue.stop()
    assert set(project.store.job_files.read_all()) <= {"f" * 32}


async def test_a_newer_store_is_reported_to_who_asks_and_left_untouched(
    project: Project, open_queue: OpenQueue, caplog: pytest.LogCaptureFixture
) -> None:
    path = project.write("a.ipynb", "print(1)")
    project.store.blobs.put(b"so that there is a store")
    (version,) = project.store.folder.glob("format*")
    version.write_text(json.dumps({"format": 999}))
    before = {item: item.stat().st_mtime_ns for item in project.store.folder.rglob("*")}
    queue = open_queue()
    await queue.start([project.folder])
    (job,) = await ended(queue, await queue.submit(path))
    assert job.failure is not None
    assert (job.state, job.failure.name) == ("failed", "StoreVersionError")
    assert "999" in job.failure.message
    await queue.cancel(job.id)
    await queue.stop()
    await asyncio.sleep(0)
    assert {item: item.stat().st_mtime_ns for item in project.store.folder.rglob("*")} == before
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
