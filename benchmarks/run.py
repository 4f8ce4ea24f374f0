"""Runs the benchmarks of this folder and prints their tables; with names only those.

A benchmark is a module ``bench_<name>.py`` with a function ``measure() -> list[Table]``. Everything
that is compared is measured in the same run, in turns, so that ratios and differences mean
something on any machine.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

from table import Table

HERE = Path(__file__).resolve().parent


def benchmarks() -> list[str]:
    """The names of the benchmarks there are."""
    return sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))


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
        for table in tables:
            print(f"\n{table.text()}", flush=True)
            exceeded += table.exceeded
    for line in exceeded:
        print(f"\nLimit exceeded: {line}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
