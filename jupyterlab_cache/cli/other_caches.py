"""``jupyter cache export`` and ``import``: the caches of other programs."""

from __future__ import annotations

from pathlib import Path

import click

from ..notebooks.declaration import EXPORT_FORMATS, ExportFormat
from .common import BadInput, Session, session_options
from .teaching import Taught


@click.command(
    "export",
    cls=Taught,
    examples=(
        (
            "jupyter cache export --format jupyter-cache --output docs/_build/.jupyter_cache",
            "for myst-nb and Jupyter Book 1",
        ),
        ("jupyter cache export --format mystmd --output _build", "for mystmd"),
    ),
    exits={0: "What is fresh is there.", 1: "Something that PATHS name is left out."},
)
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option(
    "--format",
    "format",
    type=click.Choice(EXPORT_FORMATS),
    required=True,
    help="Whose cache is written: jupyter-cache's, which myst-nb and jupyter-book 1 use, too, or "
    "mystmd's.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="The folder: what `nb_execution_cache_path` names, or mystmd's _build. Nothing is written "
    "outside of it.",
)
@click.option(
    "--artefacts",
    is_flag=True,
    help="Also write the files that the executions wrote (jupyter-cache only).",
)
@session_options
def export_command(
    session: Session, paths: tuple[str, ...], format: ExportFormat, output: Path, artefacts: bool
) -> int:
    """Write what is fresh to the cache of another program, so that it executes nothing.

    PATHS are notebooks and folders; by default all below --root. What is not fresh is left out, and
    removed if an earlier export wrote it, so that the other program executes it. Outputs from
    elsewhere that you do not trust are left out, too: other programs know no signatures.
    """
    from ..exchange.other_cache import ExportRefused

    notebooks, unreadable = session.cache.readable(paths)
    session.warn(unreadable)
    try:
        results = session.cache.export(
            notebooks or paths, format=format, output=output, artefacts=artefacts
        )
    except ExportRefused as error:
        raise BadInput(str(error)) from error
    session.answer(results)
    for result in results:
        line = f"{result.result:<9} {result.path}"
        session.say(f"{line}: {result.message}" if result.message else line)
    good = not unreadable and all(result.result != "left-out" for result in results)
    return 0 if good or not paths else 1


@click.command(
    "import",
    cls=Taught,
    examples=(
        ("jupyter cache import --format jupyter-cache .jupyter_cache", "what jupyter-cache wrote"),
        (
            "jupyter cache import --format jupyter-cache .jupyter_cache --trust",
            "and you filled yourself",
        ),
    ),
    exits={0: "What fits is there.", 1: "Something in FOLDER is damaged."},
)
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--format",
    "format",
    type=click.Choice(["jupyter-cache"]),
    required=True,
    help="Whose cache is read.",
)
@click.option(
    "--trust",
    is_flag=True,
    help="Let the outputs count as your own: say it only of a folder that you filled yourself.",
)
@session_options
def import_command(session: Session, folder: Path, format: str, trust: bool) -> int:
    """Take in what another program cached, with provenance `imported`.

    What is in FOLDER becomes entries of the notebooks below --root that have the same code, or the
    path that FOLDER names. Nobody saw what they were executed with, so they are used only where
    nothing was executed here, and `status --check` wants --accept-unobserved for them.
    """
    from ..exchange.importing import ImportRefused

    try:
        results = session.cache.import_(folder, trust=trust)
    except ImportRefused as error:
        raise BadInput(str(error)) from error
    session.answer(results)
    for result in results:
        line = f"{result.result:<9} {result.path or result.key}"
        session.say(f"{line}: {result.message}" if result.message else line)
    return 1 if any(result.result == "damaged" for result in results) else 0
