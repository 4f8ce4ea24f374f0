"""``jupyter cache stats``."""

from __future__ import annotations

import click

from ..execution.plain_text import one_line
from ..store.statistics import NotebookStatistics, Statistics
from .common import Session, duration, session_options, size
from .teaching import Taught
from .terminal import echo

_MOST_SHOWN = 5


@click.command(
    "stats",
    cls=Taught,
    examples=(
        ("jupyter cache stats", "of all below this folder"),
        ("jupyter cache stats report.ipynb --json", "of one notebook, for programs"),
    ),
    exits={0: "They were told."},
)
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@session_options
def stats_command(session: Session, paths: tuple[str, ...]) -> int:
    """Tell what was executed, how often that was saved, and what is slow.

    PATHS are notebooks or folders; without any, all below the current folder. Counted are the
    entries that are in the store now. A hit is an entry that took the place of an execution: its
    outputs were restored, or the notebook was to be executed and found fresh. It saves what that
    execution took; what judging and restoring took is not subtracted.
    """
    statistics = session.cache.statistics(paths)
    session.answer(statistics)
    if not session.json:
        _print(statistics)
    return 0


def _print(statistics: Statistics) -> None:
    if not statistics.notebooks:
        echo("Nothing is stored of any notebook here.")
        return
    width = max(len("notebook"), *(len(notebook.path) for notebook in statistics.notebooks))
    echo(f"{'notebook':<{width}}  executions  failed  hits      saved   latest     stored")
    for notebook in statistics.notebooks:
        latest = "" if notebook.seconds is None else duration(notebook.seconds)
        echo(
            f"{notebook.path:<{width}}  {notebook.executions:>10}  {notebook.failed:>6}  "
            f"{notebook.hits:>4}  {duration(notebook.seconds_saved):>9}  {latest:>7}  "
            f"{size(notebook.bytes):>9}"
        )
    echo()
    lines = [
        ("executions", f"{statistics.executions} in {duration(statistics.execution_seconds)}"),
        ("failed", str(statistics.failed)),
        ("hits", f"{statistics.hits}, which saved {duration(statistics.seconds_saved)}"),
        ("store", size(statistics.store_bytes)),
    ]
    for name, value in lines:
        echo(f"{name:<10} {value}")
    by_path = {notebook.path: notebook for notebook in statistics.notebooks}
    if statistics.slowest:
        echo("slowest")
        for path in statistics.slowest[:_MOST_SHOWN]:
            echo(f"  {duration(by_path[path].seconds or 0.0):>9}  {path}")
    if statistics.failing:
        echo("failing")
        for path in statistics.failing:
            echo(f"  {path}  {_cause(by_path[path])}")


def _cause(notebook: NotebookStatistics) -> str:
    failure = notebook.failure
    return one_line(f"{failure.name}: {failure.message}") if failure else ""
