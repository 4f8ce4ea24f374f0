"""``jupyter cache restore``."""

from __future__ import annotations

from pathlib import Path

import click

from .common import BadInput, Session, session_options


@click.command("restore")
@click.argument("paths", nargs=-1, required=True, metavar="PATHS...")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="Write the notebook with its outputs to this file instead (one notebook only).",
)
@session_options
def restore_command(session: Session, paths: tuple[str, ...], output: Path | None) -> int:
    """Put cached outputs back into notebooks, without a kernel.

    Exits with 1 if a notebook has no cached outputs that are still true.
    """
    notebooks = session.cache.notebooks(paths)
    if output is not None and len(notebooks) != 1:
        raise BadInput("--output takes one notebook; name just one.")
    results = [session.cache.restore(notebook, output=output) for notebook in notebooks]
    session.answer(results)
    for result in results:
        if result.restored:
            session.say(f"restored {result.path}")
        else:
            session.say(f"not restored {result.path}: {result.message}")
    return 0 if all(result.restored for result in results) else 1
