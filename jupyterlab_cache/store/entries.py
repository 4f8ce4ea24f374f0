"""Entries as files: one line with the record, one with its signatures."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import msgspec

from .blobs import is_blob_digest
from .errors import EntryMissing, StoreError
from .files import read_regular, write_atomically
from .layout import Layout
from .records import ENTRY_FORMAT, Entry
from .signatures import KeyRing, Signature

MAX_ENTRY_BYTES = 64 * 1024**2
"""Largest entry file that is read."""

_ENTRY_ID = re.compile(r"[0-9a-f]{32}")
_CODE_KEY = re.compile(r"ck1-[0-9a-f]{64}")
_SUFFIX = ".json"

_decode_entry = msgspec.json.Decoder(Entry).decode
_decode_signatures = msgspec.json.Decoder(list[Signature]).decode


class StoredEntry(msgspec.Struct, frozen=True):
    """An entry as the store gives it.

    Attributes:
        id: Its identifier: the first 32 hexadecimal digits of its record's SHA-256.
        entry: The record.
        trusted: Whether it is signed with a key of ours.
    """

    id: str
    entry: Entry
    trusted: bool


def entry_id(payload: bytes) -> str:
    """The identifier of a record."""
    return sha256(payload).hexdigest()[:32]


class EntryFiles:
    """The entries of a store, found by code key.

    Args:
        layout: Where the store lies.
        keys: Keys that sign and are trusted.
    """

    def __init__(self, layout: Layout, keys: KeyRing) -> None:
        self._layout = layout
        self._keys = keys

    def write(self, entry: Entry) -> StoredEntry:
        """Sign and keep an entry.

        Raises:
            StoreError: A field of it is not valid.
            OSError: It cannot be written.
        """
        payload = msgspec.json.encode(entry)
        _check(entry)
        signatures = msgspec.json.encode(self._keys.sign(payload))
        identifier = entry_id(payload)
        self._layout.create()
        path = self._folder(entry.code_key) / (identifier + _SUFFIX)
        write_atomically(path, payload + b"\n" + signatures + b"\n", self._layout.temporary)
        return StoredEntry(identifier, entry, trusted=True)

    def read(self, code_key: str, identifier: str) -> StoredEntry:
        """One entry.

        Raises:
            EntryMissing: There is none, or it is damaged; the text says which.
        """
        if not _ENTRY_ID.fullmatch(identifier):
            raise EntryMissing(f"{identifier[:80]!r} is not the identifier of an entry.")
        path = self._folder(code_key) / (identifier + _SUFFIX)
        try:
            data = read_regular(path, MAX_ENTRY_BYTES)
        except FileNotFoundError:
            raise EntryMissing(f"There is no entry {identifier}.") from None
        except OSError as error:
            raise EntryMissing(f"The entry {identifier} cannot be read: {error}") from error
        try:
            return self._decoded(data, code_key, identifier)
        except (ValueError, msgspec.MsgspecError, RecursionError, StoreError) as error:
            raise EntryMissing(f"The entry {identifier} is damaged: {error}") from error

    def _decoded(self, data: bytes, code_key: str, identifier: str) -> StoredEntry:
        payload, _, rest = data.partition(b"\n")
        if entry_id(payload) != identifier:
            raise StoreError("its content is not what its name says")
        entry = _decode_entry(payload)
        _check(entry)
        if entry.code_key != code_key:
            raise StoreError("it lies in another code key's folder")
        signatures = _decode_signatures(rest)
        return StoredEntry(identifier, entry, self._keys.trusts(payload, signatures))

    def remove(self, code_key: str, identifier: str) -> None:
        """Take an entry away; harmless when it is gone already.

        Raises:
            OSError: It cannot be removed.
        """
        folder = self._folder(code_key)
        (folder / (identifier + _SUFFIX)).unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            folder.rmdir()  # only works when it is empty

    def ids_of(self, code_key: str) -> list[str]:
        """Identifiers of the entries of one code key, in no order."""
        return list(_ids_in(self._folder(code_key)))

    def all_ids(self) -> dict[str, str]:
        """Identifier → code key of all entries; only folders are read."""
        found: dict[str, str] = {}
        for group in _folders_in(self._layout.entries):
            for folder in _folders_in(group):
                if _CODE_KEY.fullmatch(folder.name):
                    found.update(dict.fromkeys(_ids_in(folder), folder.name))
        return found

    def _folder(self, code_key: str) -> Path:
        if not _CODE_KEY.fullmatch(code_key):
            raise EntryMissing(f"{code_key[:80]!r} is not a code key.")
        return self._layout.entries / code_key[4:6] / code_key


def _folders_in(folder: Path) -> Iterator[Path]:
    with contextlib.suppress(OSError), os.scandir(folder) as listing:
        for item in listing:
            if item.is_dir(follow_symlinks=False):
                yield folder / item.name


def _ids_in(folder: Path) -> Iterator[str]:
    if folder.is_symlink():
        return
    with contextlib.suppress(OSError), os.scandir(folder) as listing:
        for item in listing:
            name = item.name.removesuffix(_SUFFIX)
            if name != item.name and _ENTRY_ID.fullmatch(name):
                yield name


def _check(entry: Entry) -> None:
    """Refuse a record whose fields cannot be what they claim to be.

    Raises:
        StoreError: Says which field.
    """
    if entry.format > ENTRY_FORMAT:
        raise StoreError(f"it has format {entry.format}, this program knows {ENTRY_FORMAT}")
    if not _CODE_KEY.fullmatch(entry.code_key):
        raise StoreError("its code key is not valid")
    blobs = [entry.outputs, entry.notebook]
    blobs += [item.content for item in entry.inputs if item.content is not None]
    if not all(is_blob_digest(digest) for digest in blobs):
        raise StoreError("it names a blob that cannot exist")
    paths = [entry.notebook_path]
    paths += [item.path for item in entry.inputs if item.path is not None]
    paths += [artefact.path for artefact in entry.artefacts]
    if any("\0" in path or len(path) > 4096 for path in paths):
        raise StoreError("it names a path that cannot exist")
    if entry.notebook_path.startswith("/") or ".." in entry.notebook_path.split("/"):
        raise StoreError("its notebook lies outside the project")
