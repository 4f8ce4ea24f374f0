"""Where an artefact lies in its project, and where none is ever written."""

from __future__ import annotations

import os
import posixpath
import re
import unicodedata
from pathlib import Path

from .observation import Places

# Names that some systems take for a device, whatever their ending.
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])($|\.)", re.I)
# Other names that such systems give to .git and to a store.
_SHORT_NAME = re.compile(r"(git|jupyte)~[0-9]+($|\.)", re.I)
_DRIVE = re.compile(r"[a-z]:", re.I)
_FORBIDDEN = '\\:*?"<>|' if os.name == "nt" else "\\"


class PlaceRefused(Exception):
    """An artefact's path is none to which anything is written; the text says why.

    Args:
        message: One sentence for a person.
        is_outside: Whether it leads outside the project.
    """

    def __init__(self, message: str, *, is_outside: bool = False) -> None:
        super().__init__(message)
        self.is_outside = is_outside


class ArtefactPlaces:
    """Where the artefacts of one notebook lie.

    Args:
        places: The notebook's folder and project.
        store_folder: The project's store.

    Attributes:
        places: The notebook's folder and project.
        root: The project's root without links, from which artefacts are reached.
    """

    def __init__(self, places: Places, store_folder: Path) -> None:
        self.places = places
        self.root = Path(os.path.realpath(places.project_root))
        folder = os.path.realpath(places.notebook_folder)
        self._start = os.path.relpath(folder, self.root).replace(os.sep, "/")
        self._store = os.path.join(os.path.realpath(store_folder), "")

    def place_of(self, written: str) -> str:
        """Where an artefact lies, relative to the root, with ``/``.

        The path comes from an entry and may be anything. The name alone is looked at here; whoever
        opens the file sees to it that no link is followed.

        Args:
            written: As the entry holds it.

        Raises:
            PlaceRefused: It leads outside the project, to a hidden file or folder or into the
                store, or has a name that is something else to some system.
        """
        place = place_below(self._start, written)
        if (os.path.join(self.root, *place.split("/")) + os.sep).startswith(self._store):
            raise PlaceRefused("It lies in the store.")
        return place


def place_below(start: str, written: str) -> str:
    """Where a path of an entry leads below a folder, by its text alone, with ``/``.

    Args:
        start: The folder that it is relative to, itself relative to the one it has to stay in.
        written: As the entry holds it; it may be anything.

    Raises:
        PlaceRefused: It leads outside, to a hidden file or folder, or has a name that is something
            else to some system.
    """
    if written.startswith("/") or _DRIVE.match(written) or "\0" in written:
        raise PlaceRefused("It lies outside the project.", is_outside=True)
    place = posixpath.normpath(posixpath.join(start, written))
    parts = place.split("/")
    if parts[0] in ("", ".."):
        raise PlaceRefused("It lies outside the project.", is_outside=True)
    for part in parts:
        _check_name(part)
    return place


def _check_name(name: str) -> None:
    if name.startswith("."):
        raise PlaceRefused("Hidden files and folders are never written.")
    if _DEVICE.match(name) or _SHORT_NAME.match(name):
        raise PlaceRefused(f"{name[:80]} is the name of something else on some systems.")
    is_odd = any(unicodedata.category(letter) in ("Cc", "Cf", "Cs") for letter in name)
    if is_odd or set(name) & set(_FORBIDDEN) or name.endswith((".", " ")) or not name:
        raise PlaceRefused("Its name holds characters that some systems pass over.")
