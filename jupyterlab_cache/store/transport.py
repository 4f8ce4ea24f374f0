"""What goes from one store to another: files as they stand, looked at on either side."""

from __future__ import annotations

import os
from typing import IO

from .blob_walk import BLOB_FILE
from .blobs import BlobStore
from .entries import SUFFIX, EntryFiles, folder_of, ids_among
from .errors import EntryMissing
from .layout import ENTRIES, OBJECTS, STORE_FORMAT, Layout
from .manifest import MAX_MANIFEST_BYTES, StoredEntry, is_code_key, named_blobs
from .packing import COMPRESSED
from .signatures import KeyRing
from .store import Store

__all__ = [
    "ENTRIES",
    "FORMAT_FILE",
    "MAX_MANIFEST_BYTES",
    "STORE_FORMAT",
    "Transport",
    "blobs_among",
    "entry_file",
    "folder_of",
    "group_of",
    "ids_among",
    "is_code_key",
]

FORMAT_FILE = "format.json"
"""The file that says that a store is there, and of which format."""


class Transport:
    """The files of a store, for those who bring entries into it or take copies out of it.

    Args:
        store: The store.
        keys: Keys that sign, and whose entries count as ours.
    """

    def __init__(self, store: Store, keys: KeyRing) -> None:
        self.store = store
        layout = Layout(store.folder)
        self._entries = EntryFiles(layout, keys)
        self._blobs = BlobStore(layout, max_bytes=store.blobs.max_bytes)
        self._files = layout.files
        self.max_blob_bytes = store.blobs.max_bytes

    # Out

    def outgoing(self, stored: StoredEntry) -> bytes:
        """An entry's file as others get it; raises as :meth:`EntryFiles.outgoing`."""
        return self._entries.outgoing(stored)

    def blob_file(self, digest: str) -> tuple[str, str, int]:
        """A blob's file that was looked at: its name, its path, its size in bytes.

        Raises:
            StoreError: It is missing or damaged.
            OSError: It cannot be read.
        """
        file = self._blobs.whole_file(digest)
        return file.name, os.path.abspath(self._files.path(file.name)), file.status.st_size

    # In

    def present(self, code_key: str, identifier: str) -> StoredEntry | None:
        """An entry that is there already and can be read."""
        try:
            return self._entries.read(code_key, identifier)
        except EntryMissing:
            return None

    def incoming(self, code_key: str, identifier: str, data: bytes) -> StoredEntry:
        """What came as an entry's file; raises as :meth:`EntryFiles.incoming`."""
        return self._entries.incoming(code_key, identifier, data)

    def lacks(self, stored: StoredEntry) -> list[str]:
        """The blobs that an entry needs and that are not there, in order."""
        return sorted(
            digest for digest in named_blobs(stored.entry) if not self._blobs.touch(digest)
        )

    def take_in_blob(self, digest: str, name: str, file: IO[bytes]) -> None:
        """Keep a blob that came as a file of this name; raises as :meth:`BlobStore.take_in`."""
        self._blobs.take_in(digest, is_packed=name.endswith(COMPRESSED), file=file)

    def take_in(self, stored: StoredEntry, data: bytes) -> StoredEntry:
        """Keep an entry whose blobs are there; raises as :meth:`EntryFiles.take_in`."""
        return self._entries.take_in(stored, data)


def entry_file(code_key: str, identifier: str) -> str:
    """The name of an entry's file."""
    return f"{folder_of(code_key)}/{identifier}{SUFFIX}"


def group_of(digest: str) -> str:
    """The folder in which a blob's file lies."""
    return f"{OBJECTS}/{digest[7:9]}"


def blobs_among(group: str, names: list[str]) -> dict[str, str]:
    """Blobs among the names in a folder of blobs: their digests with their files' names."""
    found = {}
    # As it is before compressed: of the same content the one that is simpler to read.
    for name in sorted(names, reverse=True):
        match = BLOB_FILE.fullmatch(name)
        if match is not None and name[:2] == group[-2:]:
            found[f"sha256-{match[1]}"] = f"{group}/{name}"
    return found
