"""Where a shared store lies, and how its files are reached: by the URL that a person gave."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import IO, Protocol
from urllib.parse import unquote, urlsplit

from ...store.errors import StoreError

PIECE = 1024**2
"""What comes from elsewhere is taken in pieces of so many bytes."""

MOST_NAMES = 200_000
"""So many names a folder of a shared store may have: with that, a store has 25 million blobs."""

_USER_PART = re.compile(r"(?<=://)[^/\s]*@")
_QUERY = re.compile(r"(?<=[^\s?])\?\S*")


class SharedStoreError(StoreError):
    """Something is wrong with a shared store; the text never holds a password."""


class Unreachable(SharedStoreError):
    """A shared store does not answer, or refuses; later it may not."""


class NotShared(SharedStoreError):
    """What lies there is no shared store, or cannot be used as one."""


class Place(Protocol):
    """The files of a shared store, by names relative to it, with ``/``.

    All methods raise :class:`Unreachable` when something goes wrong that is nobody's content.

    Attributes:
        shown: Its URL without what is secret.
        parallel: How many calls may be made at once.
    """

    shown: str
    parallel: int

    def names(self, folder: str) -> list[str]:
        """Names of what is in a folder; none where there is no such folder.

        Raises:
            NotShared: There are more than any store has.
        """

    def fetch(self, name: str, limit: int, into: IO[bytes]) -> None:
        """Read a file.

        Args:
            name: The file.
            limit: Most bytes that it may have; no more than that are taken.
            into: Takes the content.

        Raises:
            FileNotFoundError: There is none.
            TooLarge: It has more.
        """

    def send(self, name: str, data: bytes) -> None:
        """Write a small file whole or not at all; what is there is replaced."""

    def send_file(self, name: str, path: str, size: int) -> None:
        """Write a copy of a local file whole or not at all; what is there is replaced."""


class TooLarge(SharedStoreError):
    """A file has more bytes than it may have."""


def open_place(url: str) -> Place:
    """What reaches the files of a shared store; nothing is asked yet.

    Args:
        url: A folder's path, ``file://``, ``http://`` or ``https://`` (to read only), or what
            fsspec knows, such as ``s3://bucket/folder``.

    Raises:
        NotShared: It is no such URL, or what is needed for it is not installed.
    """
    scheme, is_url, _ = url.partition("://")
    if "\0" in url or not url.strip():
        raise NotShared("An empty text is not the URL of a shared store.")
    if not is_url or scheme in ("file", "local"):
        from .folder_place import FolderPlace

        return FolderPlace(unquote(urlsplit(url).path) if is_url else url, masked(url))
    if scheme in ("http", "https"):
        from .http_place import HttpPlace

        return HttpPlace(url)
    from .fsspec_place import FsspecPlace

    return FsspecPlace(url)


def load(url: str) -> None:
    """Import what :func:`open_place` will need; some of it takes seconds, and asks nobody."""
    scheme, is_url, _ = url.partition("://")
    if is_url and scheme not in ("file", "local", "http", "https"):
        import fsspec

        with suppress(ImportError, ValueError):
            fsspec.get_filesystem_class(scheme)


def masked(text: str, secrets: Sequence[str] = ()) -> str:
    """A text that may hold URLs, without users, passwords and signatures in them.

    Args:
        text: A URL, or what an error says.
        secrets: What is to be left out wherever it stands.
    """
    for secret in secrets:
        text = text.replace(secret, "***")
    return _QUERY.sub("?***", _USER_PART.sub("***@", text)) if "://" in text else text


def secrets_in(url: str) -> list[str]:
    """What of a URL no message may repeat: password and query, also as they are meant."""
    try:
        parts = urlsplit(url)
        found = [parts.password, parts.query]
    except ValueError:
        return [url]
    known = [text for text in found if text]
    return list(dict.fromkeys([*known, *map(unquote, known)]))


def copy_bounded(source: IO[bytes], into: IO[bytes], limit: int, name: str) -> None:
    """Copy no more than may be there.

    Raises:
        TooLarge: There is more.
    """
    total = 0
    while piece := source.read(min(PIECE, limit - total + 1)):
        total += len(piece)
        if total > limit:
            raise TooLarge(f"{name} has more than {limit} bytes.")
        into.write(piece)


def check_count(names: Sequence[str], folder: str, shown: str) -> None:
    """Refuse a folder that has more names than any store.

    Raises:
        NotShared: It does.
    """
    if len(names) > MOST_NAMES:
        raise NotShared(f"{folder} of {shown} has more than {MOST_NAMES} names; is it a store?")
