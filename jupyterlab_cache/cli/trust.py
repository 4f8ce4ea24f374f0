"""``jupyter cache trust``: entries from elsewhere that a person chose count as ours."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

import click
import msgspec

from ..execution.plain_text import one_line
from ..execution.trusting import TrustPreview, trust_preview
from ..projects import Project
from ..store.errors import BlobDamaged, BlobMissing, EntryMissing
from ..store.store import StoredEntry
from .common import BadInput, Session, moment, session_options
from .teaching import STOPPED, Taught

_MOST_NAMED = 5


@click.command(
    "trust",
    cls=Taught,
    examples=(
        ("jupyter cache trust 3f2a --dry-run", "what would be trusted?"),
        ("jupyter cache trust report.ipynb", "all entries of a notebook"),
        ("jupyter cache trust --all --yes", "all of the project, without a question"),
        ("jupyter cache trust 3f2a --revoke", "no more"),
    ),
    exits={0: "It is done.", 130: STOPPED},
)
@click.argument("what", nargs=-1, metavar="[ENTRY|NOTEBOOK]...")
@click.option("--all", "everything", is_flag=True, help="All entries of the project.")
@click.option("--revoke", is_flag=True, help="Do not trust them any more.")
@click.option("--dry-run", is_flag=True, help="Only tell what would be trusted.")
@click.option("--yes", is_flag=True, help="Do not ask before they are trusted.")
@session_options
def trust_command(
    session: Session,
    what: tuple[str, ...],
    everything: bool,
    revoke: bool,
    dry_run: bool,
    yes: bool,
) -> int:
    """Let entries from elsewhere count as ours.

    ENTRY is the beginning of an entry's identifier, as `jupyter cache list` prints it; a NOTEBOOK
    stands for all its entries from elsewhere. What is trusted is told first: from then on, HTML and
    JavaScript of its outputs may run in the browser, its files may be written to disk, and files
    outside the project that it names are looked at.
    """
    if everything == bool(what):
        raise BadInput("Name entries or notebooks, or give --all.")
    project, _ = session.cache.locate(".")
    # Those of a team count as ours, too, as long as its key is there.
    found = [
        stored
        for stored in _chosen(session, project, what)
        if stored.origin == "elsewhere" and stored.trusted == revoke
    ]
    previews: list[TrustPreview] = []
    chosen: list[StoredEntry] = []
    for stored in found:
        path = session.cache.projects.path_in_root(project, stored.entry.notebook_path)
        try:
            preview = trust_preview(project, stored, path)
        except (BlobMissing, BlobDamaged) as error:
            session.warn([f"{stored.id[:12]} of {path}: {error}"])
            continue
        previews.append(preview)
        chosen.append(stored)
        _tell(session, preview)
    if not (dry_run or revoke or yes or not chosen):
        _ask(session, len(chosen))
    if not dry_run:
        for stored in chosen:
            project.store.trust(stored, not revoke)
    done = "trusted no more" if revoke else "trusted"
    session.say(f"{len(chosen)} entries {'would be ' if dry_run else ''}{done}")
    now = {"trusted": revoke if dry_run else not revoke}
    session.answer([msgspec.to_builtins(preview) | now for preview in previews])
    return 0


def _chosen(session: Session, project: Project, what: Sequence[str]) -> Iterable[StoredEntry]:
    """The entries that are meant, each once; all when nothing is named."""
    if not what:
        return list(project.store.each(lambda notebook: True))
    found: dict[str, StoredEntry] = {}
    notebooks: dict[str, str] = {}
    for name in what:
        # A notebook has an extension, and no identifier has.
        if "." in name or "/" in name:
            notebooks[project.path_of(session.cache.projects.resolve(name))] = name
            continue
        try:
            stored = project.store.find(name)
        except EntryMissing:
            text = f"No entry begins with {name!r}; see `jupyter cache list`."
            raise BadInput(text) from None
        found[stored.id] = stored
    if notebooks:
        found.update((stored.id, stored) for stored in project.store.each(notebooks.__contains__))
    for path, name in notebooks.items():
        if all(stored.entry.notebook_path != path for stored in found.values()):
            raise BadInput(f"Nothing is stored of {name}; see `jupyter cache list`.")
    return found.values()


def _tell(session: Session, preview: TrustPreview) -> None:
    session.say(f"{preview.entry[:12]}  {moment(preview.created)}  {one_line(preview.path)}")
    for name, texts in (
        ("active content", preview.active),
        ("writes", preview.artefacts),
        ("looks outside the project at", preview.outside),
    ):
        if texts:
            named = [one_line(text) for text in texts[:_MOST_NAMED]]
            rest = len(texts) - len(named)
            session.say(f"  {name}: {', '.join(named)}" + (f" and {rest} more" if rest else ""))


def _ask(session: Session, count: int) -> None:
    if not sys.stdin.isatty():
        raise BadInput("Give --yes to trust them, or --dry-run to only look.")
    click.confirm(f"Trust these {count} entries?", abort=True, err=session.json)
