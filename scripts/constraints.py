"""Writes ``constraints*.txt``: the versions that the project is tested with.

The dependencies of all extras and groups are installed into an empty virtual environment, and what is there
then is written down, names and versions only; those of the group ``integrations``, which has an environment of its
own, into one and a file of their own. The pins hold for the Python version that they were made with; others
resolve freely.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

if sys.version_info < (3, 11):
    raise SystemExit("Run this with the Python version that the pins are for: 3.11 or newer.")

import tomllib

ROOT = Path(__file__).resolve().parent.parent
OURS = {"pip", "setuptools", "wheel", "jupyterlab-cache", "jupyterlab_cache"}


def requirements(*, integrations: bool) -> list[str]:
    """All requirements that ``pyproject.toml`` names, those of the build included.

    Args:
        integrations: Those of the environment that book builders are in, instead of the project's.
    """
    content = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = content["dependency-groups"]
    own = groups.pop("integrations")
    if integrations:
        chosen = [own]
    else:
        extras = content["project"]["optional-dependencies"].values()
        chosen = [content["build-system"]["requires"], *extras, *groups.values()]
    return [
        *content["project"]["dependencies"],
        *(requirement for named in chosen for requirement in named),
    ]


def main() -> int:
    """Install, list, write, for both environments."""
    for target, integrations in (
        ("constraints.txt", False),
        ("constraints-integrations.txt", True),
    ):
        write_pins(ROOT / target, requirements(integrations=integrations))
    return 0


def write_pins(target: Path, wanted: list[str]) -> None:
    """Install requirements into an empty environment, and write down what is there then."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / ("Scripts" if sys.platform == "win32" else "bin") / "python"
        subprocess.run([python, "-m", "pip", "install", "-qq", *wanted], check=True)
        frozen = subprocess.run(
            [python, "-m", "pip", "freeze"], check=True, stdout=subprocess.PIPE, encoding="utf-8"
        ).stdout
    pins = [
        line for line in frozen.splitlines() if "==" in line and line.split("==")[0] not in OURS
    ]
    python_version = f"{sys.version_info.major}.{sys.version_info.minor}"
    lines = [
        "# The versions that the project is tested with. Written by `make constraints`.",
        *(f'{pin} ; python_version == "{python_version}"' for pin in sorted(pins, key=str.lower)),
    ]
    target.write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{len(pins)} versions written to {target.name}.")


if __name__ == "__main__":
    sys.exit(main())
