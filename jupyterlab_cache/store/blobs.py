"""Byte strings named by their digests."""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from typing import IO

from .blob_walk import BlobFile, blob_files
from .errors import BlobDamaged, BlobMissing, BlobUnreadable, ContentChanged, StoreError
from .layout import OBJECTS, Layout
from .packing import COMPRESSED, PIECE, WrongContent, packed, packed_pieces, unpacked
from .reading import UnexpectedFile

MAX_BLOB_BYTES = 2 * 1024**3
"""Largest content of a blob, in bytes, unless a store is opened with another limit."""

_DIGEST = re.compile(r"sha256-([0-9a-f]{64})")


def blob_digest(data: bytes) -> str:
    """The name of a byte string: ``sha256-`` and 64 hexadecimal digits."""
    return f"sha256-{sha256(data).hexdigest()}"


def is_blob_digest(text: str) -> bool:
    """Whether a text can be the name of a blob."""
    return _DIGEST.fullmatch(text) is not None


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
            there = self._files.status(name) is not None
            if there and self._files.touch(name) and self._holds(name, data):
                return digest
        plain, compressed = _names(digest)
        compressed_data = packed(data)
        if compressed_data is None:
            self._files.write(plain, data)
        else:
            self._files.write(compressed, compressed_data)
        return digest

    def put_stream(self, digest: str, size: int, pieces: Callable[[], Iterable[bytes]]) -> None:
        """Keep content that need not fit into memory; what is there already is not written again.

        Args:
            digest: Of the content.
            size: How many bytes it is.
            pieces: Gives the content from its beginning; not called when it is there already.

        Raises:
            ContentChanged: The content is not that; nothing is kept.
            StoreError: It is larger than the limit, or the store cannot be used.
            OSError: It cannot be read or written.
        """
        if size > self.max_bytes:
            raise StoreError(f"{size} bytes are more than a blob may have ({self.max_bytes}).")
        self._layout.prepare()
        # The time first, as in `put`; damaged content is set aside by reading it.
        if any(self._files.touch(name) for name in _names(digest)):
            with contextlib.suppress(BlobMissing, BlobDamaged):
                for _ in self.stream(digest):
                    pass
                return
        plain, compressed = _names(digest)
        # A large content is judged by its beginning.
        is_packed = packed(next(iter(pieces()), b"")) is not None
        try:
            self._files.write_pieces(
                compressed if is_packed else plain,
                lambda: _checked_pieces(pieces(), digest, size, is_packed),
            )
        except WrongContent as error:
            raise ContentChanged(f"What was to be stored has changed: {error}.") from error

    def take_in(self, digest: str, *, is_packed: bool, file: IO[bytes]) -> None:
        """Keep a blob in the form in which it lies in another store.

        Args:
            digest: Of its content.
            is_packed: Whether it is compressed.
            file: What came, from its beginning; nobody else may change it.

        Raises:
            BlobDamaged: It is something else; nothing is kept.
            StoreError: The store cannot be used.
            OSError: It cannot be read or written.
        """
        name = _names(digest)[is_packed]
        hasher = sha256()
        try:
            for piece in unpacked(name, file, self.max_bytes):
                hasher.update(piece)
        except (UnexpectedFile, WrongContent) as error:
            raise BlobDamaged(f"The blob {digest[:19]}… is damaged: {error}") from error
        if f"sha256-{hasher.hexdigest()}" != digest:
            raise BlobDamaged(f"The blob {digest[:19]}… is damaged: it has another content")
        self._layout.prepare()
        self._files.write_pieces(name, lambda: _from_the_start(file))

    def whole_file(self, digest: str) -> BlobFile:
        """The file of a blob, which was read and is what its name says.

        Raises:
            BlobMissing: There is none.
            BlobUnreadable: It is there, but the system does not let us read it now.
            BlobDamaged: It is something else; it has been put into quarantine.
        """
        for name in _names(digest):
            status = self._files.status(name)
            if status is not None:
                file = BlobFile(name, digest, status)
                self.verify(file)
                return file
        raise BlobMissing(f"The blob {digest[:19]}… is missing from the store.")

    def stream(self, digest: str) -> Iterator[bytes]:
        """The content of a blob in pieces; whether it is right shows when the last one was given.

        Raises:
            BlobMissing: There is none.
            BlobUnreadable: It is there, but the system does not let us read it now.
            BlobDamaged: It is something else, which may show only at the end; it has been put into
                quarantine.
            StoreError: The store cannot be used.
        """
        self._layout.check()
        given = False
        failure: Exception | None = None
        for name in _names(digest):
            try:
                for piece in self._verified_pieces(name, digest):
                    given = True
                    yield piece
                return
            except (FileNotFoundError, NotADirectoryError):
                continue
            except (UnexpectedFile, WrongContent) as error:
                self._report(f"The blob {digest[:19]}… is damaged: {error}")
                failure = BlobDamaged(f"The blob {digest[:19]}… is damaged: {error}")
            except OSError as error:
                failure = BlobUnreadable(f"The blob {digest[:19]}… cannot be read: {error}")
            if given:
                break
        raise failure or BlobMissing(f"The blob {digest[:19]}… is missing from the store.")

    def size_on_disk(self, digest: str) -> int:
        """Bytes that a blob takes on disk, compressed or not; 0 when it is missing."""
        total = 0
        for name in _names(digest):
            with contextlib.suppress(OSError):
                status = self._files.status(name)
                total += 0 if status is None else status.st_size
        return total

    def verify(self, file: BlobFile) -> None:
        """Read one of a blob's files and see whether it is what its name says.

        Raises:
            BlobMissing: It is not there any more.
            BlobUnreadable: The system does not let us read it now.
            BlobDamaged: It is something else; it has been put into quarantine.
        """
        shown = f"The blob {file.digest[:19]}…"
        try:
            for _ in self._verified_pieces(file.name, file.digest):
                pass
        except (FileNotFoundError, NotADirectoryError):
            raise BlobMissing(f"{shown} is missing from the store.") from None
        except (UnexpectedFile, WrongContent) as error:
            raise BlobDamaged(f"{shown} is damaged: {error}") from error
        except (OSError, MemoryError) as error:
            raise BlobUnreadable(f"{shown} cannot be read: {error}") from error

    def size_of_all(self) -> int:
        """Bytes that all blobs take on disk; raises OSError."""
        return sum(blob.status.st_size for blob in blob_files(self._files))

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
            except (UnexpectedFile, WrongContent) as error:
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
        pieces = list(self._verified_pieces(name, digest))
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _verified_pieces(self, name: str, digest: str) -> Iterator[bytes]:
        identity: tuple[int, int] | None = None
        hasher = sha256()
        try:
            with self._files.opened(name, self.max_bytes) as file:
                status = os.fstat(file.fileno())
                identity = status.st_dev, status.st_ino
                for piece in unpacked(name, file, self.max_bytes):
                    hasher.update(piece)
                    yield piece
            if f"sha256-{hasher.hexdigest()}" != digest:
                raise WrongContent("its content is not what its name says")
        except UnexpectedFile:
            self._set_aside(name, None)
            raise
        except WrongContent:
            self._set_aside(name, identity)
            raise

    def _holds(self, name: str, data: bytes) -> bool:
        try:
            with self._files.opened(name, self.max_bytes) as file:
                start = 0
                for chunk in unpacked(name, file, self.max_bytes):
                    if data[start : start + len(chunk)] != chunk:
                        return False
                    start += len(chunk)
                return start == len(data)
        except UnexpectedFile:
            self._set_aside(name, None)  # a folder would be in the way of a file
            return False
        except (OSError, MemoryError, WrongContent):
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
                self._layout.set_aside(name)


def _names(digest: str) -> tuple[str, str]:
    """The names that a blob's file can have: as it is, and compressed.

    Raises:
        BlobMissing: No blob can have this digest.
    """
    match = _DIGEST.fullmatch(digest)
    if match is None:
        raise BlobMissing(f"{digest[:80]!r} is not the name of a blob.")
    plain = f"{OBJECTS}/{match[1][:2]}/{match[1]}"
    return plain, plain + COMPRESSED


def _from_the_start(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(PIECE):
        yield piece


def _checked_pieces(
    pieces: Iterable[bytes], digest: str, size: int, is_packed: bool
) -> Iterator[bytes]:
    """What is to be written; fails at the end if the content is not what it should be."""
    checked = _counted(pieces, digest, size)
    return packed_pieces(checked, size) if is_packed else checked


def _counted(pieces: Iterable[bytes], digest: str, size: int) -> Iterator[bytes]:
    hasher, total = sha256(), 0
    for piece in pieces:
        hasher.update(piece)
        total += len(piece)
        if total > size:
            break  # a file that grows has no end
        yield piece
    if total != size or f"sha256-{hasher.hexdigest()}" != digest:
        raise WrongContent("its content is not that of its digest")
