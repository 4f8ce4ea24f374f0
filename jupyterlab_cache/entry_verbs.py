"""The verbs about single entries of a store: list, show, remove, pin, trust."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from .projects import Project
from .store.selection import Selection, SortKey
from .store.store import StoredEntry
from .upkeep import Upkeep

if TYPE_CHECKING:
    from .execution.expressions import ExpressionResult
    from .execution.unpacking import Manifest


class EntryVerbs(Upkeep):
    """The entries of the projects below one folder.

    An entry is named by an object that one of these methods gave, or by the beginning of its
    identifier; ``path``, a notebook or folder, says in which project it is looked for.
    """

    def entries(
        self,
        path: str | Path = ".",
        *,
        search: str = "",
        sort: SortKey = "created",
        descending: bool = True,
        offset: int = 0,
        limit: int = 100,
    ) -> list[StoredEntry]:
        """Entries of a notebook, or of a folder's whole project; the newest first.

        Args:
            path: The notebook, which may be gone, or the folder.
            search: Words that all occur in the notebook's path, the identifier, the kernel's name,
                the outcome or the provenance.
            sort: What they are ordered by.
            descending: Whether the largest come first.
            offset: How many to pass over.
            limit: How many to give at most.

        Raises:
            PathRefused: The path lies outside the root.
            StoreError: The store cannot be used.
        """
        project, notebook = self.locate(str(path))
        selection = Selection(notebook, search, sort=sort, descending=descending)
        return project.store.select(selection, offset, limit)[0]

    def show(self, entry: str | StoredEntry, path: str | Path = ".") -> StoredEntry:
        """One entry: what it executed, used, wrote, and how it ended.

        Args:
            entry: The beginning of its identifier.
            path: A notebook or folder of its project.

        Raises:
            EntryMissing: There is none.
            StoreError: There are several.
            PathRefused: The path lies outside the root.
        """
        return self._found(entry, path)[1]

    def outputs(
        self, entry: str | StoredEntry, path: str | Path = "."
    ) -> list[list[dict[str, Any]]]:
        """What an entry shows: for each code cell that is not blank its nbformat outputs.

        Args:
            entry: The entry.
            path: A notebook or folder of its project.

        Raises:
            BlobMissing: They are gone.
            BlobDamaged: They are not what was stored.
            StoreError: As :meth:`show`.
        """
        project, stored = self._found(entry, path)
        return project.store.outputs_of(stored)

    def expressions(
        self, entry: str | StoredEntry, path: str | Path = "."
    ) -> list[ExpressionResult]:
        """The inline expressions of an entry with their results; raises as :meth:`outputs`."""
        from .execution.expressions import expression_results

        project, stored = self._found(entry, path)
        return expression_results(project.store, stored)

    def remove(self, entry: str | StoredEntry, path: str | Path = ".") -> None:
        """Take an entry out of the store, also a pinned one.

        Raises:
            StoreError: As :meth:`show`, or the store cannot be used.
            OSError: It cannot be removed.
        """
        project, stored = self._found(entry, path)
        project.store.remove(stored.id)

    def pin(self, entry: str | StoredEntry, path: str | Path = ".", *, pinned: bool = True) -> None:
        """Keep an entry whatever a collection would take, or no more.

        Args:
            entry: The entry.
            path: A notebook or folder of its project.
            pinned: Whether it is to be kept.

        Raises:
            StoreError: As :meth:`show`, or the store cannot be used.
            OSError: It cannot be written.
        """
        project, stored = self._found(entry, path)
        marks = project.store.marks
        (marks.pin if pinned else marks.unpin)(stored.id)

    def trust(
        self, entry: str | StoredEntry, path: str | Path = ".", *, trusted: bool = True
    ) -> StoredEntry:
        """Let an entry from elsewhere count as ours, or no more; see ``docs/trust.md``.

        Args:
            entry: The entry.
            path: A notebook or folder of its project.
            trusted: Whether it is to be trusted.

        Raises:
            StoreError: As :meth:`show`, or the store cannot be used.
            OSError: It cannot be written.
        """
        project, stored = self._found(entry, path)
        return project.store.trust(stored, trusted)

    def unpack(
        self, entry: str | StoredEntry, folder: str | Path, path: str | Path = "."
    ) -> Manifest:
        """Write what an entry keeps (notebook, outputs, small inputs, files) into a new folder.

        Args:
            entry: The entry.
            folder: New or empty.
            path: A notebook or folder of the entry's project.

        Raises:
            UnpackRefused: The folder is not empty, or cannot be used.
            StoreError: As :meth:`show`.
        """
        from .execution.unpacking import unpack

        project, stored = self._found(entry, path)
        return unpack(stored, project.store, Path(folder))

    def _found(self, entry: str | StoredEntry, path: str | Path) -> tuple[Project, StoredEntry]:
        project = self.locate(str(path))[0]
        store = project.store
        return project, store.find(entry) if isinstance(entry, str) else store.get(entry.id)
