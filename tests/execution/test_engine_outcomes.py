"""How an execution can end, and what the verdict makes of it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable

import pytest
from execution_support import ENDLESS, Project, code, until
from nbformat.v4 import new_output

from jupyterlab_cache.execution.request import ExecutionSettings

KILL_ITSELF = "import os\nprint('last words', flush=True)\nos.kill(os.getpid(), 9)"


async def test_a_notebook_that_runs_through_is_fresh_afterwards(project: Project) -> None:
    path = project.write("a.ipynb", "value = 6", "print(value * 7)", "value")
    outcome = await project.freshen(path)
    assert (outcome.result, outcome.failure) == ("executed", None)
    stored = project.store.get(outcome.entry or "")
    assert (stored.entry.outcome, stored.entry.provenance) == ("ok", "executed")
    assert stored.entry.code_key == outcome.code_key
    assert stored.entry.notebook_path == "a.ipynb"
    assert stored.trusted
    assert project.texts(stored) == ["", "42\n", ""]
    assert project.outputs(stored)[2][0]["data"] == {"text/plain": "6"}
    status = project.status(path)
    assert (status.verdict, status.entry) == ("fresh", outcome.entry)

    again = await project.freshen(path)
    assert (again.result, again.entry) == ("fresh", outcome.entry)
    assert len(project.started) == 1


async def test_an_error_ends_the_execution_and_is_stored_with_what_came_before(
    project: Project,
) -> None:
    path = project.write("a.ipynb", "print('before')", "print('in it')\n1 / 0", "print('after')")
    outcome = await project.freshen(path)
    assert outcome.result == "failed"
    failure = outcome.failure
    assert failure is not None
    assert (failure.name, failure.message, failure.cell) == (
        "ZeroDivisionError",
        "division by zero",
        1,
    )
    assert any("1" in line and "0" in line for line in failure.traceback)
    stored = project.store.get(outcome.entry or "")
    assert stored.entry.outcome == "error"
    assert stored.entry.failure == failure
    assert project.texts(stored) == ["before\n", "in it\n", ""]
    assert project.outputs(stored)[1][-1]["ename"] == "ZeroDivisionError"
    assert tuple(project.outputs(stored)[1][-1]["traceback"]) == failure.traceback
    assert [cell.execution_count for cell in stored.entry.cells] == [1, 2, None]


async def test_what_failed_is_executed_again_only_when_something_changed_or_by_request(
    project: Project,
) -> None:
    module = project.folder / "divisor.py"
    module.write_text("value = 0\n")
    path = project.write("a.ipynb", "import divisor", "1 / divisor.value")
    first = await project.freshen(path)
    assert first.result == "failed"
    assert project.status(path).verdict == "failed"

    again = await project.freshen(path)
    assert (again.result, again.entry, again.failure) == ("failed", first.entry, first.failure)
    assert len(project.started) == 1

    retried = await project.freshen(path, retry_failed=True)
    assert retried.result == "failed"
    assert retried.entry != first.entry
    assert len(project.started) == 2

    module.write_text("value = 10\n")
    assert project.status(path).verdict == "stale"
    mended = await project.freshen(path)
    assert mended.result == "executed"
    assert len(project.started) == 3


async def test_a_cell_that_is_to_raise_an_exception_does_not_end_the_execution(
    project: Project,
) -> None:
    path = project.write("a.ipynb", code("1 / 0", "raises-exception"), "print('after')")
    stored = await project.execute(path)
    assert (stored.entry.outcome, stored.entry.failure) == ("ok", None)
    assert project.outputs(stored)[0][0]["ename"] == "ZeroDivisionError"
    assert project.texts(stored) == ["", "after\n"]
    assert [cell.execution_count for cell in stored.entry.cells] == [1, 2]


async def test_allowed_errors_make_a_variant_of_its_own(project: Project) -> None:
    path = project.write("a.ipynb", "1 / 0", "print('after')")
    allowed = await project.freshen(path, allow_errors=True)
    assert allowed.result == "executed"
    stored = project.store.get(allowed.entry or "")
    assert stored.entry.variant == {"allow_errors": True}
    assert project.texts(stored) == ["", "after\n"]
    assert project.status(path).verdict != "fresh"

    assert (await project.freshen(path)).result == "failed"
    again = await project.freshen(path, allow_errors=True)
    assert (again.result, again.entry) == ("fresh", allowed.entry)
    assert len(project.started) == 2


async def test_a_cell_that_is_to_be_skipped_is_not_executed(project: Project) -> None:
    skipped = code("print('skipped')", "skip-execution")
    skipped.outputs = [new_output("stream", text="from before")]
    skipped.execution_count = 7
    path = project.write("a.ipynb", "value = 1", skipped, "print(value)")
    stored = await project.execute(path)
    assert stored.entry.outcome == "ok"
    assert project.outputs(stored)[1] == []
    assert project.texts(stored) == ["", "", "1\n"]
    assert [cell.execution_count for cell in stored.entry.cells] == [1, None, 2]


async def test_a_cell_that_takes_too_long_ends_the_execution(project: Project) -> None:
    path = project.write("a.ipynb", "print('quick')", f"print('slow', flush=True)\n{ENDLESS}", "3")
    settings = ExecutionSettings(cell_timeout=1)
    outcome = await project.freshen(path, settings=settings)
    assert outcome.result == "failed"
    assert outcome.failure is not None
    assert (outcome.failure.name, outcome.failure.cell) == ("Timeout", 1)
    stored = project.store.get(outcome.entry or "")
    assert stored.entry.outcome == "timeout"
    assert project.texts(stored) == ["quick\n", "slow\n", ""]
    status = project.status(path)
    assert status.verdict == "stale"
    assert [reason.code for reason in status.reasons] == ["execution-incomplete"]

    await project.freshen(path, settings=settings)
    assert len(project.started) == 2


async def test_an_execution_can_be_cancelled_in_the_middle_of_a_cell(project: Project) -> None:
    marker = project.folder / "running"
    path = project.write("a.ipynb", "print('done')", f"open('running', 'w').close()\n{ENDLESS}")
    cancelled = asyncio.Event()
    work = asyncio.ensure_future(project.freshen(path, cancelled=cancelled))
    await until(marker.exists)
    cancelled.set()
    outcome = await work
    assert outcome.result == "cancelled"
    assert outcome.failure is not None
    assert (outcome.failure.name, outcome.failure.cell) == ("Cancelled", 1)
    stored = project.store.get(outcome.entry or "")
    assert stored.entry.outcome == "cancelled"
    assert project.texts(stored) == ["done\n", ""]
    assert project.status(path).verdict == "stale"


async def test_what_is_cancelled_while_its_kernel_starts_executes_no_cell(
    project: Project,
) -> None:
    path = project.write("a.ipynb", "open('ran', 'w').close()")
    cancelled = asyncio.Event()
    cancelled.set()
    outcome = await project.freshen(path, cancelled=cancelled)
    assert outcome.result == "cancelled"
    assert not (project.folder / "ran").exists()


async def test_a_kernel_that_dies_is_reported_as_such(project: Project) -> None:
    path = project.write("a.ipynb", "print('alive')", KILL_ITSELF, "print('after')")
    outcome = await project.freshen(path)
    assert outcome.result == "failed"
    assert outcome.failure is not None
    assert (outcome.failure.name, outcome.failure.cell) == ("KernelDied", 1)
    stored = project.store.get(outcome.entry or "")
    assert stored.entry.outcome == "died"
    assert project.texts(stored)[0] == "alive\n"
    assert project.texts(stored)[2] == ""
    status = project.status(path)
    assert status.verdict == "stale"
    assert [reason.code for reason in status.reasons] == ["execution-incomplete"]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (
            "import os\nos.write(2, b'no more\\x1b[31m luck\\n')\nos._exit(3)",
            ["code 3", "no more luck"],
        ),
        ("import os\nos.kill(os.getpid(), 9)", ["memory"]),
        ("import ctypes\nctypes.string_at(0)", ["SIGSEGV"]),
    ],
    ids=["exit", "killed", "segfault"],
)
async def test_a_kernels_death_is_told_with_its_last_words(
    project: Project, source: str, words: list[str]
) -> None:
    stored = await project.execute(project.write("a.ipynb", source))
    assert stored.entry.outcome == "died"
    assert stored.entry.failure is not None
    for word in words:
        assert word in stored.entry.failure.message


async def test_what_a_kernel_says_at_its_start_is_not_among_its_last_words(
    project: Project, add_kernelspec: Callable[..., None]
) -> None:
    start = (
        "import os\nos.write(2, b'good morning\\n')\n"
        "from ipykernel import kernelapp\nkernelapp.launch_new_instance()"
    )
    add_kernelspec("polite", sys.executable, "-c", start, "-f", "{connection_file}")
    source = "import os\nos.write(2, b'good night\\n')\nos._exit(3)"
    stored = await project.execute(project.write("a.ipynb", source, kernel="polite"))
    assert stored.entry.failure is not None
    assert "good night" in stored.entry.failure.message
    assert "good morning" not in stored.entry.failure.message


async def test_what_a_kernel_writes_to_its_error_stream_never_blocks_it(project: Project) -> None:
    source = (
        "import os\nfor _ in range(2000):\n    os.write(2, b'x' * 9999 + b'\\n')\nprint('done')"
    )
    stored = await project.execute(project.write("a.ipynb", source))
    assert stored.entry.outcome == "ok"
    assert project.texts(stored)[0].endswith("done\n")


async def test_a_notebook_has_a_time_limit_of_its_own(project: Project) -> None:
    path = project.write(
        "a.ipynb", "print('first')", "import time\ntime.sleep(60)", "print('never')"
    )
    settings = ExecutionSettings(cell_timeout=50, notebook_timeout=1.5)
    stored = await project.execute(path, settings=settings)
    assert stored.entry.outcome == "timeout"
    assert stored.entry.failure is not None
    assert stored.entry.failure.cell == 1
    assert "notebook took longer than 1.5 s" in stored.entry.failure.message
    assert project.texts(stored) == ["first\n", "", ""]


async def test_a_task_that_is_given_up_takes_its_kernel_with_it(project: Project) -> None:
    marker = project.folder / "running"
    path = project.write("a.ipynb", f"open('running', 'w').close()\n{ENDLESS}")
    work = asyncio.ensure_future(project.execute(path))
    await until(marker.exists)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert project.store.page()[1] == 0


async def test_a_program_that_asks_for_input_fails_instead_of_waiting(project: Project) -> None:
    path = project.write("a.ipynb", "input('name? ')")
    stored = await project.execute(path)
    assert stored.entry.failure is not None
    assert stored.entry.failure.name == "StdinNotImplementedError"
