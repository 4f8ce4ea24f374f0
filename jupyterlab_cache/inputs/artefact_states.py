"""What became of the files that an execution wrote."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Literal

import msgspec

from ..store.records import Artefact, Entry, LeftOut
from .artefact_places import ArtefactPlaces, PlaceRefused
from .observation import Places
from .stat_cache import FileValues

MOST_ARTEFACTS = 1000
"""So many artefacts of an entry are looked at."""

Presence = Literal["present", "missing", "changed", "unknown"]
"""Whether a file is as the execution left it; ``unknown``: it is none that is looked at."""

_LIMITS: set[LeftOut] = {"too-large", "too-much", "too-many", "changed", "unreadable"}
"""Reasons that nobody asked for."""


class ArtefactState(msgspec.Struct, frozen=True):
    """What became of a file that an execution wrote.

    Attributes:
        path: As the entry holds it.
        state: Whether it is as the execution left it.
        stored: Whether its content is in the store.
        left_out: Why not, where the entry says so.
    """

    path: str
    state: Presence
    stored: bool
    left_out: LeftOut | None = None

    @property
    def is_worth_telling(self) -> bool:
        """Whether the file is gone or changed, or could not be stored."""
        return self.state in ("missing", "changed") or self.left_out in _LIMITS


def artefact_states(
    entry: Entry, places: Places, files: FileValues, store_folder: Path
) -> list[ArtefactState]:
    """What became of the artefacts of an entry, at most of so many.

    Args:
        entry: It may come from anywhere.
        places: The folder of the notebook and its project.
        files: For digests.
        store_folder: The project's store.
    """
    where = ArtefactPlaces(places, store_folder)
    return [
        ArtefactState(
            artefact.path,
            presence_of(artefact, where, files),
            artefact.content is not None,
            artefact.left_out,
        )
        for artefact in entry.artefacts[:MOST_ARTEFACTS]
    ]


def presence_of(artefact: Artefact, where: ArtefactPlaces, files: FileValues) -> Presence:
    """Whether a file is as the execution left it; nothing outside the project is looked at.

    Args:
        artefact: The file, from an entry that may come from anywhere.
        where: Where such files lie.
        files: For digests.
    """
    path = where.places.absolute(artefact.path)
    try:
        where.place_of(artefact.path)
        if artefact.digest is None or not where.places.is_inside(path):
            return "unknown"
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode) or artefact.size not in (None, status.st_size):
            return "changed"
        return "present" if files.digest(path) == artefact.digest else "changed"
    except (FileNotFoundError, NotADirectoryError):
        return "missing"
    except (PlaceRefused, OSError, ValueError):
        return "unknown"
