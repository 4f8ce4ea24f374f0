"""The report of a batch: what became of each notebook of one ``jupyter cache run``."""

from __future__ import annotations

import platform
from collections.abc import Iterable

import msgspec

from ..store.records import Amount, Count, Timestamp
from ..store.store import Store
from .batch import RunOutcome, RunResult
from .plain_text import one_line, plain_text

_LONGEST_MESSAGE = 2_000
_LONGEST_TRACEBACK = 20_000


class ReportedFailure(msgspec.Struct, frozen=True):
    """Why a notebook of a batch did not end well, as plain text.

    Attributes:
        name: The exception's class, or what else it was.
        message: What it says; cut when it is very long.
        cell: Ordinal of the code cell; None when no cell was running.
        traceback: Where it came from; of a very long one the end. Empty when there is none.
    """

    name: str
    message: str
    cell: Count | None = None
    traceback: str = ""


class ReportedNotebook(msgspec.Struct, frozen=True):
    """What became of one notebook of a batch.

    Attributes:
        path: Relative to the folder that the batch was bounded by.
        result: What became of it.
        seconds: Wall time that the batch spent on it.
        entry: The entry that holds its outputs.
        seconds_saved: When it was fresh: what the execution took that was not repeated.
        failure: Why it did not end well.
    """

    path: str
    result: RunOutcome
    seconds: Amount
    entry: str | None = None
    seconds_saved: Amount | None = None
    failure: ReportedFailure | None = None


class BatchReport(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a batch.

    Attributes:
        started: When it began, seconds since the epoch.
        seconds: Wall time of the whole.
        interrupted: Whether it was stopped before its end; notebooks may be missing then.
        notebooks: Each notebook that ended.
        left_out: Of each notebook that could not be read, a line that says why.
        software: Version of this package.
        python: Version of Python that ran the batch; kernels may have others.
    """

    started: Timestamp
    seconds: Amount
    interrupted: bool = False
    notebooks: tuple[ReportedNotebook, ...] = ()
    left_out: tuple[str, ...] = ()
    software: str = ""
    python: str = ""

    def count(self, result: RunOutcome) -> int:
        """How many notebooks have this result."""
        return sum(notebook.result == result for notebook in self.notebooks)

    @property
    def seconds_saved(self) -> float:
        """What the executions took that were not repeated."""
        return sum(notebook.seconds_saved or 0.0 for notebook in self.notebooks)


def report_of(
    results: Iterable[RunResult],
    *,
    started: float,
    seconds: float,
    interrupted: bool = False,
    left_out: Iterable[str] = (),
) -> BatchReport:
    """The report of a batch.

    Args:
        results: What became of the notebooks.
        started: When it began, seconds since the epoch.
        seconds: How long it took.
        interrupted: Whether it was stopped before its end.
        left_out: Of each notebook that could not be read, a line that says why.
    """
    from .. import __version__

    return BatchReport(
        started=started,
        seconds=seconds,
        interrupted=interrupted,
        notebooks=tuple(map(_reported, results)),
        left_out=tuple(map(one_line, left_out)),
        software=str(__version__),
        python=platform.python_version(),
    )


def _reported(result: RunResult) -> ReportedNotebook:
    failure = None
    if result.failure is not None:
        failure = ReportedFailure(
            one_line(result.failure.name)[:_LONGEST_MESSAGE],
            plain_text(result.failure.message)[:_LONGEST_MESSAGE],
            result.failure.cell,
            plain_text("\n".join(result.failure.traceback))[-_LONGEST_TRACEBACK:],
        )
    return ReportedNotebook(
        one_line(result.path),
        result.result,
        result.seconds,
        result.entry,
        result.seconds_saved,
        failure,
    )


def keep_report(store: Store, report: BatchReport) -> None:
    """Keep a report in a store, which drops the oldest when there are many.

    Raises:
        StoreError: The store cannot be used, or the report is absurdly large.
        OSError: It cannot be written.
    """
    store.report_files.write(msgspec.json.encode(report))


def latest_report(store: Store) -> BatchReport | None:
    """The latest report that a store holds; what cannot be read is passed over.

    Raises:
        StoreError: The store cannot be used.
    """
    for data in store.report_files.newest_first():
        try:
            return msgspec.json.decode(data, type=BatchReport)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            continue
    return None
