"""``/verifications``: whether a store is what it should be."""

from __future__ import annotations

import msgspec
from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from ..store.verification import Problem
from .operation import CacheHandler, operation
from .upkeep_wire import VerificationRequest

_MOST_LISTED = 1000


class VerificationsHandler(CacheHandler):
    """Looks through a whole store, and repairs what can be."""

    @authenticated
    @authorized
    @operation
    async def post(self) -> object:
        """Look at everything in a store."""
        return await self.in_thread(self._verify, self.decode(VerificationRequest))

    def _verify(self, request: VerificationRequest) -> object:
        problems: list[Problem] = []
        total = 0

        def tell(problem: Problem) -> None:
            nonlocal total
            total += 1
            if len(problems) < _MOST_LISTED:
                problems.append(problem)

        summary = self.cache.verify(request.path, repair=request.repair, tell=tell)
        return {
            "entries": summary.entries,
            "blobs": summary.blobs,
            "untrusted": summary.untrusted,
            "problems": msgspec.to_builtins(problems),
            "total": total,
        }
