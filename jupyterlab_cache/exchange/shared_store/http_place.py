"""A shared store behind a web server that lists its folders: to be read only."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from io import BytesIO
from typing import IO, NoReturn
from urllib.error import HTTPError
from urllib.parse import unquote, urlsplit, urlunsplit
from urllib.request import Request, urlopen

from .place import (
    NotShared,
    Unreachable,
    check_count,
    copy_bounded,
    masked,
    secrets_in,
)

_SECONDS = 30.0  # without a byte
_MOST_OF_A_LIST = 64 * 1024**2
_LINK = re.compile(rb"""href\s*=\s*["']?([^"'\s>?#]{1,300})""", re.IGNORECASE)


class HttpPlace:
    """A folder that a web server shows, as Apache, nginx and ``python -m http.server`` do.

    The standard library is all that this takes: what is read is small or named by its digest.

    Args:
        url: The folder's URL; a user and a password in it are sent as such, to this host only.

    Raises:
        NotShared: It is no URL.
    """

    parallel = 8

    def __init__(self, url: str) -> None:
        self.shown = masked(url)
        self._secrets = secrets_in(url)
        self._authorization = ""
        try:
            parts = urlsplit(url)
            host = parts.netloc.rpartition("@")[2]
            parts.port  # noqa: B018 - looks whether it is a number
        except ValueError as error:
            raise NotShared(f"{self.shown} is not a URL: {error}.") from None
        if not host:
            raise NotShared(f"{self.shown} names no host.")
        if parts.username is not None:
            user = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            self._authorization = "Basic " + base64.b64encode(user.encode()).decode()
        self._base = urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", ""))

    def names(self, folder: str) -> list[str]:
        """See :meth:`Place.names`."""
        page = BytesIO()
        try:
            with self._opened(f"{folder}/") as answer:
                copy_bounded(answer, page, _MOST_OF_A_LIST, folder)
        except FileNotFoundError:
            return []
        # Names that no store has are passed over by whoever asks.
        links = (
            unquote(link.decode("utf-8", "replace")) for link in _LINK.findall(page.getvalue())
        )
        names = list(dict.fromkeys(link.rstrip("/").rpartition("/")[2] for link in links))
        check_count(names, folder, self.shown)
        return names

    def fetch(self, name: str, limit: int, into: IO[bytes]) -> None:
        """See :meth:`Place.fetch`."""
        with self._opened(name) as answer:
            copy_bounded(answer, into, limit, name)

    def send(self, name: str, data: bytes) -> None:
        """Refuse; see :meth:`Place.send`."""
        self._refuse()

    def send_file(self, name: str, path: str, size: int) -> None:
        """Refuse; see :meth:`Place.send_file`."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise NotShared(f"{self.shown} can only be read; push to where its files lie.")

    @contextmanager
    def _opened(self, name: str) -> Iterator[IO[bytes]]:
        request = Request(f"{self._base}/{name}")
        if self._authorization:
            # Where a server sends us on, to another host perhaps, it does not go along.
            request.add_unredirected_header("Authorization", self._authorization)
        try:
            with urlopen(request, timeout=_SECONDS) as answer:
                yield answer
        except HTTPError as error:
            if error.code in (404, 410):
                raise FileNotFoundError(name) from None
            raise self._unreachable(name, error) from error
        except (OSError, HTTPException, ValueError) as error:
            raise self._unreachable(name, error) from error

    def _unreachable(self, name: str, error: Exception) -> Unreachable:
        text = masked(str(error) or repr(error), self._secrets)
        return Unreachable(f"{name} of {self.shown} cannot be read: {text}.")
