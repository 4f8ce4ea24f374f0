"""``jupyter cache diff``."""

from __future__ import annotations

from collections.abc import Iterable

import click

from ..execution.comparing import CellDifference, Comparison, OutputDifference, Payload
from ..store.errors import EntryMissing
from .common import BadInput, Session, session_options, size
from .teaching import Taught
from .terminal import echo

_MOST_LINES = 40
_COLOURS = {"-": "red", "+": "green", "@": "cyan"}


@click.command(
    "diff",
    cls=Taught,
    examples=(
        ("jupyter cache diff report.ipynb", "the file, against its newest entry"),
        ("jupyter cache diff report.ipynb --entry 3f2a", "the file, against another entry"),
        ("jupyter cache diff --entry 3f2a --entry 90bc", "two executions"),
        ("jupyter cache diff report.ipynb --json", "for programs: all lines, digests and sizes"),
    ),
    exits={0: "Nothing differs.", 1: "Something differs."},
)
@click.argument("path", required=False, metavar="[PATH]")
@click.option(
    "--entry",
    "entries",
    metavar="ENTRY",
    multiple=True,
    help="Beginning of an entry's identifier, as `jupyter cache list` prints it. One, and the file "
    "is compared with it; two, and they are compared, the first as what was before.",
)
@session_options
def diff_command(session: Session, path: str | None, entries: tuple[str, ...]) -> int:
    """Show what differs: a notebook and its cache, or two executions.

    Cells are told by their number among the code cells that are not blank. Of texts the lines that
    differ are shown, of pictures and other data their size and digest. What counts as the same is
    what counts so everywhere: execution counts do not, nor does how a text came in pieces. A text
    notebook holds no outputs, so only its code is compared.
    """
    if len(entries) > 2 or (path is None and len(entries) != 2):
        raise BadInput("Name a notebook, with one --entry or none, or give --entry twice.")
    before, after = (*entries, None, None)[:2]
    try:
        found = session.cache.diff(path, before=before, after=after)
    except EntryMissing as error:
        raise BadInput(f"{error} See `jupyter cache list`.") from None
    session.answer(found)
    if not session.json:
        _print(found)
    return 0 if found.same else 1


def _print(found: Comparison) -> None:
    after = "the file" if found.after is None else f"entry {found.after[:12]}"
    if found.same:
        echo(f"{found.path}: entry {found.before[:12]} and {after} are the same.")
        return
    echo(f"{found.path}: from entry {found.before[:12]} to {after}")
    for cell in found.cells:
        _print_cell(cell)
    echo(f"{len(found.cells)} of {found.total} cells differ")


def _print_cell(cell: CellDifference) -> None:
    numbers = [str(place + 1) for place in (cell.before, cell.after) if place is not None]
    moved = len(numbers) == 2 and numbers[0] != numbers[1]
    name = f"cell {numbers[0]}, now {numbers[1]}" if moved else f"cell {numbers[0]}"
    if cell.expression is not None:
        name = f"expression {cell.expression}"
    echo(name + ("" if cell.state == "changed" else f" ({cell.state})"))
    if cell.code:
        echo("  code")
        _print_lines(cell.code)
    for output in cell.outputs:
        echo(f"  {output.form}{'' if output.changes else f'  {_sizes(output)}'}")
        _print_lines(output.changes)


def _print_lines(lines: Iterable[str]) -> None:
    lines = list(lines)
    for line in lines[:_MOST_LINES]:
        sign = click.style(line[:1], fg=_COLOURS.get(line[:1]))
        echo(line[1:], mark=f"    {sign}")
    if len(lines) > _MOST_LINES:
        echo(f"    … {len(lines) - _MOST_LINES} more lines; --json has them all")


def _sizes(output: OutputDifference) -> str:
    return f"{_size(output.before)} → {_size(output.after)}"


def _size(payload: Payload | None) -> str:
    return "nothing" if payload is None else f"{size(payload.bytes)} ({payload.digest[:12]})"
