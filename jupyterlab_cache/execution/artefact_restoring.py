"""Writing the files of an execution to disk again, where a person asks for it."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Literal

import msgspec

from ..inputs.artefact_places import ArtefactPlaces, PlaceRefused
from ..inputs.artefact_states import presence_of
from ..inputs.observation import Places
from ..inputs.stat_cache import FileValues
from ..projects import Project
from ..store.errors import StoreError
from ..store.files import StoreFiles
from ..store.records import Artefact
from ..store.store import StoredEntry

FileResult = Literal[
    "restored", "overwritten", "same", "differs", "not-stored", "untrusted", "refused", "failed"
]
"""What became of one file: ``differs``: another content is there and was left."""

GOOD: set[FileResult] = {"restored", "overwritten", "same"}
"""After these the file is as the execution left it."""


class RestoredFile(msgspec.Struct, frozen=True):
    """What became of one file.

    Attributes:
        path: As the entry holds it, relative to the notebook's folder.
        result: What became of it.
        message: Why it is not as the execution left it; empty when it is.
    """

    path: str
    result: FileResult
    message: str = ""


class ArtefactWish(msgspec.Struct, frozen=True, kw_only=True):
    """What a person said yes to.

    Attributes:
        overwrite: Replace files whose content is another one.
        accept_untrusted: Write files of an entry that is not signed by us.
    """

    overwrite: bool = False
    accept_untrusted: bool = False


def restore_artefacts(
    stored: StoredEntry,
    notebook: Path,
    project: Project,
    files: FileValues,
    wish: ArtefactWish,
) -> list[RestoredFile]:
    """Write the files of an entry whose contents are stored.

    Nothing is written outside the project, through a link, to a hidden file or folder, into the
    store, over the notebook or over anything that is not a regular file. A file is written whole or
    not at all.

    Args:
        stored: The entry; it may come from anywhere.
        notebook: Absolute path of the notebook; paths start from its folder.
        project: Its project.
        files: For digests.
        wish: What a person said yes to.
    """
    restorer = _Restorer(notebook, project, files, wish, is_trusted=stored.trusted)
    results = [restorer.restored(artefact) for artefact in stored.entry.artefacts]
    if any(result.result in ("restored", "overwritten") for result in results):
        project.store.marks.touch_used(stored.id)
    return results


class _Restorer:
    def __init__(
        self,
        notebook: Path,
        project: Project,
        files: FileValues,
        wish: ArtefactWish,
        *,
        is_trusted: bool,
    ) -> None:
        self._notebook = notebook
        self._where = ArtefactPlaces(Places(notebook.parent, project.root), project.store.folder)
        self._root = self._where.root
        self._store = project.store
        self._files = files
        self._wish = wish
        self._may_write = is_trusted or wish.accept_untrusted
        self._target = StoreFiles(self._root, has_temporary=False)

    def restored(self, artefact: Artefact) -> RestoredFile:
        """Write one file, if it is to be written."""
        try:
            result, message = self._restore(artefact)
        except PlaceRefused as error:
            result, message = "refused", str(error)
        except FileExistsError:
            result, message = "differs", "It came into being just now."
        except (OSError, StoreError) as error:
            result, message = "failed", str(error)
        return RestoredFile(artefact.path, result, message)

    def _restore(self, artefact: Artefact) -> tuple[FileResult, str]:
        place = self._where.place_of(artefact.path)
        if self._is_notebook(place):
            raise PlaceRefused("It is the notebook itself.")
        is_there = self._check_target(place)
        if is_there:
            presence = presence_of(artefact, self._where, self._files)
            if presence == "present":
                return "same", ""
        content = artefact.content
        if content is None:
            return "not-stored", f"Its content was not stored ({artefact.left_out or 'old entry'})."
        if not self._may_write:
            return "untrusted", "The entry is from elsewhere; say that you trust it."
        if is_there and not self._wish.overwrite:
            return "differs", "Another content is there; say whether to overwrite it."
        self._target.write_pieces(
            place, lambda: self._store.blobs.stream(content), replace=is_there
        )
        return ("overwritten" if is_there else "restored"), ""

    def _is_notebook(self, place: str) -> bool:
        try:
            return (self._root / place).samefile(self._notebook)
        except OSError:
            return False

    def _check_target(self, place: str) -> bool:
        """Whether a regular file is there."""
        folder, _, _ = place.rpartition("/")
        current = self._root
        for part in folder.split("/") if folder else ():
            current /= part
            try:
                if not stat.S_ISDIR(current.lstat().st_mode):
                    raise PlaceRefused("A link or a file is on the way to it.")
            except FileNotFoundError:
                return False
        try:
            status = (self._root / place).lstat()
        except FileNotFoundError:
            return False
        if not stat.S_ISREG(status.st_mode):
            raise PlaceRefused("What is there is not a regular file.")
        return True
