"""``/entries/ENTRY/trust``: whether an entry from elsewhere counts as ours."""

from __future__ import annotations

import msgspec
from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from ..execution.trusting import trust_preview
from .operation import CacheHandler, operation


class EntryTrustHandler(CacheHandler):
    """What it means to trust an entry, and the word of a person for it."""

    @authenticated
    @authorized
    @operation
    async def get(self, entry_id: str) -> object:
        """What would be trusted, for the question that is put to a person."""
        return await self.in_thread(self._preview, self.required_argument("path"), entry_id)

    def _preview(self, path: str, entry_id: str) -> object:
        project, _ = self.cache.locate(path)
        stored = project.store.get(entry_id)
        shown = self.cache.projects.path_in_root(project, stored.entry.notebook_path)
        return msgspec.to_builtins(trust_preview(project, stored, shown))

    @authenticated
    @authorized
    @operation
    async def put(self, entry_id: str) -> None:
        """Trust the entry; harmless when it is trusted by hand already."""
        await self._set(entry_id, True)

    @authenticated
    @authorized
    @operation
    async def delete(self, entry_id: str) -> None:
        """Take that back; harmless when nobody has trusted it."""
        await self._set(entry_id, False)

    async def _set(self, entry_id: str, is_trusted: bool) -> None:
        path = self.required_argument("path")
        notebook = await self.in_thread(self._trust, path, entry_id, is_trusted)
        self.app.announce_store(notebook, "trusted" if is_trusted else "distrusted", entry_id)

    def _trust(self, path: str, entry_id: str, is_trusted: bool) -> str:
        project, _ = self.cache.locate(path)
        stored = project.store.trust(project.store.get(entry_id), is_trusted)
        return self.cache.projects.path_in_root(project, stored.entry.notebook_path)
