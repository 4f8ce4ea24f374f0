"""``/jobs/{job}/outputs``: what a running job has put out so far."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from ..execution.live_outputs import LiveView
from .operation import CacheHandler, operation

_LATEST = 2**53 - 1
"""The largest whole number that every JSON reader keeps as it is."""


class JobOutputsHandler(CacheHandler):
    """The outputs of a running job so far."""

    @authenticated
    @authorized
    @operation
    async def get(self, job_id: str) -> object:
        """The cells whose outputs changed since a revision."""
        since = self.whole_number("since", 0, 0, _LATEST)
        outputs = self.app.queue.live.of(self.app.queue.get(job_id))
        return LiveView() if outputs is None else await self.in_thread(outputs.view, since)
