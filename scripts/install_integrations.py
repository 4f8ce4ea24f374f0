"""Makes the environment of ``make test-integrations`` and ``make docs``, beside the project's own.

Book builders bring some hundred packages, older versions of some that JupyterLab has, and slow down what
looks through an environment, so they are no part of the one that ``make lab`` and ``make test`` use. Whoever
builds books has the extension and the builder in one environment, as here.
"""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "build" / "integrations"


def main() -> int:
    """Install the group ``integrations`` and what the project needs; with ``--project`` the project itself."""
    python = TARGET / "bin" / "python"
    if not python.exists():
        venv.create(TARGET, with_pip=True)
    if sys.argv[1:] == ["--project"]:
        wanted = ["--no-deps", "-e", str(ROOT)]
    else:
        content = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
        wanted = [
            *("-c", str(ROOT / "constraints-integrations.txt")),
            *content["dependency-groups"]["integrations"],
            *content["project"]["dependencies"],
        ]
    subprocess.run([str(python), "-m", "pip", "install", "-qq", *wanted], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
