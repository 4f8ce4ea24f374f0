"""A store that may be read and not written: another user's, as on a shared disk."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from cli_support import jupyter_cache
from nbformat.v4 import new_code_cell, new_notebook, new_output

import jupyterlab_cache

PACKAGE = Path(jupyterlab_cache.__file__).parents[1]
READER = """
import gc, os, sys
import nbformat, nbformat.v4.nbjson
from jupyterlab_cache.cli import entries, marking, restore, status, add, upkeep
from jupyterlab_cache.cli.main import main
from jupyterlab_cache.execution import capture, restoring, collecting
from jupyterlab_cache.store import collection, verification
if os.geteuid() == 0:
    os.setgroups([])
    os.setegid(65534)
    os.seteuid(65534)
code = 0
for words in sys.argv[1:]:
    try:
        main(words.split())
    except SystemExit as end:
        code = end.code
    print("code", code, flush=True)
"""


def test_reading_works_and_writing_says_why_not() -> None:
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        root.chmod(0o755)
        output = new_output("stream", name="stdout", text="1")
        cell = new_code_cell("1", execution_count=1, outputs=[output])
        kernelspec = {"name": "python3", "display_name": "Python", "language": "python"}
        notebook = new_notebook(cells=[cell], metadata={"kernelspec": kernelspec})
        nbformat.write(notebook, root / "a.ipynb")
        assert jupyter_cache(root, "add", "a.ipynb").returncode == 0
        (entry,) = json.loads(jupyter_cache(root, "list", "--json").stdout)
        notebook.cells[0].outputs = []
        nbformat.write(notebook, root / "a.ipynb")
        (root / "out").mkdir()
        (root / "out").chmod(0o777)
        store = root / ".jupyterlab_cache"
        if os.geteuid() != 0:  # the reader cannot become another user
            for path in [store, *store.rglob("*")]:
                path.chmod(path.stat().st_mode & ~0o222)
        done = subprocess.run(
            [
                *(sys.executable, "-c", READER, "status --json", "list", f"show {entry['entry']}"),
                *("restore a.ipynb --output out/b.ipynb", "stats", "verify", "gc --dry-run"),
                *("add out/b.ipynb", f"pin {entry['entry']}"),
            ],
            cwd=root,
            capture_output=True,
            text=True,
            env={"PYTHONPATH": str(PACKAGE), "HOME": str(root / "out")},
        )
        codes = [line for line in done.stdout.splitlines() if re.fullmatch(r"code \d", line)]
        said = (done.stdout, done.stderr)
        assert codes == [f"code {code}" for code in (0, 0, 0, 0, 0, 0, 0, 2, 2)], said
        errors = done.stderr.splitlines()
        assert len(errors) == 2, said
        assert all(f"Permission denied: '{store}" in line for line in errors), said
        assert nbformat.read(root / "out" / "b.ipynb", 4).cells[0].outputs[0].text == "1"
        for path in [store, *store.rglob("*")]:
            path.chmod(path.stat().st_mode | 0o200)
