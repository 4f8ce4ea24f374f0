"""The verdict on a notebook: whether its outputs are still true, and if not, why."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from ..notebooks.digests import DocumentDigests
from ..notebooks.expressions import expression_digest
from ..notebooks.project import folder_of, relative_to_root
from ..notebooks.variant import Variant, shown_variant
from ..store.records import Entry, Failure, Provenance
from ..store.signatures import Origin
from ..store.store import StoredEntry
from ..store.store_pass import StorePass
from .artefact_states import ArtefactState
from .declared import NOTHING_DECLARED, Declared
from .declared_reasons import is_uncheckable, policy_reasons
from .explanation import ChangedCells, explained
from .observation import Places
from .reasons import Reason, code_reasons, expression_reasons
from .sentence import say
from .stale_cells import first_difference, first_stale, located
from .variant_reasons import variant_reasons
from .verifier import Verifier

Verdict = Literal["fresh", "failed", "stale", "uncached"]
OutputsState = Literal["same", "different", "none"]

_MATCHING_OUTCOMES = ("ok", "error")


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict on one notebook.

    Attributes:
        path: The notebook; relative to the project root, unless the one who asked says otherwise.
        verdict: ``fresh``, ``failed``, ``stale`` or ``uncached``.
        outputs: The document's outputs against the entry's: ``same``, ``different`` or ``none``.
        provenance: How the entry came to be; None when there is none.
        reasons: Why the verdict is not ``fresh``.
        stale_from: Ordinal of the first code cell whose outputs may not be true any more, as may
            those of all cells behind it. None where no cell is known to be such a one: unless the
            verdict is ``stale``, and where nothing but the last cells were removed.
        entry: The matching entry; for a stale notebook the one that the reasons compare with.
        code_key: The document's code key.
        kernel_name: Name of its kernel.
        variant: The variant that was judged, parameters as an object.
        created: When the entry was made, seconds since the epoch.
        seconds: How long its execution took.
        coverage: How its inputs were found.
        gaps: What that cannot see.
        trusted: Whether the entry counts as ours.
        origin: Who made the entry; None when there is none.
        cells: Number of the document's code cells that are not blank.
        failure: What went wrong in the execution.
        artefacts: Files that the execution wrote and that are gone or changed, or could not be
            stored; told only where one notebook is asked about.
    """

    path: str
    verdict: Verdict
    outputs: OutputsState
    provenance: Provenance | None
    reasons: tuple[Reason, ...]
    stale_from: int | None
    entry: str | None
    code_key: str
    kernel_name: str
    variant: dict[str, Any]
    created: float | None
    seconds: float | None
    coverage: tuple[str, ...]
    gaps: tuple[str, ...]
    trusted: bool
    origin: Origin | None
    cells: int
    failure: Failure | None
    artefacts: tuple[ArtefactState, ...] = ()

    @property
    def is_settled(self) -> bool:
        """Whether an entry that counts as ours, and whose inputs were observed, decides.

        Outputs that nobody observed do not keep a person who asks from an execution, and neither
        does what somebody else says of how they came to be.
        """
        if self.verdict == "fresh":
            return self.provenance == "executed" and self.trusted
        return self.verdict == "failed" and self.trusted


class Judgement(msgspec.Struct, frozen=True):
    """A verdict, and how it was reached.

    Attributes:
        status: The verdict.
        stored: The entry that it names.
        is_plain: Whether the newest entry that could match does.
    """

    status: Status
    stored: StoredEntry | None = None
    is_plain: bool = False


def judge(
    document: DocumentDigests,
    *,
    notebook: Path,
    project_root: Path,
    store: StorePass,
    verifier: Verifier,
    default_kernel: str,
    shown: str,
    variant: Variant | None = None,
    declared: Declared = NOTHING_DECLARED,
    sources: Callable[[], Sequence[str] | None] = lambda: None,
) -> Judgement:
    """Compare a document with what the store holds.

    Of the entries with the document's code key and variant, newest first, the first whose every
    input has its recorded fingerprint now decides; captured and imported entries only where no
    executed one has this code key. An entry that does not count as ours decides only where none
    that does can, whatever it says of itself.

    Args:
        document: The document's digests, saved or not.
        notebook: Its absolute path; relative paths of inputs start from its folder.
        project_root: Its project's root.
        store: The project's store.
        verifier: The present.
        default_kernel: Name of the kernel of a document that names none.
        shown: What to call the notebook in the status.
        variant: Parameters and options that change results.
        declared: What a person declared of this notebook.
        sources: Gives the sources of the document's cells, to show what changed; None where they
            are not known.
    """
    key = document.code_key(default_kernel)
    wanted = dict(variant or {})
    entries = [item for item in store.entries_for(key) if item.entry.variant == wanted]
    places = Places(folder_of(notebook), project_root)
    path = relative_to_root(notebook, project_root)
    why_not: list[tuple[StoredEntry, list[Reason]]] = []
    chosen: StoredEntry | None = None
    for stored in _in_order(entries):
        reasons = reasons_against(stored, path, places, store, verifier, declared)
        if not reasons:
            chosen = stored
            break
        why_not.append((stored, reasons))
    kernel_name = document.kernel_name or default_kernel

    now = [cell.digest for cell in document.cells]

    def judgement(
        verdict: Verdict,
        stored: StoredEntry | None,
        reasons: Sequence[Reason] = (),
        stale_from: int | None = None,
    ) -> Judgement:
        status = _status(document, key, kernel_name, wanted, shown, verdict, stored, reasons)
        status = msgspec.structs.replace(status, stale_from=stale_from if now else None)
        return Judgement(status, stored, is_plain=chosen is not None and not why_not)

    if chosen is not None:
        return judgement("fresh" if chosen.entry.outcome == "ok" else "failed", chosen)
    if why_not:
        stored, reasons = why_not[0]
        shown_reasons = explained(reasons, stored, places, store.blob)
        return judgement("stale", stored, shown_reasons, first_stale(reasons, None))
    latest = store.latest_of(path)
    if latest is None:
        return judgement("uncached", None)
    lines = ChangedCells(latest, store.blob, sources).lines
    reasons = _code_reasons(latest, document, kernel_name, wanted, lines)
    before = [cell.digest for cell in latest.entry.cells]
    # The kernel and the variant are at the bottom of all; an expression only shows something.
    everywhere = [reason for reason in reasons if not reason.code.startswith(("cell-", "expr"))]
    others: list[Reason] = []
    if latest.trusted and latest.entry.kernel_name == kernel_name:
        # Nothing else of it has to be right, but whoever asks why wants to know all.
        others = verifier.reasons(latest, places, declared)
        reasons += explained(located(others, before, now), latest, places, store.blob)
    stale_from = first_stale([*everywhere, *others], first_difference(before, now))
    return judgement("stale", latest, reasons, stale_from)


def _in_order(entries: Sequence[StoredEntry]) -> list[StoredEntry]:
    """Those that may decide, in the order in which they are asked."""
    found: list[StoredEntry] = []
    for trusted in (True, False):
        some = [item for item in entries if item.trusted == trusted]
        found += [item for item in some if item.entry.provenance == "executed"] or some
    return found


def reasons_against(
    stored: StoredEntry,
    path: str,
    places: Places,
    store: StorePass,
    verifier: Verifier,
    declared: Declared,
    *,
    is_here: bool = True,
) -> list[Reason]:
    """Why an entry with the right code does not match; empty when it does.

    Args:
        stored: The entry.
        path: The notebook, relative to its project root.
        places: Where the entry's relative paths start.
        store: The project's store.
        verifier: The present.
        declared: What a person declared of the notebook.
        is_here: Whether the entry's outputs are to be in the store already.
    """
    entry = stored.entry
    name = path.rpartition("/")[2]
    if entry.outcome not in _MATCHING_OUTCOMES:
        return [Reason("execution-incomplete", name, _INCOMPLETE[entry.outcome])]
    if store.is_invalidated(stored, path):
        return [Reason("invalidated", name, say("The cached outputs were invalidated by hand."))]
    if is_here and not store.has_outputs(stored):
        return [Reason("unverifiable", name, say("The cached outputs are damaged or missing."))]
    reasons = [
        Reason("file-changed", subject, say("%1 changed while the notebook was executed.", subject))
        for subject in entry.changed_inputs
        if not declared.ignored.ignores(places.absolute(subject))
    ]
    reasons += policy_reasons(entry, declared, places, name)
    reasons += verifier.reasons(stored, places, declared)
    return reasons


def would_stay_stale(own: Status, stored: StoredEntry, notebook: Path, declared: Declared) -> bool:
    """Whether executing a stale notebook again would not make it fresh.

    Args:
        own: Its verdict, whatever is upstream of it.
        stored: The entry that the verdict names.
        notebook: Its absolute path.
        declared: What a person declared of it.
    """
    own_files = {artefact.path for artefact in stored.entry.artefacts}
    lasting: set[tuple[str, str]] = {
        ("file-changed", path)
        for path in stored.entry.changed_inputs
        # What somebody else changed meanwhile is another thing next time.
        if path in own_files or not os.path.lexists(notebook.parent / path)
    }
    if is_uncheckable(stored.entry, declared):
        lasting.add(("expired", notebook.name))
    return all((reason.code, reason.subject) in lasting for reason in own.reasons)


_INCOMPLETE = {
    "died": say("The kernel died during the last execution."),
    "timeout": say("The last execution ran out of time."),
    "too-large": say("The last execution was stopped because of too much output."),
    "cancelled": say("The last execution was cancelled."),
}


def _code_reasons(
    latest: StoredEntry,
    document: DocumentDigests,
    kernel_name: str,
    variant: Variant,
    lines: Callable[[int | None, int | None], tuple[str, ...]],
) -> list[Reason]:
    entry = latest.entry
    reasons = []
    if entry.kernel_name != kernel_name:
        sentence = say("The kernel was %1 and is %2 now.", entry.kernel_name, kernel_name)
        reasons.append(
            Reason(
                "kernel-changed", kernel_name, sentence, before=entry.kernel_name, after=kernel_name
            )
        )
    before = [cell.digest for cell in entry.cells]
    changed = code_reasons(before, [cell.digest for cell in document.cells], lines)
    # Where cells were changed, expressions stand at other places for that alone.
    reasons += changed or _expression_reasons(entry, document)
    return reasons or variant_reasons(entry.variant, variant)


def _expression_reasons(entry: Entry, document: DocumentDigests) -> list[Reason]:
    before = [(item.after, expression_digest(item.expression)) for item in entry.expressions]
    now = [(item.after, item.digest) for item in document.expressions]
    there = {digest for _, digest in now}
    removed = [
        item.expression
        for item, (_, digest) in zip(entry.expressions, before, strict=True)
        if digest not in there
    ]
    return expression_reasons(before, now, removed)


def _status(
    document: DocumentDigests,
    key: str,
    kernel_name: str,
    variant: Variant,
    path: str,
    verdict: Verdict,
    stored: StoredEntry | None,
    reasons: Sequence[Reason],
) -> Status:
    entry = stored.entry if stored else None
    return Status(
        path=path,
        verdict=verdict,
        outputs=_outputs_state(document, stored),
        provenance=entry.provenance if entry else None,
        reasons=tuple(reasons),
        stale_from=None,
        entry=stored.id if stored else None,
        code_key=key,
        kernel_name=kernel_name,
        variant=shown_variant(variant),
        created=entry.created if entry else None,
        seconds=entry.seconds if entry else None,
        coverage=entry.coverage if entry else (),
        gaps=entry.gaps if entry else (),
        trusted=stored.trusted if stored else False,
        origin=stored.origin if stored else None,
        cells=len(document.cells),
        failure=entry.failure if entry else None,
    )


def _outputs_state(document: DocumentDigests, stored: StoredEntry | None) -> OutputsState:
    if stored is not None and stored.entry.outputs_digest == document.outputs_digest():
        return "same"
    if not document.has_outputs:
        return "none"
    return "different" if stored is not None else "none"
