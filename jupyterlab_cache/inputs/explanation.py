"""Adds to reasons what exactly changed, where the entry kept enough to tell."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import cached_property

import msgspec

from ..notebooks.code_key import is_blank, normalise_source
from ..notebooks.regular_files import read_regular
from ..store.entries import StoredEntry
from ..store.errors import StoreError
from ..store.records import Input
from .fingerprints import IGNORED_NAMES
from .kept_text import SMALL_TEXT_BYTES
from .observation import Places
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


class ChangedCells:
    """Tells which lines of cells changed.

    Args:
        stored: The entry with the cells as they were executed.
        read: Gives the content of a blob.
        sources: Gives the sources of the cells as they are now; None where they are not known.
    """

    def __init__(
        self,
        stored: StoredEntry,
        read: Callable[[str], bytes],
        sources: Callable[[], Sequence[str] | None],
    ) -> None:
        self._stored = stored
        self._read = read
        self._sources = sources

    def lines(self, before: int | None, now: int | None) -> tuple[str, ...]:
        """The lines of one cell that went and came.

        Args:
            before: The ordinal that it had; None for a cell that was added.
            now: The ordinal that it has; None for a cell that was removed.
        """
        old, new = self._texts
        try:
            return changed_lines(
                "" if before is None else old[before], "" if now is None else new[now]
            )
        except IndexError:
            return ()

    @cached_property
    def _texts(self) -> tuple[Sequence[str], Sequence[str]]:
        entry = self._stored.entry
        try:
            cells = _decode_cells(self._read(entry.notebook)).cells
        except (StoreError, OSError, ValueError, RecursionError, msgspec.MsgspecError):
            return (), ()
        code = [cell.source for cell in cells if cell.cell_type == "code"]
        old = [text for text in map(normalise_source, code) if not is_blank(text)]
        return (old, self._sources() or ()) if len(old) == len(entry.cells) else ((), ())


class _Cell(msgspec.Struct):
    cell_type: str = ""
    source: str | list[str] = ""


class _Code(msgspec.Struct):
    cells: list[_Cell] = []


_decode_cells = msgspec.json.Decoder(_Code).decode


def _changes(item: Input, places: Places, read: Callable[[str], bytes]) -> tuple[str, ...]:
    path = places.absolute(item.path or "")
    if not places.is_inside(path) or item.content is None:
        return ()
    try:
        before = read(item.content).decode()
        if item.kind == "directory":
            now = {*os.listdir(path)} - {*item.without} - IGNORED_NAMES
            return changed_names(before.split("\n") if before else [], now)
        return changed_lines(before, read_regular(path, SMALL_TEXT_BYTES).decode())
    except (OSError, ValueError, StoreError):
        return ()  # the reason stands without it
