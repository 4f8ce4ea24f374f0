"""Files that executions wrote: one to download, all to be put back on disk."""

from __future__ import annotations

import os

from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from ..execution.artefact_restoring import ArtefactWish, RestoredFile
from ..store.errors import BlobMissing, EntryMissing
from .operation import CacheHandler, Download, operation
from .wire import RestorationRequest, restored_wire


class EntryArtefactHandler(CacheHandler):
    """The content of one artefact of an entry."""

    @authenticated
    @authorized
    @operation
    async def get(self, entry_id: str) -> object:
        """The bytes of an artefact, to be saved as a file."""
        path, artefact = self.required_argument("path"), self.required_argument("artefact")
        return await self.in_thread(self._download, path, entry_id, artefact)

    def _download(self, path: str, entry_id: str, written: str) -> Download:
        project, _ = self.cache.locate(path)
        stored = project.store.get(entry_id)
        found = next((item for item in stored.entry.artefacts if item.path == written), None)
        if found is None:
            raise EntryMissing("The entry names no such artefact; GET the entry to see which.")
        content = found.content
        if content is None:
            raise BlobMissing(f"The content was not stored ({found.left_out or 'old entry'}).")
        # What is damaged has to be known before anything is sent.
        size = sum(map(len, project.store.blobs.stream(content)))
        project.store.marks.touch_used(stored.id)
        name = written.rpartition("/")[2]
        return Download(name, size, lambda: project.store.blobs.stream(content))


class RestorationsHandler(CacheHandler):
    """A person's word that files of an execution are to be written to disk again."""

    @authenticated
    @authorized
    @operation
    async def post(self) -> object:
        """Write the files of an entry that are gone, and others only where that was said."""
        request = self.decode(RestorationRequest)
        files, written = await self.in_thread(self._restore, request)
        for path in written:
            # Who is shown a verdict that depends on it has to hear of it at once.
            self.app.input_watch.note(path)
        return restored_wire(files)

    def _restore(self, request: RestorationRequest) -> tuple[list[RestoredFile], list[str]]:
        """What became of the files, and the absolute paths of those that were written."""
        wish = ArtefactWish(overwrite=request.overwrite, accept_untrusted=request.accept_untrusted)
        files = self.cache.restore_artefacts(request.path, request.entry, wish)
        folder = self.cache.projects.resolve(request.path).parent
        written = [file for file in files if file.result in ("restored", "overwritten")]
        return files, [os.path.normpath(folder / file.path) for file in written]
