"""The folder that an export writes to: one that no planted link leads away from."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from .other_cache import ExportRefused


def destination(folder: Path, root: Path) -> Path:
    """The folder to write to, made if it is missing.

    Args:
        folder: As a person named it, from the current folder on.
        root: Below it a stranger may have filled everything, so no link is followed there.

    Raises:
        ExportRefused: It is no folder, or a link.
        OSError: It cannot be made.
    """
    place = Path(os.path.abspath(folder))
    root = Path(os.path.abspath(root))
    inside = place.relative_to(root).parts if place.is_relative_to(root) else place.parts[-1:]
    current = place if not inside else Path(*place.parts[: -len(inside)])
    current.mkdir(parents=True, exist_ok=True)
    for part in inside:
        current /= part
        if not os.path.lexists(current):
            current.mkdir(exist_ok=True)
        mode = current.lstat().st_mode
        if stat.S_ISLNK(mode):
            raise ExportRefused(f"{current} is a link; name the folder that it leads to.")
        if not stat.S_ISDIR(mode):
            raise ExportRefused(f"{current} is not a folder; name a folder with --output.")
    return place


def in_project(text: str, root: Path, store: Path) -> Path:
    """The folder that a project's own settings name, which has to lie inside the project.

    Args:
        text: Relative to the project's root, with ``/``.
        root: The project's root.
        store: Its store, into which nothing else is written.

    Raises:
        ExportRefused: It lies outside, in the store or in version control, or is the root itself.
    """
    place = Path(os.path.normpath(root / text))
    if os.path.isabs(text) or not place.is_relative_to(root) or place == root:
        raise ExportRefused(f"{text} is not a folder inside the project; name one.")
    if place.is_relative_to(store) or ".git" in place.relative_to(root).parts:
        raise ExportRefused(f"{text} is kept for something else; name another folder.")
    return place
