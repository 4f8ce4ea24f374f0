"""``jupyter cache push`` and ``jupyter cache pull``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
import msgspec

from .common import BadInput, Session, origin_notes, session_options, size
from .teaching import Taught

if TYPE_CHECKING:
    from ..exchange.shared_store.transfer import Listener, Transfer, TransferredEntry

_MOST_LISTED = 1000
_NOTEBOOKS = click.option(
    "--notebook",
    "paths",
    metavar="PATH",
    multiple=True,
    help="Only of this notebook, or of all below this folder; may be repeated.",
)


@click.command(
    "push",
    cls=Taught,
    examples=(
        ("jupyter cache push /shared/team-store", "what was executed here, to a folder"),
        ("jupyter cache push s3://bucket/cache --notebook reports/", "some of it, to a bucket"),
        ("jupyter cache push --dry-run", "to JUPYTERLAB_CACHE_SHARED_STORE; only tell"),
    ),
    exits={0: "What was to be sent is there."},
)
@click.argument("url", required=False)
@_NOTEBOOKS
@click.option("--dry-run", is_flag=True, help="Only tell what would be sent.")
@session_options
def push_command(session: Session, url: str | None, paths: tuple[str, ...], dry_run: bool) -> int:
    """Send what was executed here to a shared store.

    URL is a folder, or what fsspec can write to, such as s3://bucket/folder; by default the one
    that the environment variable JUPYTERLAB_CACHE_SHARED_STORE names. Credentials are those that
    fsspec finds, as in AWS_PROFILE. Only what is missing there is sent, so a push that was
    interrupted goes on when it is repeated.

    What is sent can be read by everybody who may read there: outputs, code, small inputs and
    written files. A key that a team shares makes it count as their own there.
    """
    with _progress(session, "sent") as tell:
        result = session.cache.push(url, paths, dry_run=dry_run, tell=tell)
    _tell(session, result, "send", "sent")
    return 0


@click.command(
    "pull",
    cls=Taught,
    examples=(
        ("jupyter cache pull s3://bucket/cache", "what others executed of the notebooks here"),
        ("jupyter cache pull https://host/cache --all", "also of code that is not here"),
    ),
    exits={0: "What was to be fetched is here."},
)
@click.argument("url", required=False)
@_NOTEBOOKS
@click.option("--all", "everything", is_flag=True, help="Also entries of code that is not here.")
@click.option("--dry-run", is_flag=True, help="Only tell what would be fetched.")
@session_options
def pull_command(
    session: Session, url: str | None, paths: tuple[str, ...], everything: bool, dry_run: bool
) -> int:
    """Fetch from a shared store what others executed of the notebooks here.

    URL is a folder, or what fsspec knows, such as s3://bucket/folder or https://host/folder; by
    default the one that the environment variable JUPYTERLAB_CACHE_SHARED_STORE names. Everything is
    verified as it comes. What no key of yours or your team's has signed is marked as from
    elsewhere, and takes the place of no execution, see `jupyter cache trust`.
    """
    if everything and paths:
        raise BadInput("Give either --all or --notebook.")
    with _progress(session, "looked for") as tell:
        result = session.cache.pull(url, paths, everything=everything, dry_run=dry_run, tell=tell)
    _tell(session, result, "fetch", "fetched")
    return 0


def _tell(session: Session, result: Transfer, would: str, done: str) -> None:
    word = f"would {would}" if result.dry_run else done
    entries = sorted(result.entries, key=lambda item: (item.path, item.entry))
    for item in entries[:_MOST_LISTED]:
        session.say(f"{word} {_line(item)}")
    if len(entries) > _MOST_LISTED:
        session.say(f"and {len(entries) - _MOST_LISTED} more")
    session.warn(result.problems)
    amount = f" ({size(result.bytes)})" if result.bytes else ""
    session.say(
        f"{word} {len(entries)} entries and {result.blobs} blobs{amount}, {result.present} were "
        f"there: {result.url}"
    )
    foreign = sum(not item.trusted for item in entries)
    if foreign:
        session.say(
            f"{foreign} are from elsewhere and take the place of no execution; a team key or "
            "`jupyter cache trust` changes that"
        )
    answer = msgspec.to_builtins(result)
    session.answer(answer | {"entries": msgspec.to_builtins(entries), "total": len(entries)})


def _line(item: TransferredEntry) -> str:
    notes = ", ".join(origin_notes(item.origin, item.trusted))
    return f"{item.entry[:12]} of {item.path}" + (f" ({notes})" if notes else "")


@contextmanager
def _progress(session: Session, word: str) -> Iterator[Listener]:
    """What shows on a terminal how far a transfer is."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bars

    bars = Bars(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=Console(stderr=True, highlight=False),
        transient=True,
        # What is for stdout stays there.
        redirect_stdout=False,
        redirect_stderr=False,
    )
    line = bars.add_task(word, total=None)
    with bars:
        yield lambda done, total: bars.update(line, completed=done, total=total)
