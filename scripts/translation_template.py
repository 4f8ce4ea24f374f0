"""Writes the template of all strings that can be translated, with Jupyter's own tool.

``jupyterlab-translate`` goes into an environment of its own, since it brings much that nothing else
here needs. It reads a copy of the sources, lest it wanders through what is installed or built.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOL = "jupyterlab-translate~=1.3"
ENVIRONMENT = ROOT / "build" / "translation"
PACKAGE = "jupyterlab_cache"
TEMPLATE = Path(PACKAGE, "locale", "jupyterlab_cache.pot")


def main() -> int:
    """Extract the strings of ``src``, ``schema`` and the package."""
    programs = ENVIRONMENT / "bin"
    if not (programs / "jupyterlab-translate").exists():
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
        subprocess.run([str(programs / "pip"), "install", "-qq", TOOL], check=True)
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        for folder in ("src", "schema"):
            shutil.copytree(
                ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__tests__")
            )
        for source in (ROOT / PACKAGE).rglob("*.py"):
            text = source.read_text("utf-8")
            if "sentence import" in text:
                target = copy / source.relative_to(ROOT)
                target.parent.mkdir(parents=True, exist_ok=True)
                # The tool knows words in Python by the names of gettext's functions only.
                target.write_text(re.sub(r"\bsay\(", "N_(", text), "utf-8")
        shutil.copy(ROOT / "package.json", copy)
        (copy / TEMPLATE.parent).mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
        done = subprocess.run(
            ["jupyterlab-translate", "extract", str(copy), "jupyterlab_cache"],
            env=environment,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            sys.exit(done.stderr)
        # Without numbers of lines: they change with every edit, and tell translators little.
        text = (copy / TEMPLATE).read_text("utf-8")
    text = re.sub(r"(?m)^#: .*$", lambda line: re.sub(r":\d+(?= |$)", "", line[0]), text)
    target = ROOT / TEMPLATE
    target.parent.mkdir(exist_ok=True)
    target.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
