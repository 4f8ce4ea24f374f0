"""What all handlers share: access to the application, decoding, and errors as clear answers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

import msgspec
from tornado.iostream import StreamClosedError

from ..execution.job_book import JobMissing
from ..execution.kernels import UnknownKernel
from ..execution.live_jobs import JobEnded
from ..notebooks.errors import CaptureRefused, NotebookError, NotebookMissing
from ..projects import PathRefused
from ..store.errors import BlobDamaged, BlobMissing, EntryMissing, StoreError
from .request_body import BodyHandler

if TYPE_CHECKING:
    from ..app import CacheApp
    from ..cache import NotebookCache

T = TypeVar("T")

# The first class that fits counts, so subclasses stand before their bases.
_STATUS_OF_ERROR: tuple[tuple[type[BaseException], int], ...] = (
    (NotebookMissing, 404),
    (EntryMissing, 404),
    (JobMissing, 404),
    (JobEnded, 409),
    (BlobMissing, 410),
    (BlobDamaged, 410),
    (NotebookError, 400),
    (PathRefused, 400),
    (CaptureRefused, 400),
    (UnknownKernel, 400),
    (msgspec.DecodeError, 400),
    (UnicodeError, 400),
    (StoreError, 409),
    (OSError, 409),
)


def _status_of(error: BaseException) -> int | None:
    return next((status for kind, status in _STATUS_OF_ERROR if isinstance(error, kind)), None)


class Refused(Exception):
    """A request that makes no sense; its text tells the person what to do."""


class Pieces(msgspec.Struct, frozen=True):
    """A large JSON text.

    Attributes:
        pieces: What it consists of.
    """

    pieces: Iterator[bytes]


class Download(msgspec.Struct, frozen=True):
    """A byte string to be saved as a file, never to be shown.

    Attributes:
        name: What to call the file.
        size: How many bytes.
        pieces: Gives them.
    """

    name: str
    size: int
    pieces: Callable[[], Iterator[bytes]]


def operation(
    method: Callable[..., Awaitable[object]],
) -> Callable[..., Awaitable[None]]:
    """Turn a method that returns a value (or raises what went wrong) into a handler's verb.

    The value is sent as JSON, which may come in pieces; None as an empty answer, a download as its
    bytes. Errors of the
    rooms below become a status of the 400s with their message.
    """

    @wraps(method)
    async def verb(self: CacheHandler, *args: str, **kwargs: str) -> None:
        if self.is_body_too_large:
            self.refuse(413, self.too_large)
            return
        try:
            value = await method(self, *args, **kwargs)
        except Refused as error:
            self.refuse(400, str(error))
        except Exception as error:
            status = _status_of(error)
            if status is None:
                raise
            self.refuse(status, str(error) or type(error).__name__)
        else:
            if isinstance(value, Download):
                await self.send(value)
            elif isinstance(value, Pieces):
                self.set_header("Content-Type", "application/json")
                await self.send_pieces(value.pieces, "application/json")
            elif value is None:
                self.set_status(204)
                self.finish()
            else:
                self.finish(msgspec.json.encode(value))

    return verb


class CacheHandler(BodyHandler):
    """Base of the handlers: decode, call, encode."""

    auth_resource = "jupyterlab_cache"

    @property
    def app(self) -> CacheApp:
        """The server extension."""
        app: CacheApp = self.settings["jupyterlab_cache"]
        return app

    @property
    def cache(self) -> NotebookCache:
        """The cache below the server's root folder."""
        return self.app.cache

    async def in_thread(self, function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Call something that may block, off the event loop."""
        return await asyncio.to_thread(function, *args, **kwargs)

    def decode(self, kind: type[T]) -> T:
        """The request's body.

        Raises:
            msgspec.DecodeError: It is not JSON or does not fit; the message says where.
            Refused: There is none, or it is nested too deep.
        """
        if not self.body:
            raise Refused("The request has no body; send JSON as openapi.yaml describes it.")
        try:
            return msgspec.json.decode(self.body, type=kind)
        except RecursionError:
            raise Refused("The request's body is nested too deep; send less deep JSON.") from None

    def required_argument(self, name: str) -> str:
        """A query argument that has to be there.

        Raises:
            Refused: It is missing.
        """
        value: str | None = self.get_query_argument(name, None)
        if value is None:
            raise Refused(f"The query argument {name!r} is missing.")
        return value

    def whole_number(self, name: str, default: int, low: int, high: int) -> int:
        """A query argument that is a whole number within bounds.

        Raises:
            Refused: It is something else.
        """
        text: str = self.get_query_argument(name, str(default))
        if not (text.isascii() and text.isdigit() and len(text) < 17 and low <= int(text) <= high):
            raise Refused(f"{name!r} has to be a whole number from {low} to {high}.")
        return int(text)

    def one_of(self, name: str, choices: Sequence[T]) -> T:
        """A query argument that is one of some texts, which is the first of them when missing.

        Raises:
            Refused: It is something else.
        """
        text: str | None = self.get_query_argument(name, None)
        if text is None:
            return choices[0]
        if text not in choices:
            raise Refused(f"{name!r} has to be one of {', '.join(map(str, choices))}.")
        return choices[choices.index(text)]

    async def send(self, download: Download) -> None:
        """Send bytes that no browser shows or executes."""
        kind = "application/octet-stream"
        self.set_header("Content-Type", kind)
        self.set_header("Content-Length", str(download.size))
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Content-Security-Policy", "default-src 'none'; sandbox")
        name = quote(download.name.encode("utf-8", "replace"), safe="")
        self.set_header("Content-Disposition", f"attachment; filename*=UTF-8''{name}")
        await self.send_pieces(download.pieces(), kind)

    async def send_pieces(self, pieces: Iterator[bytes], kind: str) -> None:
        """Send what a thread gives, one piece at a time, as an answer of some type."""
        try:
            while piece := await self.in_thread(next, pieces, b""):
                self.write(piece)
                await self.flush()
        except StreamClosedError:
            return  # who asked has gone
        self.finish(set_content_type=kind)

    def yes_or_no(self, name: str) -> bool:
        """A query argument that is ``true`` or ``false``, which it is when missing.

        Raises:
            Refused: It is something else.
        """
        text: str = self.get_query_argument(name, "false")
        if text not in ("true", "false"):
            raise Refused(f"{name!r} has to be 'true' or 'false'.")
        return text == "true"

    def refuse(self, status: int, message: str) -> None:
        """Answer with an error that a person can act on."""
        self.set_status(status)
        self.finish(msgspec.json.encode({"message": message, "reason": None}))
