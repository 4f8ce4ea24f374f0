"""Adds to reasons what exactly changed, where the entry kept enough to tell."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from ..store.entries import StoredEntry
from ..store.errors import StoreError
from ..store.records import Input
from .fingerprints import IGNORED_NAMES
from .observation import SMALL_TEXT_BYTES, Places
from .reasons import Reason
from .text_changes import changed_lines, changed_names

_KINDS: dict[str, str] = {
    "file-changed": "file",
    "module-changed": "module",
    "directory-changed": "directory",
}
_MOST_EXPLAINED = 20


def explained(
    reasons: Sequence[Reason],
    stored: StoredEntry,
    places: Places,
    read: Callable[[str], bytes],
) -> list[Reason]:
    """The reasons with the lines or names that changed.

    Args:
        reasons: Why an entry does not match.
        stored: The entry.
        places: The notebook's folder and project; nothing outside the project is shown.
        read: Gives the content of a blob.
    """
    inputs: dict[tuple[str, str], Input] = {
        (item.kind, item.subject): item for item in stored.entry.inputs if item.content
    }
    result = []
    for number, reason in enumerate(reasons):
        item = inputs.get((_KINDS.get(reason.code, ""), reason.subject))
        if item is not None and number < _MOST_EXPLAINED:
            reason = msgspec.structs.replace(reason, changes=_changes(item, places, read))
        result.append(reason)
    return result


def _changes(item: Input, places: Places, read: Callable[[str], bytes]) -> tuple[str, ...]:
    path = places.absolute(item.path or "")
    if not places.is_inside(path) or item.content is None:
        return ()
    try:
        before = read(item.content).decode()
        if item.kind == "directory":
            now = {*os.listdir(path)} - {*item.without} - IGNORED_NAMES
            return changed_names(before.split("\n") if before else [], now)
        if os.stat(path).st_size > SMALL_TEXT_BYTES:
            return ()
        return changed_lines(before, Path(path).read_bytes().decode())
    except (OSError, ValueError, StoreError):
        return ()  # the reason stands without it
