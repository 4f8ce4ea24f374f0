"""Finding the notebooks of a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pathspec

from .reader import TEXT_SUFFIXES, check_file, is_text_notebook

SKIPPED_FOLDERS = frozenset({"_build", "node_modules", "__pycache__", "site-packages"})
"""Folders that never hold a person's own notebooks; hidden folders are skipped as well."""


def find_notebooks(paths: Sequence[Path], *, root: Path) -> list[Path]:
    """The notebooks that paths name, without repetition: files as given, folders recursively.

    Folders that are hidden, made by a build or ignored by git are passed over.

    Args:
        paths: Absolute files and folders.
        root: Folder whose ``.gitignore`` files count, above or equal to the paths.

    Raises:
        NotebookError: A file is missing or is no notebook.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            for notebook in _walk(path, _ignored_above(path, root)):
                found.setdefault(notebook)
        else:
            if not is_text_notebook(path):
                check_file(path)
            found.setdefault(path)
    return list(found)


_Ignored = list[tuple[Path, Any]]


def _ignored_above(folder: Path, root: Path) -> _Ignored:
    ignored: _Ignored = []
    for above in reversed(folder.parents):
        if above == root or above.is_relative_to(root):
            ignored += _ignore_file(above)
    return ignored


def _ignore_file(folder: Path) -> _Ignored:
    try:
        lines = (folder / ".gitignore").read_text(errors="replace").splitlines()
        return [(folder, pathspec.PathSpec.from_lines("gitwildmatch", lines))]
    except (OSError, ValueError):
        return []


def _is_ignored(path: Path, is_folder: bool, ignored: _Ignored) -> bool:
    for folder, spec in ignored:
        relative = path.relative_to(folder).as_posix() + ("/" if is_folder else "")
        if spec.match_file(relative):
            return True
    return False


def _walk(folder: Path, ignored: _Ignored) -> Iterator[Path]:
    ignored = ignored + _ignore_file(folder)
    try:
        with os.scandir(folder) as listing:
            items = sorted(listing, key=lambda item: item.name)
    except OSError:
        return
    for item in items:
        path = folder / item.name
        if item.name.startswith("."):
            continue
        if item.is_dir(follow_symlinks=False):
            if item.name in SKIPPED_FOLDERS or (path / "pyvenv.cfg").exists():
                continue
            if not _is_ignored(path, True, ignored):
                yield from _walk(path, ignored)
        elif item.name.endswith(".ipynb") or item.name.endswith(TEXT_SUFFIXES):
            if not item.is_file() or _is_ignored(path, False, ignored):
                continue
            if item.name.endswith(".ipynb") or is_text_notebook(path):
                yield path
