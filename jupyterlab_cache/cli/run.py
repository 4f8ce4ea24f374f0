"""``jupyter cache run``."""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from ..execution.artefacts import ArtefactLimits
from ..execution.batch import RunResult
from ..execution.batch_report import report_of
from ..execution.freshening import Wish
from ..execution.isolation import undeclared_text
from ..execution.output_limit import LARGEST_LIMIT
from ..execution.plain_text import one_line
from ..execution.request import ExecutionSettings
from ..notebooks.parameters import Parameters
from .common import (
    Session,
    bad_input,
    declaring_options,
    duration,
    offline_option,
    session_options,
)
from .interruption import until_interrupted
from .parameters import parameter_options
from .report import FORMATS, format_for, keep, write_report
from .teaching import STOPPED, Taught
from .terminal import echo

if TYPE_CHECKING:
    from .progress import ProgressBars


@click.command(
    "run",
    cls=Taught,
    examples=(
        ("jupyter cache run", "all notebooks below this folder"),
        ("jupyter cache run --jobs 4 --write", "four at once; outputs go into the files"),
        ("jupyter cache run report.ipynb -p city Bonn", "with these parameters"),
        ("jupyter cache run --force --timeout 600", "also what is fresh; 10 minutes for a cell"),
        ("jupyter cache run --isolated", "only with what is declared at hand"),
        ("jupyter cache run --report report.xml", "for CI: what became of each, as JUnit XML"),
    ),
    exits={0: "All are fresh now.", 1: "A notebook failed, or cannot be read.", 130: STOPPED},
)
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--force", is_flag=True, help="Execute all, also what is fresh.")
@click.option("--retry-failed", is_flag=True, help="Execute again what failed and has not changed.")
@click.option(
    "--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="How many at once."
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=None,
    help="Seconds that one cell may take.  [default: no limit]",
)
@click.option(
    "--notebook-timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=None,
    help="Seconds that all cells of a notebook may take together.  [default: no limit]",
)
@click.option("--allow-errors", is_flag=True, help="Go on after a cell that raises an error.")
@click.option("--write", is_flag=True, help="Put the outputs into the files.")
@click.option(
    "--artefact-bytes",
    type=click.IntRange(min=0),
    default=ArtefactLimits().file_bytes,
    show_default=True,
    help="The content of a file that an execution writes is stored up to so many bytes.",
)
@click.option(
    "--artefact-total-bytes",
    type=click.IntRange(min=0),
    default=ArtefactLimits().total_bytes,
    show_default=True,
    help="So many bytes are stored at most of all files that one execution writes.",
)
@click.option(
    "--artefact-files",
    type=click.IntRange(min=0),
    default=ArtefactLimits().files,
    show_default=True,
    help="So many files that one execution writes are stored at most; 0 stores none.",
)
@click.option(
    "--report",
    "report_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a report to this file: .json, .xml (JUnit) or .md.",
)
@click.option(
    "--report-format", type=click.Choice(FORMATS), help="Format of the report, whatever its suffix."
)
@click.option(
    "--isolated/--no-isolated",
    default=None,
    help="Execute each notebook in a temporary folder that holds only it, its assets, and what its "
    "last execution used.  [default: what is declared]",
)
@click.option(
    "--isolated-bytes",
    type=click.IntRange(min=0),
    default=ExecutionSettings().isolated_bytes,
    show_default=True,
    help="So many bytes are copied at most for one isolated execution.",
)
@click.option(
    "--fork/--no-fork",
    default=True,
    show_default=True,
    help="Fork kernels that are alike from one that has loaded what they start with (Linux).",
)
@click.option(
    "--output-bytes",
    type=click.IntRange(min=0, max=LARGEST_LIMIT),
    default=ExecutionSettings().output_bytes,
    show_default=True,
    help="An execution whose outputs take more memory is stopped; 0 for no limit.",
)
@session_options
@offline_option
@declaring_options
@parameter_options
def run_command(
    session: Session,
    paths: tuple[str, ...],
    force: bool,
    retry_failed: bool,
    jobs: int,
    timeout: float | None,
    notebook_timeout: float | None,
    allow_errors: bool,
    write: bool,
    artefact_bytes: int,
    artefact_total_bytes: int,
    artefact_files: int,
    report_file: Path | None,
    report_format: str | None,
    parameters: Parameters,
    isolated: bool | None,
    isolated_bytes: int,
    fork: bool,
    output_bytes: int,
) -> int:
    """Execute what is not fresh.

    PATHS are notebooks or folders; without any, all notebooks below the current folder. Exits with
    1 if any notebook failed.

    Notebooks that write what another one uses are executed before it, also when they are not among
    PATHS. If one of them fails, those that use its files are not executed (UpstreamFailed), unless
    --force or --allow-errors is given. What is stale only because of a notebook executed later is
    executed once more.

    What became of each notebook stays in the store as a report, see `jupyter cache report`. On a
    terminal, bars show what is being executed and how long it will take by earlier executions.
    Parameters are set behind the cell tagged `parameters`, or else at the top, of the notebooks
    that PATHS name; those that are executed before them get none. Each set of parameters has
    outputs of its own: give the same to `status` and `restore`.
    """
    gc.enable()
    form = format_for(report_file, report_format)
    session.cache.declared = msgspec.structs.replace(session.cache.declared, isolated=isolated)
    notebooks, unreadable = session.cache.readable(paths)
    session.warn(unreadable)
    wish = Wish(
        force=force,
        retry_failed=retry_failed,
        allow_errors=allow_errors,
        settings=ExecutionSettings(
            cell_timeout=timeout,
            notebook_timeout=notebook_timeout,
            artefacts=ArtefactLimits(artefact_bytes, artefact_total_bytes, artefact_files),
            isolated_bytes=isolated_bytes,
            output_bytes=output_bytes,
        ),
        parameters=parameters,
    )

    found: dict[str, RunResult] = {}

    async def run_all(bars: ProgressBars | None) -> None:
        running = session.cache.run_each(
            notebooks,
            wish=wish,
            jobs=jobs,
            write=write,
            tell=bars.note if bars else None,
            fork=fork,
        )
        async for result in running:
            found[result.path] = result
            if bars:
                bars.end(result)
            (bars or session).say(_line(result))

    order = {session.cache.projects.relative(path): i for i, path in enumerate(notebooks)}
    started, clock = time.time(), time.monotonic()
    interrupted = True
    try:
        with bad_input(), _bars(session, len(notebooks)) as bars:
            asyncio.run(until_interrupted(run_all(bars)))
        interrupted = False
    finally:
        results = sorted(found.values(), key=lambda result: order.get(result.path, -1))
        report = report_of(
            results,
            started=started,
            seconds=time.monotonic() - clock,
            interrupted=interrupted,
            left_out=unreadable,
        )
        keep(session, report)
        for line in session.cache.keep_exports(found):
            echo(line, err=True)
        if report_file is not None:
            write_report(report, report_file, form)
    session.answer([msgspec.to_builtins(result) for result in results])
    good = all(result.result in ("fresh", "executed") for result in results)
    return 0 if good and not unreadable else 1


def _bars(session: Session, notebooks: int) -> AbstractContextManager[ProgressBars | None]:
    """Bars on a terminal; elsewhere each notebook's line is all that is told."""
    if not sys.stderr.isatty():
        return nullcontext()
    from .progress import ProgressBars

    return ProgressBars(session, notebooks)


def _line(result: RunResult) -> str:
    line = f"{result.result:<9} {result.path}"
    if result.result != "fresh":
        line += f"  {duration(result.seconds)}"
    if result.failure is not None:
        line += f"  {one_line(f'{result.failure.name}: {result.failure.message}')}"
    elif result.undeclared:
        line += f"  {one_line(undeclared_text(result.undeclared))}"
    return line
