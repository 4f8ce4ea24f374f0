"""``/captures``: storing outputs as they stand."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from .operation import CacheHandler, operation
from .wire import CaptureRequest, summary_wire


class CapturesHandler(CacheHandler):
    """Outputs of an interactive session, kept as an entry."""

    @authenticated
    @authorized
    @operation
    async def post(self) -> object:
        """Store the outputs of a saved notebook as they stand."""
        request = self.decode(CaptureRequest)
        stored = await self.in_thread(self.cache.capture, request.path)
        self.app.announce_store(request.path, "added", stored.id)
        self.set_status(201)
        return summary_wire(stored, request.path, pinned=False, used=None)
