"""The outputs of an entry, apart by what they belong to."""

from __future__ import annotations

from typing import Any

from ..store.store import Store, StoredEntry

CellOutputs = tuple[list[dict[str, Any]], int | None]
"""Outputs of one code cell, and its execution count."""


def entry_outputs(
    store: Store, stored: StoredEntry
) -> tuple[list[CellOutputs], list[list[dict[str, Any]]]]:
    """What an entry shows: for each code cell that is not blank, and for each inline expression.

    Args:
        store: The entry's store.
        stored: The entry.

    Raises:
        BlobMissing: The outputs are gone.
        BlobDamaged: They are not what was stored.
    """
    outputs = store.outputs_of(stored, expressions=True)
    counts = [cell.execution_count for cell in stored.entry.cells]
    return list(zip(outputs[: len(counts)], counts, strict=True)), outputs[len(counts) :]
