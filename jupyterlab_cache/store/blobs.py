"""Byte strings named by their digests."""

from __future__ import annotations

import contextlib
import os
import re
from hashlib import sha256
from pathlib import Path

import zstandard

from .errors import BlobDamaged, BlobMissing
from .files import read_regular, write_atomically
from .layout import Layout

_DIGEST = re.compile(r"sha256-([0-9a-f]{64})")
_SMALLEST_TO_COMPRESS = 512
_COMPRESSED = ".zst"

MAX_BLOB_BYTES = 2 * 1024**3
"""Largest content of a blob, in bytes, that is read."""


def blob_digest(data: bytes) -> str:
    """The name of a byte string: ``sha256-`` and 64 hexadecimal digits."""
    return f"sha256-{sha256(data).hexdigest()}"


def is_blob_digest(text: str) -> bool:
    """Whether a text can be the name of a blob."""
    return _DIGEST.fullmatch(text) is not None


class BlobStore:
    """The blobs of a store.

    Args:
        layout: Where the store lies.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def put(self, data: bytes) -> str:
        """Keep a byte string; one that is there already is not written again.

        Returns:
            Its digest.

        Raises:
            OSError: It cannot be written.
        """
        digest = blob_digest(data)
        plain = self._path(digest)
        for path in (plain, _compressed(plain)):
            # The fresh time tells a collector that somebody is about to name this blob.
            with contextlib.suppress(OSError):
                os.utime(path, follow_symlinks=False)
                if self._is_whole(path, digest):
                    return digest
        self._layout.create()
        packed = _pack(data)
        if packed is None:
            write_atomically(plain, data, self._layout.temporary)
        else:
            write_atomically(_compressed(plain), packed, self._layout.temporary)
        return digest

    def get(self, digest: str) -> bytes:
        """The byte string with this digest.

        Raises:
            BlobMissing: There is none.
            BlobDamaged: What is there is something else; it has been put into quarantine.
        """
        plain = self._path(digest)
        damage: BlobDamaged | None = None
        for path in (plain, _compressed(plain)):
            try:
                data = _read(path)
            except FileNotFoundError:
                continue
            except (OSError, zstandard.ZstdError, MemoryError) as error:
                damage = BlobDamaged(f"The blob {digest[:19]}… cannot be read: {error}")
            else:
                if blob_digest(data) == digest:
                    return data
                damage = BlobDamaged(f"The blob {digest[:19]}… is damaged.")
            self._set_aside(path)
        if damage is not None:
            raise damage
        raise BlobMissing(f"The blob {digest[:19]}… is missing from the store.")

    def has(self, digest: str) -> bool:
        """Whether there is a blob with this digest; its content is not looked at."""
        try:
            plain = self._path(digest)
        except BlobMissing:
            return False
        return any(
            path.is_file() and not path.is_symlink() for path in (plain, _compressed(plain))
        )

    def _path(self, digest: str) -> Path:
        match = _DIGEST.fullmatch(digest)
        if match is None:
            raise BlobMissing(f"{digest[:80]!r} is not the name of a blob.")
        name = match[1]
        return self._layout.objects / name[:2] / name

    def _is_whole(self, path: Path, digest: str) -> bool:
        try:
            return blob_digest(_read(path)) == digest
        except (OSError, zstandard.ZstdError, MemoryError):
            return False

    def _set_aside(self, path: Path) -> None:
        with contextlib.suppress(OSError):
            self._layout.quarantine.mkdir(exist_ok=True)
            os.replace(path, self._layout.quarantine / path.name)


def _compressed(path: Path) -> Path:
    return path.with_name(path.name + _COMPRESSED)


def _pack(data: bytes) -> bytes | None:
    """The data compressed, or None where that is not worth it."""
    if len(data) < _SMALLEST_TO_COMPRESS:
        return None
    packed = zstandard.ZstdCompressor(level=3, write_content_size=True).compress(data)
    return packed if len(packed) < 0.9 * len(data) else None


def _read(path: Path) -> bytes:
    data = read_regular(path, MAX_BLOB_BYTES)
    if path.suffix != _COMPRESSED:
        return data
    size = zstandard.frame_content_size(data)
    if not 0 <= size <= MAX_BLOB_BYTES:
        raise zstandard.ZstdError("the size of the content is missing or too large")
    return zstandard.ZstdDecompressor().decompress(data, max_output_size=size)
