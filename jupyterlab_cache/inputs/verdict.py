"""The verdict on a notebook: whether its outputs are still true, and if not, why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from ..notebooks.digests import DocumentDigests
from ..notebooks.project import relative_to_root
from ..store.records import Failure, Provenance
from ..store.store import Store, StoredEntry
from .declared import NOTHING_DECLARED, Declared
from .declared_reasons import policy_reasons
from .explanation import explained
from .observation import Places
from .reasons import Reason, code_reasons
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
        entry: The matching entry; for a stale notebook the one that the reasons compare with.
        code_key: The document's code key.
        kernel_name: Name of its kernel.
        created: When the entry was made, seconds since the epoch.
        seconds: How long its execution took.
        coverage: How its inputs were found.
        gaps: What that cannot see.
        trusted: Whether it is signed by us.
        cells: Number of the document's code cells that are not blank.
        failure: What went wrong in the execution.
    """

    path: str
    verdict: Verdict
    outputs: OutputsState
    provenance: Provenance | None
    reasons: tuple[Reason, ...]
    entry: str | None
    code_key: str
    kernel_name: str
    created: float | None
    seconds: float | None
    coverage: tuple[str, ...]
    gaps: tuple[str, ...]
    trusted: bool
    cells: int
    failure: Failure | None


def judge(
    document: DocumentDigests,
    *,
    notebook: Path,
    project_root: Path,
    store: Store,
    verifier: Verifier,
    default_kernel: str,
    variant: Mapping[str, str | int | float | bool | None] | None = None,
    declared: Declared = NOTHING_DECLARED,
) -> Status:
    """Compare a document with what the store holds.

    Of the entries with the document's code key and variant, newest first, the first whose every
    input has its recorded fingerprint now decides; captured and imported entries only where no
    executed one has this code key.

    Args:
        document: The document's digests, saved or not.
        notebook: Its absolute path; relative paths of inputs start from its folder.
        project_root: Its project's root.
        store: The project's store.
        verifier: The present.
        default_kernel: Name of the kernel of a document that names none.
        variant: Parameters and options that change results.
        declared: What a person declared of this notebook.
    """
    key = document.code_key(default_kernel)
    wanted = dict(variant or {})
    entries = [item for item in store.entries_for(key) if item.entry.variant == wanted]
    executed = [item for item in entries if item.entry.provenance == "executed"]
    why_not: list[tuple[StoredEntry, list[Reason]]] = []
    chosen: StoredEntry | None = None
    for stored in executed or entries:
        reasons = _reasons_against(stored, notebook, project_root, store, verifier, declared)
        if not reasons:
            chosen = stored
            break
        why_not.append((stored, reasons))
    kernel_name = document.kernel_name or default_kernel
    if chosen is not None:
        verdict: Verdict = "fresh" if chosen.entry.outcome == "ok" else "failed"
        return _status(document, key, kernel_name, notebook, project_root, verdict, chosen, ())
    if why_not:
        stored, reasons = why_not[0]
        places = Places(notebook.parent, project_root)
        reasons = explained(reasons, stored, places, store.blobs.get)
        return _status(document, key, kernel_name, notebook, project_root, "stale", stored, reasons)
    path = relative_to_root(notebook, project_root)
    latest = store.latest_of(path)
    if latest is None:
        return _status(document, key, kernel_name, notebook, project_root, "uncached", None, ())
    reasons = _code_reasons(latest, document, kernel_name, wanted)
    return _status(document, key, kernel_name, notebook, project_root, "stale", latest, reasons)


def _reasons_against(
    stored: StoredEntry,
    notebook: Path,
    project_root: Path,
    store: Store,
    verifier: Verifier,
    declared: Declared,
) -> list[Reason]:
    """Why an entry with the right code does not match; empty when it does."""
    entry = stored.entry
    name = notebook.name
    places = Places(notebook.parent, project_root)
    if entry.outcome not in _MATCHING_OUTCOMES:
        return [Reason("execution-incomplete", name, _INCOMPLETE[entry.outcome])]
    path = relative_to_root(notebook, project_root)
    if store.marks.is_invalidated(stored, notebook_path=path):
        return [Reason("invalidated", name, "The cached outputs were invalidated by hand.")]
    if not store.has_outputs(stored):
        return [Reason("unverifiable", name, "The cached outputs are damaged or missing.")]
    reasons = [
        Reason("file-changed", subject, f"{subject} changed while the notebook was executed.")
        for subject in entry.changed_inputs
        if not declared.ignored.ignores(places.absolute(subject))
    ]
    reasons += policy_reasons(entry, declared, places, name)
    reasons += verifier.reasons(
        stored, notebook_folder=notebook.parent, project_root=project_root, declared=declared
    )
    return reasons


_INCOMPLETE = {
    "died": "The kernel died during the last execution.",
    "timeout": "The last execution ran out of time.",
    "cancelled": "The last execution was cancelled.",
}


def _code_reasons(
    latest: StoredEntry,
    document: DocumentDigests,
    kernel_name: str,
    variant: Mapping[str, object],
) -> list[Reason]:
    entry = latest.entry
    reasons = []
    if entry.kernel_name != kernel_name:
        message = f"The kernel was {entry.kernel_name} and is {kernel_name} now."
        reasons.append(
            Reason(
                "kernel-changed", kernel_name, message, before=entry.kernel_name, after=kernel_name
            )
        )
    before = [cell.digest for cell in entry.cells]
    reasons += code_reasons(before, [cell.digest for cell in document.cells])
    if not reasons and entry.variant != variant:
        message = "The last execution had other parameters or options."
        reasons.append(Reason("execution-incomplete", "options", message))
    return reasons


def _status(
    document: DocumentDigests,
    key: str,
    kernel_name: str,
    notebook: Path,
    project_root: Path,
    verdict: Verdict,
    stored: StoredEntry | None,
    reasons: Sequence[Reason],
) -> Status:
    entry = stored.entry if stored else None
    return Status(
        path=relative_to_root(notebook, project_root),
        verdict=verdict,
        outputs=_outputs_state(document, stored),
        provenance=entry.provenance if entry else None,
        reasons=tuple(reasons),
        entry=stored.id if stored else None,
        code_key=key,
        kernel_name=kernel_name,
        created=entry.created if entry else None,
        seconds=entry.seconds if entry else None,
        coverage=entry.coverage if entry else (),
        gaps=entry.gaps if entry else (),
        trusted=stored.trusted if stored else False,
        cells=len(document.cells),
        failure=entry.failure if entry else None,
    )


def _outputs_state(document: DocumentDigests, stored: StoredEntry | None) -> OutputsState:
    if stored is not None and stored.entry.outputs_digest == document.outputs_digest():
        return "same"
    if not document.has_outputs:
        return "none"
    return "different" if stored is not None else "none"
