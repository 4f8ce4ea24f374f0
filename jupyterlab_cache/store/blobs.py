"""Byte strings named by their digests."""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Callable, Iterator
from hashlib import sha256
from io import FileIO

from .errors import BlobDamaged, BlobMissing, BlobUnreadable, StoreError
from .files import UnexpectedFile
from .layout import OBJECTS, QUARANTINE, Layout

MAX_BLOB_BYTES = 2 * 1024**3
"""Largest content of a blob, in bytes, unless a store is opened with another limit."""

_DIGEST = re.compile(r"sha256-([0-9a-f]{64})")
_COMPRESSED = ".zst"
_SMALLEST_TO_COMPRESS = 512
_WORTH_COMPRESSING = 0.9  # of the plain size, at most
_LEVEL = 3
# Frames that want more memory than this for their window are not ours.
_LARGEST_WINDOW = 8 * 1024**2
_CHUNK = 1024**2


def blob_digest(data: bytes) -> str:
    """The name of a byte string: ``sha256-`` and 64 hexadecimal digits."""
    return f"sha256-{sha256(data).hexdigest()}"


def is_blob_digest(text: str) -> bool:
    """Whether a text can be the name of a blob."""
    return _DIGEST.fullmatch(text) is not None


class _Wrong(Exception):
    """A file holds something else than its name says."""


class BlobStore:
    """The blobs of a store.

    Args:
        layout: The store's folder.
        max_bytes: Largest content of a blob that is written or read, in bytes.
        report: Is told what was found damaged.
    """

    def __init__(
        self,
        layout: Layout,
        *,
        max_bytes: int = MAX_BLOB_BYTES,
        report: Callable[[str], None] = lambda message: None,
    ) -> None:
        self._layout = layout
        self._files = layout.files
        self._report = report
        self.max_bytes = max_bytes

    def put(self, data: bytes) -> str:
        """Keep a byte string; one that is there already is not written again.

        Returns:
            Its digest.

        Raises:
            StoreError: It is larger than the limit, or the store cannot be used.
            OSError: It cannot be written.
        """
        if len(data) > self.max_bytes:
            raise StoreError(f"{len(data)} bytes are more than a blob may have ({self.max_bytes}).")
        digest = blob_digest(data)
        self._layout.prepare()
        for name in _names(digest):
            # First the time, then the look: a collector that saw the old time has taken the file
            # away by now, or will see the new time before it does.
            if self._files.touch(name) and self._holds(name, data):
                return digest
        plain, compressed = _names(digest)
        packed = _pack(data)
        if packed is None:
            self._files.write(plain, data)
        else:
            self._files.write(compressed, packed)
        return digest

    def get(self, digest: str) -> bytes:
        """The byte string with this digest, verified.

        Raises:
            BlobMissing: There is none.
            BlobUnreadable: It is there, but the system does not let us read it now.
            BlobDamaged: What is there is something else; it has been put into quarantine.
            StoreError: The store cannot be used.
        """
        self._layout.check()
        shown = f"The blob {digest[:19]}…"
        unreadable: OSError | MemoryError | None = None
        damage: Exception | None = None
        for name in _names(digest):
            try:
                return self._verified(name, digest)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except (UnexpectedFile, _Wrong) as error:
                damage = error
                self._report(f"{shown} is damaged: {error}")
            except (OSError, MemoryError) as error:
                unreadable = error
        if unreadable is not None:
            raise BlobUnreadable(f"{shown} cannot be read: {unreadable}") from unreadable
        if damage is not None:
            raise BlobDamaged(f"{shown} is damaged: {damage}") from damage
        raise BlobMissing(f"{shown} is missing from the store.")

    def has(self, digest: str) -> bool:
        """Whether there is a blob with this digest; its content is not looked at."""
        if not is_blob_digest(digest):
            return False
        for name in _names(digest):
            with contextlib.suppress(OSError):
                status = self._files.status(name)
                if status is not None and stat.S_ISREG(status.st_mode):
                    return True
        return False

    def touch(self, digest: str) -> bool:
        """Like :meth:`has`; and tell a collector that somebody is about to name this blob."""
        if is_blob_digest(digest) and not self._layout.read_only:
            for name in _names(digest):
                self._files.touch(name)
        return self.has(digest)

    def _verified(self, name: str, digest: str) -> bytes:
        identity: tuple[int, int] | None = None
        hasher = sha256()
        try:
            with self._files.opened(name, self.max_bytes) as file:
                status = os.fstat(file.fileno())
                identity = status.st_dev, status.st_ino
                chunks = []
                for chunk in _content(name, file, self.max_bytes):
                    hasher.update(chunk)
                    chunks.append(chunk)
            if f"sha256-{hasher.hexdigest()}" != digest:
                raise _Wrong("its content is not what its name says")
        except UnexpectedFile:
            self._set_aside(name, None)
            raise
        except _Wrong:
            self._set_aside(name, identity)
            raise
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def _holds(self, name: str, data: bytes) -> bool:
        try:
            with self._files.opened(name, self.max_bytes) as file:
                start = 0
                for chunk in _content(name, file, self.max_bytes):
                    if data[start : start + len(chunk)] != chunk:
                        return False
                    start += len(chunk)
                return start == len(data)
        except UnexpectedFile:
            self._set_aside(name, None)  # a folder would be in the way of a file
            return False
        except (OSError, MemoryError, _Wrong):
            return False

    def _set_aside(self, name: str, identity: tuple[int, int] | None) -> None:
        """Put a damaged file into quarantine, unless a good one has taken its place meanwhile."""
        with contextlib.suppress(OSError, StoreError):
            status = self._files.status(name)
            if status is None or self._layout.read_only:
                return
            # A regular file that was not read is too large for us, but perhaps not for others.
            regular = stat.S_ISREG(status.st_mode)
            if not regular or identity == (status.st_dev, status.st_ino):
                last = name.rpartition("/")[2]
                self._files.move(name, f"{QUARANTINE}/{last}.{os.urandom(4).hex()}")


def _names(digest: str) -> tuple[str, str]:
    """The names that a blob's file can have: as it is, and compressed.

    Raises:
        BlobMissing: No blob can have this digest.
    """
    match = _DIGEST.fullmatch(digest)
    if match is None:
        raise BlobMissing(f"{digest[:80]!r} is not the name of a blob.")
    plain = f"{OBJECTS}/{match[1][:2]}/{match[1]}"
    return plain, plain + _COMPRESSED


def _pack(data: bytes) -> bytes | None:
    """The data compressed, or None where that is not worth it."""
    if len(data) < _SMALLEST_TO_COMPRESS:
        return None
    import zstandard

    packed = zstandard.ZstdCompressor(level=_LEVEL, write_content_size=True).compress(data)
    return packed if len(packed) <= _WORTH_COMPRESSING * len(data) else None


def _content(name: str, file: FileIO, limit: int) -> Iterator[bytes]:
    """The content of a blob's file in pieces, never more than the limit.

    Raises:
        UnexpectedFile: It says that it is more than the limit.
        _Wrong: It is not compressed where it should be, or more than it says.
        OSError: It cannot be read.
    """
    if not name.endswith(_COMPRESSED):
        yield file.read()
        return
    import zstandard

    try:
        size = zstandard.frame_content_size(file.read(32))
        if size < 0:
            raise _Wrong("the size of its content is missing")
        if size > limit:
            raise UnexpectedFile(f"its content is larger than {limit} bytes")
        file.seek(0)
        decompressor = zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW)
        total = 0
        with decompressor.stream_reader(file, closefd=False) as reader:
            while chunk := reader.read(min(_CHUNK, size - total + 1)):
                total += len(chunk)
                if total > size:
                    raise _Wrong("it holds more than it says")
                yield chunk
    except zstandard.ZstdError as error:
        raise _Wrong(f"it cannot be decompressed ({error})") from error
