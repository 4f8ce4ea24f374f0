"""Reports of batches as Markdown, for summaries of CI systems and comments."""

from __future__ import annotations

import re
from datetime import datetime, timezone

from .batch_report import BatchReport, ReportedNotebook
from .plain_text import one_line, plain_text


def markdown(report: BatchReport) -> str:
    """A report as a table of all notebooks, and a section for each that failed.

    What comes from notebooks stands in code only, so nothing in it is a link, HTML or a mention.
    """
    began = datetime.fromtimestamp(report.started, timezone.utc)
    counts = [
        f"{report.count(result)} {result}"
        for result in ("executed", "fresh", "failed", "cancelled")
        if report.count(result)
    ]
    if report.left_out:
        counts.append(f"{len(report.left_out)} left out")
    lines = [
        "# Notebooks",
        "",
        f"{', '.join(counts) or 'No notebooks'} in {report.seconds:.1f} s, "
        f"{report.seconds_saved:.1f} s saved; {began:%Y-%m-%d %H:%M:%S} UTC.",
    ]
    if report.interrupted:
        lines += ["", "**Interrupted:** notebooks that had not ended are missing."]
    if report.notebooks:
        lines += ["", "| notebook | result | time | saved |", "| --- | --- | ---: | ---: |"]
        lines += map(_row, report.notebooks)
    for notebook in report.notebooks:
        if notebook.failure is not None:
            lines += _section(notebook)
    if report.left_out:
        lines += ["", "## Left out", "", *(f"- {_code(line)}" for line in report.left_out)]
    return "\n".join(lines) + "\n"


def _row(notebook: ReportedNotebook) -> str:
    # In a table a bar ends the column even in code; escaped, it is shown without the backslash.
    path = _code(notebook.path).replace("|", "\\|")
    saved = "" if notebook.seconds_saved is None else f"{notebook.seconds_saved:.1f} s"
    return f"| {path} | {notebook.result} | {notebook.seconds:.1f} s | {saved} |"


def _section(notebook: ReportedNotebook) -> list[str]:
    failure = notebook.failure
    assert failure is not None
    where = "" if failure.cell is None else f" in cell {failure.cell + 1}"
    lines = ["", f"## {_code(notebook.path)}", "", f"{_code(failure.name)}{where}"]
    text = plain_text(failure.traceback or failure.message)
    fence = "`" * max(3, _longest_run(text) + 1)
    return [*lines, "", f"{fence}text", *text.split("\n"), fence]


def _code(text: str) -> str:
    """A text as it stands, within a line."""
    text = one_line(text) or "?"
    fence = "`" * (_longest_run(text) + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}"


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
