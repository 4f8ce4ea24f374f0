"""Results of inline expressions as a Markdown cell's metadata hold them.

jupyterlab-myst made this form, and mystmd reads it: ``user_expressions`` is a list of objects with
the ``expression`` and its ``result``, which is what a kernel answers. In the store and in digests a
result is an output like those of code cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

METADATA = "user_expressions"
"""Name of the member of the metadata."""


def shown_results(metadata: object, expressions: Sequence[str]) -> list[list[dict[str, Any]]]:
    """What a cell shows for each of its expressions: one output, or none.

    Args:
        metadata: The cell's metadata, whatever they are.
        expressions: As they stand in the cell.
    """
    held = metadata.get(METADATA) if isinstance(metadata, Mapping) else None
    results: dict[str, list[dict[str, Any]]] = {}
    for item in held if isinstance(held, list) else ():
        expression = item.get("expression") if isinstance(item, Mapping) else None
        if isinstance(expression, str) and expression not in results:
            results[expression] = output_of(item.get("result"))
    return [results.get(expression, []) for expression in expressions]


def output_of(result: object) -> list[dict[str, Any]]:
    """A kernel's answer to an expression as an output; empty when it is none."""
    status = result.get("status") if isinstance(result, Mapping) else None
    if not isinstance(result, Mapping) or status not in ("ok", "error"):
        return []
    if status == "ok":
        return [
            {
                "output_type": "display_data",
                "data": _object(result.get("data")),
                "metadata": _object(result.get("metadata")),
            }
        ]
    traceback = result.get("traceback")
    return [
        {
            "output_type": "error",
            "ename": _text(result.get("ename")),
            "evalue": _text(result.get("evalue")),
            "traceback": list(traceback) if isinstance(traceback, list) else [],
        }
    ]


def result_of(outputs: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The answer that an output stands for; None when there is none."""
    if not outputs:
        return None
    output = outputs[0]
    if output.get("output_type") == "error":
        return {
            "status": "error",
            "ename": _text(output.get("ename")),
            "evalue": _text(output.get("evalue")),
            "traceback": output.get("traceback") or [],
        }
    return {
        "status": "ok",
        "data": _object(output.get("data")),
        "metadata": _object(output.get("metadata")),
    }


def metadata_of(
    results: Iterable[tuple[str, Sequence[Mapping[str, Any]]]],
) -> list[dict[str, Any]]:
    """The member's value for a cell.

    Args:
        results: Each expression as it stands in the cell, with its output or none.
    """
    return [
        {"expression": expression, "result": result}
        for expression, outputs in results
        if (result := result_of(outputs)) is not None
    ]


def _object(value: object) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}


def _text(value: object) -> Any:
    return "" if value is None else value
