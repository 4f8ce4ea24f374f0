"""The comparison of a notebook with its cached outputs, in a browser.

Entries are captured, so nothing has to be executed; then the notebooks change on disk, are opened,
and compared. The clock is the page's own: from the command until the first changed cell shows both
of its outputs. Meanwhile the browser notes each task that holds up the page; all changed cells are
visited.
"""

from __future__ import annotations

import base64
import json
import os
import random
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import nbformat
from captured import capture, executed, png
from nbformat.v4 import new_code_cell, new_output
from servers import lab_server
from table import Table

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
LIMIT_SECONDS = 1.5
CELLS, CHANGED = 300, 30
IMAGES, IMAGE_SIDE = 20, 512


def measure() -> list[Table]:
    """Time until the first change, and the longest task, for many cells and for large pictures."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        with lab_server(work, exposed=True) as url:
            root = work / "root"
            _prepare(url, root / "cells.ipynb", _cells)
            _prepare(url, root / "images.ipynb", _images)
            names = ["cells.ipynb", "images.ipynb"]
            script = str(ROOT / "benchmarks" / "compare.mjs")
            command = ["node", script, url, str(ROUNDS), *names]
            output = subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8")
        measured: dict[str, list[dict[str, float]]] = json.loads(output.stdout)
        size = (root / "images.ipynb").stat().st_size / 1e6
    titles = {
        "cells.ipynb": f"{CELLS} cells, {CHANGED} of them changed",
        "images.ipynb": f"{IMAGES} pictures, all changed, {size:.0f} MB on each side",
    }
    return [_table(titles[name], runs) for name, runs in measured.items()]


def _table(title: str, runs: list[dict[str, float]]) -> Table:
    table = Table(f"Comparing in Chromium: {title}", ("", "median ms", "fastest", "slowest"))
    labels = {
        "first": "until the first change shows",
        "stall": "longest task until then",
        "visiting": "longest task while all changes are visited",
    }
    for key, label in labels.items():
        values = [run[key] for run in runs]
        table.add(label, *(f"{value:.0f}" for value in (median(values), min(values), max(values))))
    first = median(run["first"] for run in runs) / 1000
    if first >= LIMIT_SECONDS:
        table.exceeded.append(f"the first change shows after {first:.1f} s: {title}")
    return table


def _prepare(url: str, path: Path, make: Callable[[random.Random, bool], Any]) -> None:
    """Store the outputs of a notebook as they stand, and then change it."""
    capture(url, path, make(random.Random(1), False))
    nbformat.write(make(random.Random(1), True), path)


def _cells(values: random.Random, changed: bool) -> Any:
    cells = []
    for index in range(CELLS):
        is_changed = changed and index % (CELLS // CHANGED) == CELLS // CHANGED - 1
        rows = [f"epoch {row} loss {values.random():.6f}" for row in range(20)]
        if is_changed:
            rows[7] = "epoch 7 loss 0.123456"
        source = f"model_{index} = fit(data, steps={20 + is_changed})\nreport(model_{index})"
        cells.append(_cell(index, source, new_output("stream", text="\n".join(rows) + "\n")))
    return executed(cells)


def _images(values: random.Random, changed: bool) -> Any:
    cells = []
    for index in range(IMAGES):
        rows = [b"\0" + values.randbytes(3 * IMAGE_SIDE) for _ in range(IMAGE_SIDE)]
        if changed:
            rows[100] = b"\0" * (3 * IMAGE_SIDE + 1)
        data = {"image/png": base64.b64encode(png(rows)).decode(), "text/plain": "<Figure>"}
        cells.append(_cell(index, f"show({index})", new_output("display_data", data)))
    return executed(cells)


def _cell(index: int, source: str, output: Any) -> Any:
    cell = new_code_cell(source, outputs=[output])
    cell["id"] = f"cell-{index}"
    return cell
