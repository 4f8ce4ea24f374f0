"""What is in a folder, as far as it matters when notebooks are looked for."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Literal

import msgspec

from .ignore_files import IGNORE_FILES
from .text import TEXT_SUFFIXES

SKIPPED_FOLDERS = frozenset({"_build", "node_modules", "__pycache__", "site-packages"})
"""Folders that never hold a person's own notebooks; hidden folders are skipped as well."""

_MADE = ({"pyvenv.cfg"}, {"global.db", "__version__.txt"})
"""Files by which a virtual environment is known, and a folder of jupyter-cache."""

# Passes over the same folders use the same objects, which know their hashes already.
_path = lru_cache(maxsize=65536)(Path)

Kind = Literal["folder", "notebook", "text", "link"]


class Listing(msgspec.Struct, frozen=True):
    """What is in a folder.

    Attributes:
        items: Folders, notebooks, files that may be text notebooks, and links to files of either
            kind, in the order of their names; hidden ones left out.
        is_made: Whether a program filled it: it is a virtual environment, or another cache.
        is_repository: Whether it is the root of a git repository.
        has_rules: Whether files in it may say what git ignores.
    """

    items: tuple[tuple[Kind, str, Path], ...]
    is_made: bool = False
    is_repository: bool = False
    has_rules: bool = False


EMPTY = Listing(())


def list_folder(folder: str) -> Listing:
    """What is in a folder; nothing where it cannot be read.

    Args:
        folder: Its absolute path.
    """
    try:
        return read_folder(folder)
    except OSError:
        return EMPTY


def read_folder(folder: str) -> Listing:
    """What is in a folder.

    Args:
        folder: Its absolute path.

    Raises:
        OSError: It cannot be read.
    """
    with os.scandir(folder) as listing:
        found = sorted(listing, key=lambda item: item.name)
    start = os.path.join(folder, "")
    items: list[tuple[Kind, str, Path]] = []
    for item in found:
        kind = None if item.name.startswith(".") else _kind_of(item)
        if kind is not None:
            items.append((kind, start + item.name, _path(start + item.name)))
    names = {item.name for item in found}
    is_made = any(known <= names for known in _MADE)
    return Listing(tuple(items), is_made, ".git" in names, not names.isdisjoint(IGNORE_FILES))


def _kind_of(item: os.DirEntry[str]) -> Kind | None:
    if item.is_dir(follow_symlinks=False):
        return None if item.name in SKIPPED_FOLDERS else "folder"
    if not item.name.endswith((".ipynb", *TEXT_SUFFIXES)):
        return None
    if item.is_symlink():
        return "link"
    if not item.name.endswith(".ipynb"):
        return "text"
    return "notebook" if item.is_file() else None
