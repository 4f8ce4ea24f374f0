"""The panel's section *Cache* with a store of 10,000 entries, in a browser.

The entries are put into the store by its own means. The clock is the page's own: from unfolding the
section until rows with entries are painted, from a keystroke in the search until what it finds is,
and from frame to frame while the list is scrolled from end to end.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from pathlib import Path
from random import Random
from statistics import median, quantiles

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from servers import lab_server
from table import Table

from jupyterlab_cache.cache import NotebookCache
from jupyterlab_cache.inputs.stat_cache import StatCache
from jupyterlab_cache.notebooks.code_key import prefix_keys
from jupyterlab_cache.notebooks.reader import read_digests
from jupyterlab_cache.store.outputs import put_outputs
from jupyterlab_cache.store.records import CellRecord, Entry, Failure

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
ENTRIES = int(os.environ.get("BENCH_ENTRIES", "10000"))
NOTEBOOKS = 250
SEARCH_LIMIT_MS = 100
FRAME_LIMIT_MS = 1000 / 30
KERNEL = "python3"


def measure() -> list[Table]:
    """First rows, searches, and frames while scrolling."""
    # Each entry is written durably: on a disk, ten thousand of them take minutes.
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        work = Path(folder)
        with lab_server(work, exposed=True) as url:
            fill(work / "root")
            script = str(ROOT / "benchmarks" / "panel.mjs")
            command = ["node", script, url, str(ROUNDS)]
            output = subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8")
    measured: dict[str, list[float]] = json.loads(output.stdout)
    table = Table(
        f"The section Cache in Chromium, {ENTRIES:,} entries, {ROUNDS} pages",
        ("", "median ms", "95th percentile", "slowest", "target ms"),
    )
    labels = {
        "first": ("unfolding until entries are painted", None),
        "search": ("a keystroke until its results are painted", SEARCH_LIMIT_MS),
        "frames": ("frame while scrolling from end to end", FRAME_LIMIT_MS),
        "filled": ("rows of a place jumped to, until they are there", None),
    }
    for key, (label, limit) in labels.items():
        values = measured[key]
        high = quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]
        numbers = (median(values), high, max(values))
        target = "" if limit is None else f"{limit:.0f}"
        table.add(label, *(f"{value:.0f}" for value in numbers), target)
        # Of frames nearly all have to keep up, or scrolling is not smooth.
        decisive = high if key == "frames" else median(values)
        if limit is not None and decisive >= limit:
            table.exceeded.append(f"{label}: {decisive:.0f} ms; {limit:.0f} are allowed")
    return [table]


def fill(root: Path) -> None:
    """Put entries for a few notebooks into the store of a folder."""
    (root / ".git").mkdir()  # so that all its folders are one project
    values = Random(1)
    cache = NotebookCache(root, stat_cache=StatCache())
    for number in range(NOTEBOOKS):
        path = root / f"part-{number % 10:02}" / f"notebook-{number:03}.ipynb"
        path.parent.mkdir(exist_ok=True)
        cells = [new_code_cell(f"print({number}, {cell})") for cell in range(4)]
        kernelspec = {"name": KERNEL, "display_name": "Python 3", "language": "python"}
        nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernelspec}), path)
        put(cache, path, values)


def put(cache: NotebookCache, path: Path, values: Random) -> None:
    """Put entries of one notebook into the store, as executions with one result leave them."""
    store = cache.projects.of(path).store
    digests = read_digests(path)
    text = f"result {values.random()}\n" * values.randrange(1, 40)
    shown = [[{"name": "stdout", "output_type": "stream", "text": text}] for _ in digests.cells]
    document, sizes = put_outputs(store.blobs, shown)
    keys = prefix_keys(KERNEL, [cell.digest for cell in digests.cells])
    now = time.time()
    for _ in range(ENTRIES // NOTEBOOKS):
        failed = values.random() < 0.1
        entry = Entry(
            code_key=digests.code_key(KERNEL),
            kernel_name=KERNEL,
            notebook_path=path.relative_to(cache.projects.root).as_posix(),
            created=now - values.random() * 90 * 86_400,
            seconds=values.expovariate(0.1),
            provenance="executed",
            outcome="error" if failed else "ok",
            failure=Failure(name="ValueError", message="no") if failed else None,
            outputs=document,
            notebook=store.blobs.put(b"{}"),
            outputs_digest=digests.outputs_digest(),
            cells=tuple(
                CellRecord(cell.digest, key, cell.outputs_digest)
                for cell, key in zip(digests.cells, keys, strict=True)
            ),
            coverage=("python-audit",),
            output_bytes=sum(sizes),
        )
        store.put(entry)
