"""Installs what the browser tests run the extension beside, each into a folder of its own.

They are no part of the extras: being installed is enough to turn them on. Real-time collaboration
changes how every document is opened and saved, so it would be in ``make lab`` and in every other test.
A folder is switched on for one server by three variables, see ``ui-tests/tests/ownServer.ts``; what
the virtual environment has already is not installed again.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from jupyterlab.commands import get_app_dir
from packaging.requirements import Requirement

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "build" / "beside"


def main() -> int:
    """Install each requirement of the group ``beside``."""
    content = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    for requirement in content["dependency-groups"]["beside"]:
        folder = TARGET / Requirement(requirement).name
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run(
            [
                *(sys.executable, "-m", "pip", "install", "-qq"),
                *("--prefix", str(folder), "-c", str(ROOT / "constraints.txt"), requirement),
            ],
            check=True,
        )
        schemas = folder / "share" / "jupyter" / "lab" / "schemas"
        if schemas.is_dir():
            # Notebook looks for its settings and for JupyterLab's in one place.
            for theirs in (Path(get_app_dir()) / "schemas").iterdir():
                (schemas / theirs.name).symlink_to(theirs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
