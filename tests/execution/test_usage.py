"""What kernels use, cell by cell, measured from outside."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from execution_support import Project, code

from jupyterlab_cache.execution.usage import UsageMeter, local_pid

MB = 1024**2
BURN = "import time\nend = time.process_time() + {seconds}\nwhile time.process_time() < end: pass"
# A plain Python that holds 100 MB, says so, and burns half a second on each line that it reads.
CHILD = (
    "import sys, time\nheld = bytearray(b'x') * 100_000_000\nprint('ready', flush=True)\n"
    "for line in sys.stdin:\n"
    "    end = time.process_time() + 0.5\n"
    "    while time.process_time() < end: pass\n"
    "    print('burnt', flush=True)\n"
)


async def test_processor_time_and_memory_are_those_of_each_cell(project: Project) -> None:
    path = project.write(
        "a.ipynb",
        "print('x' * 5000)",
        BURN.format(seconds=0.6),
        "held = bytearray(b'x') * 200_000_000; del held",
        "import time; time.sleep(0.3)",
    )
    entry = (await project.execute(path)).entry
    printing, burning, holding, sleeping = entry.cells
    assert [cell.output_bytes for cell in entry.cells[1:]] == [0, 0, 0]
    assert printing.output_bytes is not None
    assert 5000 < printing.output_bytes < 5200
    cpu = [cell.cpu_seconds for cell in entry.cells]
    assert all(seconds is not None for seconds in cpu)
    assert burning.cpu_seconds >= 0.55  # type: ignore[operator]
    assert sleeping.cpu_seconds < 0.25  # type: ignore[operator]
    assert entry.cpu_seconds == pytest.approx(sum(cpu))  # type: ignore[arg-type]
    # A peak between two looks is not missed, and does not count in the next cell.
    assert holding.peak_memory > burning.peak_memory + 150 * MB  # type: ignore[operator]
    assert sleeping.peak_memory < holding.peak_memory - 150 * MB  # type: ignore[operator]
    assert entry.peak_memory == holding.peak_memory
    assert entry.output_bytes == printing.output_bytes


async def test_children_count_while_they_live_and_when_they_have_ended(project: Project) -> None:
    start = "import subprocess as s, sys\np = s.Popen([sys.executable, '-c', {!r}], stdin=s.PIPE,"
    path = project.write(
        "a.ipynb",
        start.format(CHILD) + " stdout=s.PIPE, text=True)\nassert p.stdout.readline()\n"
        "import time; time.sleep(0.3)",
        "p.stdin.write('go\\n'); p.stdin.flush(); assert p.stdout.readline()",
        "import time; time.sleep(0.2)",
        "p.stdin.write('go\\n'); p.communicate()",
        "1",
    )
    entry = (await project.execute(path)).entry
    assert entry.outcome == "ok", entry.failure
    started, living, waiting, ended, after = entry.cells
    for cell in (living, ended):
        assert 0.45 < cell.cpu_seconds < 2  # type: ignore[operator]
    for cell in (waiting, after):
        assert cell.cpu_seconds < 0.3  # type: ignore[operator]
    assert started.peak_memory > after.peak_memory + 80 * MB  # type: ignore[operator]


async def test_a_cell_that_kills_the_kernel_has_no_figures(project: Project) -> None:
    entry = (await project.execute(project.write("a.ipynb", "1", "import os; os._exit(1)"))).entry
    assert entry.outcome == "died"
    assert entry.cells[0].cpu_seconds is not None
    assert entry.cells[1].cpu_seconds is None
    assert entry.cells[1].peak_memory is None


async def test_kernels_of_other_languages_are_measured_too(
    project: Project, add_kernelspec: Callable[..., None]
) -> None:
    command = [sys.executable, "-m", "bash_kernel", "-f", "{connection_file}"]
    add_kernelspec("bash", *command, language="bash")
    burn = "for i in $(seq 1 200000); do :; done"
    path = project.write("a.ipynb", code(burn), code("echo done"), kernel="bash")
    entry = (await project.execute(path)).entry
    assert entry.outcome == "ok", entry.failure
    assert entry.cells[0].cpu_seconds > entry.cells[1].cpu_seconds  # type: ignore[operator]
    assert entry.cells[0].cpu_seconds > 0.1  # type: ignore[operator]


async def test_nothing_is_known_of_a_kernel_elsewhere() -> None:
    # As jupyter_server's manager for kernels of a gateway: it has no provisioner.
    assert local_pid(SimpleNamespace(provisioner=None)) is None
    assert local_pid(object()) is None
    meter = UsageMeter(None)
    await meter.start()
    assert await meter.next_cell() is None
    meter.close()


async def test_a_process_that_is_gone_does_no_harm() -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
    await process.wait()
    meter = UsageMeter(process.pid)
    await meter.start()
    assert await meter.next_cell() is None
    meter.close()


@pytest.fixture
def many_children() -> Any:
    children = (
        "import subprocess, time\n"
        "them = [subprocess.Popen(['sleep', '60']) for _ in range(60)]\n"
        "print('ready', flush=True)\ninput()\nfor it in them: it.kill()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", children], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    yield process
    process.communicate(b"\n")


async def longest_stop(work: Callable[[], Any]) -> float:
    """For how many seconds the event loop stood still at most during some work."""
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0)
            longest = max(longest, time.perf_counter() - before)

    watching = asyncio.ensure_future(watch())
    await asyncio.sleep(0)
    await work()
    watching.cancel()
    return longest


async def test_a_measurement_costs_little_and_never_stops_the_loop(many_children: Any) -> None:
    lonely = await asyncio.create_subprocess_exec("sleep", "60")
    costs = {}
    try:
        for name, pid in (("lonely", lonely.pid), ("many", many_children.pid)):
            meter = UsageMeter(pid)
            await meter.start()
            times = []
            for _ in range(50):
                before = time.perf_counter()
                await meter.next_cell()
                times.append(time.perf_counter() - before)
            costs[name] = sorted(times)[len(times) // 2]
            if name == "many":
                stops = sorted([await longest_stop(meter.next_cell) for _ in range(9)])
            meter.close()
    finally:
        lonely.kill()
        await lonely.wait()
    assert costs["lonely"] < 0.002, costs  # 0.3 ms on a quiet machine
    assert stops[4] < 0.02, stops  # the interpreter changes threads each 5 ms
