"""Runs the benchmarks of this folder and prints their tables; with names only those.

A benchmark is a module ``bench_<name>.py`` with a function ``measure() -> list[Table]``. Everything
that is compared is measured in the same run, in turns, so that ratios and differences mean
something on any machine. What was measured is kept in ``docs/measured/``, from where the site
takes it: commit that when the machine had nothing else to do.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import sys
from datetime import date
from pathlib import Path

from table import Table

HERE = Path(__file__).resolve().parent
RESULTS = HERE.parent / "docs" / "measured"


def benchmarks() -> list[str]:
    """The names of the benchmarks there are."""
    return sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))


def keep(name: str, tables: list[Table]) -> None:
    """Write what a benchmark measured to its file, and when and on what."""
    machine = f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    found = {
        "measured": date.today().isoformat(),
        "machine": machine,
        "tables": [
            {"title": table.title, "columns": table.columns, "rows": table.rows} for table in tables
        ],
    }
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(found, indent=1, ensure_ascii=False)
    (RESULTS / f"{name}.json").write_text(text + "\n", "utf-8")


def main() -> int:
    """Measure and print; says in the end which limits were exceeded, which is no failure."""
    known = benchmarks()
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of: {', '.join(known)}")
    names = parser.parse_args().names or known
    unknown = set(names) - set(known)
    if unknown:
        parser.error(
            f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(known)}"
        )
    exceeded: list[str] = []
    for name in names:
        tables: list[Table] = importlib.import_module(f"bench_{name}").measure()
        keep(name, tables)
        for table in tables:
            print(f"\n{table.text()}", flush=True)
            exceeded += table.exceeded
    for line in exceeded:
        print(f"\nLimit exceeded: {line}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
