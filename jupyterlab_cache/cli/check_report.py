"""What a check of repeatability found, for a person."""

from __future__ import annotations

from collections.abc import Iterable

from ..store.checks import CellCheck


def check_lines(cells: Iterable[CellCheck]) -> list[str]:
    """Lines about the cells of a check that are not the same."""
    lines = []
    for cell in cells:
        if cell.outcome == "different":
            lines.append(f"cell {cell.cell + 1} is different")
            lines += [f"  {change}" for change in cell.changes]
        elif cell.outcome == "harmless":
            lines.append(f"cell {cell.cell + 1} differs harmlessly: {', '.join(cell.rules)}")
        elif cell.outcome == "not-executed":
            lines.append(f"cell {cell.cell + 1} was not executed")
    return lines
