"""Tables of what was measured."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Table:
    """A title, named columns and rows of text.

    ``exceeded`` holds a line for each limit that was not kept.
    """

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)
    exceeded: list[str] = field(default_factory=list)

    def add(self, *cells: str) -> None:
        """Append a row."""
        self.rows.append(cells)

    def text(self) -> str:
        """The table as Markdown, its columns aligned for reading in a terminal."""
        lines = [self.columns, *self.rows]
        widths = [max(len(line[column]) for line in lines) for column in range(len(self.columns))]
        rule = tuple("-" * width for width in widths)

        def render(cells: tuple[str, ...]) -> str:
            first, *others = [
                cell.ljust(width) if column == 0 else cell.rjust(width)
                for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
            ]
            return "| " + " | ".join([first, *others]) + " |"

        return "\n".join([f"## {self.title}", "", *map(render, [self.columns, rule, *self.rows])])
