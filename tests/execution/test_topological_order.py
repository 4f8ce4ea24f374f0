"""Notebooks that use what others write: in order, once more where that was not known, or not."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import nbformat
import pytest
from execution_support import ENDLESS, OpenQueue, Project, ended, until

from jupyterlab_cache.execution.artefacts import ArtefactLimits
from jupyterlab_cache.execution.batch import RunResult
from jupyterlab_cache.execution.request import ExecutionSettings


@pytest.fixture
def fork() -> bool:
    return True  # what is tried here is the order, and it takes many kernels


def link(project: Project, name: str, reads: str = "", writes: str = "", more: str = "") -> Path:
    """A notebook that writes a file from others; their names are told by the code only."""
    read = f"text = ''.join(open(name + '.txt').read() for name in '{reads}')"
    cells = [read, more or "text += '.'"]
    if writes:
        cells.append(f"[open(name + '.txt', 'w').write(text) for name in '{writes}']")
    return project.write(name, *cells)


async def run(
    project: Project, *names: str, jobs: int = 1, write: bool = False, **options: Any
) -> list[RunResult]:
    running = project.cache.run_each(
        [project.folder / name for name in names],
        kernels=project.kernels,
        wish=project.wish(**options),
        jobs=jobs,
        write=write,
    )
    return [result async for result in running]


def told(results: list[RunResult]) -> list[tuple[str, str]]:
    return [(result.path.removesuffix(".ipynb"), result.result) for result in results]


def verdicts(project: Project) -> dict[str, str]:
    return {status.path.removesuffix(".ipynb"): status.verdict for status in project.cache.status()}


NO_FILES = ExecutionSettings(artefacts=ArtefactLimits(files=0))
WRONG = ["1.ipynb", "2.ipynb", "3.ipynb"]


def wrong_order(project: Project) -> None:
    """3 → 2 → 1, against the order of their names."""
    link(project, "3.ipynb", "i", "x")
    link(project, "2.ipynb", "x", "y")
    link(project, "1.ipynb", "y")
    (project.folder / "i.txt").write_text("start")


@pytest.mark.parametrize("jobs", [1, 3])
async def test_one_run_makes_all_fresh_whatever_the_names(project: Project, jobs: int) -> None:
    wrong_order(project)
    results = await run(project, *WRONG, jobs=jobs)
    last = dict(told(results))
    assert last == {"1": "executed", "2": "executed", "3": "executed"}
    assert set(verdicts(project).values()) == {"fresh"}
    # From now on the order is known.
    (project.folder / "i.txt").write_text("other")
    assert told(await run(project, *WRONG, jobs=jobs)) == [
        ("3", "executed"),
        ("2", "executed"),
        ("1", "executed"),
    ]
    assert told(await run(project, *WRONG, jobs=jobs)) == [
        ("3", "fresh"),
        ("2", "fresh"),
        ("1", "fresh"),
    ]


async def test_what_read_an_old_file_is_executed_once_more(project: Project) -> None:
    wrong_order(project)
    for name in "xy":
        (project.folder / f"{name}.txt").write_text("from another time")
    results = await run(project, *WRONG)
    assert told(results)[:3] == [("1", "executed"), ("2", "executed"), ("3", "executed")]
    assert told(results)[3:] == [("2", "executed"), ("1", "executed")]
    assert set(verdicts(project).values()) == {"fresh"}


async def test_what_is_stale_upstream_is_executed_first_and_has_a_result(project: Project) -> None:
    wrong_order(project)
    await run(project, *reversed(WRONG))
    (project.folder / "i.txt").write_text("other")
    link(project, "unrelated.ipynb", "i")
    results = await run(project, "1.ipynb", write=True)
    assert told(results) == [("3", "executed"), ("2", "executed"), ("1", "executed")]
    assert verdicts(project) == {"1": "fresh", "2": "fresh", "3": "fresh", "unrelated": "uncached"}
    # Only what was asked for is written into, and told of when nothing had to be done.
    counts = [nbformat.read(project.folder / n, 4).cells[1].execution_count for n in WRONG]
    assert counts == [1, None, None]
    assert told(await run(project, "1.ipynb")) == [("1", "fresh")]
    assert told(await run(project, "1.ipynb", force=True)) == [("1", "executed")]


async def test_the_same_artefact_again_ends_the_chain_of_executions(project: Project) -> None:
    wrong_order(project)
    link(project, "3.ipynb", "i", "x", "text = text[:1]")
    await run(project, *reversed(WRONG))
    (project.folder / "i.txt").write_text("s, with more behind it")
    assert set(verdicts(project).values()) == {"stale"}
    assert told(await run(project, *WRONG)) == [("3", "executed"), ("2", "fresh"), ("1", "fresh")]
    assert set(verdicts(project).values()) == {"fresh"}


async def test_siblings_run_at_the_same_time_and_what_joins_them_behind(project: Project) -> None:
    meet = (
        "import pathlib, time\npathlib.Path('{mine}').touch()\n"
        "while not pathlib.Path('{other}').exists(): time.sleep(0.05)\n"
    )
    link(project, "top.ipynb", "i", "t")
    link(project, "left.ipynb", "t", "l", meet.format(mine=".l", other=".r"))
    link(project, "right.ipynb", "t", "r", meet.format(mine=".r", other=".l"))
    link(project, "bottom.ipynb", "lr")
    marks = [project.folder / ".l", project.folder / ".r"]
    for path in (project.folder / "i.txt", *marks):
        path.write_text("start")
    names = ["top.ipynb", "left.ipynb", "right.ipynb", "bottom.ipynb"]
    assert {result for _, result in told(await run(project, *names))} == {"executed"}
    (project.folder / "i.txt").write_text("other")
    for path in marks:
        path.unlink()
    # Each of the siblings waits for the other one.
    results = told(await run(project, *reversed(names), jobs=2))
    assert [results[0], results[3]] == [("top", "executed"), ("bottom", "executed")]
    assert {name for name, _ in results[1:3]} == {"left", "right"}


async def test_nothing_is_executed_downstream_of_a_failure(project: Project) -> None:
    wrong_order(project)
    await run(project, *reversed(WRONG))
    started = len(project.started)
    link(project, "3.ipynb", "i", "x", "1 / 0")
    results = {result.path: result for result in await run(project, *WRONG)}
    failures = {path: result.failure and result.failure.name for path, result in results.items()}
    assert failures == {
        "1.ipynb": "UpstreamFailed",
        "2.ipynb": "UpstreamFailed",
        "3.ipynb": "ZeroDivisionError",
    }
    failure = results["2.ipynb"].failure
    assert failure is not None
    assert failure.message.startswith("3.ipynb, which writes x.txt, ")
    assert len(project.started) == started + 1
    # Who asks for one alone is told the same, without an execution.
    assert told(await run(project, "2.ipynb")) == [("3", "failed"), ("2", "failed")]
    assert len(project.started) == started + 1
    assert told(await run(project, "2.ipynb", force=True)) == [("3", "failed"), ("2", "executed")]
    assert len(project.started) == started + 2


async def test_what_is_cancelled_upstream_cancels_what_is_downstream(project: Project) -> None:
    wrong_order(project)
    await run(project, *reversed(WRONG))
    link(project, "3.ipynb", "i", "x", f"open('begun', 'w').close()\n{ENDLESS}")
    cancelled = asyncio.Event()
    work = asyncio.ensure_future(run(project, *WRONG, jobs=3, cancelled=cancelled))
    await until((project.folder / "begun").exists)
    cancelled.set()
    assert told(await work) == [("3", "cancelled"), ("2", "cancelled"), ("1", "cancelled")]


async def test_a_file_that_somebody_deleted_is_there_again(project: Project) -> None:
    wrong_order(project)
    await run(project, *reversed(WRONG))
    file = project.folder / "y.txt"
    content = file.read_text()
    file.unlink()
    assert verdicts(project) == {"1": "stale", "2": "fresh", "3": "fresh"}
    assert told(await run(project, "1.ipynb")) == [("1", "fresh")]
    assert file.read_text() == content
    assert set(verdicts(project).values()) == {"fresh"}


async def test_a_deleted_file_that_was_not_stored_is_made_again(project: Project) -> None:
    wrong_order(project)
    await run(project, *reversed(WRONG), settings=NO_FILES)
    (project.folder / "y.txt").unlink()
    assert told(await run(project, "1.ipynb")) == [("2", "executed"), ("1", "fresh")]
    assert set(verdicts(project).values()) == {"fresh"}


async def test_what_is_never_reused_is_not_repeated(project: Project) -> None:
    (project.folder / "d.txt").write_text("start")
    link(project, "1.ipynb", "d", "e")
    link(project, "2.ipynb", "d", "d")
    link(project, "3.ipynb", "d", "d")
    results = told(await run(project, "1.ipynb", "2.ipynb", "3.ipynb"))
    # The first one read what the others rewrote; these two rewrite what they read each time.
    assert results[:3] == [("1", "executed"), ("2", "executed"), ("3", "executed")]
    assert results[3:] == [("1", "executed")]
    assert verdicts(project)["1"] == "fresh"


async def test_a_circle_comes_to_an_end(project: Project) -> None:
    (project.folder / "b.txt").write_text("start")
    link(project, "1.ipynb", "b", "a", "text = text + text")
    link(project, "2.ipynb", "a", "b", "text = text + text")
    results = told(await run(project, "1.ipynb", "2.ipynb"))
    assert results == [("1", "executed"), ("2", "executed"), ("1", "executed"), ("2", "executed")]


async def test_an_upstream_notebook_that_is_gone_is_not_in_the_way(project: Project) -> None:
    wrong_order(project)
    await run(project, *reversed(WRONG))
    (project.folder / "3.ipynb").unlink()
    (project.folder / "i.txt").unlink()
    assert told(await run(project, "1.ipynb", "2.ipynb")) == [("2", "fresh"), ("1", "fresh")]


@pytest.mark.parametrize("workers", [1, 3])
async def test_a_job_begins_with_jobs_for_what_is_upstream(
    project: Project, open_queue: OpenQueue, workers: int
) -> None:
    wrong_order(project)
    await run(project, *reversed(WRONG))
    (project.folder / "i.txt").write_text("other")
    queue = open_queue(workers=workers)
    await ended(queue, *[await queue.submit(project.folder / name) for name in WRONG])
    jobs = sorted(queue.all_jobs(), key=lambda job: job.started or 0)
    executed = [Path(job.notebook).stem for job in jobs if job.result == "executed"]
    assert executed == ["3", "2", "1"]
    assert {job.state for job in jobs} == {"done"}
    assert set(verdicts(project).values()) == {"fresh"}
    await queue.stop()


async def test_a_job_ends_with_what_is_upstream_unless_it_is_forced(
    project: Project, open_queue: OpenQueue
) -> None:
    wrong_order(project)
    await run(project, *reversed(WRONG))
    link(project, "3.ipynb", "i", "x", "1 / 0")
    queue = open_queue()
    await ended(queue, await queue.submit(project.folder / "2.ipynb"))
    jobs = {Path(job.notebook).name: job for job in queue.all_jobs()}
    assert {name: job.state for name, job in jobs.items()} == {
        "2.ipynb": "failed",
        "3.ipynb": "failed",
    }
    failure = jobs["2.ipynb"].failure
    assert failure is not None
    assert (failure.name, failure.message[:8]) == ("UpstreamFailed", "3.ipynb,")
    (forced,) = await ended(queue, await queue.submit(project.folder / "2.ipynb", force=True))
    assert forced.result == "executed"

    link(project, "3.ipynb", "i", "x", ENDLESS)
    job = await queue.submit(project.folder / "2.ipynb")
    await until(lambda: queue.active_job(project.folder / "3.ipynb") is not None)
    upstream = queue.active_job(project.folder / "3.ipynb")
    assert upstream is not None
    await queue.cancel(upstream.id)
    (job,) = await ended(queue, job)
    assert (job.state, job.failure and job.failure.name) == ("cancelled", "Cancelled")
    await queue.stop()
