"""Opening a notebook whose outputs are in the cache, and restoring them, in a browser.

The clock is the page's own. The verdict is there when the chip in the toolbar says it; outputs are
restored when they are in the document, and drawn when the first of them shows.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from statistics import median

import nbformat
from captured import capture, figures, without_outputs
from servers import lab_server
from table import Table

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
CELLS = (40, 400)
SIDE = 86  # 30 kB as text


def measure() -> list[Table]:
    """Time to the first verdict, and of a restore, for a short and for a long notebook."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        with lab_server(work, exposed=True) as url:
            names = []
            for count in CELLS:
                path = work / "root" / f"{count}.ipynb"
                notebook = figures(count, SIDE)
                capture(url, path, notebook)
                nbformat.write(without_outputs(notebook), path)
                names.append(path.name)
            script = str(ROOT / "benchmarks" / "opening.mjs")
            command = ["node", script, url, str(ROUNDS), *names]
            output = subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8")
    measured: dict[str, list[dict[str, float]]] = json.loads(output.stdout)
    return [_table(count, measured[name]) for count, name in zip(CELLS, names, strict=True)]


def _table(count: int, runs: list[dict[str, float]]) -> Table:
    table = Table(
        f"A notebook of {count} cells in Chromium, {ROUNDS} times",
        ("", "median ms", "fastest", "slowest", "ratio"),
    )
    base = median(run["opened"] for run in runs)
    labels = {
        "opened": "opening it: the first cell shows",
        "verdict": "opening it: the first verdict shows",
        "restored": "restoring: outputs are in the document",
        "drawn": "restoring: the first output shows",
    }
    for key, label in labels.items():
        values = [run[key] for run in runs]
        numbers = (median(values), min(values), max(values))
        table.add(label, *(f"{value:.0f}" for value in numbers), f"{median(values) / base:.2f}")
    return table
