"""``jupyter cache list`` and ``jupyter cache show``."""

from __future__ import annotations

from datetime import datetime

import click
import msgspec

from ..store.errors import EntryMissing
from ..store.store import StoredEntry
from .common import BadInput, Session, duration, session_options


@click.command("list")
@click.argument("path", required=False)
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True)
@click.option("--offset", type=click.IntRange(min=0), default=0, show_default=True)
@session_options
def list_command(session: Session, path: str | None, limit: int, offset: int) -> int:
    """List the entries of the store, newest first.

    PATH is a notebook, or a folder of the project; without it, the current folder's project.
    """
    project, notebook_path = session.cache.locate(path or ".")
    entries, total = project.store.page(notebook_path, offset=offset, limit=limit)
    if session.json:
        session.answer([_summary(stored) for stored in entries])
        return 0
    for stored in entries:
        entry = stored.entry
        origin = "" if stored.trusted else ", from elsewhere"
        click.echo(
            f"{stored.id[:12]}  {_when(entry.created)}  {duration(entry.seconds):>9}  "
            f"{entry.outcome:<9}  {entry.notebook_path}  ({entry.provenance}{origin})"
        )
    rest = total - offset - len(entries)
    click.echo(f"{total} entries" + (f", {rest} more with --offset" if rest > 0 else ""))
    return 0


@click.command("show")
@click.argument("entry")
@session_options
def show_command(session: Session, entry: str) -> int:
    """Show one entry: what it executed, used, wrote and printed.

    ENTRY is the beginning of an entry's identifier, as `jupyter cache list` prints it.
    """
    project, _ = session.cache.locate(".")
    try:
        stored = project.store.find(entry)
    except EntryMissing:
        raise BadInput(f"No entry begins with {entry!r}; see `jupyter cache list`.") from None
    if session.json:
        session.answer(_summary(stored) | msgspec.to_builtins(stored.entry))
        return 0
    _print(stored)
    return 0


def _summary(stored: StoredEntry) -> dict[str, object]:
    entry = stored.entry
    return {
        "entry": stored.id,
        "path": entry.notebook_path,
        "created": entry.created,
        "seconds": entry.seconds,
        "provenance": entry.provenance,
        "outcome": entry.outcome,
        "code_key": entry.code_key,
        "kernel_name": entry.kernel_name,
        "trusted": stored.trusted,
    }


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M:%S")


def _print(stored: StoredEntry) -> None:
    entry = stored.entry
    signed = "signed here" if stored.trusted else "from elsewhere, not trusted"
    lines = [
        ("entry", stored.id),
        ("notebook", entry.notebook_path),
        ("made", f"{_when(entry.created)}, {entry.provenance}, {signed}"),
        ("outcome", entry.outcome),
        ("kernel", entry.kernel_name),
        ("took", duration(entry.seconds)),
        ("code key", entry.code_key),
        ("cells", str(len(entry.cells))),
        ("outputs", f"{entry.output_bytes} bytes"),
        ("coverage", ", ".join(entry.coverage) or "none"),
        ("not seen", ", ".join(entry.gaps) or "nothing known"),
    ]
    for name, value in lines:
        click.echo(f"{name:<9} {value}")
    if entry.failure is not None:
        click.echo(f"{'failure':<9} {entry.failure.name}: {entry.failure.message}")
    if entry.inputs:
        click.echo("inputs")
        for item in sorted(entry.inputs, key=lambda item: (item.kind, item.subject)):
            version = f" {item.fingerprint}" if item.kind in ("package", "python") else ""
            click.echo(f"  {item.kind:<12} {item.subject}{version}")
    if entry.artefacts:
        click.echo("artefacts")
        for artefact in entry.artefacts:
            click.echo(f"  {artefact.path}")
