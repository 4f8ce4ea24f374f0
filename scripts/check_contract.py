"""Fails when the TypeScript types are not those that ``openapi.yaml`` gives today."""

from __future__ import annotations

import difflib
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONTRACT = ROOT / "jupyterlab_cache" / "openapi.yaml"
TYPES = ROOT / "src" / "contract" / "schema.d.ts"
BIN = ROOT / "node_modules" / ".bin"


def generate() -> str:
    """The types as they would be generated now, formatted as the project's files are."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / TYPES.name
        subprocess.run(
            [BIN / "openapi-typescript", CONTRACT, "-o", target],
            cwd=ROOT,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        formatted = subprocess.run(
            [BIN / "prettier", "--stdin-filepath", TYPES],
            cwd=ROOT,
            check=True,
            input=target.read_text("utf-8"),
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
    return formatted.stdout


def main() -> int:
    """Compare and, where they differ, show how."""
    now, generated = TYPES.read_text("utf-8"), generate()
    if now == generated:
        print("The types are those of the contract.")
        return 0
    differences = difflib.unified_diff(
        now.splitlines(), generated.splitlines(), "schema.d.ts", "openapi.yaml", lineterm=""
    )
    print(*differences, sep="\n")
    print("openapi.yaml and src/contract/schema.d.ts differ: run `jlpm contract`.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
