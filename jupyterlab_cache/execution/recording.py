"""From a finished execution, or outputs that are there already, to an entry in the store."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from ..inputs.observation import Observation
from ..notebooks.code_key import well_formed
from ..notebooks.digests import DocumentDigests
from ..notebooks.document import code_cells, code_cells_with_blank, expressions_of
from ..notebooks.outputs_digest import cell_outputs_digest, document_outputs_digest
from ..store.blob_batch import BlobBatch
from ..store.errors import StoreError
from ..store.outputs import put_outputs
from ..store.records import CellRecord, Entry, ExpressionRecord, Failure, Outcome, Provenance
from ..store.store import Store, StoredEntry
from .usage import Usage

_LARGEST_COUNT = 2**53


class Execution(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that an entry is made of.

    Attributes:
        notebook: The loaded node, with the outputs in its cells.
        digests: Its digests from before the execution.
        kernel_name: Name of its kernel.
        outcome: How the execution ended.
        failure: Why it did not end well.
        observation: What it used and wrote.
        seconds: Wall time of the whole.
        cell_seconds: Wall time of each code cell that is not blank; None where it did not run.
        cell_usages: What the kernel used for each of them; None where that is not known.
        variant: Options that change results.
        expression_results: For each inline expression its result as an output, or none.
        provenance: How the outputs came to be.
        isolated: Whether it ran in a folder of its own.
        created: When it ended, seconds since the epoch; None for now.
    """

    notebook: Any
    digests: DocumentDigests
    kernel_name: str
    outcome: Outcome
    failure: Failure | None
    observation: Observation
    seconds: float
    cell_seconds: Sequence[float | None]
    cell_usages: Sequence[Usage | None]
    variant: Mapping[str, str | int | float | bool | None]
    expression_results: Sequence[Sequence[Mapping[str, Any]]]
    provenance: Provenance
    isolated: bool = False
    created: float | None = None


def record(execution: Execution, notebook: Path, project_root: Path, store: Store) -> StoredEntry:
    """Store an execution.

    Args:
        execution: What happened.
        notebook: Absolute path of the notebook.
        project_root: Its project's root.
        store: Its project's store.

    Raises:
        StoreError: The store refuses it.
        OSError: It cannot be written.
    """
    cells = code_cells(execution.notebook)
    try:
        outputs: list[list[dict[str, Any]]] = [
            [_plain(output) for output in cell.get("outputs", [])] for cell in cells
        ]
        results = [[_plain(output) for output in item] for item in execution.expression_results]
        code_document = _code_document(execution.notebook)
    except RecursionError as error:
        raise StoreError("The notebook is nested too deeply to be stored.") from error
    with BlobBatch(store.blobs) as batch:
        outputs_blob, sizes = put_outputs(batch, [*outputs, *results])
        notebook_blob = batch.put(code_document)
    digests = [cell.digest for cell in execution.digests.cells]
    keys = execution.digests.prefix_keys(execution.kernel_name)
    output_digests = [cell_outputs_digest(items) for items in outputs]
    result_digests = [cell_outputs_digest(items) for items in results]
    records = tuple(
        CellRecord(
            digest=digest,
            prefix_key=key,
            outputs_digest=outputs_digest,
            id=_text(cell.get("id")),
            execution_count=_count(cell.get("execution_count")),
            seconds=seconds,
            cpu_seconds=usage and usage.cpu_seconds,
            peak_memory=usage and usage.peak_memory,
            output_bytes=size,
        )
        for cell, digest, key, outputs_digest, seconds, usage, size in zip(
            cells,
            digests,
            keys,
            output_digests,
            execution.cell_seconds,
            execution.cell_usages,
            sizes[: len(cells)],
            strict=True,
        )
    )
    expressions = tuple(
        ExpressionRecord(expression, after, digest)
        for (expression, after), digest in zip(
            expressions_of(execution.notebook), result_digests, strict=True
        )
    )
    observation = execution.observation
    usages = [usage for usage in execution.cell_usages if usage is not None]
    entry = Entry(
        code_key=execution.digests.code_key(execution.kernel_name),
        kernel_name=execution.kernel_name,
        notebook_path=notebook.relative_to(project_root).as_posix(),
        created=time.time() if execution.created is None else execution.created,
        seconds=execution.seconds,
        provenance=execution.provenance,
        outcome=execution.outcome,
        outputs=outputs_blob,
        notebook=notebook_blob,
        outputs_digest=document_outputs_digest([*output_digests, *result_digests]),
        cells=records,
        expressions=expressions,
        inputs=observation.inputs,
        artefacts=observation.artefacts,
        coverage=observation.coverage,
        gaps=observation.gaps,
        variant=dict(execution.variant),
        failure=execution.failure,
        volatile=observation.volatile,
        changed_inputs=observation.changed_during_run,
        output_bytes=sum(sizes),
        cpu_seconds=sum(usage.cpu_seconds for usage in usages) if usages else None,
        peak_memory=max((usage.peak_memory for usage in usages), default=None),
        isolated=execution.isolated,
        undeclared=observation.undeclared,
        software=_version(),
    )
    return store.put(entry)


def _plain(value: Any) -> Any:
    """Nbformat's nodes as plain dictionaries and lists."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def _text(value: object) -> str | None:
    return well_formed(value) if isinstance(value, str) else None


def _count(value: object) -> int | None:
    # Of a cell that was not executed it may be anything.
    return value if type(value) is int and 0 <= value < _LARGEST_COUNT else None


def _code_document(notebook: Any) -> bytes:
    """The notebook's code cells and metadata without outputs, as nbformat 4 JSON."""
    cells = [
        {**_plain(cell), "outputs": [], "execution_count": None}
        for cell in code_cells_with_blank(notebook)
    ]
    return msgspec.json.encode(_encodable({**_plain(notebook), "cells": cells}), order="sorted")


def _encodable(value: Any) -> Any:
    """Plain JSON as every reader takes it: metadata may hold what only Python's reader does."""
    if isinstance(value, str):
        return well_formed(value)
    if isinstance(value, dict):
        return {well_formed(key): _encodable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_encodable(item) for item in value]
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return str(value)
    return value


@cache
def _version() -> str:
    from .. import __version__

    return str(__version__)
