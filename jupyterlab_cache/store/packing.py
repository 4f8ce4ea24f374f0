"""How the content of a blob stands in its file: as it is, or compressed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO

from .reading import UnexpectedFile

COMPRESSED = ".zst"
"""Ending of the names of compressed files."""

PIECE = 1024**2
"""Content that need not fit into memory is handled in pieces of so many bytes."""

_SMALLEST_TO_COMPRESS = 512
_WORTH_COMPRESSING = 0.9  # of the plain size, at most
_LEVEL = 3
# Frames that want more memory than this for their window are not ours.
_LARGEST_WINDOW = 8 * 1024**2


class WrongContent(Exception):
    """A file holds something else than its name says."""


def packed(data: bytes) -> bytes | None:
    """The data compressed, or None where that is not worth it."""
    if len(data) < _SMALLEST_TO_COMPRESS:
        return None
    import zstandard

    result = zstandard.ZstdCompressor(level=_LEVEL, write_content_size=True).compress(data)
    return result if len(result) <= _WORTH_COMPRESSING * len(data) else None


def packed_pieces(pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Pieces of content as pieces of one compressed frame.

    Args:
        pieces: The content.
        size: How many bytes they are.

    Raises:
        WrongContent: They are another number of bytes.
    """
    import zstandard

    packer = zstandard.ZstdCompressor(level=_LEVEL, write_content_size=True).compressobj(size=size)
    try:
        for piece in pieces:
            yield packer.compress(piece)
        yield packer.flush()
    except zstandard.ZstdError as error:
        raise WrongContent(f"it is not {size} bytes ({error})") from error


def unpacked(name: str, file: IO[bytes], limit: int) -> Iterator[bytes]:
    """The content of a blob's file in pieces, never more than the limit.

    Raises:
        UnexpectedFile: It says that it is more than the limit.
        WrongContent: It is not compressed where it should be, or more than it says.
        OSError: It cannot be read.
    """
    if not name.endswith(COMPRESSED):
        while piece := file.read(PIECE):
            yield piece
        return
    import zstandard

    try:
        size = zstandard.frame_content_size(file.read(32))
        if size < 0:
            raise WrongContent("the size of its content is missing")
        if size > limit:
            raise UnexpectedFile(f"its content is larger than {limit} bytes")
        file.seek(0)
        decompressor = zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW)
        total = 0
        with decompressor.stream_reader(file, closefd=False) as reader:
            while piece := reader.read(min(PIECE, size - total + 1)):
                total += len(piece)
                if total > size:
                    raise WrongContent("it holds more than it says")
                yield piece
    except zstandard.ZstdError as error:
        raise WrongContent(f"it cannot be decompressed ({error})") from error
