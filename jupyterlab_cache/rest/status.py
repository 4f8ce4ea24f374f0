"""``/status``: verdicts on notebooks, as saved or as they stand in the browser."""

from __future__ import annotations

from collections.abc import Sequence

from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from ..inputs.stat_cache import Signature
from ..inputs.verdict import Status
from ..notebooks.digests import DocumentDigests
from .operation import CacheHandler, Refused, operation
from .status_wire import status_wire
from .wire import StatusRequest, job_wire

MAX_NOTEBOOKS = 1000
MAX_WATCHED = 20
"""Whoever asks for more makes a list, and does not look at one notebook."""


class StatusHandler(CacheHandler):
    """The verdict on one notebook or many."""

    @authenticated
    @authorized
    @operation
    async def get(self) -> object:
        """Judge notebooks as they are saved on disk."""
        paths = self.get_query_arguments("path")
        if not paths or not all(paths) or len(paths) > MAX_NOTEBOOKS:
            raise Refused(f"Name 1 to {MAX_NOTEBOOKS} notebooks with the query argument 'path'.")
        return await self._statuses([(path, None) for path in paths])

    # Judging changes nothing, though the verb is one that writes: authorize it as reading.
    @authenticated
    @authorized(action="read")
    @operation
    async def post(self) -> object:
        """Judge notebooks as they stand in the browser."""
        request = self.decode(StatusRequest)
        return await self._statuses(
            [
                (item.path, item.document.digests() if item.document else None)
                for item in request.notebooks
            ]
        )

    async def _statuses(self, queries: Sequence[tuple[str, DocumentDigests | None]]) -> object:
        statuses, behind = await self.in_thread(self._judged, queries)
        for status, states in zip(statuses, behind, strict=False):
            await self.app.input_watch.show(status.path, states)
        resolve = self.cache.projects.resolve
        self.app.shared_verdicts.note(
            (resolve(status.path), status.code_key) for status in statuses if not status.is_settled
        )
        answers = []
        for status in statuses:
            job = self.app.queue.active_job(self.cache.projects.resolve(status.path))
            shown = None
            if job is not None:
                shown = job_wire(job, status.path, await self.app.queue.memory_of(job))
            answers.append(status_wire(status, shown))
        return {"statuses": answers}

    def _judged(
        self, queries: Sequence[tuple[str, DocumentDigests | None]]
    ) -> tuple[list[Status], list[dict[str, Signature | None]]]:
        """Verdicts, and what each depends on where it is to be watched; both from one look."""
        look = self.cache.look()
        statuses = self.cache.judge(queries, look)
        watched = statuses if len(statuses) <= MAX_WATCHED else []
        return statuses, [look.states_behind(status) for status in watched]
