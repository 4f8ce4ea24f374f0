"""What has to hold of a store whatever went wrong before."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from operations import open_store, patient
from store_support import files_below

from jupyterlab_cache.store.collection_plan import Limits
from jupyterlab_cache.store.store import Store, StoredEntry
from jupyterlab_cache.store.verification import Problem

HARMLESS = {"blob-orphan", "file-missing", "mark-orphan", "leftover"}
"""What a process that ended early may leave behind, and a collection or repair clears up."""

Fact = tuple[str, str]
Outputs = dict[str, object]
"""Identifier of an entry → its outputs."""


class Violation(AssertionError):
    """Something was lost, or is wrong."""


def outputs_of_all(store: Store) -> Outputs:
    """The outputs of every entry of a store."""
    return {stored.id: list(store.outputs_of(stored)) for stored in store.page(limit=1000)[0]}


def problems_of(store: Store, *, repair: bool = False) -> list[Problem]:
    """What a verification finds."""
    found: list[Problem] = []
    store.verify(found.append, repair=repair)
    return found


def check_store(
    folder: Path,
    facts: Iterable[Fact],
    known: Outputs,
    allowed: frozenset[str] = frozenset(),
    *,
    power: bool = False,
) -> None:
    """Look at a store as a new process would.

    Args:
        folder: The store.
        facts: What was reported, in order; a later one can take back an earlier one.
        known: The outputs of all entries that may be there.
        allowed: Kinds of damage that were there before.
        power: Whether the machine stopped: what a collection was taking may be there again, whole
            or not.

    Raises:
        Violation: A reported fact does not hold, or anything is not what it should be.
    """
    store = open_store(folder)
    entries, total = store.page(limit=1000)
    _require(total == len(entries), "the listing and its count differ")
    standing = _standing(facts)
    _require_facts(store, standing, {stored.id for stored in entries}, power)
    half = {value for kind, value in standing if kind == "going" and power}
    for stored in entries:
        if stored.id in half:
            continue
        _require(stored.id in known, f"an entry that nobody made: {stored.id}")
        _require(stored.trusted, f"a signature is missing: {stored.id}")
        outputs = list(store.outputs_of(stored))
        _require(outputs == known[stored.id], f"wrong outputs: {stored.id}")
        _require_contents(store, stored)
    wrong = [
        item
        for item in problems_of(store)
        if item.kind not in HARMLESS | allowed
        and not (item.kind == "entry-incomplete" and item.subject in half)
    ]
    _require(not wrong, f"problems: {wrong}")
    if not allowed:
        _require(not store.problems, f"reported as damaged: {list(store.problems)}")


def check_recovery(
    folder: Path, facts: Iterable[Fact], clean: dict[str, int] | None, known: Outputs
) -> None:
    """Repair and collect, and compare with a store in which nothing went wrong.

    Args:
        folder: The store, after the same was done once more without a fault.
        facts: What that reported.
        clean: What :func:`contents` says of a store in which it went well; None if it depends on
            where the fault happened.
        known: As for :func:`check_store`.

    Raises:
        Violation: It does not succeed, or something is left over.
    """
    problems_of(open_store(folder), repair=True)
    collect_all(folder)
    if clean is not None:
        check_store(folder, facts, known)
        left = contents(folder)
        _require(left == clean, f"differs: {sorted(left.items() ^ clean.items())}")
    _require(not any(files_below(folder / "tmp")), "leftovers stay")


def collect_all(folder: Path) -> None:
    """Remove what nobody needs, at once."""
    patient(-1.0)
    try:
        collector = open_store(folder).collector(lambda notebook: True)
        collector.carry_out(collector.plan(Limits()))
    finally:
        patient(3600.0)


def contents(folder: Path) -> dict[str, int]:
    """Which files there are of a store that tell the truth, by kind; some have random names."""
    found: dict[str, int] = {}
    for place, _, names in os.walk(folder):
        room = os.path.relpath(place, folder)
        for name in names:
            is_random = room in ("reports", "quarantine") or room.startswith("marks")
            shown = f"{room}/" + ("" if is_random else name)
            if not (shown.startswith("./index.sqlite") or room in ("marks/used", "marks/hits")):
                found[shown] = 1
    return found


def _standing(facts: Iterable[Fact]) -> set[Fact]:
    """What still holds of what was reported."""
    standing: set[Fact] = set()
    for kind, value in facts:
        if kind == "going":
            marks = ("pinned", "invalidated", "checked")
            standing -= {(other, value) for other in ("stored", "unpinned", *marks)}
        elif kind == "stored":
            standing -= {(other, value) for other in ("going", "gone", "collected")}
        elif kind == "pinned":
            standing.discard(("unpinned", value))
        elif kind in ("unpinning", "unpinned"):
            standing.discard(("pinned", value))
        standing.add((kind, value))
    return standing


def _require_facts(store: Store, facts: set[Fact], present: set[str], power: bool) -> None:
    for kind, value in facts:
        if kind == "stored":
            _require(value in present, f"an entry is lost: {value}")
            _require(store.get(value).id == value, f"an entry cannot be found: {value}")
        elif kind == "gone" or (kind == "collected" and not power):
            _require(value not in present, f"an entry is there again: {value}")
        elif kind == "pinned":
            _require(store.marks.is_pinned(value), f"a pin is lost: {value}")
        elif kind == "unpinned":
            _require(not store.marks.is_pinned(value), f"a pin is there again: {value}")
        elif kind == "invalidated":
            _require(store.marks.is_invalidated(store.get(value)), f"a mark is lost: {value}")
        elif kind == "notebook invalidated":
            _require(bool(store.marks.invalidated_names()), f"a mark is lost: {value}")
        elif kind == "checked":
            _require(store.marks.check_of(value) is not None, f"a check is lost: {value}")
        elif kind == "job":
            _require(value in store.job_files.read_all(), f"a job is lost: {value}")
        elif kind == "report":
            reports = list(store.report_files.newest_first())
            _require(value.encode() in reports, f"a report is lost: {value}")


def _require_contents(store: Store, stored: StoredEntry) -> None:
    """All blobs of an entry can be read, which compares them with their digests."""
    for digest in store.blobs_of(stored):
        store.blobs.get(digest)


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise Violation(message)
