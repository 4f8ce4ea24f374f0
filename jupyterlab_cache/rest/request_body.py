"""What a request brings with it: taken in piece by piece, and never more than is allowed."""

from __future__ import annotations

from typing import Any

from jupyter_server.base.handlers import APIHandler
from jupyter_server.extension.handler import ExtensionHandlerMixin
from tornado.web import HTTPError, stream_request_body


@stream_request_body
class BodyHandler(ExtensionHandlerMixin, APIHandler):
    """Takes in a request's body.

    Who announces more than is allowed is refused before anything is read. Who does not announce it
    is refused when it has come, of which no more than that was kept.
    """

    @property
    def most_bytes(self) -> int:
        """So many bytes a body may have."""
        limit: int = self.settings["jupyterlab_cache"].max_request_bytes
        return limit

    async def prepare(self) -> None:  # type: ignore[override]
        """Look who asks, and how much is announced.

        Raises:
            HTTPError: It is nobody, or too much.
        """
        self.body = bytearray()
        self.is_body_too_large = False
        self._is_let_in = False
        await super().prepare()
        announced = self.request.headers.get("Content-Length", "0")
        if announced.isdecimal() and int(announced) > self.most_bytes:
            raise HTTPError(413, self.too_large)
        self._is_let_in = True

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer with an error; tornado then ends a connection whose body it has not read."""
        if not getattr(self, "_is_let_in", False):
            self.set_header("Connection", "close")
        super().write_error(status_code, **kwargs)

    @property
    def too_large(self) -> str:
        """What to tell who sends too much."""
        return (
            f"The request's body can have {self.most_bytes} bytes; send less, or raise "
            "CacheApp.max_request_bytes."
        )

    def data_received(self, chunk: bytes) -> Any:
        """Keep a piece."""
        if len(self.body) + len(chunk) > self.most_bytes:
            self.is_body_too_large = True
            self.body.clear()
        elif not self.is_body_too_large:
            self.body += chunk
