"""A book of four pages, each of which counts its executions."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from jupyterlab_cache import NotebookCache

BIN = Path(sys.executable).parent
SPEC = {"name": "python3", "display_name": "Python 3", "language": "python"}

MYST = """---
file_format: mystnb
kernelspec:
  name: python3
  display_name: Python 3
---
# {name}

```{{code-cell}} python
:tags: [hide-input]

import os, pathlib
with open(os.path.join(os.environ["COUNTS"], "{name}"), "a") as counts:
    counts.write("x")
print("printed by {name}")

```

Prose.

~~~{{code-cell}} python
---
tags: [raises-exception]
other: {{deep: [1, 2.5, true]}}
---
1 / 0
~~~
"""


def counting(name: str) -> str:
    """Code that leaves a mark outside the project, so that it is no result."""
    return (
        "import os\n"
        f'with open(os.path.join(os.environ["COUNTS"], "{name}"), "a") as counts:\n'
        '    counts.write("x")\n'
        f"print('printed by {name} – é')"
    )


class Book:
    """A folder with notebooks.

    Args:
        folder: Where it is made.

    Attributes:
        folder: Where it is.
        counts: A folder with a file for each notebook, as long as it was executed.
        environment: For all programs.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "book"
        self.counts = folder / "counts"
        self.counts.mkdir(parents=True)
        self.folder.mkdir()
        (self.folder / "pyproject.toml").touch()
        server = folder / "config" / "jupyter_server_config.py"
        server.parent.mkdir()
        server.write_text("c.ServerApp.allow_root = True\n")
        self.environment = {
            **os.environ,
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "COUNTS": str(self.counts),
            "JUPYTER_CONFIG_DIR": str(server.parent),
        }

    def notebook(self, name: str, *more: object) -> Path:
        """Write an ``.ipynb`` notebook that counts its executions."""
        cells = [
            new_markdown_cell(f"# {name}"),
            new_code_cell(counting(name)),
            new_code_cell(""),
            new_code_cell("1 / 0", metadata={"tags": ["raises-exception"]}),
            new_code_cell("from IPython.display import HTML\nHTML('<b>bold</b>')"),
            *more,
        ]
        path = self.folder / f"{name}.ipynb"
        nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": SPEC}), path)
        return path

    def page(self, name: str) -> Path:
        """Write a page of MyST Markdown that counts its executions."""
        path = self.folder / f"{name}.md"
        path.write_text(MYST.format(name=name))
        return path

    def run(self, *command: str | Path, code: int = 0) -> str:
        """What a program of the environment prints; it has to end with this code."""
        done = subprocess.run(
            [str(word) for word in command],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=150,
        )
        assert done.returncode == code, done.stdout
        return done.stdout

    def execute(self) -> None:
        """Execute all notebooks that are not fresh with ``jupyter cache run``."""
        self.run(sys.executable, "-m", "jupyterlab_cache.cli.main", "run")

    @property
    def cache(self) -> NotebookCache:
        """The cache of the book, as a new process sees it."""
        return NotebookCache(self.folder, launch_environment=lambda: self.environment)

    def executions(self) -> dict[str, int]:
        """How often each notebook was executed."""
        return {path.name: path.stat().st_size for path in sorted(self.counts.iterdir())}
