"""``jupyter cache restore``."""

from __future__ import annotations

from pathlib import Path

import click

from ..notebooks.parameters import Parameters, values_of
from .common import BadInput, Session, session_options
from .parameters import parameter_options
from .teaching import Taught


@click.command(
    "restore",
    cls=Taught,
    examples=(
        ("jupyter cache restore report.ipynb", "its outputs, as they were"),
        ("jupyter cache restore .", "those of all notebooks below this folder"),
        (
            "jupyter cache restore notes.md --output notes.ipynb",
            "of a text notebook, which holds none",
        ),
        ("jupyter cache restore report.ipynb --artefacts", "also the files that it wrote"),
    ),
    exits={
        0: "All were restored.",
        1: "One has no cached outputs that are still true, or a file could not be written.",
    },
)
@click.argument("paths", nargs=-1, required=True, metavar="PATHS...")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="Write the notebook with its outputs to this file instead (one notebook only).",
)
@click.option(
    "--artefacts",
    is_flag=True,
    help="Also write the files that the execution wrote and that are gone.",
)
@click.option(
    "--overwrite",
    is_flag=True,
    help="With --artefacts: replace files that have another content now.",
)
@click.option(
    "--accept-untrusted",
    is_flag=True,
    help="With --artefacts: write files of entries from elsewhere, too.",
)
@session_options
@parameter_options
def restore_command(
    session: Session,
    paths: tuple[str, ...],
    output: Path | None,
    artefacts: bool,
    overwrite: bool,
    accept_untrusted: bool,
    parameters: Parameters,
) -> int:
    """Put cached outputs back into notebooks, without a kernel.

    With parameters, the outputs that the notebooks had with them; the cells stay as they are. Exits
    with 1 if a notebook has no cached outputs that are still true, or if a file that its execution
    wrote is not restored with --artefacts.
    """
    from ..execution.artefact_restoring import GOOD, ArtefactWish

    if (overwrite or accept_untrusted) and not artefacts:
        raise BadInput("--overwrite and --accept-untrusted are about --artefacts; give that, too.")
    wish = ArtefactWish(overwrite=overwrite, accept_untrusted=accept_untrusted)
    notebooks = session.cache.notebooks(paths)
    if output is not None and len(notebooks) != 1:
        raise BadInput("--output takes one notebook; name just one.")
    values = values_of(parameters)
    results = [
        session.cache.restore(
            notebook,
            output=output,
            artefacts=wish if artefacts else None,
            parameters=values,
        )
        for notebook in notebooks
    ]
    session.answer(results)
    for result in results:
        if result.restored:
            session.say(f"restored {result.path}")
        else:
            session.say(f"not restored {result.path}: {result.message}")
        for file in result.artefacts:
            session.say(
                f"  {file.result:<11} {file.path}" + (f": {file.message}" * bool(file.message))
            )
    good = all(
        result.restored and all(file.result in GOOD for file in result.artefacts)
        for result in results
    )
    return 0 if good else 1
