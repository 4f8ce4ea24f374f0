"""What git ignores, as its files in a folder say."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING

from .git_patterns import git_patterns
from .regular_files import read_regular

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

IGNORE_FILES = (".git", ".gitignore")
"""Names in a folder that may give rules for what is in it."""

_FILES = (os.path.join(".git", "info", "exclude"), ".gitignore")
_MOST_REMEMBERED = 100_000
_LARGEST = 1024**2  # bytes


class IgnoreFile:
    """The rules of one file.

    Args:
        folder: Where they start.
        lines: Its patterns.
    """

    def __init__(self, folder: str, lines: tuple[str, ...]) -> None:
        self._start = os.path.join(folder, "")
        self._spec = _spec(lines)
        # Comparing with patterns takes longer than all else that a file costs in a pass.
        self._decisions: dict[tuple[str, bool], bool | None] = {}

    def decision(self, path: str, is_folder: bool) -> bool | None:
        """Whether a path is to be ignored; None where no rule says anything.

        Args:
            path: Absolute, below the folder.
            is_folder: What it is.
        """
        try:
            return self._decisions[path, is_folder]
        except KeyError:
            pass
        relative = path[len(self._start) :].replace(os.sep, "/") + ("/" if is_folder else "")
        decision = self._spec.check_file(relative).include
        if len(self._decisions) >= _MOST_REMEMBERED:
            self._decisions.clear()
        self._decisions[path, is_folder] = decision
        return decision


Rules = list[IgnoreFile]
"""From the outermost on."""


def rules_in(folder: str) -> Rules:
    """The rules that the files in a folder give; a file that cannot be read gives none."""
    rules: Rules = []
    for name in _FILES:
        path = os.path.join(folder, name)
        try:
            # Git follows no link here either.
            data = read_regular(path, _LARGEST, follow=False)
        except OSError:
            continue
        lines = data.decode("utf-8", "replace").splitlines()
        # Git makes files with nothing but comments in them.
        patterns = tuple(line for line in lines if line.strip() and not line.startswith("#"))
        if patterns:
            rules.append(_ignore_file(folder, patterns))
    return rules


@lru_cache(maxsize=256)
def _ignore_file(folder: str, lines: tuple[str, ...]) -> IgnoreFile:
    return IgnoreFile(folder, lines)


def is_ignored(path: str, is_folder: bool, rules: Rules) -> bool:
    """Whether git would ignore a path whose folder it does not: the innermost rule decides."""
    for file in reversed(rules):
        decision = file.decision(path, is_folder)
        if decision is not None:
            return decision
    return False


def _spec(lines: tuple[str, ...]) -> GitIgnoreSpec:
    try:
        return git_patterns(lines)
    except ValueError:
        # As git does: a line that is no pattern takes no part.
        return git_patterns(line for line in lines if _is_pattern(line))


def _is_pattern(line: str) -> bool:
    try:
        git_patterns([line])
    except ValueError:
        return False
    return True
