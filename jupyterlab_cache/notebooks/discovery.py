"""Finding the notebooks of a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .reader import check_file
from .text import TEXT_SUFFIXES, is_text_notebook

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

SKIPPED_FOLDERS = frozenset({"_build", "node_modules", "__pycache__", "site-packages"})
"""Folders that never hold a person's own notebooks; hidden folders are skipped as well."""

_SUFFIXES = (".ipynb", *TEXT_SUFFIXES)
_IGNORE_FILES = (".git/info/exclude", ".gitignore")


def find_notebooks(paths: Sequence[Path], *, root: Path) -> list[Path]:
    """The notebooks that paths name, without repetition: files as given, folders recursively.

    In folders, what is hidden, made by a build, part of an environment or ignored by git is passed
    over, and so are links that lead outside the root.

    Args:
        paths: Absolute files and folders.
        root: Absolute folder above or equal to them all; ignore files above it do not count.

    Raises:
        NotebookError: A file is missing or is no notebook.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if os.path.isdir(path):
            rules = _rules_above(path, root)
            if _is_ignored(path, True, rules):
                rules = []  # a person who names it wants it
            for notebook, is_link in _walk(path, rules):
                if not is_link or _leads_into(root, notebook):
                    found.setdefault(notebook)
        else:
            if not is_text_notebook(path):
                check_file(path)
            found.setdefault(path)
    return list(found)


def _leads_into(root: Path, link: Path) -> bool:
    return Path(os.path.realpath(link)).is_relative_to(os.path.realpath(root))


# Folders with the rules that their files give, from the outermost on.
_Rules = list[tuple[Path, "GitIgnoreSpec"]]


def _rules_above(folder: Path, root: Path) -> _Rules:
    """The rules for a folder that the folders above it give, up to its repository's or the root."""
    rules: _Rules = []
    inner = folder
    while inner != root and inner.is_relative_to(root) and not _is_repository(inner):
        inner = inner.parent
        rules = _rules_in(inner) + rules
    return rules


def _is_repository(folder: Path) -> bool:
    return os.path.exists(folder / ".git")


def _rules_in(folder: Path) -> _Rules:
    rules: _Rules = []
    for name in _IGNORE_FILES:
        path = folder / name
        if not os.path.isfile(path):
            continue
        try:
            lines = path.read_text("utf-8", errors="replace").splitlines()
        except OSError:
            continue
        # Git makes files with nothing but comments in them.
        patterns = [line for line in lines if line.strip() and not line.startswith("#")]
        if patterns:
            rules.append((folder, _spec(patterns)))
    return rules


def _spec(lines: list[str]) -> GitIgnoreSpec:
    # Loaded here because most uses of the package look for no notebooks.
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:
        # As git does: a line that is no pattern takes no part.
        return GitIgnoreSpec.from_lines(line for line in lines if _is_pattern(line))


def _is_pattern(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True


def _is_ignored(path: Path, is_folder: bool, rules: _Rules) -> bool:
    """Whether git would ignore a path whose folder it does not: the innermost rule decides."""
    for folder, spec in reversed(rules):
        relative = path.relative_to(folder).as_posix() + ("/" if is_folder else "")
        decision = spec.check_file(relative).include
        if decision is not None:
            return decision
    return False


def _walk(folder: Path, rules: _Rules) -> Iterator[tuple[Path, bool]]:
    """The notebooks below a folder, each with whether it is a link."""
    # A repository within another one has only rules of its own.
    rules = ([] if _is_repository(folder) else rules) + _rules_in(folder)
    try:
        with os.scandir(folder) as listing:
            items = sorted(listing, key=lambda item: item.name)
    except OSError:
        return
    for item in items:
        if item.name.startswith("."):
            continue
        if item.is_dir(follow_symlinks=False):
            path = folder / item.name
            if item.name in SKIPPED_FOLDERS or os.path.exists(path / "pyvenv.cfg"):
                continue
            if not _is_ignored(path, True, rules):
                yield from _walk(path, rules)
        elif item.name.endswith(_SUFFIXES):
            path = folder / item.name
            if _is_notebook(path, item) and not _is_ignored(path, False, rules):
                yield path, item.is_symlink()


def _is_notebook(path: Path, item: os.DirEntry[str]) -> bool:
    if path.suffix != ".ipynb":
        return is_text_notebook(path)
    try:
        return item.is_file()
    except OSError:
        return False  # a link in a circle
