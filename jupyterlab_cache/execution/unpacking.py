"""Writing all that an entry keeps into a folder, for a person to look at or to hand on."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec

from ..inputs.artefact_places import PlaceRefused, place_below
from ..inputs.kept_text import SMALL_TEXT_BYTES, has_secret_name
from ..notebooks import document as documents
from ..notebooks.errors import NotebookError
from ..store.errors import StoreError
from ..store.files import StoreFiles
from ..store.records import Artefact, Input
from ..store.store import Store, StoredEntry
from .artefacts import BEGINNING, MEBIBYTE, holds_private_key

MANIFEST = "manifest.json"
NOTEBOOK = "notebook.ipynb"
INPUTS = "inputs"
ARTEFACTS = "artefacts"

Role = Literal["notebook", "outputs", "input", "artefact"]


class UnpackRefused(Exception):
    """There is no folder into which an entry can be unpacked; the text says what to do."""


class UnpackLimits(msgspec.Struct, frozen=True):
    """How much is written at most of one entry.

    Attributes:
        total_bytes: Of all inputs and artefacts together.
        files: So many of them.
    """

    total_bytes: int = 4096 * MEBIBYTE
    files: int = 10_000


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that an entry knows of.

    Attributes:
        role: What it was to the execution.
        name: The notebook's path, an artefact's, or what a person calls the input.
        kind: Of inputs: the kind.
        file: Where it was written, relative to the folder; None when it was not.
        reason: Why not.
        digest: Of its content; never of an environment variable.
        size: Bytes, where that is known.
    """

    role: Role
    name: str
    kind: str | None = None
    file: str | None = None
    reason: str | None = None
    digest: str | None = None
    size: int | None = None


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What was unpacked, and what was not.

    Attributes:
        entry: Identifier of the entry.
        notebook_path: The notebook, relative to its project's root.
        trusted: Whether the entry is signed by us.
        created: End of the execution, seconds since the epoch.
        outcome: How it ended.
        kernel_name: Name of its kernelspec.
        items: All that the entry knows of.
        format: Version of this manifest.
    """

    entry: str
    notebook_path: str
    trusted: bool
    created: float
    outcome: str
    kernel_name: str
    items: tuple[Item, ...]
    format: int = 1


def unpack(
    stored: StoredEntry, store: Store, folder: Path, limits: UnpackLimits | None = None
) -> Manifest:
    """Write executed code cells with outputs, small inputs, artefacts and a manifest.

    Inputs and artefacts lie in folders of their own, in their places in the project. What an entry
    names may be anything: nothing is written outside the folder or to a hidden file, no content
    that suggests a secret, and no value of an environment variable.

    Args:
        stored: The entry; whoever calls has asked whether it is to be trusted.
        store: Its store.
        folder: A new folder, or an empty one.
        limits: How much is written.

    Raises:
        UnpackRefused: The folder is not empty, or none.
        OSError: It cannot be written to.
    """
    _check_folder(folder)
    unpacker = _Unpacker(stored, store, folder, limits or UnpackLimits())
    entry = stored.entry
    items = [
        *unpacker.notebook(),
        *(unpacker.input(item) for item in entry.inputs),
        *(unpacker.artefact(artefact) for artefact in entry.artefacts),
    ]
    manifest = Manifest(
        entry=stored.id,
        notebook_path=entry.notebook_path,
        trusted=stored.trusted,
        created=entry.created,
        outcome=entry.outcome,
        kernel_name=entry.kernel_name,
        items=tuple(items),
    )
    data = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
    StoreFiles(folder, has_temporary=False).write(MANIFEST, data)
    return manifest


def _check_folder(folder: Path) -> None:
    if folder.is_symlink():
        raise UnpackRefused(f"{folder} is a link; name a new or empty folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise UnpackRefused(f"{folder} is not a folder; name a new or empty one.") from None
    if next(folder.iterdir(), None) is not None:
        raise UnpackRefused(f"{folder} is not empty; name a new or empty folder.")


class _LeftOut(Exception):
    """Something is not written; the text says why."""


class _Unpacker:
    def __init__(
        self, stored: StoredEntry, store: Store, folder: Path, limits: UnpackLimits
    ) -> None:
        self._stored = stored
        self._store = store
        self._files = StoreFiles(folder, has_temporary=False)
        self._limits = limits
        self._start = posixpath.dirname(stored.entry.notebook_path)
        self._bytes = 0
        self._written: dict[str, str] = {}

    def notebook(self) -> Iterator[Item]:
        """Write the code cells as they were executed, with their outputs."""
        entry = self._stored.entry
        try:
            node = documents.loads(self._store.blobs.get(entry.notebook), NOTEBOOK)
        except (StoreError, NotebookError) as error:
            yield Item("notebook", entry.notebook_path, reason=str(error))
            return
        outputs: str | None = None
        try:
            self._put_outputs(node)
        except (StoreError, ValueError, TypeError) as error:
            outputs = str(error)
        try:
            self._files.write(NOTEBOOK, documents.serialise(node, NOTEBOOK))
        except NotebookError as error:
            yield Item("notebook", entry.notebook_path, reason=str(error))
            return
        yield Item("notebook", entry.notebook_path, file=NOTEBOOK, digest=entry.notebook)
        yield Item(
            "outputs",
            entry.notebook_path,
            file=NOTEBOOK if outputs is None else None,
            reason=outputs,
            digest=entry.outputs,
            size=entry.output_bytes,
        )

    def _put_outputs(self, node: Any) -> None:
        outputs = self._store.outputs_of(self._stored)
        counts = [cell.execution_count for cell in self._stored.entry.cells]
        documents.put_outputs(node, list(zip(outputs, counts, strict=True)))

    def input(self, item: Input) -> Item:
        """Write a small input whose content is kept."""
        digest = item.fingerprint if item.kind in ("file", "module") else None
        file, reason = None, None
        try:
            if item.kind == "env":
                raise _LeftOut("Values of environment variables are not kept.")
            if digest is None or item.path is None:
                raise _LeftOut("It is no file.")
            if item.content is None:
                raise _LeftOut("Its content was not kept: it is no small text of the project.")
            file = self._write(INPUTS, item.path, item.content, digest, SMALL_TEXT_BYTES)
        except _LeftOut as error:
            reason = str(error)
        return Item("input", item.subject, item.kind, file, reason, digest, item.size)

    def artefact(self, artefact: Artefact) -> Item:
        """Write a file that the execution wrote and whose content is stored."""
        file, reason = None, None
        try:
            if artefact.content is None:
                raise _LeftOut(f"Its content was not stored ({artefact.left_out or 'old entry'}).")
            file = self._write(
                ARTEFACTS, artefact.path, artefact.content, artefact.digest, artefact.size
            )
        except _LeftOut as error:
            reason = str(error)
        return Item(
            "artefact",
            artefact.path,
            file=file,
            reason=reason,
            digest=artefact.digest,
            size=artefact.size,
        )

    def _write(
        self, folder: str, written: str, content: str, digest: str | None, most: int | None
    ) -> str:
        """Write one content to the place of a path; where that is."""
        if content != digest:
            raise _LeftOut("The entry names another content than the recorded one.")
        try:
            place = f"{folder}/{place_below(self._start, written)}"
        except PlaceRefused as refusal:
            raise _LeftOut(str(refusal)) from None
        if has_secret_name(place):
            raise _LeftOut("Its name suggests a secret.")
        if self._written.get(place) == content:
            return place
        if len(self._written) >= self._limits.files:
            raise _LeftOut(f"{self._limits.files} files were written before it.")
        rest = self._limits.total_bytes - self._bytes
        try:
            self._files.write_pieces(
                place, lambda: self._pieces(content, rest, most), replace=False
            )
        except FileExistsError:
            raise _LeftOut("Something else of this name was written before it.") from None
        except (OSError, ValueError, StoreError) as error:
            raise _LeftOut(f"It cannot be written: {error}") from None
        self._written[place] = content
        status = self._files.status(place)
        self._bytes += status.st_size if status else 0
        return place

    def _pieces(self, content: str, rest: int, most: int | None) -> Iterator[bytes]:
        size = 0
        for piece in self._store.blobs.stream(content):
            if size == 0 and holds_private_key(piece[:BEGINNING]):
                raise _LeftOut("It is a private key.")
            size += len(piece)
            if most is not None and size > most:
                raise _LeftOut("It is larger than the entry says.")
            if size > rest:
                raise _LeftOut("With it, more would be written than is allowed.")
            yield piece
