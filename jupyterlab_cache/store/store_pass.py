"""A store during one pass over many notebooks: what is the same for all is asked once."""

from __future__ import annotations

from collections.abc import Callable

from .manifest import StoredEntry
from .store import Store


class StorePass:
    """What verdicts ask of a store.

    Args:
        store: The store.

    Raises:
        StoreError: It cannot be used.
    """

    def __init__(self, store: Store) -> None:
        store.check()
        self._store = store
        self._invalidated: frozenset[str] | None = None
        self.latest_of: Callable[[str], StoredEntry | None] = store.latest_of
        """The latest entry of a notebook; see :meth:`Store.latest_of`."""
        self.blob: Callable[[str], bytes] = store.blobs.get
        """The content of a blob; see :meth:`BlobStore.get`."""
        self.has_outputs: Callable[[StoredEntry], bool] = store.has_outputs
        """Whether the blobs of an entry's outputs are there; see :meth:`Store.has_outputs`."""

    def entries_for(self, code_key: str) -> list[StoredEntry]:
        """The entries of a code key; see :meth:`Store.entries_for`."""
        return self._store.entries_for(code_key, checked=True)

    def is_invalidated(self, stored: StoredEntry, notebook_path: str) -> bool:
        """Whether an entry shall not match for a notebook; see :meth:`Marks.is_invalidated`."""
        marks = self._store.marks
        if self._invalidated is None:
            self._invalidated = marks.invalidated_names()
        if not self._invalidated:
            return False
        return marks.is_invalidated(stored, notebook_path=notebook_path)
