"""Every file that lies where blobs do, one after the other: for those who look after a store."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator

import msgspec

from .files import StoreFiles
from .layout import OBJECTS
from .packing import COMPRESSED

_HEX = frozenset("0123456789abcdef")
BLOB_FILE = re.compile(r"([0-9a-f]{64})(?:" + re.escape(COMPRESSED) + r")?")
"""Name of a blob's file, beginning with the digest's digits."""


class BlobFile(msgspec.Struct, frozen=True):
    """A file that lies where blobs do.

    Attributes:
        name: The file.
        digest: Of the blob.
        status: What the system says of it.
    """

    name: str
    digest: str
    status: os.stat_result


def blob_files(files: StoreFiles) -> Iterator[BlobFile]:
    """All files that lie where blobs do and are named like one.

    Raises:
        OSError: A folder cannot be read.
    """
    for group, _ in sorted(files.subfolders(OBJECTS)):
        if len(group) != 2 or not _HEX.issuperset(group):
            continue
        _, names = files.listing(f"{OBJECTS}/{group}") or (None, [])
        for last in names:
            match = BLOB_FILE.fullmatch(last)
            if match is None or last[:2] != group:
                continue
            name = f"{OBJECTS}/{group}/{last}"
            status = files.status(name)
            if status is not None and stat.S_ISREG(status.st_mode):
                yield BlobFile(name, f"sha256-{match[1]}", status)
