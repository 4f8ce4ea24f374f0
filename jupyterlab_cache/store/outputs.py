r"""The outputs of an execution as one document, with large payloads as blobs of their own.

The document is a JSON list with one item for each code cell: the list of its nbformat outputs; and
behind them one for each inline expression: a list with its result as an output, or without. A
string that is large stands in a blob of its own, so that equal images are kept once. In its place,
and in place of what JSON cannot hold, stands an object with a single member whose name begins with
``$``; ``docs/store.md`` specifies them.
"""

from __future__ import annotations

import codecs
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, Literal, Protocol

import msgspec

from .base64_text import End, NotBase64, decoded, encoded, shape_of
from .blobs import BlobStore
from .errors import BlobDamaged, StoreError
from .long_text import LONG, AnyText, LongText, pieces_of

SMALLEST_BLOB = 1024
"""Length in characters from which a text is a blob of its own."""

MAX_DOCUMENT_BYTES = 512 * 1024**2
"""Bytes that an outputs document may have, without the texts that are blobs of their own: more
than executions may put out unless somebody has raised that limit."""

MAX_DOCUMENT_PARTS = 10_000_000
"""Lists and objects that may be in it."""

_BLOB = "$blob"
_NUMBER = "$number"
_OBJECT = "$object"
_NUMBERS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_INTEGER = re.compile(r"-?[1-9][0-9]{0,4000}")

Outputs = list[list[dict[str, Any]]]

_decode = msgspec.json.Decoder(Outputs).decode


class _Reference(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    digest: str
    kind: Literal["text", "base64"] = msgspec.field(name="as")
    line: int = 0
    end: End = ""


class BlobSink(Protocol):
    """Where blobs are kept: a store's blobs, or a batch of them."""

    max_bytes: int

    def put(self, data: bytes) -> str:
        """As :meth:`BlobStore.put`."""

    def put_stream(self, digest: str, size: int, pieces: Callable[[], Iterable[bytes]]) -> None:
        """As :meth:`BlobStore.put_stream`."""


def put_outputs(
    blobs: BlobSink, cells: Sequence[Sequence[Mapping[str, Any]]]
) -> tuple[str, list[int]]:
    """Keep the outputs of all cells; texts in them may be long ones in pieces.

    Lone surrogates, which cannot be UTF-8, are replaced by U+FFFD.

    Args:
        blobs: Where they are kept; of a batch they are there at its end.
        cells: The outputs of each cell.

    Returns:
        Digest of the outputs document, and the size of each cell's outputs in bytes, about as they
        would stand in a notebook's file.

    Raises:
        StoreError: They are not JSON, nested absurdly deep, or larger than a store may hold.
        OSError: They cannot be written.
    """
    packer = _Packer(blobs)
    try:
        encoded, sizes = [], []
        for outputs in cells:
            apart = packer.bytes_apart
            encoded.append(msgspec.json.encode([packer.pack(output) for output in outputs]))
            sizes.append(len(encoded[-1]) + packer.bytes_apart - apart if outputs else 0)
    except RecursionError as error:
        raise StoreError("The outputs are nested too deeply to be stored.") from error
    data = b"[" + b",".join(encoded) + b"]"
    if _is_too_large(data):
        raise StoreError("The outputs have more parts, or longer ones, than a store may hold.")
    return blobs.put(data), sizes


def get_outputs(blobs: BlobStore, digest: str, *, in_pieces: bool = False) -> Outputs:
    """The outputs of all cells, as they were put in.

    Args:
        blobs: Where they are.
        digest: Of the outputs document.
        in_pieces: Whether long texts are wanted in pieces.

    Raises:
        BlobMissing: The document or a payload is not there.
        BlobDamaged: Something that is there is not what it should be.
    """
    unpacker = _Unpacker(blobs, in_pieces)
    try:
        return [[unpacker.output(output) for output in cell] for cell in _document(blobs, digest)]
    except _UNREADABLE as error:
        raise BlobDamaged(f"The outputs document cannot be read: {error}") from error


def payloads_of(blobs: BlobStore, digest: str) -> tuple[str, ...]:
    """Digests of the blobs that an outputs document names, sorted.

    Raises:
        BlobMissing: The document is not there.
        BlobDamaged: It is not what it should be.
    """
    try:
        return tuple(sorted(set(_references(_document(blobs, digest)))))
    except _UNREADABLE as error:
        raise BlobDamaged(f"The outputs document cannot be read: {error}") from error


_UNREADABLE = (msgspec.MsgspecError, RecursionError, ValueError, MemoryError)


def _document(blobs: BlobStore, digest: str) -> Outputs:
    data = bytearray()
    for piece in blobs.stream(digest):
        data += piece
        if len(data) > MAX_DOCUMENT_BYTES:
            break
    if _is_too_large(data):
        raise BlobDamaged("The outputs document has more parts, or longer ones, than any of ours.")
    return _decode(data)


def _is_too_large(document: bytes | bytearray) -> bool:
    """Whether a document would take far more memory than any execution needs.

    A few kilobytes of a compressed blob can stand for any number of lists, and each takes some
    twenty times of what it has in the text.
    """
    parts = document.count(b"[") + document.count(b"{")
    return len(document) > MAX_DOCUMENT_BYTES or parts > MAX_DOCUMENT_PARTS


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        kind, inner = _special(value)
        if kind == _BLOB:
            yield msgspec.convert(inner, _Reference).digest
            return
        for item in (inner if kind == _OBJECT else value).values():
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)


def _special(value: Mapping[str, Any]) -> tuple[str, Any]:
    """Name and content of an object that stands for something else; an empty name for others."""
    if len(value) == 1:
        ((name, inner),) = value.items()
        if name.startswith("$"):
            if name == _OBJECT and not isinstance(inner, Mapping):
                raise ValueError(f"{_OBJECT} does not hold an object")
            return name, inner
    return "", None


class _Packer:
    def __init__(self, blobs: BlobSink) -> None:
        self._blobs = blobs
        self._room = blobs.max_bytes
        self.bytes_apart = 0

    def pack(self, value: Any) -> Any:
        if isinstance(value, (str, LongText)):
            return self._text(value)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int):
            fits = -(2**63) <= value < 2**64
            return value if fits else {_NUMBER: _digits(value)}
        if isinstance(value, float):
            return value if math.isfinite(value) else {_NUMBER: _not_finite(value)}
        if isinstance(value, Mapping):
            packed = {well_formed(_key(key)): self.pack(item) for key, item in value.items()}
            alone = len(packed) == 1 and next(iter(packed)).startswith("$")
            return {_OBJECT: packed} if alone else packed
        if isinstance(value, (list, tuple)):
            return [self.pack(item) for item in value]
        raise StoreError(f"Outputs cannot hold a {type(value).__name__}: it is not JSON.")

    def _text(self, text: AnyText) -> Any:
        if len(text) < SMALLEST_BLOB:
            return well_formed(str(text))
        line, end = shape_of(text)
        try:
            digest, size = self._put(lambda: decoded(text, line, end), len(text))
            reference = _Reference(digest, "base64", line, end)
            self.bytes_apart += len(text)
        except NotBase64:
            digest, size = self._put(lambda: _utf8(text), len(text))
            reference = _Reference(digest, "text")
            self.bytes_apart += size
        # Whoever reads them takes no more together either.
        self._room -= size
        if self._room < 0:
            raise StoreError(
                f"The outputs are larger than a store may hold ({self._blobs.max_bytes} bytes)."
            )
        return {_BLOB: reference}

    def _put(self, pieces: Callable[[], Iterable[bytes]], length: int) -> tuple[str, int]:
        """Keep a content as a blob; also its size."""
        if length < LONG:
            data = b"".join(pieces())
            return self._blobs.put(data), len(data)
        hasher, size = sha256(), 0
        for piece in pieces():
            hasher.update(piece)
            size += len(piece)
        digest = f"sha256-{hasher.hexdigest()}"
        self._blobs.put_stream(digest, size, pieces)
        return digest, size


def _utf8(text: AnyText) -> Iterator[bytes]:
    return (well_formed(piece).encode() for piece in pieces_of(text))


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise StoreError(f"The names in an object are texts, not {type(key).__name__}.")
    return key


def _digits(value: int) -> str:
    try:
        text = str(value)
    except ValueError:  # more digits than Python writes
        text = ""
    if not _INTEGER.fullmatch(text):
        raise StoreError("Outputs hold a number of too many digits.")
    return text


def _not_finite(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


def well_formed(text: str) -> str:
    """The text with each lone surrogate replaced by U+FFFD, and pairs joined."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


class _Unpacker:
    def __init__(self, blobs: BlobStore, in_pieces: bool) -> None:
        self._blobs = blobs
        self._in_pieces = in_pieces
        self._room = blobs.max_bytes

    def output(self, value: dict[str, Any]) -> dict[str, Any]:
        output = self.value(value)
        if not isinstance(output, dict):
            raise ValueError("an output is not an object")
        return output

    def value(self, value: Any) -> Any:
        if isinstance(value, dict):
            kind, inner = _special(value)
            if not kind:
                return self._members(value)
            if kind == _OBJECT:
                return self._members(inner)
            if kind == _NUMBER:
                return _number(inner)
            if kind == _BLOB:
                return self._text(msgspec.convert(inner, _Reference))
            raise ValueError(f"{kind[:40]!r} is not known")
        if isinstance(value, list):
            return [self.value(item) for item in value]
        return value

    def _members(self, value: dict[str, Any]) -> dict[str, Any]:
        return {key: self.value(item) for key, item in value.items()}

    def _text(self, reference: _Reference) -> AnyText:
        if reference.line < 0:
            raise ValueError("its lines have no length")
        text = LongText()
        pieces = self._counted(self._blobs.stream(reference.digest))
        if reference.kind == "text":
            decoder = codecs.getincrementaldecoder("utf-8")()
            for piece in pieces:
                text.append(decoder.decode(piece))
            text.append(decoder.decode(b"", True))
        else:
            for part in encoded(pieces, reference.line, reference.end):
                text.append(part)
        return text if self._in_pieces and len(text) >= LONG else str(text)

    def _counted(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            # A small document can name a large blob many times.
            self._room -= len(piece)
            if self._room < 0:
                raise ValueError("its texts are too large together")
            yield piece


def _number(text: object) -> int | float:
    if isinstance(text, str):
        if text in _NUMBERS:
            return _NUMBERS[text]
        if _INTEGER.fullmatch(text):
            return int(text)
    raise ValueError("a number cannot be read")
