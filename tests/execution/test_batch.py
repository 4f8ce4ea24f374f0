"""Many notebooks at once, without a queue."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from execution_support import ENDLESS, Project, code_cells, until

from jupyterlab_cache.execution.batch import RunResult


async def run(project: Project, *names: str, jobs: int = 2, **options: Any) -> dict[str, RunResult]:
    """What became of each of these notebooks."""
    write = options.pop("write", False)
    running = project.cache.run_each(
        [project.folder / name for name in names],
        kernels=project.kernels,
        wish=project.wish(**options),
        jobs=jobs,
        write=write,
    )
    return {result.path: result async for result in running}


async def test_what_is_broken_or_fails_is_not_in_the_way_of_the_others(project: Project) -> None:
    (project.folder / "broken.ipynb").write_text("{")
    project.write("fails.ipynb", "print('before')", "1 / 0")
    project.write("kernel.ipynb", "1", kernel="no-such-kernel")
    project.write("sub/good.ipynb", "print('good')")
    names = ["broken.ipynb", "fails.ipynb", "kernel.ipynb", "missing.ipynb", "sub/good.ipynb"]
    results = await run(project, *names)
    assert {name: result.result for name, result in results.items()} == {
        "broken.ipynb": "failed",
        "fails.ipynb": "failed",
        "kernel.ipynb": "failed",
        "missing.ipynb": "failed",
        "sub/good.ipynb": "executed",
    }
    failures = [results[name].failure for name in names]
    assert [failure and failure.name for failure in failures] == [
        "NotebookInvalid",
        "ZeroDivisionError",
        "UnknownKernel",
        "NotebookMissing",
        None,
    ]
    assert [results[name].entry is None for name in names] == [True, False, True, True, False]
    assert project.texts(results["fails.ipynb"].entry) == ["before\n", ""]
    assert len(project.started) == 2


async def test_a_second_run_finds_all_fresh_and_starts_no_kernel(project: Project) -> None:
    for name in "abc":
        project.write(f"{name}.ipynb", f"print({name!r})")
    project.write("fails.ipynb", "1 / 0")
    names = ["a.ipynb", "b.ipynb", "c.ipynb", "fails.ipynb"]
    first = await run(project, *names)
    assert sorted(result.result for result in first.values()) == ["executed"] * 3 + ["failed"]
    assert len(project.started) == 4

    second = await run(project, *names)
    assert {name: result.result for name, result in second.items()} == {
        "a.ipynb": "fresh",
        "b.ipynb": "fresh",
        "c.ipynb": "fresh",
        "fails.ipynb": "failed",
    }
    assert {name: result.entry for name, result in second.items()} == {
        name: result.entry for name, result in first.items()
    }
    assert len(project.started) == 4

    third = await run(project, "a.ipynb", "fails.ipynb", force=True)
    assert [result.result for _, result in sorted(third.items())] == ["executed", "failed"]
    assert len(project.started) == 6


async def test_outputs_are_put_into_the_files_by_request_only(project: Project) -> None:
    paths = [
        project.write("a.ipynb", "print('a')", "1"),
        project.write("b.ipynb", "print('b')", "1 / 0", "2"),
    ]
    await run(project, "a.ipynb", "b.ipynb")
    assert [cell.outputs for path in paths for cell in code_cells(path)] == [[]] * 5

    results = await run(project, "a.ipynb", "b.ipynb", write=True)
    assert [results[path.name].result for path in paths] == ["fresh", "failed"]
    assert len(project.started) == 2
    for path in paths:
        cells = code_cells(path)
        stored = project.store.get(results[path.name].entry or "")
        assert [cell.outputs for cell in cells] == project.outputs(stored)
        assert [cell.execution_count for cell in cells] == [
            cell.execution_count for cell in stored.entry.cells
        ]
        assert project.status(path).outputs == "same"
    # What is right already is not written again.
    assert (await run(project, "a.ipynb"))["a.ipynb"].result == "fresh"


async def test_no_more_notebooks_run_at_once_than_asked_for(project: Project) -> None:
    # Each notes how many others run while it does.
    source = (
        "import os, pathlib, time\nfolder = pathlib.Path('running')\nmine = folder / '{name}'\n"
        "folder.mkdir(exist_ok=True)\nmine.touch()\ntime.sleep(0.2)\n"
        "print(len(os.listdir(folder)))\nmine.unlink()"
    )
    names = [project.write(f"{name}.ipynb", source.format(name=name)).name for name in "abcde"]
    results = await run(project, *names, jobs=2)
    counts = [int(project.texts(result.entry)[0]) for result in results.values()]
    assert len(counts) == 5
    assert set(counts) <= {1, 2}


async def test_a_run_that_is_given_up_ends_all_its_kernels(project: Project) -> None:
    for name in "abc":
        project.write(f"{name}.ipynb", f"open('{name}', 'w').close()\n{ENDLESS}")
    work = asyncio.ensure_future(run(project, "a.ipynb", "b.ipynb", "c.ipynb"))
    await until(lambda: (project.folder / "a").exists() and (project.folder / "b").exists())
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert project.kernels._manager.list_kernel_ids() == []
    assert not (project.folder / "c").exists()
    assert project.store.page()[1] == 0


async def test_a_run_can_be_stopped_by_whoever_asked_for_it(project: Project) -> None:
    project.write("a.ipynb", f"open('a', 'w').close()\n{ENDLESS}")
    project.write("b.ipynb", "open('b', 'w').close()")
    cancelled = asyncio.Event()
    work = asyncio.ensure_future(run(project, "a.ipynb", "b.ipynb", jobs=1, cancelled=cancelled))
    await until((project.folder / "a").exists)
    cancelled.set()
    results = await work
    assert [result.result for result in results.values()] == ["cancelled", "cancelled"]
    assert not (project.folder / "b").exists()


def test_a_script_runs_notebooks_without_a_loop_of_its_own(project: Project) -> None:
    project.write("a.ipynb", "print('a')")
    (result,) = project.cache.run(["a.ipynb"], write=True)
    assert (result.path, result.result, result.failure) == ("a.ipynb", "executed", None)
    assert code_cells(project.folder / "a.ipynb")[0].outputs[0]["text"] == "a\n"
    (again,) = project.cache.run(["a.ipynb"])
    assert (again.result, again.entry) == ("fresh", result.entry)
