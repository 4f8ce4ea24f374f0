"""Books in a temporary folder, built by the programs that people build them with."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

CONF = """
project = "Book"
extensions = ["myst_nb", "jupyterlab_cache.builders.sphinx"]
exclude_patterns = ["_build"]
"""


class Book:
    """A project with its documents in ``docs``.

    Args:
        root: Its folder.
        machine: A folder outside it, for what belongs to a person on this machine.
        conf: What is in ``conf.py``.
    """

    def __init__(self, root: Path, machine: Path, conf: str = CONF) -> None:
        self.root = root
        self.docs = root / "docs"
        self.environment = as_person(machine, "one")
        self._machine = machine
        # Not below the others: the paths of sockets can have a hundred characters only.
        self._runtime = tempfile.TemporaryDirectory(prefix="jc")
        self.environment["JUPYTER_RUNTIME_DIR"] = self._runtime.name
        self.docs.mkdir(parents=True)
        (root / "pyproject.toml").touch()
        self.write("conf.py", conf)

    def as_somebody_else(self) -> None:
        """From now on another person builds, with other keys."""
        runtime = {"JUPYTER_RUNTIME_DIR": self._runtime.name}
        self.environment = as_person(self._machine, "two") | runtime

    def write(self, name: str, content: str) -> None:
        """Write a file of the book."""
        (self.docs / name).write_text(content)

    def notebook(self, name: str, *sources: str, **metadata: Any) -> None:
        """Write a notebook with a heading; sources that begin with ``#`` are text."""
        cells = [
            (new_markdown_cell if source.startswith("#") else new_code_cell)(source)
            for source in (f"# {name}", *sources)
        ]
        for number, cell in enumerate(cells):
            cell["id"] = f"cell-{number}"
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        node = new_notebook(cells=cells, metadata={"kernelspec": kernel, **metadata})
        nbformat.write(node, self.docs / f"{name}.ipynb")

    def index(self, *names: str, more: str = "") -> None:
        """Write the first page, which leads to all others."""
        self.write("index.md", "\n".join(["# Book", "```{toctree}", *names, "```", more]))

    def build(self, *options: str, code: int = 0) -> Output:
        """Build it with Sphinx."""
        command = ["sphinx", "--no-color", *options, str(self.docs), str(self.docs / "_build/html")]
        return self.command(*command, code=code)

    def command(self, module: str, *arguments: str, code: int = 0) -> Output:
        """Run a module as a program; it has to end with this code."""
        return self.program(sys.executable, "-m", module, *arguments, code=code)

    def program(self, *command: str, code: int = 0) -> Output:
        """Run a program in the project; it has to end with this code."""
        done = subprocess.run(
            command,
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=590,  # whoever tests says when it is too long
        )
        assert done.returncode == code, done.stdout + done.stderr
        return Output(done.stdout, done.stderr)

    def page(self, name: str) -> str:
        """What was built of a document, without versions of style sheets, which come and go."""
        text = (self.docs / "_build/html" / f"{name}.html").read_text()
        return re.sub(r"\?v=[0-9a-f]+\"", '"', text)

    def executions(self) -> list[str]:
        """The notebooks that were executed, in alphabetical order, once for each execution."""
        done = self.command("jupyterlab_cache.cli.main", "list", "--json")
        return sorted(Path(item["path"]).stem for item in json.loads(done.stdout))


class Output:
    """What a program wrote."""

    def __init__(self, stdout: str, stderr: str) -> None:
        self.stdout = stdout
        self.warnings = [line for line in stderr.splitlines() if "WARNING" in line]

    def executed(self) -> set[str]:
        """The documents that myst-nb says to have executed."""
        said = re.compile(r"/([^/]+)\.\w+: (?:Executing notebook using|Executed notebook in)")
        return set(said.findall(self.stdout))

    def read(self) -> set[str]:
        """The documents that Sphinx read."""
        prefix = "reading sources... ["
        lines = [line for line in self.stdout.splitlines() if line.startswith(prefix)]
        found: set[str] = set()
        for line in lines:
            names = line.partition("] ")[2].strip()
            found.update(names.split(" .. "))
        return found


def as_person(machine: Path, name: str) -> dict[str, str]:
    """The environment of a person with settings and keys of their own."""
    own = {"JUPYTER_DATA_DIR": "data", "JUPYTER_CONFIG_DIR": "config", "XDG_CACHE_HOME": "cache"}
    folders: Mapping[str, str] = {key: str(machine / name / to) for key, to in own.items()}
    usual = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    return {**usual, **folders}
