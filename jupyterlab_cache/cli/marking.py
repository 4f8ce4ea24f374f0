"""``jupyter cache invalidate``, ``jupyter cache remove`` and ``jupyter cache pin``."""

from __future__ import annotations

from collections.abc import Sequence

import click

from ..projects import Project
from ..store.errors import EntryMissing
from ..store.store import StoredEntry
from .common import BadInput, Session, session_options
from .teaching import Taught


@click.command(
    "invalidate",
    cls=Taught,
    examples=(
        ("jupyter cache invalidate report.ipynb", "it is stale until it is executed again"),
        ("jupyter cache invalidate .", "all notebooks below this folder"),
    ),
    exits={0: "It is done."},
)
@click.argument("paths", nargs=-1, required=True, metavar="PATHS...")
@session_options
def invalidate_command(session: Session, paths: tuple[str, ...]) -> int:
    """Say that the cached outputs of notebooks are not to be used again.

    PATHS are notebooks or folders. Nothing is deleted: the entries can still be listed and looked
    at, but the notebooks are stale until they are executed again.
    """
    results = []
    for notebook in session.cache.notebooks(paths):
        session.cache.invalidate(notebook)
        path = session.cache.projects.relative(notebook)
        results.append({"path": path})
        session.say(f"invalidated {path}")
    session.answer(results)
    return 0


@click.command(
    "remove",
    cls=Taught,
    examples=(
        ("jupyter cache remove 3f2a", "one entry"),
        ("jupyter cache remove 3f2a 90bc", "two of them, or none if one is not there"),
    ),
    exits={0: "They are gone."},
)
@click.argument("entries", nargs=-1, required=True, metavar="ENTRY...")
@session_options
def remove_command(session: Session, entries: tuple[str, ...]) -> int:
    """Take entries out of the store, also pinned ones.

    ENTRY is the beginning of an entry's identifier, as `jupyter cache list` prints it. None is
    removed if one of them cannot be found.
    """
    project, found = _find(session, entries)
    for stored in found:
        project.store.remove(stored.id)
        session.say(f"removed {stored.id[:12]} of {stored.entry.notebook_path}")
    session.answer([_wire(stored) for stored in found])
    return 0


@click.command(
    "pin",
    cls=Taught,
    examples=(
        ("jupyter cache pin 3f2a", "what the paper was printed from, say"),
        ("jupyter cache pin 3f2a --unpin", "it may go again"),
    ),
    exits={0: "It is done."},
)
@click.argument("entries", nargs=-1, required=True, metavar="ENTRY...")
@click.option("--unpin", is_flag=True, help="Let a collection take them again.")
@session_options
def pin_command(session: Session, entries: tuple[str, ...], unpin: bool) -> int:
    """Keep entries whatever a collection (`jupyter cache gc`) would take.

    ENTRY is the beginning of an entry's identifier, as `jupyter cache list` prints it.
    """
    project, found = _find(session, entries)
    marks = project.store.marks
    for stored in found:
        if unpin:
            marks.unpin(stored.id)
        else:
            marks.pin(stored.id)
        word = "unpinned" if unpin else "pinned"
        session.say(f"{word} {stored.id[:12]} of {stored.entry.notebook_path}")
    session.answer([{**_wire(stored), "pinned": not unpin} for stored in found])
    return 0


def _find(session: Session, prefixes: Sequence[str]) -> tuple[Project, list[StoredEntry]]:
    """The entries of the current folder's project that begin like this, each once.

    Raises:
        BadInput: One of them begins no entry.
        StoreError: One of them begins several.
    """
    project, _ = session.cache.locate(".")
    found: dict[str, StoredEntry] = {}
    for prefix in prefixes:
        try:
            stored = project.store.find(prefix)
        except EntryMissing:
            raise BadInput(f"No entry begins with {prefix!r}; see `jupyter cache list`.") from None
        found.setdefault(stored.id, stored)
    return project, list(found.values())


def _wire(stored: StoredEntry) -> dict[str, object]:
    return {"entry": stored.id, "path": stored.entry.notebook_path}
