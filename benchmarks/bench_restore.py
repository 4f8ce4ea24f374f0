"""Putting the outputs of a 40-cell notebook back into its file, without a kernel."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import nbformat
from table import Table
from timing import in_turns, milliseconds

from jupyterlab_cache.cache import NotebookCache
from jupyterlab_cache.inputs.stat_cache import StatCache
from jupyterlab_cache.store.signatures import KeyRing

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "15"))
CELLS, IMAGE_BYTES = 40, 30_000


def measure() -> list[Table]:
    """A restore, beside reading and writing the same file by nbformat."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        path = root / "forty.ipynb"
        nbformat.write(_notebook(), path)
        cache = NotebookCache(
            root, keys=KeyRing(b"bench"), stat_cache=StatCache(root / "stat-cache.sqlite")
        )
        cache.capture(path.name)
        whole = nbformat.read(path, as_version=4)
        cleared = nbformat.from_dict(whole)
        for cell in cleared["cells"]:
            cell["outputs"], cell["execution_count"] = [], None
        empty = nbformat.writes(cleared)

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
            f"A notebook of {CELLS} cells, {path.stat().st_size / 1e6:.1f} MB with its outputs",
            ("", "median ms", "ratio"),
        )
        table.add("nbformat reads and writes the file", milliseconds(times["by_hand"]), "1.00")
        ratio = sorted(times["restore"])[ROUNDS // 2] / sorted(times["by_hand"])[ROUNDS // 2]
        table.add(
            "restore (verdict, outputs, file)", milliseconds(times["restore"]), f"{ratio:.2f}"
        )
        return [table]


def _notebook() -> nbformat.NotebookNode:
    cells = []
    for number in range(CELLS):
        image = {"image/png": "iVBOR" + f"{number:05}" * (IMAGE_BYTES // 5)}
        cell = nbformat.v4.new_code_cell(f"show({number})", execution_count=number + 1)
        cell["outputs"] = [
            nbformat.v4.new_output("stream", name="stdout", text=f"line {number}\n" * 50),
            nbformat.v4.new_output("display_data", data=image),
        ]
        cells.append(cell)
    spec = {"name": "python3", "display_name": "Python 3"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec})
