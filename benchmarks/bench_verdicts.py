"""What verdicts on 1,000 notebooks cost, beside ``git status`` and jupyter-cache on the same tree.

Everything is fresh and the stat cache is warm; every tenth notebook wrote a file. git is a process
with its start, ours is measured inside a process that stays (as the server's does) and as whole
commands. jupyter-cache is installed beside JupyterLab and all else that is here, as people have it:
for each notebook it looks through everything that is installed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from many_notebooks import Tree, fill_store, make_tree
from other_cache import other_environment
from table import Table
from timing import in_turns, milliseconds, process

from jupyterlab_cache.cache import NotebookCache
from jupyterlab_cache.inputs.stat_cache import StatCache

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "11"))
MOST_OF_GIT = 3.0
LEAST_OF_JUPYTER_CACHE = 500.0
OPEN_NOTEBOOK_MS = 5.0
HELP_MS = 150.0
STATUS_MS = 500.0

OTHER = """
import sys, time
from pathlib import Path
from jupyter_cache import get_cache
root, place = Path(sys.argv[1]), sys.argv[2]
cache = get_cache(place)
cache.change_cache_limit(10000)
for path in sorted(root.glob("part-*/*.ipynb")):
    cache.add_nb_to_project(str(path))
    cache.cache_notebook_file(str(path), check_validity=False, overwrite=True)
for _ in range(2):
    started = time.perf_counter()
    left = cache.list_unexecuted()
    print(time.perf_counter() - started)
    assert not left, len(left)
"""


def measure() -> list[Table]:
    """Verdicts in a process that stays, and whole commands."""
    with tempfile.TemporaryDirectory() as folder:
        tree = make_tree(Path(folder))
        os.environ |= tree.environment
        cache = NotebookCache(tree.root)
        fill_store(tree, cache)
        stale = [status for status in cache.status() if status.verdict != "fresh"]
        if stale:
            raise RuntimeError(f"{len(stale)} are not fresh, as {stale[0]}")
        cache.close()
        return [verdicts(tree), commands(tree)]


def verdicts(tree: Tree) -> Table:
    """Verdicts where the process is there already."""
    cache = NotebookCache(tree.root, stat_cache=StatCache())
    one = tree.notebooks[500].relative_to(tree.root).as_posix()
    document = cache.digests_of(tree.notebooks[500])
    git = process(["git", "status", "--porcelain"], tree.root, tree.environment)
    cache.status(), git()
    times = in_turns(
        ROUNDS,
        all=cache.status,
        git=git,
        saved=lambda: cache.judge([(one, None)]),
        open=lambda: cache.judge([(one, document)]),
    )
    base = median(times["git"])
    table = Table(
        "Verdicts on 1,000 fresh notebooks with 18 inputs each, in a process that stays",
        ("", "median ms", "ratio to git status"),
    )
    labels = {
        "git": "git status (a process)",
        "all": "all 1,000 verdicts",
        "saved": "one saved notebook",
        "open": "one open notebook",
    }
    for name, label in labels.items():
        ratio = f"{median(times[name]) / base:.2f}"
        table.add(label, milliseconds(times[name]), ratio)
    if median(times["all"]) > MOST_OF_GIT * base:
        table.exceeded.append(f"verdicts take more than {MOST_OF_GIT:g} × git status")
    if median(times["open"]) * 1000 > OPEN_NOTEBOOK_MS:
        table.exceeded.append(f"one open notebook takes more than {OPEN_NOTEBOOK_MS:g} ms")
    other = jupyter_cache(tree)
    if other is None:
        table.add("jupyter-cache: not measured, it cannot be installed", "", "")
        return table
    table.add("jupyter-cache, list_unexecuted", milliseconds([other]), f"{other / base:.2f}")
    faster = other / median(times["all"])
    table.add("all 1,000 verdicts are faster than that", f"{faster:,.0f} times", "")
    if faster < LEAST_OF_JUPYTER_CACHE:
        table.exceeded.append(f"not {LEAST_OF_JUPYTER_CACHE:g} times faster than jupyter-cache")
    return table


def commands(tree: Tree) -> Table:
    """Whole commands, with the start of their process."""
    command = str(Path(sys.executable).parent / "jupyter-cache")
    runs = {
        "python": [sys.executable, "-c", "pass"],
        "git": ["git", "status", "--porcelain"],
        "help": [command, "--help"],
        "status": [command, "status", "--json"],
    }
    functions = {name: process(words, tree.root, tree.environment) for name, words in runs.items()}
    for function in functions.values():
        function()
    times = in_turns(ROUNDS, **functions)
    table = Table("Whole commands on these notebooks", ("", "median ms", "ratio to git status"))
    labels = {
        "python": "python -c pass",
        "git": "git status",
        "help": "jupyter-cache --help",
        "status": "jupyter-cache status --json",
    }
    for name, label in labels.items():
        ratio = f"{median(times[name]) / median(times['git']):.2f}"
        table.add(label, milliseconds(times[name]), ratio)
    for name, limit in (("help", HELP_MS), ("status", STATUS_MS)):
        if median(times[name]) * 1000 > limit:
            table.exceeded.append(f"{labels[name]} takes more than {limit:g} ms")
    return table


def jupyter_cache(tree: Tree) -> float | None:
    """Seconds of jupyter-cache's look at the same notebooks; None where it cannot be had."""
    python = other_environment()
    if python is None:
        return None
    done = subprocess.run(
        [str(python), "-c", OTHER, str(tree.root), str(tree.home / "jupyter-cache")],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env=tree.environment,
    )
    return median(map(float, done.stdout.split()))
