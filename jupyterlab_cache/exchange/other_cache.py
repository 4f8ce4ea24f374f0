"""What an export needs to know of another cache: how it reads a notebook, and how it is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

import msgspec

from ..store.records import Artefact
from ..store.store import Store, StoredEntry


class ExportRefused(Exception):
    """Nothing can be written to a folder; the text says what to do."""


class NotExportable(Exception):
    """One notebook cannot be written to the other cache; the text says why."""


class Reading(msgspec.Struct, frozen=True):
    """A saved notebook as the other program reads it.

    Attributes:
        node: As an nbformat 4 node; its code cells are those that the other program executes.
        key: Under which the other cache looks for its outputs.
    """

    node: Any
    key: str


class Record(msgspec.Struct, frozen=True):
    """What an export wrote, as the other cache tells it.

    Attributes:
        notebook: Absolute path of the notebook.
        entry: Identifier of the entry.
        outputs: Digest of its outputs.
    """

    notebook: str
    entry: str
    outputs: str


class Export(msgspec.Struct, frozen=True):
    """The outputs of one notebook, to be written to another cache.

    Attributes:
        notebook: Its absolute path.
        reading: It, with the outputs of the entry in its cells.
        stored: The entry.
        expressions: For each expression in its text its result as an output, or none.
        metadata: Of the notebook, as it was executed.
        store: For the contents of artefacts.
        artefacts: Those that are to be written as well.
    """

    notebook: Path
    reading: Reading
    stored: StoredEntry
    expressions: Sequence[Sequence[Mapping[str, Any]]]
    metadata: Mapping[str, Any]
    store: Store
    artefacts: Sequence[Artefact]

    @property
    def record(self) -> Record:
        """What is noted of it."""
        return Record(str(self.notebook), self.stored.id, self.stored.entry.outputs_digest)


class OtherCache(Protocol):
    """A cache of another program that is written to, as long as the context lasts."""

    def __enter__(self) -> OtherCache:
        """Open it; a folder that is not there is made.

        Raises:
            ExportRefused: It is not safe to write there, or what is there is something else.
            OSError: It cannot be written.
        """

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close it."""

    def read(self, notebook: Path) -> Reading:
        """Read a notebook as the other program does.

        Args:
            notebook: Its absolute path.

        Raises:
            NotExportable: The other program does not execute it, or not in a way that we know.
            NotebookError: It cannot be read at all.
        """

    def known(self, key: str) -> Record | None:
        """What an export wrote under a key; None where there is nothing or nothing of ours."""

    def write(self, export: Export) -> bool:
        """Write outputs; whether anything changed.

        Raises:
            NotExportable: They cannot be written in this form.
            OSError: They cannot be written.
        """

    def forget(self, notebook: Path, keys: Iterable[str], *, but: str | None = None) -> int:
        """Remove what an export wrote and what would not be true any more; how much that was.

        What the other program itself wrote stays.

        Args:
            notebook: Whatever was written of it.
            keys: Whatever was written under them, for whichever notebook.
            but: The key that stays.

        Raises:
            OSError: It cannot be removed.
        """
