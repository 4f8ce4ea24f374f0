"""Finding the notebooks of a folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from .ignore_files import Rules, is_ignored, rules_in
from .listing import Kind, Listing, list_folder
from .reader import check_file
from .text import is_text_notebook


def find_notebooks(
    paths: Sequence[Path],
    *,
    root: Path,
    is_text: Callable[[str], bool] = is_text_notebook,
    listing: Callable[[str], Listing] = list_folder,
) -> list[Path]:
    """The notebooks that paths name, without repetition: files as given, folders recursively.

    In folders, what is hidden, made by a build, part of an environment or ignored by git is passed
    over, and so are links that lead outside the root.

    Args:
        paths: Absolute files and folders.
        root: Absolute folder above or equal to them all; ignore files above it do not count.
        is_text: Tells of a file whether it is a text notebook.
        listing: Tells what is in a folder.

    Raises:
        NotebookError: A file is missing or is no notebook.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if os.path.isdir(path):
            rules = _rules_above(path, root)
            if is_ignored(os.fspath(path), True, rules):
                rules = []  # a person who names it wants it
            walk = _Walk(root, is_text, listing)
            found.update(dict.fromkeys(walk.below(os.fspath(path), rules, named=True)))
        else:
            if not is_text(os.fspath(path)):
                check_file(path)
            found.setdefault(path)
    return list(found)


def _rules_above(folder: Path, root: Path) -> Rules:
    """The rules for a folder that the folders above it give, up to its repository's or the root."""
    rules: Rules = []
    inner = folder
    while inner != root and inner.is_relative_to(root) and not os.path.exists(inner / ".git"):
        inner = inner.parent
        rules = rules_in(os.fspath(inner)) + rules
    return rules


class _Walk:
    def __init__(
        self, root: Path, is_text: Callable[[str], bool], listing: Callable[[str], Listing]
    ) -> None:
        self._root = root
        self._is_text = is_text
        self._listing = listing

    def below(self, folder: str, rules: Rules, *, named: bool = False) -> Iterator[Path]:
        """The notebooks below a folder.

        Args:
            folder: Its absolute path.
            rules: What git ignores, as the folders above say.
            named: Whether a person named this folder.
        """
        # A stack, since folders may lie in each other deeper than functions may.
        levels = [self._level(folder, rules, named)]
        while levels:
            item = next(levels[-1], None)
            if item is None:
                levels.pop()
            elif isinstance(item, Path):
                yield item
            else:
                levels.append(self._level(*item, False))

    def _level(self, folder: str, rules: Rules, named: bool) -> Iterator[Path | tuple[str, Rules]]:
        """The notebooks in a folder, and the folders in it with the rules for them, in order."""
        content = self._listing(folder)
        if content.is_made and not named:
            return
        if content.is_repository:
            rules = []  # a repository within another one has only rules of its own
        if content.has_rules:
            rules = rules + rules_in(folder)
        for kind, text, path in content.items:
            if kind == "folder":
                if not (rules and is_ignored(text, True, rules)):
                    yield text, rules
            elif self._counts(kind, text) and not (rules and is_ignored(text, False, rules)):
                yield path

    def _counts(self, kind: Kind, path: str) -> bool:
        if kind == "text":
            return self._is_text(path)
        return kind == "notebook" or (self._leads_into_root(path) and self._leads_to_notebook(path))

    def _leads_to_notebook(self, link: str) -> bool:
        return os.path.isfile(link) if link.endswith(".ipynb") else self._is_text(link)

    def _leads_into_root(self, link: str) -> bool:
        return Path(os.path.realpath(link)).is_relative_to(os.path.realpath(self._root))
