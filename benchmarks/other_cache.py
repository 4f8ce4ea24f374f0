"""jupyter-cache itself: an environment with it, and what it does measured inside that."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_VENV = ROOT / "build" / "bench-jupyter-cache"

# Entries are put past its interface, in its own format: through it, 100,000 would take half a day.
# They differ from others only in their notebooks' sizes, which nothing that is measured looks at.
_MEASURE = """
import json, os, sqlite3, sys, time
from hashlib import md5
from pathlib import Path
import nbformat
from jupyter_cache import get_cache

place, notebooks = Path(sys.argv[1]), json.loads(sys.argv[2])
count, scratch = int(sys.argv[3]), sys.argv[4]
cache = get_cache(place)
cache.change_cache_limit(10**9)
small = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
rows = []
for number in range(count):
    key = md5(str(number).encode()).hexdigest()
    at = f"2024-01-01 00:{number // 60 % 60:02}:{number % 60:02}.{number % 10**6:06}"
    rows.append((key, f"/project/notebook{number % 1000}.ipynb", "", "{}", at, at))
    folder = place / "executed" / key
    folder.mkdir(parents=True)
    (folder / "base.ipynb").write_text(json.dumps(small))
with sqlite3.connect(place / "global.db") as database:
    database.executemany(
        "INSERT INTO nbcache (hashkey, uri, description, data, created, accessed)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        rows,
    )
database.close()
found = cache.list_cache_records()
assert len(found) == count, len(found)
assert count == 0 or cache.get_cache_bundle(found[count // 2].pk).nb.cells == []
times = {}

def measure(name, function, values):
    for value in values:
        started = time.perf_counter()
        result = function(value)
        times.setdefault(name, []).append(time.perf_counter() - started)
    return result

def store(path):
    cache.cache_notebook_file(path, check_validity=False, overwrite=True)

def restore(path):
    _, merged = cache.merge_match_into_notebook(nbformat.read(path, 4))
    nbformat.write(merged, scratch)

measure("store", store, notebooks)
if scratch == "-":
    print(json.dumps(times))
    raise SystemExit
measure("look-up", cache.match_cache_file, notebooks)
measure("known", cache.match_cache_file, notebooks)
measure("restore", restore, notebooks)
records = measure("list", lambda _: cache.list_cache_records(), range(3))
assert len(records) == count + len(notebooks), len(records)
measure("page", lambda _: cache.list_cache_records()[:100], range(3))

def search(_):
    return [record for record in cache.list_cache_records() if "notebook707" in record.uri]

measure("search", search, range(3))
print(json.dumps(times))
"""


def other_environment() -> Path | None:
    """The Python of an environment with jupyter-cache; None where it cannot be had."""
    python = _VENV / "bin" / "python"
    try:
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", str(_VENV)], check=True)
        probe = [str(python), "-c", "import jupyter_cache"]
        if subprocess.run(probe, stderr=subprocess.DEVNULL).returncode:
            pip = [str(python), "-m", "pip", "install", "-qq", "jupyter-cache"]
            subprocess.run(pip, check=True)
        _put_beside_jupyterlab(python)
    except (OSError, subprocess.CalledProcessError):
        return None
    return python


def _put_beside_jupyterlab(python: Path) -> None:
    """Let an environment see what is installed in ours, too."""
    ask = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    theirs = subprocess.run(ask, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    Path(theirs, "beside.pth").write_text(sysconfig.get_path("purelib") + "\n")


def measured(
    place: Path, notebooks: list[Path], count: int, scratch: Path | None
) -> dict[str, list[float]] | None:
    """What jupyter-cache takes for each verb; None where it cannot be had.

    Args:
        place: Folder for its cache.
        notebooks: Those that are stored, looked up and restored.
        count: How many entries are there before.
        scratch: File that is written when one is restored; None for storing only.

    Returns:
        Seconds of each call, by ``store``, ``look-up``, ``known``, ``restore``, ``list``, ``page``
        and ``search``.
    """
    python = other_environment()
    if python is None:
        return None
    words = [
        str(place),
        json.dumps([str(path) for path in notebooks]),
        str(count),
        str(scratch or "-"),
    ]
    done = subprocess.run(
        [str(python), "-c", _MEASURE, *words], check=True, stdout=subprocess.PIPE, text=True
    )
    times: dict[str, list[float]] = json.loads(done.stdout)
    return times
