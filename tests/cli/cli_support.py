"""The command as a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any


def jupyter_cache(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder, whatever comes of it."""
    return subprocess.run(
        [sys.executable, "-m", "jupyterlab_cache.cli.main", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=180,
    )


def answer(folder: Path, *arguments: str, code: int = 0) -> Any:
    """What the command answers with ``--json``; it has to end with this code."""
    done = jupyter_cache(folder, *arguments, "--json")
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)
