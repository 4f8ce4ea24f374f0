"""``jupyter cache gc``, ``jupyter cache verify`` and ``jupyter cache migrate``."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
import msgspec

from ..notebooks.declaration import DeclarationInvalid, parse_duration
from ..store.collection import Listener
from ..store.collection_plan import Limits
from ..store.store import StoredEntry
from ..store.verification import Problem
from .common import BadInput, Session, session_options, size
from .teaching import Taught

if TYPE_CHECKING:
    from ..store.verification import Progress

_MOST_LISTED = 1000
_SIZE = re.compile(r"(\d{1,12})(?:\.(\d{1,3}))? ?(B|kB|MB|GB|TB|KiB|MiB|GiB|TiB)?", re.IGNORECASE)
_UNITS = {
    "": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12,
    "kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40,
}  # fmt: skip


@click.command(
    "gc",
    cls=Taught,
    examples=(
        ("jupyter cache gc --max-size 2GB --dry-run", "what would go?"),
        (
            "jupyter cache gc --max-size 2GB --max-age 30d",
            "what was not used for a month, and more",
        ),
        ("jupyter cache gc", "only what no entry needs"),
    ),
    exits={0: "The limits are kept."},
)
@click.option(
    "--max-size",
    metavar="SIZE",
    help="What the entries that stay may take on disk, such as 500MB or 2GB.",
)
@click.option(
    "--max-age",
    metavar="DURATION",
    help="Remove what was not used for so long, such as 12h or 30d.",
)
@click.option("--max-entries", type=click.IntRange(min=0), help="How many entries may stay.")
@click.option("--dry-run", is_flag=True, help="Only tell what would be removed.")
@session_options
def gc_command(
    session: Session,
    max_size: str | None,
    max_age: str | None,
    max_entries: int | None,
    dry_run: bool,
) -> int:
    """Make room in the store of the current folder's project.

    The entries that were not used for longest go until all limits are met; restoring outputs is a
    use. Pinned entries stay, and those of notebooks that a job waits or runs for. Without a limit
    no entry goes, only content that no entry needs.
    """
    limits = Limits(bytes=_bytes(max_size), age=_seconds(max_age), entries=max_entries)
    listed: list[dict[str, object]] = []

    def tell(stored: StoredEntry) -> None:
        word = "would remove" if dry_run else "removed"
        session.say(f"{word} {stored.id[:12]} of {stored.entry.notebook_path}")
        listed.append({"entry": stored.id, "path": stored.entry.notebook_path})

    outcome = session.cache.collect(
        ".", limits, preview=dry_run, tell=Listener(entry=tell, most_entries=_MOST_LISTED)
    )
    total = len(outcome.removed)
    if total > len(listed):
        session.say(f"and {total - len(listed)} more")
    session.say(
        f"{total} entries, {outcome.orphan_blobs} blobs of no entry: {size(outcome.freed_bytes)} "
        f"{'would be freed' if dry_run else 'freed'}; {outcome.kept_entries} entries with "
        f"{size(outcome.kept_bytes)} stay"
    )
    if outcome.waiting_bytes:
        session.say(
            f"{size(outcome.waiting_bytes)} more that no entry needs were written or asked for "
            "within the last hour; a later collection frees them"
        )
    session.answer(
        {
            "removed": listed,
            "total": total,
            "freed_bytes": outcome.freed_bytes,
            "waiting_bytes": outcome.waiting_bytes,
            "orphan_blobs": outcome.orphan_blobs,
            "kept_entries": outcome.kept_entries,
            "kept_bytes": outcome.kept_bytes,
            "dry_run": dry_run,
        }
    )
    return 0


@click.command(
    "verify",
    cls=Taught,
    examples=(
        ("jupyter cache verify", "read everything"),
        ("jupyter cache verify --repair", "and repair what can be"),
    ),
    exits={0: "The store is what it should be.", 1: "Problems remain."},
)
@click.option("--repair", is_flag=True, help="Repair what can be.")
@session_options
def verify_command(session: Session, repair: bool) -> int:
    """Look whether the store of the current folder's project is what it should be.

    Everything in it is read. With --repair, damaged files are set aside in the store's quarantine
    folder, what nobody needs is removed, and the index is made anew. Exit code 1 when problems
    remain.
    """
    problems: list[Problem] = []
    total = remaining = 0

    with _counting(session) as (look_at, say):

        def tell(problem: Problem) -> None:
            nonlocal total, remaining
            total += 1
            remaining += not problem.repaired
            if len(problems) < _MOST_LISTED:
                problems.append(problem)
            say(f"{problem.kind:<16}  {problem.subject}  {problem.message}")

        summary = session.cache.verify(repair=repair, tell=tell, look_at=look_at)
    session.say(
        f"{summary.entries} entries ({summary.untrusted} not signed here), {summary.blobs} blobs: "
        + (f"{total} problems, {total - remaining} repaired" if total else "no problems")
    )
    session.answer(
        msgspec.to_builtins(summary) | {"problems": msgspec.to_builtins(problems), "total": total}
    )
    return 1 if remaining else 0


@click.command(
    "migrate",
    cls=Taught,
    examples=(("jupyter cache migrate", "once, after an update says so"),),
    exits={0: "The store has the newest format."},
)
@session_options
def migrate_command(session: Session) -> int:
    """Bring the store of the current folder's project to the newest format.

    Nothing gets lost, and it can be stopped at any time; older versions of jupyterlab-cache cannot
    use the store afterwards. A store that has the newest format stays as it is.
    """
    version = session.cache.migrate(".")
    session.say(f"The store has format {version}, the newest.")
    session.answer({"format": version})
    return 0


@contextmanager
def _counting(session: Session) -> Iterator[tuple[Progress, Callable[[str], None]]]:
    """What shows on a terminal how much was looked at, and what prints lines above that."""
    if not sys.stderr.isatty():
        yield lambda what, count: None, session.say
        return
    from rich.console import Console
    from rich.progress import Progress as Bars
    from rich.progress import TextColumn
    from rich.text import Text

    bars = Bars(
        TextColumn("{task.description}", markup=False),
        console=Console(stderr=True, highlight=False),
        transient=True,
        # What is for stdout stays there.
        redirect_stdout=False,
        redirect_stderr=False,
    )
    line = bars.add_task("Reading the store…", total=None)

    def look_at(what: str, count: int) -> None:
        bars.update(line, description=f"{count:,} {what} read")

    def say(text: str) -> None:
        if session.json or sys.stdout.isatty():
            bars.console.print(Text(text), soft_wrap=True)
        else:
            session.say(text)

    with bars:
        yield look_at, say


def _bytes(text: str | None) -> int | None:
    if text is None:
        return None
    match = _SIZE.fullmatch(text)
    if match is None:
        raise BadInput(f"--max-size is {text!r}; write a number and a unit, such as 500MB or 2GB.")
    return int(float(f"{match[1]}.{match[2] or 0}") * _UNITS[(match[3] or "").lower()])


def _seconds(text: str | None) -> float | None:
    try:
        return None if text is None else parse_duration(text, "--max-age")
    except DeclarationInvalid as error:
        raise BadInput(str(error)) from None
