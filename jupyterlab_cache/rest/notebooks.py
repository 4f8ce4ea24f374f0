"""``/notebooks``: the verdicts on all notebooks below a folder, as they are saved."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from .operation import CacheHandler, operation
from .status_wire import notebook_wire

MOST_NOTEBOOKS = 10_000


class NotebooksHandler(CacheHandler):
    """All notebooks below a folder."""

    @authenticated
    @authorized
    @operation
    async def get(self) -> object:
        """A line about each notebook; those that cannot be read are told apart."""
        return await self.in_thread(self._survey, self.get_query_argument("path", ""))

    def _survey(self, folder: str) -> object:
        statuses, unreadable = self.cache.survey([folder] if folder else [])
        return {
            "notebooks": [notebook_wire(status) for status in statuses[:MOST_NOTEBOOKS]],
            "total": len(statuses),
            "unreadable": unreadable[:MOST_NOTEBOOKS],
        }
