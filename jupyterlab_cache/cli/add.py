"""``jupyter cache add``."""

from __future__ import annotations

import click

from .common import Session, session_options
from .teaching import Taught


@click.command(
    "add",
    cls=Taught,
    examples=(
        ("jupyter cache add report.ipynb", "outputs of a run in JupyterLab"),
        ("jupyter cache add .", "of all notebooks below this folder"),
    ),
    exits={0: "All are stored."},
)
@click.argument("paths", nargs=-1, required=True, metavar="PATHS...")
@session_options
def add_command(session: Session, paths: tuple[str, ...]) -> int:
    """Store the outputs of notebooks as they stand, without executing them.

    Nobody observed what such outputs were made from, so the entry is marked as captured.
    """
    results = []
    for notebook in session.cache.notebooks(paths):
        path = session.cache.projects.relative(notebook)
        stored = session.cache.capture(path)
        results.append({"path": path, "entry": stored.id})
        session.say(f"stored {path} as {stored.id[:12]}")
    session.answer(results)
    return 0
