"""Many jobs, many processes, and the worst moments: every job ends in a state that is true."""

from __future__ import annotations

import asyncio
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
from execution_support import ENDLESS, OpenQueue, Project, ended, until

from jupyterlab_cache.execution.jobs import Job

SERVER = """
import asyncio, sys
from pathlib import Path
from jupyterlab_cache.cache import NotebookCache
from jupyterlab_cache.execution.jobs import ENDED
from jupyterlab_cache.execution.own_kernels import own_kernels
from jupyterlab_cache.execution.queue import JobQueue
from jupyterlab_cache.store.signatures import KeyRing

async def main(root, *names):
    cache = NotebookCache(root, keys=KeyRing(b"the secret of these tests"))
    queue = JobQueue(cache, own_kernels(cache.stat_cache), workers=2)
    await queue.start()
    jobs = [await queue.submit(root / name) for name in names]
    while any(queue.get(job.id).state not in ENDED for job in jobs):
        await asyncio.sleep(0.1)
    print([queue.get(job.id).state for job in jobs])
    await queue.stop()

asyncio.run(main(Path(sys.argv[1]), *sys.argv[2:]))
"""


def is_true(project: Project, job: Job) -> bool:
    """Whether a job's state is what its entry tells."""
    outcome = project.store.get(job.entry).entry.outcome if job.entry else None
    name = job.failure.name if job.failure else None
    return {
        "done": outcome == "ok" and name is None and job.result in ("executed", "fresh"),
        "cancelled": outcome in (None, "cancelled") and name == "Cancelled",
        "failed": outcome == "error" and name == "ZeroDivisionError",
    }[job.state]


async def test_fifty_jobs_under_random_cancels(project: Project, open_queue: OpenQueue) -> None:
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    sources = ("print('quick')", "import time\ntime.sleep(0.5)", "1 / 0", ENDLESS)
    queue = open_queue(workers=4)
    jobs = []
    for number in range(50):
        path = project.write(f"{number}.ipynb", f"x = {number}", chance.choice(sources))
        jobs.append(await queue.submit(path, batch=chance.random() < 0.5))
    endless = time.monotonic() + 120
    while any(queue.get(job.id).finished is None for job in jobs):
        active = [job for job in jobs if queue.get(job.id).finished is None]
        job = chance.choice(active)
        age = time.time() - (queue.get(job.id).started or time.time())
        if chance.random() < 0.3 or age > 3:
            await queue.cancel(job.id)
        await asyncio.sleep(chance.random() * 0.4)
        assert time.monotonic() < endless, f"jobs hang, seed {seed}"
    untrue = [job for job in queue.all_jobs() if not is_true(project, job)]
    assert untrue == [], f"seed {seed}"
    await queue.stop()
    assert project.kernels._manager.list_kernel_ids() == []
    assert project.store.job_files.read_all() == {}


async def test_a_killed_kernel_ends_its_own_job_only(
    project: Project, open_queue: OpenQueue
) -> None:
    queue = open_queue(workers=2)
    marker = project.folder / "pid"
    source = f"import os\nopen({str(marker)!r}, 'w').write(str(os.getpid()))\n{ENDLESS}"
    victim = await queue.submit(project.write("victim.ipynb", source))
    other = await queue.submit(project.write("other.ipynb", "import time\ntime.sleep(2)"))
    await until(lambda: marker.exists() and marker.read_text() != "")
    os.kill(int(marker.read_text()), signal.SIGKILL)
    victim, other = await ended(queue, victim, other)
    assert (victim.state, other.state) == ("failed", "done")
    assert victim.failure is not None
    assert victim.failure.name == "KernelDied"


async def test_a_killed_server_leaves_no_kernel_and_its_job_is_taken_up(
    project: Project, open_queue: OpenQueue
) -> None:
    marker = project.folder / "pid"
    source = (
        f"import os, time\nplace = {str(marker)!r}\nagain = os.path.exists(place)\n"
        "open(place, 'w').write(str(os.getpid()))\nwhile not again:\n    time.sleep(1)"
    )
    project.write("a.ipynb", source)
    # What a killed process leaves of its sockets is nobody's but the system's to remove.
    with tempfile.TemporaryDirectory(prefix="jc") as runtime:
        server = await asyncio.to_thread(
            subprocess.Popen,
            [sys.executable, "-c", SERVER, str(project.folder), "a.ipynb"],
            env={**os.environ, "JUPYTER_RUNTIME_DIR": runtime},
        )
        await until(lambda: marker.exists() and marker.read_text() != "")
        kernel = int(marker.read_text())
        server.kill()
        server.wait()
        await until(lambda: not _runs(kernel))
    queue = open_queue()
    await queue.start([project.folder], take_up_interrupted=True)
    (job,) = queue.all_jobs()
    (job,) = await ended(queue, job)
    assert (job.state, job.interruptions) == ("done", 1)


def _runs(pid: int) -> bool:
    """Whether a process goes on; one that nobody has waited for yet does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _run(project: Project, *arguments: str, most_bytes: int | None = None) -> dict[str, object]:
    def limit() -> None:
        if most_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))

    done = subprocess.run(
        [sys.executable, "-m", "jupyterlab_cache.cli.main", "run", "--json", *arguments],
        cwd=project.folder,
        preexec_fn=limit,
        stdout=subprocess.PIPE,
        check=False,
    )
    results: dict[str, object] = {item["path"]: item for item in json.loads(done.stdout)}
    return results


def test_a_disk_that_is_full_while_storing_loses_nothing_else(project: Project) -> None:
    # No file may become larger than that, so that outputs cannot be stored: as on a full disk.
    project.write("small.ipynb", "print('small')")
    project.write("large.ipynb", "import os\nprint(os.urandom(400_000).hex())")
    results = _run(project, most_bytes=200_000)
    states = {path: item["result"] for path, item in results.items()}  # type: ignore[index]
    assert states == {"small.ipynb": "executed", "large.ipynb": "failed"}
    assert results["large.ipynb"]["failure"] is not None  # type: ignore[index]
    again = _run(project)
    states = {path: item["result"] for path, item in again.items()}  # type: ignore[index]
    assert states == {"small.ipynb": "fresh", "large.ipynb": "executed"}


def test_two_servers_and_a_command_on_one_store(project: Project) -> None:
    names = [f"{number}.ipynb" for number in range(3)]
    for name in names:
        project.write(name, f"print({name!r})")
    servers = [
        subprocess.Popen(
            [sys.executable, "-c", SERVER, str(project.folder), *names], stdout=subprocess.PIPE
        )
        for _ in range(2)
    ]
    results = _run(project)
    for server in servers:
        told, _ = server.communicate(timeout=120)
        assert told.decode().strip() == str(["done"] * 3)
    assert {item["result"] for item in results.values()} <= {"executed", "fresh"}  # type: ignore[index]
    for name in names:
        status = project.status(project.folder / name)
        assert status.verdict == "fresh"
        assert project.texts(status.entry) == [f"{name}\n"]


async def test_a_notebook_that_is_edited_renamed_or_deleted_while_it_runs(
    project: Project, open_queue: OpenQueue
) -> None:
    go = project.folder.parent / "go"
    wait = f"import os, time\nwhile not os.path.exists({str(go)!r}):\n    time.sleep(0.05)"
    queue = open_queue(workers=3)
    paths = {
        what: project.write(f"{what}.ipynb", f"{wait}\n# {what}")
        for what in ("edit", "rename", "delete")
    }
    jobs = [await queue.submit(path) for path in paths.values()]
    await until(lambda: all(queue.get(job.id).cells_total == 1 for job in jobs))
    project.write("edit.ipynb", f"{wait}\n# edit", "print('more')")
    renamed: Path = paths["rename"].rename(project.folder / "renamed.ipynb")
    paths["delete"].unlink()
    go.touch()
    assert [job.state for job in await ended(queue, *jobs)] == ["done"] * 3
    assert [reason.code for reason in project.status(paths["edit"]).reasons][:1] == ["cell-added"]
    # What was looked for is there now, so the code says itself that it is not what it was.
    assert project.status(renamed).entry == queue.get(jobs[1].id).entry
    assert project.store.get(queue.get(jobs[2].id).entry or "").entry.outcome == "ok"
