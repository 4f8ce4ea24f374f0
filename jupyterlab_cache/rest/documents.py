"""``/documents``: putting cached outputs into saved notebooks that nobody has open."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from .metrics import note_hit
from .operation import CacheHandler, operation
from .wire import DocumentRequest


class DocumentsHandler(CacheHandler):
    """Files of notebooks with the outputs that belong to their code."""

    @authenticated
    @authorized
    @operation
    async def post(self) -> object:
        """Put the outputs of the matching entry into a notebook's file."""
        request = self.decode(DocumentRequest)
        if await self._is_shared(request.path):
            return {
                "path": request.path,
                "restored": False,
                "entry": None,
                "message": "Somebody has it open. Open it too, and restore its outputs there.",
            }
        return await self.in_thread(self._restore, request.path)

    async def _is_shared(self, path: str) -> bool:
        """Whether people share the notebook: its file is not to be written behind their backs."""
        collaboration = self.settings.get("jupyter_server_ydoc")
        if collaboration is None:
            return False
        notebook = await self.in_thread(self.cache.projects.notebook, path)
        document = await collaboration.get_document(
            path=self.cache.projects.relative(notebook),
            content_type="notebook",
            file_format="json",
            copy=False,
        )
        return document is not None

    def _restore(self, path: str) -> object:
        done = self.cache.restore(path)
        if done.restored and done.entry is not None:
            project, _ = self.cache.locate(path)
            note_hit("restore", project.store.get(done.entry).entry.seconds)
        return {
            "path": done.path,
            "restored": done.restored,
            "entry": done.entry,
            "message": done.message,
        }
