"""A store of many entries beside jupyter-cache, and what only this one has.

``BENCH_SIZES`` says how many entries there are; 100,000 take some ten minutes more. Every size
begins with a store that was filled past its interface; then notebooks of 180 kB are stored, looked
up and restored by what people and servers call. Looking up code is all that jupyter-cache does; a
verdict, which restoring begins with, compares what the execution used as well.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median

from many_entries import KEYS, disk_use, executed_notebook, fill
from other_cache import measured
from table import Table
from timing import in_turns, milliseconds, seconds_of

from jupyterlab_cache.cache import NotebookCache
from jupyterlab_cache.inputs.stat_cache import StatCache
from jupyterlab_cache.store.selection import SORT_KEYS, Selection
from jupyterlab_cache.store.store import Store

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "9"))
SIZES = [int(size) for size in os.environ.get("BENCH_SIZES", "10,1000,10000").split(",")]
EXECUTIONS = int(os.environ.get("BENCH_EXECUTIONS", "1000"))
PAGE_MS = 50.0
LOOK_UP_MS = {"look-up": 1.0, "known": 0.1}
TIMES_FASTER = {10_000: 5.0, 100_000: 40.0}  # storing
MOST_DISK = 0.2
REST = 2.5
"""Seconds after which the times of files and folders are relied on."""

LABELS = {
    "store": "store 180 kB, on disk",
    "look-up": "look up the code of a file not seen before",
    "known": "look up the code of a known file",
    "verdict": "verdict on a file not seen before, its inputs compared",
    "again": "verdict on a known file, its inputs compared",
    "pass": "verdict on each known file in a pass over all",
    "restore": "restore",
    "page": "list the first 100",
    "list": "list all",
    "search": "search, the first 100",
}

SAME_THERE = {"verdict": "look-up", "again": "known", "pass": "known"}
"""What is nearest to it in jupyter-cache, which compares nothing but code."""

_COLLECTION = """
import json, sys, time
from pathlib import Path
from many_entries import KEYS, peak_memory
from jupyterlab_cache.store.collection_plan import Limits
from jupyterlab_cache.store.store import Store

store = Store(Path(sys.argv[1]), KEYS)
started = time.perf_counter()
if sys.argv[2] == "collection":
    collector = store.collector(lambda notebook: False)
    outcome = collector.preview(collector.plan(Limits(bytes=10**9, entries=int(sys.argv[3]))))
    assert len(outcome.removed) >= int(sys.argv[3]) - 1, len(outcome.removed)
else:
    store.verify(lambda problem: print(problem, file=sys.stderr), repair=False)
seconds = time.perf_counter() - started
print(json.dumps([seconds, peak_memory() / 1e6]))
"""


def measure() -> list[Table]:
    """Each size beside jupyter-cache; listings and upkeep of the largest; bytes on disk."""
    tables = []
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            project = Path(folder) / "project"
            store = Store(project / ".jupyterlab_cache", KEYS)
            fill(store, size)
            time.sleep(REST)
            made = seconds_of(lambda store=store: store.select(Selection(sort="used")))
            tables.append(_beside(Path(folder), project, size))
            if size == max(SIZES):
                tables.append(_listings(store, size, made))
                tables.append(_upkeep(store, size))
    return [*tables, _disk()]


def _beside(folder: Path, project: Path, size: int) -> Table:
    notebooks = [project / f"notebook{number}.ipynb" for number in range(ROUNDS)]
    for number, path in enumerate(notebooks):
        path.write_bytes(executed_notebook(number))
    ours = _ours(folder, project, notebooks, size)
    place = folder / "jupyter-cache"
    place.mkdir()
    theirs = measured(place, notebooks, size, folder / "restored.ipynb")
    shutil.rmtree(place)
    table = Table(f"{size:,} entries", ("ms", "here", "jupyter-cache", "times faster"))
    for name, label in LABELS.items():
        other = theirs and theirs[SAME_THERE.get(name, name)]
        faster = f"{median(other) / median(ours[name]):,.1f}" if other else ""
        shown = milliseconds(other) if other else "not installed"
        table.add(label, f"{median(ours[name]) * 1000:,.2f}", shown, faster)
    _judge(table, size, ours, theirs)
    return table


def _judge(
    table: Table,
    size: int,
    ours: Mapping[str, Sequence[float]],
    theirs: Mapping[str, Sequence[float]] | None,
) -> None:
    """Note which limits were not kept."""
    for name, limit in LOOK_UP_MS.items():
        if median(ours[name]) * 1000 > limit:
            table.exceeded.append(f"{size:,} entries, {LABELS[name]}: more than {limit:g} ms")
    for name in ("page", "search"):
        if median(ours[name]) * 1000 > PAGE_MS:
            table.exceeded.append(f"{size:,} entries, {LABELS[name]}: more than {PAGE_MS:g} ms")
    wanted = TIMES_FASTER.get(size)
    if wanted and theirs and median(theirs["store"]) < wanted * median(ours["store"]):
        table.exceeded.append(f"{size:,} entries: storing is not {wanted:g} times faster")


def _ours(folder: Path, project: Path, notebooks: list[Path], size: int) -> dict[str, list[float]]:
    def opened(name: str) -> NotebookCache:
        return NotebookCache(project, keys=KEYS, stat_cache=StatCache(folder / f"{name}.sqlite"))

    (project / "warm.ipynb").write_bytes(executed_notebook(-1))
    warm = opened("storing")
    warm.capture("warm.ipynb")
    names = [path.name for path in notebooks]
    times = {"store": [seconds_of(lambda name=name: warm.capture(name)) for name in names]}
    time.sleep(REST)
    # A cache that has judged a notebook, as a server has, and these not yet.
    cache = opened("looking")
    cache.judge([("warm.ipynb", None)])

    def verdict(name: str) -> float:
        started = time.perf_counter()
        (status,) = cache.judge([(name, None)])
        seconds = time.perf_counter() - started
        if status.verdict != "fresh":
            raise RuntimeError(f"{status} should be fresh.")
        return seconds

    def look_up(path: Path) -> float:
        started = time.perf_counter()
        code_key = cache.code_key_of(path)
        found = cache.projects.of(path).store.entries_for(code_key)
        seconds = time.perf_counter() - started
        if len(found) != 1:
            raise RuntimeError(f"{path} should have one entry, not {len(found)}.")
        return seconds

    half = len(notebooks) // 2
    times["look-up"] = [look_up(path) for path in notebooks[:half]]
    times["known"] = [look_up(path) for path in notebooks[:half] for _ in range(5)]
    times["verdict"] = [verdict(name) for name in names[half:]]
    times["again"] = [verdict(name) for name in names]
    everything = [(name, None) for name in names]
    times["pass"] = [seconds_of(lambda: cache.judge(everything)) / len(names) for _ in names]
    times["restore"] = [seconds_of(lambda name=name: cache.restore(name)) for name in names]
    store = warm.projects.of_folder(project).store
    most = size + ROUNDS + 1
    times["page"] = [seconds_of(lambda: store.select(Selection(), 0, 100)) for _ in range(5)]
    times["list"] = [seconds_of(lambda: store.select(Selection(), 0, most))]
    wish = Selection(search="notebook707")
    times["search"] = [seconds_of(lambda: store.select(wish, 0, 100)) for _ in range(5)]
    warm.close()
    cache.close()
    return times


def _listings(store: Store, size: int, made: float) -> Table:
    wishes = {f"by {key}": Selection(sort=key) for key in SORT_KEYS}
    wishes["search, one finds"] = Selection(search="folder7/notebook707")
    wishes["search, none finds"] = Selection(search="nowhere")
    wishes["search, all find"] = Selection(search="executed")
    wishes["search, 3 words, by use"] = Selection(search="IR notebook7 executed", sort="used")
    wishes["search, part of an identifier"] = Selection(search="3f2a")

    def ask(wish: Selection) -> Callable[[], object]:
        return lambda: store.select(wish, 0, 100)

    times = in_turns(ROUNDS, **{name: ask(wish) for name, wish in wishes.items()})
    title = f"The first 100 of {size:,} entries; the index was made in {made:.1f} s"
    table = Table(title, ("", "median ms", "fastest ms"))
    for name, seconds in times.items():
        table.add(name, milliseconds(seconds), milliseconds([min(seconds)]))
        if median(seconds) * 1000 > PAGE_MS:
            table.exceeded.append(f"{name}: more than {PAGE_MS:g} ms")
    return table


def _upkeep(store: Store, size: int) -> Table:
    table = Table(f"All of {size:,} entries, in a process of its own", ("", "s", "MB at most"))
    labels = {
        "collection": "preview of a collection of half of them",
        "verification": "verification",
    }
    for name, label in labels.items():
        done = subprocess.run(
            [sys.executable, "-c", _COLLECTION, str(store.folder), name, str(size // 2)],
            cwd=Path(__file__).parent,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        seconds, memory = json.loads(done.stdout)
        table.add(label, f"{seconds:.1f}", f"{memory:.0f}")
    return table


def _disk() -> Table:
    """What executions take whose outputs are nine tenths the same."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        project.mkdir()
        cache = NotebookCache(
            project, keys=KEYS, stat_cache=StatCache(Path(folder) / "stat.sqlite")
        )
        notebooks = [project / f"notebook{number}.ipynb" for number in range(EXECUTIONS)]
        for number, path in enumerate(notebooks):
            path.write_bytes(executed_notebook(number))
            cache.capture(path.name)
        store = cache.projects.of_folder(project).store
        store.select(Selection())
        ours = disk_use(store.folder)
        place = Path(folder) / "jupyter-cache"
        place.mkdir()
        theirs = disk_use(place) if measured(place, notebooks, 0, None) else None
    table = Table(
        f"{EXECUTIONS:,} executions whose outputs are 90 % the same",
        ("MB", "here", "jupyter-cache", "ratio"),
    )
    for number, label in enumerate(("bytes of files", "blocks on disk, with folders")):
        shown = [f"{use[number] / 1e6:,.1f}" if use else "not installed" for use in (ours, theirs)]
        ratio = ours[number] / theirs[number] if theirs else None
        table.add(label, *shown, "" if ratio is None else f"{ratio:.2f}")
        if ratio is not None and ratio > MOST_DISK:
            table.exceeded.append(f"{label}: more than {MOST_DISK:g} of jupyter-cache's")
    return table
