"""``/entries``: what the store holds for a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from ..inputs.artefact_states import artefact_states
from ..inputs.observation import Places
from ..projects import Project
from ..store.selection import LONGEST_SEARCH, SORT_KEYS, Selection
from ..store.store import StoredEntry
from .json_pieces import json_pieces
from .metrics import note_hit
from .operation import CacheHandler, Pieces, Refused, operation
from .wire import detail_wire, entry_outputs_wire, summary_wire

if TYPE_CHECKING:
    from ..cache import NotebookCache


class EntriesHandler(CacheHandler):
    """Entries of one notebook, or of a project."""

    @authenticated
    @authorized
    @operation
    async def get(self) -> object:
        """One page of the entries that match, newest first unless asked for otherwise."""
        path = self.required_argument("path")
        offset = self.whole_number("offset", 0, 0, 10**9 - 1)
        limit = self.whole_number("limit", 100, 1, 1000)
        search: str = self.get_query_argument("search", "")
        if len(search) > LONGEST_SEARCH:
            raise Refused(f"Search for at most {LONGEST_SEARCH} characters.")
        sort = self.one_of("sort", SORT_KEYS)
        descending = self.one_of("order", ("descending", "ascending")) == "descending"
        selection = Selection(search=search, sort=sort, descending=descending)
        return await self.in_thread(self._page, path, selection, offset, limit)

    def _page(self, path: str, selection: Selection, offset: int, limit: int) -> object:
        project, notebook_path = self.cache.locate(path)
        # Paths are searched as they are shown.
        below = (
            ""
            if project.root == self.cache.projects.root
            else self.cache.projects.relative(project.root) + "/"
        )
        selection = msgspec.structs.replace(selection, notebook=notebook_path, below=below)
        entries, total = project.store.select(selection, offset=offset, limit=limit)
        summaries = [summary_of(self.cache, project, stored) for stored in entries]
        shown = self.cache.projects.relative(project.root)
        return {"entries": summaries, "total": total, "project": shown}


def summary_of(cache: NotebookCache, project: Project, stored: StoredEntry) -> dict[str, object]:
    """What a list shows of an entry of a project, its path seen from the root folder."""
    marks = project.store.marks
    return summary_wire(
        stored,
        cache.projects.path_in_root(project, stored.entry.notebook_path),
        pinned=marks.is_pinned(stored.id),
        used=marks.last_used(stored.id),
    )


class EntryHandler(CacheHandler):
    """One entry."""

    @authenticated
    @authorized
    @operation
    async def get(self, entry_id: str) -> object:
        """The entry with its inputs and artefacts."""
        return await self.in_thread(self._detail, self.required_argument("path"), entry_id)

    def _detail(self, path: str, entry_id: str) -> object:
        project, notebook_path = self.cache.locate(path)
        stored = project.store.get(entry_id)
        shown = self.cache.projects.path_in_root(project, stored.entry.notebook_path)
        # Of a notebook that was moved, files are looked for where it is now.
        folder = (project.root / (notebook_path or stored.entry.notebook_path)).parent
        states = artefact_states(
            stored.entry, Places(folder, project.root), self.cache.stat_cache, project.store.folder
        )
        marks = project.store.marks
        check = marks.check_of(stored.id)
        return detail_wire(
            stored,
            shown,
            states,
            pinned=marks.is_pinned(stored.id),
            used=marks.last_used(stored.id),
            check=check,
        )

    @authenticated
    @authorized
    @operation
    async def delete(self, entry_id: str) -> None:
        """Remove the entry from the store."""
        path = self.required_argument("path")
        notebook = await self.in_thread(self._remove, path, entry_id)
        self.app.announce_store(notebook, "removed", entry_id)

    def _remove(self, path: str, entry_id: str) -> str:
        project, _ = self.cache.locate(path)
        stored = project.store.get(entry_id)
        project.store.remove(entry_id)
        return self.cache.projects.path_in_root(project, stored.entry.notebook_path)


class EntryPinHandler(CacheHandler):
    """Whether an entry is kept whatever a collection would take."""

    @authenticated
    @authorized
    @operation
    async def put(self, entry_id: str) -> None:
        """Pin the entry; harmless when it is."""
        await self.in_thread(self._set, self.required_argument("path"), entry_id, True)

    @authenticated
    @authorized
    @operation
    async def delete(self, entry_id: str) -> None:
        """Unpin the entry; harmless when it is not pinned."""
        await self.in_thread(self._set, self.required_argument("path"), entry_id, False)

    def _set(self, path: str, entry_id: str, pinned: bool) -> None:
        project, _ = self.cache.locate(path)
        project.store.get(entry_id)
        marks = project.store.marks
        (marks.pin if pinned else marks.unpin)(entry_id)


class EntryOutputsHandler(CacheHandler):
    """The outputs of an entry."""

    @authenticated
    @authorized
    @operation
    async def get(self, entry_id: str) -> object:
        """All outputs, cell by cell; the entry counts as used now."""
        path, hit = self.required_argument("path"), self.yes_or_no("hit")
        return await self.in_thread(self._outputs, path, entry_id, hit)

    def _outputs(self, path: str, entry_id: str, hit: bool) -> object:
        project, _ = self.cache.locate(path)
        stored = project.store.get(entry_id)
        outputs = project.store.outputs_of(stored, in_pieces=True, expressions=True)
        if hit:
            project.store.marks.note_hit(stored.id)
            note_hit("restore", stored.entry.seconds)
        else:
            project.store.marks.touch_used(stored.id)
        return Pieces(json_pieces(entry_outputs_wire(stored, outputs)))
