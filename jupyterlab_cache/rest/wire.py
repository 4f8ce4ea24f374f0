"""The shapes that cross the wire, as ``openapi.yaml`` defines them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec

from ..execution.artefact_restoring import RestoredFile
from ..execution.jobs import Job, JobKind
from ..inputs.artefact_states import ArtefactState
from ..notebooks.digests import CellDigests, DocumentDigests, ExpressionDigests
from ..notebooks.expressions import expression_digest
from ..notebooks.parameters import values_of
from ..notebooks.variant import shown_variant
from ..store.checks import Check
from ..store.records import Failure
from ..store.selection import size_of
from ..store.statistics import Statistics
from ..store.store import StoredEntry

_DIGEST_PATTERN = "^[0-9a-f]{64}$"

NotebookPath = Annotated[str, msgspec.Meta(min_length=1)]


class CellDigestsWire(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Digests of one code cell of a document that is open in the browser."""

    digest: Annotated[str, msgspec.Meta(pattern=_DIGEST_PATTERN)]
    outputs_digest: Annotated[str, msgspec.Meta(pattern=_DIGEST_PATTERN)]
    has_outputs: bool = True


class ExpressionDigestsWire(CellDigestsWire, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Digests of one inline expression of a document that is open in the browser."""

    after: Annotated[int, msgspec.Meta(ge=0, le=100_000)]


class DocumentDigestsWire(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Digests of a document that is open in the browser."""

    kernel_name: Annotated[str, msgspec.Meta(max_length=1000)] | None
    cells: Annotated[list[CellDigestsWire], msgspec.Meta(max_length=100_000)]
    expressions: Annotated[list[ExpressionDigestsWire], msgspec.Meta(max_length=100_000)] = []

    def digests(self) -> DocumentDigests:
        """The same in the notebooks room's own words."""
        return DocumentDigests(
            kernel_name=self.kernel_name or None,
            cells=tuple(
                CellDigests(
                    digest=cell.digest,
                    outputs_digest=cell.outputs_digest,
                    has_outputs=cell.has_outputs,
                )
                for cell in self.cells
            ),
            expressions=tuple(
                ExpressionDigests(
                    digest=item.digest,
                    outputs_digest=item.outputs_digest,
                    has_outputs=item.has_outputs,
                    after=item.after,
                )
                for item in self.expressions
            ),
        )


class NotebookQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One notebook of a status request; without a document, what is saved on disk counts."""

    path: NotebookPath
    document: DocumentDigestsWire | None = None


class StatusRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of ``POST /status``."""

    notebooks: Annotated[list[NotebookQuery], msgspec.Meta(min_length=1, max_length=1000)]


class JobRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of ``POST /jobs``."""

    path: NotebookPath
    force: bool = False
    timeout: Annotated[float, msgspec.Meta(gt=0)] | None = None
    batch: bool = False
    parameters: dict[str, Any] = {}
    words: dict[str, str] = {}
    isolated: bool | None = None
    kind: JobKind = "execute"


class CaptureRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of ``POST /captures``."""

    path: NotebookPath


class DocumentRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of ``POST /documents``."""

    path: NotebookPath


class InvalidationRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of ``POST /invalidations``."""

    path: NotebookPath


class TurnRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of ``POST /turns``."""

    path: NotebookPath
    page: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class RestorationRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of ``POST /restorations``."""

    path: NotebookPath
    entry: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{32}\Z")]
    overwrite: bool = False
    accept_untrusted: bool = False


def failure_wire(failure: Failure | None) -> dict[str, object] | None:
    """A failure with all its fields, also those that are empty."""
    if failure is None:
        return None
    return {
        "name": failure.name,
        "message": failure.message,
        "cell": failure.cell,
        "traceback": list(failure.traceback),
    }


def job_wire(job: Job, path: str, memory: int | None) -> dict[str, object]:
    """A job, with the notebook's path relative to the server's root.

    Args:
        job: The job.
        path: Its notebook.
        memory: Bytes that its kernel has now; None when not known.
    """
    now = time.time()
    return {
        "id": job.id,
        "path": path,
        "parameters": values_of(job.parameters),
        "isolated": job.isolated,
        "kind": job.kind,
        "state": job.state,
        "result": job.result,
        "created": job.created,
        "started": job.started,
        "finished": job.finished,
        "cells_done": job.cells_done,
        "cells_total": job.cells_total,
        "kernel_id": job.kernel_id,
        "entry": job.entry,
        "code_key": job.code_key,
        "failure": failure_wire(job.failure),
        "batch": job.batch,
        "interruptions": job.interruptions,
        "memory": memory,
        "elapsed_seconds": job.elapsed(now),
        "estimated_seconds": job.estimate.seconds if job.estimate else None,
        "seconds_left": job.seconds_left(now),
        "seconds_saved": job.seconds_saved,
        "check": job.check,
    }


def artefact_state_wire(state: ArtefactState) -> dict[str, object]:
    """What became of a file, with all its fields."""
    return {
        "path": state.path,
        "state": state.state,
        "stored": state.stored,
        "left_out": state.left_out,
    }


def restored_wire(files: Sequence[RestoredFile]) -> dict[str, object]:
    """What came of a restoration."""
    return {
        "files": [
            {"path": file.path, "result": file.result, "message": file.message} for file in files
        ]
    }


def summary_wire(
    stored: StoredEntry, path: str, *, pinned: bool, used: float | None
) -> dict[str, object]:
    """What a list shows of an entry.

    Args:
        stored: The entry.
        path: Its notebook, relative to the server's root.
        pinned: Whether it is kept whatever a collection would take.
        used: When it was used last, seconds since the epoch.
    """
    entry = stored.entry
    return {
        "id": stored.id,
        "code_key": entry.code_key,
        "path": path,
        "kernel_name": entry.kernel_name,
        "variant": shown_variant(entry.variant),
        "created": entry.created,
        "seconds": entry.seconds,
        "provenance": entry.provenance,
        "outcome": entry.outcome,
        "cells": len(entry.cells),
        "output_bytes": entry.output_bytes,
        "bytes": size_of(entry),
        "cpu_seconds": entry.cpu_seconds,
        "peak_memory": entry.peak_memory,
        "trusted": stored.trusted,
        "origin": stored.origin,
        "pinned": pinned,
        "used": used,
    }


def check_wire(check: Check | None) -> dict[str, object] | None:
    """What a check of repeatability found, with all its fields."""
    if check is None:
        return None
    return {
        "time": check.time,
        "other": check.other,
        "outcome": check.outcome,
        "cells": [
            {
                "cell": cell.cell,
                "outcome": cell.outcome,
                "rules": list(cell.rules),
                "changes": list(cell.changes),
            }
            for cell in check.cells
        ],
        "failure": failure_wire(check.failure),
    }


def detail_wire(
    stored: StoredEntry,
    path: str,
    states: Sequence[ArtefactState],
    *,
    pinned: bool,
    used: float | None,
    check: Check | None,
) -> dict[str, object]:
    """An entry with its inputs and artefacts; fingerprints stay in the store.

    Args:
        stored: The entry.
        path: Its notebook, relative to the server's root.
        states: What became of its first artefacts.
        pinned: Whether it is kept whatever a collection would take.
        used: When it was used last, seconds since the epoch.
        check: What a check of repeatability found when it made this entry.
    """
    entry = stored.entry
    return {
        **summary_wire(stored, path, pinned=pinned, used=used),
        "inputs": [
            {
                "kind": item.kind,
                "subject": item.subject,
                "path": item.path,
                "size": item.size,
                "modified": item.modified,
                "cells": list(item.cells),
            }
            for item in entry.inputs
        ],
        "artefacts": [
            {
                **artefact_state_wire(state),
                "size": item.size,
                "cells": list(item.cells),
            }
            for item, state in zip(entry.artefacts, states, strict=False)
        ],
        "artefacts_total": len(entry.artefacts),
        "coverage": list(entry.coverage),
        "gaps": list(entry.gaps),
        "failure": failure_wire(entry.failure),
        "volatile": entry.volatile,
        "cell_usage": [
            {
                "seconds": cell.seconds,
                "cpu_seconds": cell.cpu_seconds,
                "peak_memory": cell.peak_memory,
                "output_bytes": cell.output_bytes,
            }
            for cell in entry.cells
        ],
        "check": check_wire(check),
    }


def outputs_wire(stored: StoredEntry, outputs: list[list[dict[str, object]]]) -> dict[str, object]:
    """The outputs of an entry, cell by cell."""
    return {
        "entry": stored.id,
        "code_key": stored.entry.code_key,
        "trusted": stored.trusted,
        "cells": [
            {
                "digest": cell.digest,
                "id": cell.id,
                "execution_count": cell.execution_count,
                "outputs": cell_outputs,
            }
            for cell, cell_outputs in zip(stored.entry.cells, outputs, strict=True)
        ],
    }


def entry_outputs_wire(
    stored: StoredEntry, outputs: list[list[dict[str, object]]]
) -> dict[str, object]:
    """The outputs of an entry, cell by cell, and the results of its inline expressions.

    Args:
        stored: The entry.
        outputs: Those of the cells, and behind them those of the expressions.
    """
    cells = len(stored.entry.cells)
    return {
        **outputs_wire(stored, outputs[:cells]),
        "expressions": [
            {
                "digest": expression_digest(item.expression),
                "after": item.after,
                "outputs": result,
            }
            for item, result in zip(stored.entry.expressions, outputs[cells:], strict=True)
        ],
    }


def statistics_wire(statistics: Statistics) -> dict[str, object]:
    """Statistics, with all fields of what failed."""
    answer: dict[str, object] = msgspec.to_builtins(statistics)
    notebooks = [
        {**msgspec.to_builtins(notebook), "failure": failure_wire(notebook.failure)}
        for notebook in statistics.notebooks
    ]
    return {**answer, "notebooks": notebooks}
