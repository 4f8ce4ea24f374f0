"""``/stats``: how much was executed, and how much was saved."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from .operation import CacheHandler, Refused, operation
from .wire import statistics_wire

_MOST_PATHS = 1000


class StatsHandler(CacheHandler):
    """Statistics of notebooks and folders."""

    @authenticated
    @authorized
    @operation
    async def get(self) -> object:
        """Statistics of what is stored of these notebooks; of all without any."""
        paths = self.get_query_arguments("path")
        if not all(paths) or len(paths) > _MOST_PATHS:
            raise Refused(f"Name up to {_MOST_PATHS} notebooks or folders with 'path', or none.")
        return statistics_wire(await self.in_thread(self.cache.statistics, paths))
