"""Paths that a person wants to be neither inputs nor artefacts: patterns as in ``.gitignore``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ..notebooks.declaration import DeclarationInvalid
from ..notebooks.errors import one_line
from ..notebooks.git_patterns import git_patterns

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


class IgnoreRules:
    """What to leave out.

    Args:
        layers: Folders with the patterns that start from them, the one that decides last.
    """

    def __init__(self, layers: Sequence[tuple[Path, tuple[str, ...]]] = ()) -> None:
        self._layers = [
            (os.path.join(folder, ""), _spec(patterns)) for folder, patterns in layers if patterns
        ]

    def __bool__(self) -> bool:
        return bool(self._layers)

    def ignores(self, path: str) -> bool:
        """Whether a path is left out: it, or a folder above it, fits a pattern.

        Args:
            path: Absolute; it need not exist.
        """
        decision = False
        for folder, spec in self._layers:
            if not path.startswith(folder):
                continue
            relative = path[len(folder) :].replace(os.sep, "/")
            include = spec.check_file(relative).include
            if include is None and not os.path.isfile(path):
                include = spec.check_file(relative + "/").include
            decision = decision if include is None else include
        return decision

    def also_in(self, root: Path, other: Path) -> IgnoreRules:
        """The same rules, which hold in another folder as well.

        Args:
            root: A folder above all that they start from.
            other: The one that stands for it.
        """
        rules = IgnoreRules()
        prefix, new = os.path.join(root, ""), os.path.join(other, "")
        moved = [(new + folder[len(prefix) :], spec) for folder, spec in self._layers]
        rules._layers = [*self._layers, *moved]
        return rules

    def names_in(self, folder: str) -> frozenset[str]:
        """The names in a folder that are left out now."""
        if not self._layers:
            return frozenset()
        try:
            names = os.listdir(folder)
        except OSError:
            return frozenset()
        return frozenset(name for name in names if self.ignores(os.path.join(folder, name)))


NO_RULES = IgnoreRules()


def check_ignore(patterns: Sequence[str]) -> None:
    """Refuse what cannot be followed.

    Args:
        patterns: As a person wrote them.

    Raises:
        DeclarationInvalid: One climbs out of its folder, or is no gitignore pattern.
    """
    for pattern in patterns:
        if ".." in pattern.lstrip("!").split("/"):
            raise DeclarationInvalid(
                f"The pattern {pattern} to ignore climbs with '..', which gitignore patterns "
                "cannot; declare it in pyproject.toml, from the project's root."
            )
        _spec((pattern,))


@lru_cache(maxsize=1000)
def _spec(patterns: tuple[str, ...]) -> GitIgnoreSpec:
    try:
        return git_patterns(patterns)
    except ValueError as error:
        raise DeclarationInvalid(
            f"{', '.join(patterns)[:80]} cannot be used to ignore: {one_line(error)}."
        ) from None
