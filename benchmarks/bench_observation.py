"""What watching an execution costs: our engine beside plain nbclient, on the same notebooks.

Both include the start and the end of a kernel in the first table. The second one counts only the
time between the first and the last cell, where everything that the probe does is spent.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from statistics import median

import nbformat
from nbclient import NotebookClient
from table import Table
from timing import milliseconds

from jupyterlab_cache.cache import NotebookCache
from jupyterlab_cache.inputs.stat_cache import StatCache
from jupyterlab_cache.store.signatures import KeyRing

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "7"))
FILES, READS, MODULES = 300, 3, 100
COMPUTE = """
total = 0
for number in range(12_000_000):
    total += number % 7
print(total)
"""
IMPORTS = f"""
import sys
sys.path.insert(0, "src")
for number in range({MODULES}):
    __import__(f"module_{{number}}")
import email.mime.multipart, http.server, sqlite3, unittest.mock, xml.dom.minidom
"""
READING = f"""
total = 0
for _ in range({READS}):
    for number in range({FILES}):
        with open(f"data/{{number}}.csv") as file:
            total += sum(len(line.split(",")) for line in file)
print(total)
"""
NOTEBOOKS = {
    "bound by computing": ([COMPUTE, "print(total % 5)"], 1.05),
    "bound by imports and files": ([IMPORTS, READING], 1.25),
}
# The notebook itself takes the time between its cells, equally in both.
FIRST = "import time as _time; _started = _time.perf_counter()"
LAST = "print('cells took', _time.perf_counter() - _started)"


def measure() -> list[Table]:
    """Both notebooks, with and without the start of the kernel."""
    # As people have it: modules are compiled when they are first imported.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        _write_inputs(root)
        whole = Table(
            f"An execution with the start and end of its kernel, {ROUNDS} each, in turns",
            ("", "nbclient ms", "ours ms", "ratio"),
        )
        cells = Table(
            "The same from the first to the last cell, as the notebook's own clock tells",
            ("", "nbclient ms", "ours ms", "ratio"),
        )
        for number, (name, (sources, limit)) in enumerate(NOTEBOOKS.items()):
            path = root / f"{number}.ipynb"
            _write_notebook(path, sources)
            _measure_one(root, path, name, limit, whole, cells)
        return [whole, cells]


def _measure_one(
    root: Path, path: Path, name: str, limit: float, whole: Table, cells: Table
) -> None:
    cache = NotebookCache(
        root, keys=KeyRing(b"bench"), stat_cache=StatCache(root / "stat-cache.sqlite")
    )
    runs = {"nbclient": lambda: _plain(path), "ours": lambda: _ours(cache, path)}
    times: dict[str, list[tuple[float, float]]] = {key: [] for key in runs}
    for run in runs.values():
        run()
    for turn in range(ROUNDS):
        for key in sorted(runs, reverse=bool(turn % 2)):
            started = time.perf_counter()
            inner = runs[key]()
            times[key].append((time.perf_counter() - started, inner))
    for column, table in enumerate((whole, cells)):
        theirs, ours = ([pair[column] for pair in times[key]] for key in ("nbclient", "ours"))
        # Neighbours share the machine's mood, so their ratios tell more than the two medians'.
        ratio = median(a / b for a, b in zip(ours, theirs, strict=True))
        table.add(name, milliseconds(theirs), milliseconds(ours), f"{ratio:.2f}")
        if ratio > limit:
            table.exceeded.append(f"observation of a notebook {name}: {ratio:.2f} > {limit:g}")
    cache.close()


def _plain(path: Path) -> float:
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute()
    return _inner(cell["outputs"] for cell in notebook["cells"])


def _ours(cache: NotebookCache, path: Path) -> float:
    (result,) = cache.run([path], force=True)
    if result.result != "executed" or result.entry is None:
        raise RuntimeError(f"It was not executed: {result}")
    store = cache.projects.of(path).store
    return _inner(store.outputs_of(store.get(result.entry)))


def _inner(outputs: object) -> float:
    for items in outputs:  # type: ignore[attr-defined]
        for output in items:
            for line in str(output.get("text", "")).splitlines():
                if line.startswith("cells took "):
                    return float(line.rpartition(" ")[2])
    raise RuntimeError("The notebook did not tell its time.")


def _write_inputs(root: Path) -> None:
    for folder in ("data", "src"):
        (root / folder).mkdir()
    (root / "pyproject.toml").touch()
    for number in range(FILES):
        (root / "data" / f"{number}.csv").write_text("a,b,c\n" * 400)
    for number in range(MODULES):
        lines = [f"def function_{line}(x): return x + {line}\n" for line in range(40)]
        (root / "src" / f"module_{number}.py").write_text("".join(lines))


def _write_notebook(path: Path, sources: list[str]) -> None:
    cells = [nbformat.v4.new_code_cell(source) for source in (FIRST, *sources, LAST)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
