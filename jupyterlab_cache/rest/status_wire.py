"""What verdicts look like in JSON."""

from __future__ import annotations

import posixpath

from ..inputs.reasons import Reason
from ..inputs.sentence import Sentence
from ..inputs.verdict import Status
from .wire import artefact_state_wire, failure_wire


def status_wire(status: Status, job: dict[str, object] | None) -> dict[str, object]:
    """A status (its path already relative to the server's root) and the notebook's running job."""
    return {
        "path": status.path,
        "verdict": status.verdict,
        "outputs": status.outputs,
        "provenance": status.provenance,
        "reasons": [
            reason_wire(reason, posixpath.dirname(status.path)) for reason in status.reasons
        ],
        "stale_from": status.stale_from,
        "entry": status.entry,
        "code_key": status.code_key,
        "kernel_name": status.kernel_name,
        "variant": status.variant,
        "created": status.created,
        "seconds": status.seconds,
        "coverage": list(status.coverage),
        "gaps": list(status.gaps),
        "trusted": status.trusted,
        "origin": status.origin,
        "cells": status.cells,
        "failure": failure_wire(status.failure),
        "artefacts": [artefact_state_wire(state) for state in status.artefacts],
        "job": job,
    }


def notebook_wire(status: Status) -> dict[str, object]:
    """A status as a line of a list; :func:`status_wire` has it whole."""
    first = status.reasons[0] if status.reasons else None
    return {
        "path": status.path,
        "verdict": status.verdict,
        "outputs": status.outputs,
        "provenance": status.provenance,
        "entry": status.entry,
        "reason": first and sentence_wire(first.sentence),
        "reason_count": len(status.reasons),
        "created": status.created,
        "seconds": status.seconds,
    }


def reason_wire(reason: Reason, folder: str) -> dict[str, object]:
    """A reason with all its fields; the folder is the notebook's, relative to the server's root."""
    return {
        "code": reason.code,
        "subject": reason.subject,
        **sentence_wire(reason.sentence),
        "cell": reason.cell,
        "before": reason.before,
        "after": reason.after,
        "changes": list(reason.changes),
        "path": _servable(folder, reason.path),
    }


def sentence_wire(sentence: Sentence) -> dict[str, object]:
    """A sentence in English, and what it takes to translate it."""
    return {"message": str(sentence), "text": sentence.text, "values": list(sentence.values)}


def _servable(folder: str, path: str | None) -> str | None:
    """A path of an entry as the server's contents have it; None where they do not show it."""
    if path is None or path.startswith("/"):
        return None
    joined = posixpath.normpath(posixpath.join(folder, path))
    hidden = any(part.startswith(".") for part in joined.split("/"))
    return None if hidden else joined
