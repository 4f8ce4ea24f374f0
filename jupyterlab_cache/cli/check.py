"""``jupyter cache check``."""

from __future__ import annotations

import asyncio
import gc

import click
import msgspec

from ..execution.checking import CheckResult
from ..execution.freshening import Wish
from ..execution.plain_text import one_line
from ..execution.request import ExecutionSettings
from ..notebooks.parameters import Parameters
from .check_report import check_lines
from .common import Session, bad_input, declaring_options, duration, session_options
from .interruption import until_interrupted
from .parameters import parameter_options
from .teaching import STOPPED, Taught

_MARKS = {
    "repeatable": ("✓", "green"),
    "different": ("~", "yellow"),
    "failed": ("✗", "red"),
    "cancelled": ("✗", "red"),
}


@click.command(
    "check",
    cls=Taught,
    examples=(
        ("jupyter cache check report.ipynb", "does it give the same twice?"),
        ("jupyter cache check . --timeout 600", "all notebooks below this folder"),
    ),
    exits={
        0: "All gave the same, or differ harmlessly.",
        1: "A notebook gave something else, or did not get to its end.",
        130: STOPPED,
    },
)
@click.argument("paths", nargs=-1, required=True, metavar="PATHS...")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=None,
    help="Seconds that one cell may take.  [default: no limit]",
)
@click.option("--allow-errors", is_flag=True, help="Go on after a cell that raises an error.")
@session_options
@declaring_options
@parameter_options
def check_command(
    session: Session,
    paths: tuple[str, ...],
    timeout: float | None,
    allow_errors: bool,
    parameters: Parameters,
) -> int:
    """Execute notebooks twice, in fresh kernels, and compare: are they repeatable?

    PATHS are notebooks or folders. Differences that mean nothing are told apart: addresses in
    memory, times of %time, progress bars, identifiers drawn by lot, and what the notebook declares
    as `varying`. Exits with 1 if a notebook gave something else, or did not get to its end.

    What other notebooks write is used as it is, and what the first execution wrote is there for the
    second.
    """
    gc.enable()
    notebooks, unreadable = session.cache.readable(paths)
    session.warn(unreadable)
    wish = Wish(
        allow_errors=allow_errors,
        parameters=parameters,
        settings=ExecutionSettings(cell_timeout=timeout),
    )

    async def check_all() -> list[CheckResult]:
        results = []
        async for result in session.cache.check_each(notebooks, wish=wish):
            results.append(result)
            _say(session, result)
        return results

    with bad_input():
        results = asyncio.run(until_interrupted(check_all()))
    session.answer([check_json(result) for result in results])
    good = all(result.result == "repeatable" for result in results)
    return 0 if good and not unreadable else 1


def check_json(result: CheckResult) -> dict[str, object]:
    """A result as one JSON object, all fields present."""
    fields = {name: getattr(result, name) for name in result.__struct_fields__}
    cells = [
        {name: getattr(cell, name) for name in cell.__struct_fields__} for cell in result.cells
    ]
    return {**msgspec.to_builtins(fields), "cells": cells}


def _say(session: Session, result: CheckResult) -> None:
    mark, colour = _MARKS[result.result]
    line = click.style(f"{mark} {result.result:<10}", fg=colour)
    session.say(f" {result.path}  {duration(result.seconds)}", mark=line)
    for text in check_lines(result.cells):
        session.say(f"  {text}")
    if result.failure is not None:
        session.say(f"  {one_line(f'{result.failure.name}: {result.failure.message}')}")
