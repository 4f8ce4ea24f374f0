"""Bars for what a batch executes, on a terminal."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from ..execution.batch import RunResult
from ..execution.plain_text import one_line
from ..execution.progress import NotebookProgress
from .common import Session, duration
from .terminal import shown


class _TimeLeft(ProgressColumn):
    """What a notebook is expected to take still; empty when that is not known."""

    def render(self, task: Task) -> Text:
        progress: NotebookProgress | None = task.fields.get("progress")
        if progress is None or progress.estimate is None:
            return Text("")
        elapsed = time.monotonic() - task.fields["since"]
        left = progress.estimate.seconds_left(progress.cells_done, elapsed)
        return Text(f"about {duration(left)} left")


class ProgressBars:
    """A line for all notebooks and one for each that is being executed; on stderr.

    Args:
        session: Decides where lines for a person go.
        notebooks: How many there are; more may turn out to be needed.
    """

    def __init__(self, session: Session, notebooks: int) -> None:
        self._session = session
        self._notebooks = notebooks
        self._ended: set[str] = set()
        self._lines: dict[str, TaskID] = {}
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            _TimeLeft(),
            console=Console(stderr=True, highlight=False),
            transient=True,
            # What is for stdout stays there.
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._all = self._progress.add_task("notebooks", total=notebooks)

    def __enter__(self) -> ProgressBars:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def note(self, progress: NotebookProgress) -> None:
        """Show where the execution of a notebook stands."""
        line = self._lines.get(progress.path)
        if line is None:
            line = self._progress.add_task(f"  {one_line(progress.path)}", total=None)
            self._lines[progress.path] = line
        self._progress.update(
            line,
            completed=progress.cells_done,
            total=progress.cells_total,
            progress=progress,
            since=time.monotonic(),
        )

    def end(self, result: RunResult) -> None:
        """Take away the line of a notebook that has ended."""
        line = self._lines.pop(result.path, None)
        if line is not None:
            self._progress.remove_task(line)
        self._ended.add(result.path)
        ended = len(self._ended)
        self._progress.update(self._all, completed=ended, total=max(ended, self._notebooks))

    def say(self, line: str) -> None:
        """Print a line for a person, above the bars where it goes to the same terminal."""
        if self._session.json or sys.stdout.isatty():
            self._progress.console.print(Text(shown(line)), soft_wrap=True)
        else:
            self._session.say(line)
