"""``jupyter cache list`` and ``jupyter cache show``."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from ..execution.plain_text import one_line
from ..notebooks.variant import shown_variant, variant_lines
from ..projects import Project
from ..store.errors import EntryMissing
from ..store.records import CellRecord, Entry
from ..store.selection import LONGEST_SEARCH, SORT_KEYS, Selection, SortKey, size_of
from ..store.store import StoredEntry
from .check_report import check_lines
from .common import (
    BadInput,
    Session,
    duration,
    moment,
    origin_notes,
    session_options,
    size,
)
from .teaching import Taught
from .terminal import echo


@click.command(
    "list",
    cls=Taught,
    examples=(
        ("jupyter cache list", "the newest 50 of this project"),
        ("jupyter cache list report.ipynb", "those of one notebook"),
        ('jupyter cache list --search "error report"', "failed ones of notebooks named so"),
        ("jupyter cache list --sort bytes --limit 10", "the ten largest"),
    ),
    exits={0: "They were told."},
)
@click.argument("path", required=False)
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True)
@click.option("--offset", type=click.IntRange(min=0), default=0, show_default=True)
@click.option(
    "--search",
    metavar="WORDS",
    default="",
    help="Words that all occur in the notebook's path, the entry's identifier, the kernel's name, "
    "the outcome or the provenance.",
)
@click.option(
    "--sort",
    type=click.Choice(SORT_KEYS),
    default=SORT_KEYS[0],
    show_default=True,
    help="By time, notebook, wall time, size or last use, the largest first.",
)
@click.option("--reverse", is_flag=True, help="The smallest first.")
@session_options
def list_command(
    session: Session,
    path: str | None,
    limit: int,
    offset: int,
    search: str,
    sort: SortKey,
    reverse: bool,
) -> int:
    """List the entries of the store, newest first.

    PATH is a notebook, or a folder of the project; without it, the current folder's project.
    """
    if len(search) > LONGEST_SEARCH:
        raise BadInput(f"Search for at most {LONGEST_SEARCH} characters.")
    project, notebook_path = session.cache.locate(path or ".")
    selection = Selection(notebook_path, search, sort=sort, descending=not reverse)
    entries, total = project.store.select(selection, offset=offset, limit=limit)
    marks = project.store.marks
    pinned = {stored.id for stored in entries if marks.is_pinned(stored.id)}
    if session.json:
        listed = []
        for stored in entries:
            more = {"pinned": stored.id in pinned, "used": marks.last_used(stored.id)}
            listed.append(_summary(stored) | more)
        session.answer(listed)
        return 0
    for stored in entries:
        entry = stored.entry
        notes = [entry.provenance, *origin_notes(stored.origin, stored.trusted)]
        notes += ["pinned"] if stored.id in pinned else []
        notes += variant_lines(shown_variant(entry.variant))
        echo(
            f"{stored.id[:12]}  {moment(entry.created)}  {duration(entry.seconds):>9}  "
            f"{size(size_of(entry)):>7}  "
            f"{entry.outcome:<9}  {entry.notebook_path}  "
            f"({', '.join(notes)})"
        )
    rest = total - offset - len(entries)
    counted = "1 entry" if total == 1 else f"{total} entries"
    echo(counted + (f", {rest} more with --offset" if rest > 0 else ""))
    return 0


@click.command(
    "show",
    cls=Taught,
    examples=(
        ("jupyter cache show 3f2a", "what it used and wrote"),
        ("jupyter cache show 3f2a --unpack there", "all that is kept of it, as files"),
    ),
    exits={0: "It was told."},
)
@click.argument("entry")
@click.option(
    "--unpack",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    metavar="DIR",
    help="Write the notebook with its outputs, the small inputs and the written files that the "
    "entry keeps, and a manifest.json, into this new or empty folder.",
)
@click.option(
    "--accept-untrusted",
    is_flag=True,
    help="With --unpack: also an entry from elsewhere that you do not trust.",
)
@session_options
def show_command(session: Session, entry: str, unpack: Path | None, accept_untrusted: bool) -> int:
    """Show one entry: what it executed, used, wrote and printed.

    ENTRY is the beginning of an entry's identifier, as `jupyter cache list` prints it.
    """
    if accept_untrusted and unpack is None:
        raise BadInput("--accept-untrusted is about --unpack; give that, too.")
    project, _ = session.cache.locate(".")
    try:
        stored = project.store.find(entry)
    except EntryMissing:
        raise BadInput(f"No entry begins with {entry!r}; see `jupyter cache list`.") from None
    if unpack is not None:
        return _unpack(session, project, stored, unpack, accept_untrusted)
    check = project.store.marks.check_of(stored.id)
    if session.json:
        found = {"check": check and msgspec.to_builtins(check)}
        session.answer(msgspec.to_builtins(stored.entry) | _summary(stored) | found)
        return 0
    _print(stored)
    if check is not None:
        echo(f"{'check':<9} {check.outcome}, {moment(check.time)}, against {check.other[:12]}")
        for line in check_lines(check.cells):
            echo(f"  {line}")
    return 0


def _unpack(
    session: Session, project: Project, stored: StoredEntry, folder: Path, accept_untrusted: bool
) -> int:
    from ..execution.unpacking import MANIFEST, UnpackRefused, unpack

    if not (stored.trusted or accept_untrusted):
        raise BadInput(
            "The entry is from elsewhere; `jupyter cache trust` it, or give --accept-untrusted."
        )
    try:
        manifest = unpack(stored, project.store, folder)
    except UnpackRefused as error:
        raise BadInput(str(error)) from None
    session.answer(msgspec.to_builtins(manifest))
    for item in manifest.items:
        if item.file is not None:
            session.say(f"{item.role:<9} {item.file}")
    left_out = sum(item.file is None for item in manifest.items)
    session.say(f"{left_out} items have no file; {folder / MANIFEST} says why.")
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
        "variant": shown_variant(entry.variant),
        "bytes": size_of(entry),
        "trusted": stored.trusted,
        "origin": stored.origin,
    }


def _print(stored: StoredEntry) -> None:
    entry = stored.entry
    signed = ", ".join(origin_notes(stored.origin, stored.trusted)) or "made here"
    lines = [
        ("entry", stored.id),
        ("notebook", entry.notebook_path),
        ("made", f"{moment(entry.created)}, {entry.provenance}, {signed}"),
        ("outcome", entry.outcome),
        ("kernel", entry.kernel_name),
        *(("variant", line) for line in variant_lines(shown_variant(entry.variant))),
        ("took", duration(entry.seconds)),
        ("used", _used(entry) or "not known"),
        ("code key", entry.code_key),
        ("cells", str(len(entry.cells))),
        ("outputs", size(entry.output_bytes)),
        ("coverage", ", ".join(entry.coverage) or "none"),
        ("not seen", ", ".join(entry.gaps) or "nothing known"),
    ]
    for name, value in lines:
        echo(f"{name:<9} {value}")
    if entry.isolated:
        echo(f"{'isolated':<9} in a folder of its own")
    if entry.undeclared:
        echo(f"{'lacked':<9} {', '.join(entry.undeclared)} (not declared as assets)")
    if entry.failure is not None:
        echo(f"{'failure':<9} {one_line(f'{entry.failure.name}: {entry.failure.message}')}")
    if any(cell.seconds is not None for cell in entry.cells):
        echo("cells")
        for number, cell in enumerate(entry.cells, 1):
            if cell.seconds is not None:
                facts = [duration(cell.seconds), _used(cell)]
                if cell.output_bytes:
                    facts.append(f"outputs {size(cell.output_bytes)}")
                echo(f"  {number:<12} {', '.join(filter(None, facts))}")
    if entry.inputs:
        echo("inputs")
        for item in sorted(entry.inputs, key=lambda item: (item.kind, item.subject)):
            version = f" {item.fingerprint}" if item.kind in ("package", "python") else ""
            echo(f"  {item.kind:<12} {item.subject}{version}")
    if entry.artefacts:
        echo("artefacts")
        for artefact in entry.artefacts:
            how_large = "? bytes" if artefact.size is None else size(artefact.size)
            kept = "stored" if artefact.content else f"not stored ({artefact.left_out or 'old'})"
            echo(f"  {artefact.path}  {how_large}, {kept}")


def _used(record: Entry | CellRecord) -> str:
    """What the kernel used for an entry or a cell; empty when that is not known."""
    facts = []
    if record.cpu_seconds is not None:
        facts.append(f"processor {duration(record.cpu_seconds)}")
    if record.peak_memory is not None:
        facts.append(f"memory {size(record.peak_memory)}")
    return ", ".join(facts)
