"""Storing outputs that are there already: those of a complete interactive run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..inputs.declared import NOTHING_DECLARED, Declared
from ..inputs.stat_cache import StatCache
from ..inputs.static_observation import static_observation
from ..notebooks import document as documents
from ..notebooks.code_key import EXECUTION_TAGS
from ..notebooks.errors import CaptureRefused
from ..store.store import Store, StoredEntry
from .recording import Execution, record


def capture(
    notebook: Path,
    *,
    project_root: Path,
    store: Store,
    stat_cache: StatCache,
    default_kernel: str,
    launch_environment: Mapping[str, str] | None = None,
    declared: Declared = NOTHING_DECLARED,
) -> StoredEntry:
    """Store the outputs of a saved notebook as they stand.

    Nobody observed what they were made from: the entry's inputs are the files that its code names,
    what it imports and the versions of this moment.

    Raises:
        CaptureRefused: The outputs are not those of one complete run in order.
        NotebookError: The notebook cannot be read.
        StoreError: They cannot be stored.
        OSError: They cannot be stored.
    """
    node = documents.load(notebook)
    digests = documents.digests_of(node)
    cells = documents.code_cells(node)
    _check_run(cells)
    kernel_name = digests.kernel_name or default_kernel
    sources = [cell["source"] for cell in cells]
    sources += [expression for expression, _ in documents.expressions_of(node)]
    observation = static_observation(
        sources=sources,
        notebook=notebook,
        project_root=project_root,
        kernel_name=kernel_name,
        stat_cache=stat_cache,
        keep=store.blobs.put,
        declared=declared,
        launch_environment=launch_environment,
    )
    execution = Execution(
        notebook=node,
        digests=digests,
        kernel_name=kernel_name,
        outcome="ok",
        failure=None,
        observation=observation,
        seconds=0.0,
        cell_seconds=[None] * len(cells),
        cell_usages=[None] * len(cells),
        variant={},
        expression_results=documents.shown_expressions(node),
        provenance="captured",
    )
    return record(execution, notebook, project_root, store)


def _check_run(cells: list[Any]) -> None:
    if not any(cell.get("outputs") for cell in cells):
        raise CaptureRefused("The notebook has no outputs to store; run it first and save it.")
    ran = [cell for cell in cells if EXECUTION_TAGS[1] not in _tags(cell)]
    counts = [cell.get("execution_count") for cell in ran]
    if counts != list(range(1, len(ran) + 1)):
        raise CaptureRefused(
            "The outputs are not those of one run from top to bottom; "
            "restart the kernel, run all cells and save the notebook."
        )
    for number, cell in enumerate(ran, 1):
        failed = any(output.get("output_type") == "error" for output in cell.get("outputs", []))
        if failed and EXECUTION_TAGS[0] not in _tags(cell):
            raise CaptureRefused(f"Cell {number} ended in an error; mend it and run all cells.")


def _tags(cell: Any) -> list[str]:
    tags = cell.get("metadata", {}).get("tags", [])
    return tags if isinstance(tags, list) else []
