"""What much output does to a server: how long its event loop is held up, and how its memory grows.

Cells that print or display much, each executed by our queue and by bare nbclient in turns, each in
a process of its own that has executed something small before. A heartbeat on the event loop tells
of hold-ups. On a busy machine a beat is late also because others have the processor, so beside each
hold-up stands what of it can be the process's own fault: no more than it computed meanwhile, and on
Linux without the time for which the loop's thread could have run and got no processor. A loop that
does nothing tells what the machine does.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median

import nbformat
import psutil
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError
from table import Table

from jupyterlab_cache.cache import NotebookCache
from jupyterlab_cache.execution.jobs import ENDED, Job
from jupyterlab_cache.execution.own_kernels import own_kernels
from jupyterlab_cache.execution.queue import JobQueue
from jupyterlab_cache.execution.request import ExecutionSettings
from jupyterlab_cache.inputs.stat_cache import StatCache
from jupyterlab_cache.store.signatures import KeyRing

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
MEGABYTES = int(os.environ.get("BENCH_MEGABYTES", "50"))
BEAT, LONGEST_HOLD_UP = 0.005, 0.1
# What nbclient would print for ever is stopped after so many seconds.
ENDLESS_SECONDS = 5
MOST_BYTES = 100_000_000  # and ours when it has printed so much

SIZE = MEGABYTES * 1_000_000
CELLS = {
    "10,000 lines, flushed": "for i in range(10_000):\n    print(i, flush=True)",
    "500 updates of a display": "shown = display('a', display_id=True)\n"
    "for i in range(500):\n    shown.update(i)",
    f"{MEGABYTES} MB of text at once": f"print('a line of text\\n' * ({SIZE} // 15))",
    f"{MEGABYTES} MB of text in pieces": f"for i in range({SIZE} // 10_000):\n"
    "    print('a line of text\\n' * 666, flush=True)",
    f"{MEGABYTES} MB of Greek": f"print('\\u03b1\\u03b2\\u03b3' * ({SIZE} // 6))",
    f"an image of {MEGABYTES} MB": "import base64, os\n"
    f"data = base64.b64encode(os.urandom({SIZE} * 3 // 4)).decode()\n"
    "display({'image/png': data}, raw=True)",
}
ENDLESS = "text without end"
ENDLESS_CELL = "while True:\n    print('x' * 1000)"


def measure() -> list[Table]:
    """All cells, by us and by nbclient."""
    table = Table(
        f"Much output, on an event loop with a beat every {BEAT * 1000:g} ms",
        ("", "longest hold-up ms", "nbclient's", "memory MB", "nbclient's", "s", "to nbclient's"),
    )
    idle = [_in_process("idle", "") for _ in range(ROUNDS)]
    table.add("nothing (the machine)", _hold_up(idle), "", "", "", "", "")
    for name in [*CELLS, ENDLESS]:
        found: dict[str, list[dict[str, float]]] = {"ours": [], "nbclient": []}
        for _ in range(ROUNDS):
            for who, figures in found.items():
                figures.append(_in_process(who, name))
        ours, theirs = found["ours"], found["nbclient"]
        own = max(one["own"] for one in ours)
        seconds = [median(one["seconds"] for one in figures) for figures in (ours, theirs)]
        table.add(
            name,
            _hold_up(ours),
            _hold_up(theirs),
            f"{max(one['memory'] for one in ours) / 1e6:,.0f}",
            f"{max(one['memory'] for one in theirs) / 1e6:,.0f}",
            f"{seconds[0]:.2f}",
            "" if name == ENDLESS else f"{seconds[0] / seconds[1]:.2f}",
        )
        if own > LONGEST_HOLD_UP:
            limit = f"{own * 1000:.0f} > {LONGEST_HOLD_UP * 1000:g} ms"
            table.exceeded.append(f"the event loop was held up by {name}: {limit}")
    return [table]


def _hold_up(figures: list[dict[str, float]]) -> str:
    """The longest, and how long the process computed in one."""
    longest, own = (max(one[name] for one in figures) * 1000 for name in ("hold_up", "own"))
    return f"{longest:.0f} (own {own:.0f})"


def _in_process(who: str, name: str) -> dict[str, float]:
    """What one run tells, in a new process."""
    done = subprocess.run(
        [sys.executable, __file__, who, name], check=True, stdout=subprocess.PIPE, text=True
    )
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


async def _one_run(who: str, name: str) -> dict[str, float]:
    source = ENDLESS_CELL if name == ENDLESS else CELLS.get(name, "")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        root.mkdir()
        (root / "pyproject.toml").touch()
        if who == "ours":
            cache = NotebookCache(
                root, keys=KeyRing(b"bench"), stat_cache=StatCache(Path(folder, "files.sqlite"))
            )
            settings = ExecutionSettings(output_bytes=MOST_BYTES)
            queue = JobQueue(cache, own_kernels(cache.stat_cache), settings=settings)
            await _ours(queue, _written(root / "before.ipynb", "print(1)"))
            path = _written(root / "notebook.ipynb", source)
            figures = await _watched(lambda: _ours(queue, path))
            await queue.stop()
            cache.close()
        elif who == "nbclient":
            await _nbclient(_written(root / "before.ipynb", "print(1)"), None)
            path = _written(root / "notebook.ipynb", source)
            limit = ENDLESS_SECONDS if name == ENDLESS else None
            figures = await _watched(lambda: _nbclient(path, limit))
        else:
            figures = await _watched(lambda: asyncio.sleep(3))
        return figures


async def _watched(run: Callable[[], Awaitable[object]]) -> dict[str, float]:
    longest = own = 0.0

    async def beat() -> None:
        nonlocal longest, own
        last, last_computed, last_waited = time.perf_counter(), time.process_time(), _waited()
        while True:
            await asyncio.sleep(BEAT)
            now, computed, waited = time.perf_counter(), time.process_time(), _waited()
            late = now - last - BEAT
            fault = min(late - (waited - last_waited), computed - last_computed)
            longest, own = max(longest, late), max(own, fault)
            last, last_computed, last_waited = now, computed, waited

    before = psutil.Process().memory_info().rss
    heart = asyncio.ensure_future(beat())
    started = time.perf_counter()
    await run()
    seconds = time.perf_counter() - started
    heart.cancel()
    unit = 1 if sys.platform == "darwin" else 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return {"hold_up": longest, "own": own, "memory": max(0, most - before), "seconds": seconds}


def _waited() -> float:
    """Seconds for which this thread wanted a processor and had none, where the system tells."""
    try:
        return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0


async def _ours(queue: JobQueue, path: Path) -> None:
    over = asyncio.Event()

    def note(job: Job) -> None:
        if job.state in ENDED and job.notebook == str(path):
            over.set()

    queue.listen(note)
    await queue.submit(path, force=True)
    await over.wait()


async def _nbclient(path: Path, limit: int | None) -> None:
    client = NotebookClient(
        nbformat.read(path, as_version=4),
        timeout=limit,
        kernel_name="python3",
        extra_arguments=["--log-level=CRITICAL"],
        resources={"metadata": {"path": str(path.parent)}},
    )
    with contextlib.suppress(CellTimeoutError):
        nbformat.write(await client.async_execute(), path)


def _written(path: Path, source: str) -> Path:
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source)],
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
        },
    )
    nbformat.write(notebook, path)
    return path


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_one_run(*sys.argv[1:]))))
