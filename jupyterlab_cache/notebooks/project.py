"""The project root: where a notebook's store lies."""

from __future__ import annotations

import os
from pathlib import Path

ROOT_MARKS = (".jupyterlab_cache", ".git", "pyproject.toml")
"""What makes a folder a project root."""


def relative_to_root(path: Path, root: Path) -> str:
    """The POSIX path of something below a folder, relative to it.

    Raises:
        ValueError: It does not lie below.
    """
    text, prefix = os.fspath(path), os.path.join(root, "")
    if os.sep == "/" and text.startswith(prefix):
        return text[len(prefix) :]  # many times faster, and verdicts ask for thousands
    return path.relative_to(root).as_posix()


def find_project_root(notebook: Path, boundary: Path) -> Path:
    """The nearest folder above a notebook that holds one of the marks, within a boundary.

    Args:
        notebook: Absolute path.
        boundary: Absolute folder above it; the answer when no folder holds a mark.
    """
    for folder in notebook.parents:
        if folder == boundary or not folder.is_relative_to(boundary):
            break
        if any(os.path.exists(folder / mark) for mark in ROOT_MARKS):
            return folder
    return boundary
