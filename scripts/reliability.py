"""Writes the tables of ``docs/reliability.md`` from what the last ``make soak`` found."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOUND = ROOT / "build" / "soak"
PAGE = ROOT / "docs" / "reliability.md"
BEGIN = "<!-- written by scripts/reliability.py -->"
END = "<!-- end -->"


def read(name: str) -> dict[str, Any]:
    """What a test of the soak found."""
    path = FOUND / f"{name}.json"
    if not path.exists():
        raise SystemExit(f"{path.relative_to(ROOT)} is missing; run `make soak` first.")
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def table(heads: list[str], rows: list[list[object]]) -> list[str]:
    """A table in Markdown, numbers to the right."""
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)]]
    lines += [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows]
    return [f"| {' | '.join(line)} |" for line in lines]


def written() -> list[str]:
    """The part of the page that is written by a program."""
    faults, histories, processes = read("faults"), read("histories"), read("processes")
    by_fault: Counter[str] = Counter()
    by_operation: Counter[str] = Counter()
    for operation, fault, count in faults["tried"]:
        by_fault[fault] += count
        by_operation[operation] += count
    total = sum(by_fault.values())
    in_histories = dict(histories["tried"])
    lost = {name: len(found["lost"]) for name, found in (("faults", faults), ("in", histories))}
    rows: list[list[object]] = [
        [fault, count, in_histories.get(fault, 0)] for fault, count in sorted(by_fault.items())
    ]
    rows.append(["**together**", total, sum(in_histories.values())])
    rows.append(["**of these, something was lost or wrong**", lost["faults"], lost["in"]])
    operations: list[list[object]] = [list(item) for item in sorted(by_operation.items())]
    return [
        f"Run on {faults['day']}: {total:,} of {faults['all']:,} single faults "
        f"(seed {faults['seed']}), {histories['histories']:,} random histories "
        f"(seed {histories['seed']}), and {processes['rounds']:,} rounds of 8 writing processes "
        f"(seed {processes['seed']}).",
        "",
        *table(["fault", "at single steps", "in random histories"], rows),
        "",
        *table(["what the store was doing", "faults"], operations),
        "",
        f"8 processes wrote {processes['entries']:,} entries beside readers, removers, a collector "
        f"and somebody who spoils the index: {len(processes['lost'])} lost, no reader failed.",
    ]


def main() -> None:
    """Put the tables into the page."""
    before, rest = PAGE.read_text().split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text(before + BEGIN + "\n\n" + "\n".join(written()) + "\n\n" + END + after)


if __name__ == "__main__":
    main()
