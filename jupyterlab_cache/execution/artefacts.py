"""Storing the contents of the files that an execution wrote."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from io import FileIO

import msgspec

from ..inputs.artefact_places import ArtefactPlaces, PlaceRefused
from ..inputs.ignoring import NO_RULES, IgnoreRules
from ..inputs.kept_text import suggests_secret
from ..inputs.observation import Places
from ..store.errors import ContentChanged, StoreError
from ..store.files import StoreFiles
from ..store.packing import PIECE
from ..store.reading import UnexpectedFile
from ..store.records import Artefact, LeftOut
from ..store.store import Store

MEBIBYTE = 1024**2

_PRIVATE_KEY = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY|^PuTTY-User-Key-File|AGE-SECRET-KEY-")
BEGINNING = 64 * 1024
"""Bytes of a file that are searched for a key."""


class ArtefactLimits(msgspec.Struct, frozen=True):
    """How much is stored of what an execution wrote.

    Attributes:
        file_bytes: Most bytes of one file.
        total_bytes: Most bytes of all files of one execution.
        files: Most files of one execution; 0 to store none.
    """

    file_bytes: int = 64 * MEBIBYTE
    total_bytes: int = 512 * MEBIBYTE
    files: int = 1000


def store_artefacts(
    artefacts: Iterable[Artefact],
    places: Places,
    store: Store,
    limits: ArtefactLimits,
    not_kept: IgnoreRules = NO_RULES,
) -> tuple[Artefact, ...]:
    """Store the contents of artefacts as far as they may be, and note why others are left out.

    Args:
        artefacts: What the execution wrote, with digests.
        places: The folder of the notebook and its project.
        store: The project's store.
        limits: How much is stored.
        not_kept: What a person wants to be left out.
    """
    keeper = _Keeper(places, store, limits, not_kept)
    return tuple(keeper.kept(artefact) for artefact in artefacts)


class _Keeper:
    """Stores the artefacts of one execution, one after the other."""

    def __init__(
        self, places: Places, store: Store, limits: ArtefactLimits, not_kept: IgnoreRules
    ) -> None:
        self._places = places
        self._store = store
        self._limits = limits
        self._not_kept = not_kept
        self._where = ArtefactPlaces(places, store.folder)
        self._files = StoreFiles(self._where.root)
        self._bytes = 0
        self._count = 0

    def kept(self, artefact: Artefact) -> Artefact:
        """The artefact with its content, or with why that is left out."""
        left_out = self._put(artefact)
        if left_out is not None:
            return msgspec.structs.replace(artefact, left_out=left_out)
        return msgspec.structs.replace(artefact, content=artefact.digest)

    def _put(self, artefact: Artefact) -> LeftOut | None:
        path = self._places.absolute(artefact.path)
        if not self._places.is_inside(path):
            return "outside"
        if self._not_kept.ignores(path):
            return "ignored"
        if suggests_secret(path, self._places):
            return "secret"
        try:
            place = self._where.place_of(artefact.path)
        except PlaceRefused as refusal:
            return "outside" if refusal.is_outside else "not-writable"
        if artefact.digest is None or artefact.size is None:
            return "unreadable"
        beyond = self._limit_beyond(artefact.size)
        if beyond is not None:
            return beyond
        try:
            with self._files.opened(place, artefact.size) as file:
                if holds_private_key(file.read(BEGINNING) or b""):
                    return "secret"
                self._store.blobs.put_stream(artefact.digest, artefact.size, lambda: _pieces(file))
        except (ContentChanged, UnexpectedFile, FileNotFoundError):
            return "changed"
        except NotADirectoryError:
            return "outside"  # a link on the way
        except (OSError, StoreError):
            return "unreadable"
        self._bytes += artefact.size
        self._count += 1
        return None

    def _limit_beyond(self, size: int) -> LeftOut | None:
        if self._count >= self._limits.files:
            return "too-many"
        if size > min(self._limits.file_bytes, self._store.blobs.max_bytes):
            return "too-large"
        return "too-much" if self._bytes + size > self._limits.total_bytes else None


def holds_private_key(beginning: bytes) -> bool:
    """Whether a file that begins so is a private key."""
    return _PRIVATE_KEY.search(beginning) is not None


def _pieces(file: FileIO) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(PIECE):
        yield piece
