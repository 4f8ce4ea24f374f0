"""An entry as bytes: one line with the record, one with its signatures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256

import msgspec

from .records import ENTRY_FORMAT, Entry
from .signatures import KeyRing, Origin, Signature

MAX_MANIFEST_BYTES = 64 * 1024**2
"""Largest entry file that is written or read."""

_MOST_OPTIONS = 100
_ENTRY_ID = re.compile(r"[0-9a-f]{32}")
_CODE_KEY = re.compile(r"ck1-[0-9a-f]{64}")

_encode = msgspec.json.Encoder().encode
_decode_entry = msgspec.json.Decoder(Entry).decode
_decode_signatures = msgspec.json.Decoder(list[Signature]).decode


class InvalidManifest(Exception):
    """What an entry's file holds, or would hold, is not valid; the text says in which way."""


class StoredEntry(msgspec.Struct, frozen=True):
    """An entry as the store gives it.

    Attributes:
        id: Its identifier: the first 32 hexadecimal digits of its record's SHA-256.
        entry: The record.
        trusted: Whether it counts as ours: signed with a key of ours, or with our word for it.
        origin: Who made it.
    """

    id: str
    entry: Entry
    trusted: bool
    origin: Origin = "elsewhere"


def is_entry_id(text: str) -> bool:
    """Whether a text can be the identifier of an entry."""
    return _ENTRY_ID.fullmatch(text) is not None


def is_code_key(text: str) -> bool:
    """Whether a text can be a code key."""
    return _CODE_KEY.fullmatch(text) is not None


def entry_id(payload: bytes) -> str:
    """The identifier of a record."""
    return sha256(payload).hexdigest()[:32]


def encode_payload(entry: Entry) -> tuple[StoredEntry, bytes]:
    """An entry's record as bytes, and the entry as a reader of these bytes will see it.

    Raises:
        InvalidManifest: The record could not be read again.
    """
    try:
        payload = _encode(entry)
    except (ValueError, TypeError, RecursionError, msgspec.MsgspecError) as error:
        raise InvalidManifest(f"it cannot be written as JSON ({error})") from error
    return StoredEntry(entry_id(payload), _record(payload), trusted=True, origin="here"), payload


def encode_manifest(payload: bytes, signatures: Sequence[Signature]) -> bytes:
    """The content of an entry's file.

    Raises:
        InvalidManifest: It is larger than may be read again.
    """
    data = payload + b"\n" + _encode(signatures) + b"\n"
    if len(data) > MAX_MANIFEST_BYTES:
        raise InvalidManifest(f"it has more than {MAX_MANIFEST_BYTES} bytes")
    return data


def decode_manifest(data: bytes, keys: KeyRing) -> tuple[StoredEntry, list[Signature]]:
    """The entry that a file holds.

    Args:
        data: Content of the file: anything at all.
        keys: Keys that are trusted.

    Raises:
        InvalidManifest: It is no valid entry.
    """
    if len(data) > MAX_MANIFEST_BYTES:
        raise InvalidManifest(f"it has more than {MAX_MANIFEST_BYTES} bytes")
    payload, _, rest = data.partition(b"\n")
    if rest.find(b"\n") != len(rest) - 1:
        raise InvalidManifest("it does not have two lines")
    entry = _record(payload)
    try:
        signatures = _decode_signatures(rest)
    except (ValueError, RecursionError, msgspec.MsgspecError) as error:
        raise InvalidManifest(f"its signatures cannot be read ({error})") from error
    origin = keys.origin_of(payload, signatures)
    trusted = origin != "elsewhere" or keys.vouches_for(payload, signatures)
    return StoredEntry(entry_id(payload), entry, trusted, origin), signatures


def _record(payload: bytes) -> Entry:
    try:
        entry = _decode_entry(payload)
    except (ValueError, RecursionError, msgspec.MsgspecError) as error:
        raise InvalidManifest(f"its record cannot be read ({error})") from error
    problem = _problem_of(entry)
    if problem is not None:
        raise InvalidManifest(problem)
    return entry


def _problem_of(entry: Entry) -> str | None:
    """What cannot be what it claims to be, beyond what the record's types say."""
    if entry.format > ENTRY_FORMAT:
        return f"its format {entry.format} is not known here"
    if len(entry.variant) > _MOST_OPTIONS:
        return f"its variant has more than {_MOST_OPTIONS} members"
    parts = entry.notebook_path.split("/")
    if ".." in parts or parts[0] == "":
        return "its notebook lies outside the project"
    paths = [entry.notebook_path, *(artefact.path for artefact in entry.artefacts)]
    paths += (item.path for item in entry.inputs if item.path is not None)
    if "\0" in "".join(paths):
        return "it names a path that cannot exist"
    if any(artefact.content not in (None, artefact.digest) for artefact in entry.artefacts):
        return "an artefact's content is not that of its digest"
    return None


def named_blobs(entry: Entry) -> set[str]:
    """Digests of all blobs that an entry needs."""
    blobs = {entry.outputs, entry.notebook, *entry.payloads}
    blobs.update(item.content for item in entry.inputs if item.content is not None)
    blobs.update(item.content for item in entry.artefacts if item.content is not None)
    return blobs
