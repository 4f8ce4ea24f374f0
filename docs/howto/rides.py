"""What the page ``reading-a-verdict.md`` computes with."""

from __future__ import annotations

from collections.abc import Iterable


def busiest(rows: Iterable[tuple[str, int]]) -> str:
    """The day with the most rides."""
    return max(rows, key=lambda row: row[1])[0]
