"""The outputs of an execution as one document, with large payloads as blobs of their own.

The document is a JSON list with one item for each code cell: the list of its nbformat outputs. In
``data`` bundles and in stream texts a string that is large stands in a blob of its own, so that
equal images are kept once. In its place stands an object with the single member ``$blob``::

    {"$blob": {"digest": "sha256-…", "as": "text" | "base64"}, "tail": "\\n"}

``base64`` means that the blob holds the decoded bytes; it is used only where encoding them again
gives the very same string, but for the ``tail`` behind it. An object of a person's own that has a
member ``$blob`` or ``$object`` is kept as ``{"$object": …}``.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from .blobs import BlobStore
from .errors import BlobDamaged

SMALLEST_BLOB = 1024
"""Length in characters from which a payload is a blob of its own."""

_REFERENCE = "$blob"
_ESCAPED = "$object"

Outputs = list[list[dict[str, Any]]]


def put_outputs(blobs: BlobStore, cells: Sequence[Sequence[Mapping[str, Any]]]) -> tuple[str, int]:
    """Keep the outputs of all cells.

    Lone surrogates, which cannot be UTF-8, are replaced by U+FFFD.

    Returns:
        Digest of the outputs document, and the size of all outputs in bytes as they would stand in
        a notebook's JSON.

    Raises:
        OSError: They cannot be written.
    """
    packer = _Packer(blobs)
    document = [[packer.pack(output) for output in outputs] for outputs in cells]
    data = msgspec.json.encode(document)
    return blobs.put(data), len(data) + packer.bytes_apart


def get_outputs(blobs: BlobStore, digest: str) -> Outputs:
    """The outputs of all cells, as they were put in.

    Raises:
        BlobMissing: The document or a payload is not there.
        BlobDamaged: Something that is there is not what it should be.
    """
    try:
        document = msgspec.json.decode(blobs.get(digest), type=list[list[dict[str, Any]]])
        return [[_unpack(blobs, output) for output in outputs] for outputs in document]
    except (msgspec.MsgspecError, RecursionError, ValueError, KeyError, TypeError) as error:
        raise BlobDamaged(f"The outputs document cannot be read: {error}") from error


class _Packer:
    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs
        self.bytes_apart = 0

    def pack(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._pack_text(value)
        if isinstance(value, Mapping):
            packed = {_encodable(key): self.pack(item) for key, item in value.items()}
            return {_ESCAPED: packed} if _REFERENCE in value or _ESCAPED in value else packed
        if isinstance(value, (list, tuple)):
            return [self.pack(item) for item in value]
        return value

    def _pack_text(self, text: str) -> Any:
        if len(text) < SMALLEST_BLOB:
            return _encodable(text)
        decoded = _exact_base64(text)
        if decoded is None:
            data, how, tail = _encodable(text).encode(), "text", ""
        else:
            data, tail = decoded
            how = "base64"
        self.bytes_apart += len(text)
        return {_REFERENCE: {"digest": self._blobs.put(data), "as": how}, "tail": tail}


def _encodable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _exact_base64(text: str) -> tuple[bytes, str] | None:
    """The bytes that a base64 text stands for, and the line end behind it; None for other text."""
    body = text.removesuffix("\n")
    try:
        data = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        return None
    if base64.b64encode(data).decode() != body:
        return None
    return data, text[len(body) :]


def _unpack(blobs: BlobStore, value: Any) -> Any:
    if isinstance(value, dict):
        if _REFERENCE in value:
            return _resolved(blobs, value)
        if _ESCAPED in value:
            value = value[_ESCAPED]
        return {key: _unpack(blobs, item) for key, item in value.items()}
    if isinstance(value, list):
        return [_unpack(blobs, item) for item in value]
    return value


def _resolved(blobs: BlobStore, value: dict[str, Any]) -> str:
    reference = value[_REFERENCE]
    data = blobs.get(str(reference["digest"]))
    if reference["as"] == "base64":
        return base64.b64encode(data).decode() + str(value.get("tail", ""))
    return data.decode()
