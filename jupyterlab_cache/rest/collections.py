"""``/collections``: making room in a store."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from ..projects import Project
from ..store.collection import Listener, Outcome
from ..store.collection_plan import Limits
from .entries import summary_of
from .operation import CacheHandler, operation
from .upkeep_wire import CollectionRequest

_MOST_LISTED = 1000


class CollectionsHandler(CacheHandler):
    """Removal of what was not used for long, and of what no entry names."""

    @authenticated
    @authorized
    @operation
    async def post(self) -> object:
        """Remove it, or only tell what would be removed."""
        request = self.decode(CollectionRequest)
        project, outcome, listed = await self.in_thread(self._collect, request)
        if not request.preview:
            self.app.announce_collection(project, outcome)
        return {
            "removed": listed,
            "total": len(outcome.removed),
            "freed_bytes": outcome.freed_bytes,
            "waiting_bytes": outcome.waiting_bytes,
            "orphan_blobs": outcome.orphan_blobs,
            "kept_entries": outcome.kept_entries,
            "kept_bytes": outcome.kept_bytes,
        }

    def _collect(
        self, request: CollectionRequest
    ) -> tuple[Project, Outcome, list[dict[str, object]]]:
        project, _ = self.cache.locate(request.path)
        listed: list[dict[str, object]] = []
        outcome = self.cache.collect(
            request.path,
            Limits(bytes=request.max_bytes, age=request.max_age, entries=request.max_entries),
            preview=request.preview,
            tell=Listener(
                entry=lambda stored: listed.append(summary_of(self.cache, project, stored)),
                most_entries=_MOST_LISTED,
            ),
        )
        return project, outcome, listed
