"""``/turns``: pages that have the same document open change its outputs one after the other."""

from __future__ import annotations

import time
from collections.abc import Callable

from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from .operation import CacheHandler, operation
from .wire import TurnRequest

TURN_SECONDS = 5.0
"""By then the other pages have what was changed, also on a busy machine."""


class Turns:
    """Whose turn it is with which document.

    Args:
        clock: Gives the time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._turns: dict[str, tuple[str, float]] = {}

    def take(self, path: str, page: str) -> bool:
        """Whether it is a page's turn now; if so, it is no other page's for some seconds.

        Args:
            path: The document.
            page: Name of the page that asks.
        """
        now = self._clock()
        self._turns = {name: turn for name, turn in self._turns.items() if turn[1] > now}
        if self._turns.get(path, (page,))[0] != page:
            return False
        self._turns[path] = (page, now + TURN_SECONDS)
        return True


class TurnsHandler(CacheHandler):
    """Turns with the documents that people share."""

    @authenticated
    @authorized
    @operation
    async def post(self) -> object:
        """Ask for a page's turn with a notebook."""
        request = self.decode(TurnRequest)
        notebook = await self.in_thread(self.cache.projects.notebook, request.path)
        return {"granted": self.app.turns.take(str(notebook), request.page)}
