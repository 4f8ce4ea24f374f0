"""``/invalidations``: a person's word that outputs are not to be used again."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from .operation import CacheHandler, operation
from .wire import InvalidationRequest


class InvalidationsHandler(CacheHandler):
    """Entries that shall not match any more, without being deleted."""

    @authenticated
    @authorized
    @operation
    async def post(self) -> None:
        """Let no entry that a notebook has now match any more."""
        request = self.decode(InvalidationRequest)
        path = await self.in_thread(self._invalidate, request.path)
        self.app.announce_store(path, "invalidated")

    def _invalidate(self, path: str) -> str:
        notebook = self.cache.projects.notebook(path)
        self.cache.invalidate(notebook)
        return self.cache.projects.relative(notebook)
