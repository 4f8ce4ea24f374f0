"""What the extension costs while JupyterLab starts: time in a browser, and bytes that it loads.

Two servers run side by side, one with the extension and one without; pages are opened at both in
turns, each in a browser context of its own (so with a cold cache). The clock is the page's own:
from navigation until the application has restored its layout.
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import tempfile
from pathlib import Path
from statistics import median

from servers import lab_server
from table import Table

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "jupyterlab_cache" / "labextension" / "static"
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "11"))
LIMIT_MS = 150
LIMIT_KB = 60


def measure() -> list[Table]:
    """Start time and bytes at start, with and without the extension."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        with (
            lab_server(work / "with") as ours,
            lab_server(work / "without", extension=False) as plain,
        ):
            command = ["node", str(ROOT / "benchmarks" / "start.mjs"), ours, plain, str(ROUNDS)]
            result = subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8")
    measured = json.loads(result.stdout)
    return [start_time(measured), bytes_at_start(measured["loaded"])]


def start_time(measured: dict[str, list[float]]) -> Table:
    """Medians, their difference, and how far apart single starts are."""
    table = Table(
        f"JupyterLab's start in Chromium, {ROUNDS} starts each, in turns",
        ("", "median ms", "fastest", "slowest", "ratio"),
    )
    base = median(measured["without"])
    for label in ("without", "with"):
        times = measured[label]
        table.add(
            f"{label} the extension",
            f"{median(times):.0f}",
            f"{min(times):.0f}",
            f"{max(times):.0f}",
            f"{median(times) / base:.2f}",
        )
    # Neighbouring starts share the machine's mood, so pairs tell more than the two medians.
    pairs = [a - b for a, b in zip(measured["with"], measured["without"], strict=True)]
    added = median(pairs)
    table.add(
        "added (median of pairs)", f"{added:+.0f}", f"{min(pairs):+.0f}", f"{max(pairs):+.0f}", ""
    )
    if added >= LIMIT_MS:
        table.exceeded.append(
            f"the extension adds {added:.0f} ms to the start; {LIMIT_MS} are allowed"
        )
    return table


def bytes_at_start(loaded: list[str]) -> Table:
    """The files of the extension that the browser had loaded when the application was there."""
    table = Table("Loaded at start, of this extension", ("file", "bytes", "gzipped"))
    sizes = []
    for name in sorted(set(loaded)):
        content = (STATIC / name).read_bytes()
        sizes.append((len(content), len(gzip.compress(content, 9))))
        table.add(name, f"{sizes[-1][0]:,}", f"{sizes[-1][1]:,}")
    total, zipped = (sum(column) for column in zip(*sizes, strict=True))
    table.add("together", f"{total:,}", f"{zipped:,}")
    everything = [path.read_bytes() for path in STATIC.glob("*.js")]
    table.add(
        "everything there is",
        f"{sum(map(len, everything)):,}",
        f"{sum(len(gzip.compress(content, 9)) for content in everything):,}",
    )
    if zipped >= LIMIT_KB * 1000:
        table.exceeded.append(
            f"{zipped:,} bytes gzipped are loaded at start; {LIMIT_KB} kB are allowed"
        )
    return table
