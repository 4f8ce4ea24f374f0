"""What executing costs beside what the cells cost: ours, bare nbclient and jupyter-cache in turns.

Twenty notebooks of thirty trivial cells, one and two at once; one such notebook, with a kernel that
has to start and with one that was kept warm; and one notebook that computes for a minute.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import nbformat
from nbclient import NotebookClient
from other_cache import other_environment
from table import Table
from timing import in_turns

from jupyterlab_cache.cache import NotebookCache
from jupyterlab_cache.execution.jobs import ENDED
from jupyterlab_cache.execution.own_kernels import own_kernels
from jupyterlab_cache.execution.queue import JobQueue
from jupyterlab_cache.inputs.stat_cache import StatCache
from jupyterlab_cache.store.signatures import KeyRing

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
SECONDS = float(os.environ.get("BENCH_COMPUTE_SECONDS", "60"))
NOTEBOOKS, CELLS = 20, 30
MOST_OF_ONE, MOST_OF_WARM, MOST_OF_BATCH = 1.05, 0.4, 0.8
COMPUTE = """
import time
until = time.process_time() + {seconds}
total = 0
while time.process_time() < until:
    total += sum(number % 7 for number in range(10_000))
"""
OTHER = """
import sys
from pathlib import Path
from jupyter_cache import get_cache
from jupyter_cache.executors import load_executor
if __name__ == "__main__":
    root, place, name = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    cache = get_cache(place)
    for path in sorted(root.glob("*.ipynb")):
        cache.add_nb_to_project(str(path))
    result = load_executor(name, cache).run_and_cache()
    print(len(result.succeeded))
"""


def measure() -> list[Table]:
    """The batch, one notebook, and one that computes."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        root.mkdir()
        (root / "pyproject.toml").touch()
        for number in range(NOTEBOOKS):
            cells = [f"value_{cell} = {number} + {cell}" for cell in range(CELLS)]
            _write(root / f"notebook-{number:02}.ipynb", cells)
        computing = Path(folder) / "computing.ipynb"
        _write(computing, [COMPUTE.format(seconds=SECONDS)])
        return [_batch(root), _one(root), _computing(computing)]


def _batch(root: Path) -> Table:
    cores = os.cpu_count() or 1
    runs: dict[str, Callable[[], object]] = {
        "bare nbclient, 1 at once": lambda: _nbclient(root, 1),
        "ours, 1 job": lambda: _ours(root, 1),
        "bare nbclient, 2 at once": lambda: _nbclient(root, 2),
        "ours, 2 jobs": lambda: _ours(root, 2),
    }
    succeeded: dict[str, int] = {}

    def theirs(python: Path, executor: str) -> Callable[[], object]:
        name = f"jupyter-cache, {executor}"

        def run() -> None:
            count = _jupyter_cache(python, root, executor)
            succeeded[name] = min(count, succeeded.get(name, count))

        return run

    if other := other_environment():
        for executor in ("local-serial", "local-parallel"):
            runs[f"jupyter-cache, {executor}"] = theirs(other, executor)
    times = {name: median(found) for name, found in in_turns(ROUNDS, **runs).items()}
    limit = _cell_seconds(root) / cores
    table = Table(
        f"{NOTEBOOKS} notebooks of {CELLS} trivial cells on {cores} cores",
        ("", "median s", "ratio to nbclient", "times the limit"),
    )
    table.add(f"the limit: all cells' time on {cores} cores", f"{limit:.2f}", "", "1.0")
    for name, seconds in times.items():
        count = 2 if "2" in name or "parallel" in name else 1
        ratio = seconds / times[f"bare nbclient, {count} at once"]
        failed = NOTEBOOKS - succeeded.get(name, NOTEBOOKS)
        label = f"{name} ({failed} failed)" if failed else name
        table.add(label, f"{seconds:.2f}", f"{ratio:.2f}", f"{seconds / limit:.1f}")
        if name.startswith("ours") and ratio > MOST_OF_BATCH:
            table.exceeded.append(f"a batch with {name}: {ratio:.2f} > {MOST_OF_BATCH:g}")
    return table


def _one(root: Path) -> Table:
    path = root / "notebook-00.ipynb"
    table = Table("One of these notebooks", ("", "median ms", "ratio to nbclient"))
    times: dict[str, list[float]] = {"nbclient": [], "cold": [], "warm": []}
    for _ in range(max(ROUNDS, 5)):
        times["nbclient"] += in_turns(1, run=lambda: _plain(path))["run"]
        for name in ("cold", "warm"):
            times[name].append(_click(root, path, keep_warm=name == "warm"))
    base = median(times["nbclient"])
    for name, label, most in (
        ("nbclient", "bare nbclient", 1.0),
        ("cold", "ours, from click to result", MOST_OF_ONE),
        ("warm", "ours, with a kernel kept warm", MOST_OF_WARM),
    ):
        ratio = median(times[name]) / base
        table.add(label, f"{median(times[name]) * 1000:,.0f}", f"{ratio:.2f}")
        if ratio > most:
            table.exceeded.append(f"one notebook, {label}: {ratio:.2f} > {most:g}")
    return table


def _computing(path: Path) -> Table:
    table = Table(
        f"A notebook that computes for {SECONDS:g} s of processor time",
        ("", "s", "ratio to nbclient"),
    )
    times = in_turns(1, nbclient=lambda: _plain(path), ours=lambda: _ours(path, 1))
    base = times["nbclient"][0]
    table.add("bare nbclient", f"{base:.2f}", "1.00")
    ratio = times["ours"][0] / base
    table.add("ours", f"{times['ours'][0]:.2f}", f"{ratio:.2f}")
    if ratio > MOST_OF_ONE:
        table.exceeded.append(f"a notebook that computes: {ratio:.2f} > {MOST_OF_ONE:g}")
    return table


def _client(path: Path) -> NotebookClient:
    return NotebookClient(
        nbformat.read(path, as_version=4),
        kernel_name="python3",
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(path.parent)}},
    )


def _plain(path: Path) -> None:
    _client(path).execute()


def _nbclient(root: Path, at_once: int) -> None:
    paths = sorted(root.glob("*.ipynb"))

    async def run_all() -> None:
        free = asyncio.Semaphore(at_once)

        async def run(path: Path) -> None:
            async with free:
                await _client(path).async_execute()

        await asyncio.gather(*map(run, paths))

    asyncio.run(run_all())


def _open(root: Path) -> NotebookCache:
    folder = root if root.is_dir() else root.parent
    stat_cache = StatCache(folder.parent / "stat-cache.sqlite")
    return NotebookCache(folder, keys=KeyRing(b"bench"), stat_cache=stat_cache)


def _ours(root: Path, jobs: int) -> None:
    cache = _open(root)
    results = cache.run([root], force=True, jobs=jobs)
    if {result.result for result in results} != {"executed"}:
        raise RuntimeError(f"Not all were executed: {results}")
    cache.close()


def _cell_seconds(root: Path) -> float:
    cache = _open(root)
    store = cache.projects.of(root / "any.ipynb").store
    total = 0.0
    for status in cache.status():
        total += sum(cell.seconds or 0 for cell in store.get(status.entry or "").entry.cells)
    cache.close()
    return total


def _click(root: Path, path: Path, *, keep_warm: bool) -> float:
    """Seconds from asking a queue for a notebook to the end of its job, after one before it."""

    async def clicks() -> float:
        cache = _open(root)
        queue = JobQueue(cache, own_kernels(cache.stat_cache), keep_warm=keep_warm)
        seconds = 0.0
        for _ in range(2):
            over = asyncio.Event()
            queue.listen(lambda job, over=over: over.set() if job.state in ENDED else None)
            started = time.perf_counter()
            await queue.submit(path, force=True)
            await over.wait()
            seconds = time.perf_counter() - started
            await asyncio.sleep(1.5)  # for a warm kernel to be there
        await queue.stop()
        cache.close()
        return seconds

    return asyncio.run(clicks())


def _jupyter_cache(python: Path, root: Path, executor: str) -> int:
    """How many of the notebooks succeeded."""
    with tempfile.TemporaryDirectory() as place:
        program = Path(place, "run.py")
        program.write_text(OTHER)
        done = subprocess.run(
            [str(python), str(program), str(root), str(Path(place, "cache")), executor],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            stderr=subprocess.DEVNULL,
            cwd=root,
            env={**os.environ, "JUPYTER_PATH": str(Path(sys.prefix, "share", "jupyter"))},
        )
    return int(done.stdout.split()[-1])


def _write(path: Path, sources: list[str]) -> None:
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in sources],
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
        },
    )
    nbformat.write(notebook, path)
