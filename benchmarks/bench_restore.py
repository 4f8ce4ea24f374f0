"""Putting the outputs of notebooks back into their files, without a kernel."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import nbformat
from captured import figures, without_outputs
from table import Table
from timing import in_turns, milliseconds

from jupyterlab_cache.cache import NotebookCache
from jupyterlab_cache.inputs.stat_cache import StatCache
from jupyterlab_cache.store.signatures import KeyRing

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "15"))
CELLS = (40, 400)
SIDE = 86  # 30 kB as text


def measure() -> list[Table]:
    """Restores, each beside reading and writing the same file by nbformat."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        cache = NotebookCache(
            root, keys=KeyRing(b"bench"), stat_cache=StatCache(root / "stat-cache.sqlite")
        )
        return [_measured(cache, root / f"{count}.ipynb", count) for count in CELLS]


def _measured(cache: NotebookCache, path: Path, count: int) -> Table:
    nbformat.write(figures(count, SIDE), path)
    cache.capture(path.name)
    whole = nbformat.read(path, as_version=4)
    empty = nbformat.writes(without_outputs(whole))

    def restore() -> None:
        path.write_text(empty)
        if not cache.restore(path).restored:
            raise RuntimeError("It was not restored.")

    def by_hand() -> None:
        path.write_text(empty)
        nbformat.read(path, as_version=4)
        nbformat.write(whole, path)

    restore()
    times = in_turns(ROUNDS, restore=restore, by_hand=by_hand)
    table = Table(
        f"A notebook of {count} cells, {path.stat().st_size / 1e6:.1f} MB with its outputs",
        ("", "median ms", "ratio"),
    )
    table.add("nbformat reads and writes the file", milliseconds(times["by_hand"]), "1.00")
    ratio = sorted(times["restore"])[ROUNDS // 2] / sorted(times["by_hand"])[ROUNDS // 2]
    table.add("restore (verdict, outputs, file)", milliseconds(times["restore"]), f"{ratio:.2f}")
    return table
