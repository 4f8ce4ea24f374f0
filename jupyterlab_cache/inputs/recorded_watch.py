"""From what was seen in the file system, by whomever, to inputs and artefacts of one run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

import msgspec

from ..store.records import Input
from .filesystem_watch import Seen
from .fingerprints import folder_fingerprint
from .ledger import Ledger
from .report import ProbeReport

_NOTEBOOK_SUFFIX = ".ipynb"
_CLOCK_SECONDS = 0.05
"""Times of files come from a coarser clock than ours."""


class Elsewhere(msgspec.Struct, frozen=True):
    """What is known of others' doing during the run.

    Attributes:
        claimed: Files and folders that this run's own processes have told of.
        claimed_by_others: The same of other runs.
        others_unobserved: Whether other runs had processes that tell nothing.
        notebook: The executed notebook itself, which is no input of its own.
        has_unobserved: Whether this run had children or libraries that nobody could observe from
            inside; then what somebody else opened as well may have been theirs.
        began: When the run began, seconds since the epoch.
        former: Digests of what former runs wrote, from just before this one.
    """

    claimed: frozenset[str]
    claimed_by_others: frozenset[str]
    others_unobserved: bool
    notebook: str
    has_unobserved: bool
    began: float
    former: Mapping[str, str]


def with_real_paths(paths: Iterable[str]) -> frozenset[str]:
    """Paths, and where links in them lead: a watch sees only the latter."""
    given = set(paths)
    return frozenset(given | {os.path.realpath(path) for path in given})


def record_seen(ledger: Ledger, seen: Seen, elsewhere: Elsewhere) -> None:
    """Add what was opened or written and that nobody else is known to have been."""
    touched = _nameable(set(seen.opened) | seen.written | seen.made, ledger)
    for path in sorted(touched):
        own = seen.own.files[path]
        if _is_ours(path, seen.opened[path], own, elsewhere) and _counts(ledger, path):
            _record_file(ledger, path, seen, elsewhere)
    for folder in sorted(_nameable(set(seen.folders_opened), ledger)):
        # Whoever imports or walks through the project opens folders; a child lists them.
        count, own = seen.folders_opened[folder], seen.own.folders[folder]
        is_ours = elsewhere.has_unobserved and _is_ours(folder, count, own, elsewhere)
        if is_ours and _counts(ledger, folder):
            _record_folder(ledger, folder, seen, elsewhere)


def _nameable(paths: set[str], ledger: Ledger) -> set[str]:
    """Those paths that are text, as names in an entry have to be."""
    good = set()
    for path in paths:
        try:
            path.encode()
            good.add(path)
        except UnicodeEncodeError:
            ledger.gaps.add("unnameable-files")
    return good


def adopt_made(ledger: Ledger, seen: Seen, elsewhere: Elsewhere) -> None:
    """Tell the ledger what came into being and may be, or can only be, this run's doing.

    Args:
        ledger: Where it is told.
        seen: What was seen in the file system.
        elsewhere: What of that is others' doing.
    """
    if not elsewhere.has_unobserved:
        return
    folders = _nameable(seen.folders_made, ledger) - elsewhere.claimed_by_others
    ledger.folders_made |= {path for path in folders if _can_only_be_ours(path, elsewhere)}
    files = _nameable(seen.made, ledger) - elsewhere.claimed_by_others
    ledger.perhaps_made |= folders | {
        path for path in files if _is_ours(path, seen.opened[path], seen.own.files[path], elsewhere)
    }


def adopt_writes(report: ProbeReport, ledger: Ledger, seen: Seen, elsewhere: Elsewhere) -> None:
    """Tell the report which files that it saw being read a child process had written before.

    Args:
        report: Changed in place.
        ledger: Where files are added that depend on what was there before the run.
        seen: What was seen in the file system.
        elsewhere: What of that is others' doing.
    """
    if not elsewhere.has_unobserved:
        return
    for path, asked in report.stats.items():
        if asked.status is None and os.path.realpath(path) in seen.made:
            asked.made = asked.made or _can_only_be_ours(os.path.realpath(path), elsewhere)
    for path, record in report.files.items():
        real = os.path.realpath(path)
        if record.written or real in elsewhere.claimed_by_others or seen.own.files[real]:
            continue
        if real in seen.made:
            record.before = None
            record.written = [-1]
        elif real in seen.written:
            try:
                digest = ledger.digest(path)
            except OSError:
                digest = None
            if digest is not None and digest == elsewhere.former.get(real):
                record.first, record.truncated, record.written = "write", True, [-1]
            else:
                ledger.add_changed(path)


def _can_only_be_ours(path: str, elsewhere: Elsewhere) -> bool:
    """Whether none of the other runs can have made what came into being."""
    return path not in elsewhere.claimed_by_others and not elsewhere.others_unobserved


def _is_ours(path: str, count: int, own: int, elsewhere: Elsewhere) -> bool:
    if path == elsewhere.notebook or path in elsewhere.claimed:
        return False
    if path in elsewhere.claimed_by_others and not elsewhere.has_unobserved:
        return False
    if own == 0:
        return True
    # Equal events in a row are told once, so the counts settle nothing where it matters.
    return count > own or (elsewhere.has_unobserved and not path.endswith(_NOTEBOOK_SUFFIX))


def _counts(ledger: Ledger, path: str) -> bool:
    return not ledger.is_ignored(path) and not ledger.is_environment(path)


def _record_folder(ledger: Ledger, folder: str, seen: Seen, elsewhere: Elsewhere) -> None:
    by_others = (seen.made | seen.folders_made) & elsewhere.claimed_by_others
    if any(os.path.dirname(path) == folder for path in by_others):
        ledger.add_changed(folder)  # listed before that or after it, nobody knows
        return
    own = ledger.names_perhaps_made_in(folder)
    written = ledger.places.written(folder)
    ledger.add(
        Input(
            "directory",
            written,
            folder_fingerprint(folder, own | ledger.rules.names_in(folder)),
            path=written,
            without=tuple(sorted(own)),
            created_by_run=folder in ledger.folders_made,
        )
    )


def _record_file(ledger: Ledger, path: str, seen: Seen, elsewhere: Elsewhere) -> None:
    try:
        digest = ledger.digest(path)
    except OSError:
        return  # a pipe or a socket, or not ours to read
    if path in seen.made:
        if path in elsewhere.claimed_by_others:
            if digest is not None:
                ledger.add_file(path, digest, ())  # read, perhaps, when it was there
        elif digest is not None:
            ledger.add_artefact(path, digest, ())
            if seen.opened[path] > 1:
                # Made, and used again: being absent or the same fits, anything else may not.
                ledger.add_file(path, digest, (), created=True)
        return
    if path in seen.written:
        if digest is not None:
            ledger.add_artefact(path, digest, ())
        if digest is None or digest != elsewhere.former.get(path):
            # Overwritten or appended to, nobody knows: the next run may start from another state.
            ledger.add_changed(path)
        else:
            ledger.add_file(path, digest, (), created=True)
        return
    if digest is None or _changed_at(path) >= elsewhere.began - _CLOCK_SECONDS:
        ledger.add_changed(path)
    else:
        ledger.add_file(path, digest, ())


def _changed_at(path: str) -> float:
    status = os.stat(path)
    return max(status.st_mtime, status.st_ctime)
