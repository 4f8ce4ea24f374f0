"""``/shared-store``: how the shared store is doing, and what is sent there and fetched."""

from __future__ import annotations

import msgspec
from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from ..exchange.shared_store.tier import TierReport
from ..exchange.shared_store.transfer import Transfer
from .operation import CacheHandler, operation

_MOST_LISTED = 1000


class TransferRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Body of a push or a pull.

    Attributes:
        path: A notebook or folder, relative to the server's root folder.
    """

    path: str


class SharedStoreHandler(CacheHandler):
    """The shared store that the settings name."""

    @authenticated
    @authorized
    @operation
    async def get(self) -> object:
        """How it is doing; nothing is asked of it for this."""
        return {"shared_store": await self.in_thread(self._report)}

    def _report(self) -> TierReport | None:
        shared = self.cache.shared
        return None if shared is None else shared.report


class PushesHandler(CacheHandler):
    """What was executed here goes to the shared store."""

    @authenticated
    @authorized
    @operation
    async def post(self) -> object:
        """Send what it lacks."""
        request = self.decode(TransferRequest)
        return _wire(await self.in_thread(self._push, request.path))

    def _push(self, path: str) -> Transfer:
        return self.cache.push(paths=[path])


class PullsHandler(CacheHandler):
    """What others executed of the notebooks here comes from the shared store."""

    @authenticated
    @authorized
    @operation
    async def post(self) -> object:
        """Fetch what is missing."""
        request = self.decode(TransferRequest)
        result = await self.in_thread(self._pull, request.path)
        for path in sorted({item.path for item in result.entries}):
            self.app.announce_store(path, "added")
        return _wire(result)

    def _pull(self, path: str) -> Transfer:
        return self.cache.pull(paths=[path])


def _wire(result: Transfer) -> dict[str, object]:
    return {
        "url": result.url,
        "entries": result.entries[:_MOST_LISTED],
        "total": len(result.entries),
        "present": result.present,
        "blobs": result.blobs,
        "bytes": result.bytes,
        "problems": result.problems,
    }
