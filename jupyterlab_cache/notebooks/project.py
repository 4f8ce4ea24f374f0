"""The project root: where a notebook's store lies."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

ROOT_MARKS = (".jupyterlab_cache", ".git", "pyproject.toml")
"""What makes a folder a project root."""


@lru_cache(maxsize=65536)
def folder_of(path: Path) -> Path:
    """The folder of a file: the same object each time, which knows its hash."""
    return path.parent


def relative_to_root(path: Path, root: Path) -> str:
    """The POSIX path of something below a folder, relative to it.

    Raises:
        ValueError: It does not lie below.
    """
    text, prefix = os.fspath(path), os.path.join(root, "")
    if os.sep == "/" and text.startswith(prefix):
        return text[len(prefix) :]  # many times faster, and verdicts ask for thousands
    return path.relative_to(root).as_posix()


def find_project_root(folder: Path, boundary: Path) -> Path:
    """The nearest folder that holds one of the marks, from a notebook's own upwards.

    Args:
        folder: Absolute path of the notebook's folder; it need not exist.
        boundary: Absolute folder above or equal to it; the answer when no folder holds a mark.
    """
    for place in (folder, *folder.parents):
        if place == boundary or not place.is_relative_to(boundary):
            break
        if any(os.path.exists(place / mark) for mark in ROOT_MARKS):
            return place
    return boundary
