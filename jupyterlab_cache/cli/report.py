"""``jupyter cache report``, and the report of ``jupyter cache run``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..store.errors import StoreError
from .common import BadInput, Session, session_options
from .teaching import Taught
from .terminal import echo, json_text

if TYPE_CHECKING:
    from ..execution.batch_report import BatchReport

FORMATS = ("json", "junit", "markdown")

_FORMAT_OF_SUFFIX = {".json": "json", ".xml": "junit", ".md": "markdown"}


@click.command(
    "report",
    cls=Taught,
    examples=(
        ("jupyter cache report", "the last batch, as Markdown"),
        ("jupyter cache report --output report.xml", "as JUnit XML, which CI services read"),
        ("jupyter cache report --format json", "for programs"),
    ),
    exits={0: "There is one."},
)
@click.option(
    "--format",
    "chosen",
    type=click.Choice(FORMATS),
    help="Format of the report.  [default: by the suffix of --output; markdown on stdout]",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the report to this file.",
)
@session_options
def report_command(session: Session, chosen: str | None, output: Path | None) -> int:
    """Show the report of the last batch, or write it to a file.

    Every `jupyter cache run` leaves a report in the store of the current folder's project: what
    became of each notebook, how long it took, and what failures said. The last 50 are kept.
    """
    from ..execution.batch_report import latest_report

    form = format_for(output, chosen)
    project, _ = session.cache.locate(".")
    report = latest_report(project.store)
    if report is None:
        raise BadInput("There is no report; `jupyter cache run` leaves one.")
    if output is not None:
        write_report(report, output, form)
    elif not session.json:
        click.echo(rendered(report, form), nl=False)
    session.answer(report)
    return 0


def format_for(file: Path | None, chosen: str | None) -> str:
    """The format of a report.

    Args:
        file: Where it goes; None for stdout.
        chosen: The format that was asked for.

    Raises:
        BadInput: The file cannot be written, or nothing tells the format.
    """
    if file is None:
        return chosen or "markdown"
    if not file.absolute().parent.is_dir():
        raise BadInput(f"The folder of {file} does not exist; make it first.")
    form = chosen or _FORMAT_OF_SUFFIX.get(file.suffix.lower())
    if form is None:
        known = ", ".join(_FORMAT_OF_SUFFIX)
        raise BadInput(f"The suffix of {file} is none of {known}; name the format of the report.")
    return form


def write_report(report: BatchReport, file: Path, form: str) -> None:
    """Write a report to a file that a person named.

    Raises:
        OSError: It cannot be written.
    """
    file.write_text(rendered(report, form), "utf-8", newline="\n")


def rendered(report: BatchReport, form: str) -> str:
    """A report in one of :data:`FORMATS`."""
    if form == "junit":
        from ..execution.junit import junit_xml

        return junit_xml(report)
    if form == "markdown":
        from ..execution.markdown import markdown

        return markdown(report)
    return json_text(report) + "\n"


def keep(session: Session, report: BatchReport) -> None:
    """Keep a report in the store; one that cannot be kept is no reason to fail."""
    from ..execution.batch_report import keep_report

    if not report.notebooks:
        return  # a store is not made for that
    project, _ = session.cache.locate(".")
    try:
        keep_report(project.store, report)
    except (StoreError, OSError) as error:
        echo(f"The report of this run could not be kept: {error}", err=True)
