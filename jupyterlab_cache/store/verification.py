"""Looking whether a store is what it should be, and repairing what can be.

Blobs are streamed, some at once, and entries read one after the other, so what is remembered is
little more than the digests of the good blobs. What is damaged is set aside in the quarantine,
never deleted; what is only too much (content that no entry names, leftovers, marks of no entry) is
removed, by the rules of a collection.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from .blob_check import verified_blobs
from .blob_walk import blob_files
from .blobs import BlobStore
from .collection import Collector, Garbage, Listener
from .collection_plan import Limits
from .entries import EntryFiles
from .entry_walk import EntryFile, entry_files
from .errors import (
    BlobDamaged,
    BlobMissing,
    BlobUnreadable,
    EntryDamaged,
    EntryMissing,
    EntryUnreadable,
    StoreError,
)
from .foreign_files import foreign_files
from .index import Index
from .index_update import Row
from .layout import INDEX, QUARANTINE, Layout
from .manifest import StoredEntry, named_blobs

ProblemKind = Literal[
    "entry-damaged",
    "entry-incomplete",
    "signature-bad",
    "blob-damaged",
    "blob-orphan",
    "mark-orphan",
    "leftover",
    "foreign-file",
    "file-missing",
    "index-wrong",
    "unreadable",
]

Progress = Callable[[Literal["blobs", "entries"], int], None]
"""Is told of what kind something was looked at, and how many of these there were so far."""


class Problem(msgspec.Struct, frozen=True):
    """Something that is not as it should be.

    Attributes:
        kind: Which kind.
        subject: The entry, or the file relative to the store's folder.
        message: What is wrong and what can be done.
        repaired: Whether it was put right.
    """

    kind: ProblemKind
    subject: str
    message: str
    repaired: bool


class Summary(msgspec.Struct, frozen=True):
    """What a verification looked at.

    Attributes:
        entries: How many entries were looked at.
        blobs: How many files of blobs.
        untrusted: How many entries are signed by others or not at all.
    """

    entries: int
    blobs: int
    untrusted: int


class Verifier:
    """Verifies one store.

    Args:
        layout: The store's folder.
        entries: Its entries.
        blobs: Its blobs.
        index: Its index.
        collector: Tells what is too much, and removes it.
        tell: Is told of each problem.
        repair: Whether to repair what can be; otherwise nothing changes.
        look_at: Is told how far it is.
    """

    def __init__(
        self,
        layout: Layout,
        entries: EntryFiles,
        blobs: BlobStore,
        index: Index,
        collector: Collector,
        *,
        tell: Callable[[Problem], None],
        repair: bool,
        look_at: Progress = lambda what, count: None,
    ) -> None:
        self._layout = layout
        self._files = layout.files
        self._entries = entries
        self._blobs = blobs
        self._index = index
        self._collector = collector
        self._tell = tell
        self._repair = repair
        self._look_at = look_at
        self._good: set[bytes] = set()
        self._rows: dict[str, tuple[str, int]] = {}

    def run(self) -> Summary:
        """Look at everything.

        Raises:
            StoreError: The store cannot be used, or not be written though it is to be repaired.
            OSError: A folder cannot be read.
        """
        if self._repair:
            self._layout.require_writable()
        else:
            self._layout.check()
        _, names = self._files.listing("") or (None, [])
        if not names:
            return Summary(0, 0, 0)  # an empty folder only says where a project begins
        self._verify_setup()
        self._verify_names()
        blobs = self._verify_blobs()
        entries, untrusted = self._verify_entries()
        self._verify_index()
        self._verify_rest()
        return Summary(entries, blobs, untrusted)

    def _verify_setup(self) -> None:
        missing = self._layout.missing_setup()
        if missing and self._repair:
            self._layout.set_up()
        todo = "It was written anew." if self._repair else "A repair writes it anew."
        for name in missing:
            message = f"The store begins with this file, and it is missing. {todo}"
            self._tell(Problem("file-missing", name, message, self._repair))

    def _verify_names(self) -> None:
        for found in foreign_files(self._files):
            if found.in_place_of_blob:
                # It would not be opened, and be in the way of the blob.
                self._move_aside("blob-damaged", found.name, "A blob is a regular file.")
            else:
                message = "No file of a store has such a name; remove it if you do not need it."
                self._tell(Problem("foreign-file", found.name, message, False))

    def _verify_blobs(self) -> int:
        count = 0
        for file, error in verified_blobs(self._blobs, blob_files(self._files)):
            if isinstance(error, BlobUnreadable):
                self._tell(Problem("unreadable", file.name, str(error), False))
            elif isinstance(error, BlobMissing):
                continue  # it was removed meanwhile
            elif error is not None:
                aside = self._files.status(file.name) is None
                todo = "It was set aside." if aside else "A repair sets it aside."
                self._tell(Problem("blob-damaged", file.name, f"{error}. {todo}", aside))
            else:
                self._good.add(bytes.fromhex(file.digest.removeprefix("sha256-")))
            count += 1
            self._look_at("blobs", count)
        return count

    def _verify_entries(self) -> tuple[int, int]:
        count = untrusted = 0
        for file in entry_files(self._entries, self._files):
            if file.stored is not None:
                count += 1
                self._look_at("entries", count)
                untrusted += not file.stored.trusted
                self._verify_entry(file, file.stored)
            elif file.state == "damaged":
                self._set_aside("entry-damaged", file, file.problem)
            elif file.state == "newer":
                message = "It was made by a newer version; update jupyterlab-cache to use it."
                self._tell(Problem("unreadable", file.name, message, False))
            elif file.state == "unreadable":
                self._tell(Problem("unreadable", file.name, file.problem, False))
            elif file.state == "foreign":
                message = "No entry has such a name; remove it if you do not need it."
                self._tell(Problem("foreign-file", file.name, message, False))
        return count, untrusted

    def _verify_entry(self, file: EntryFile, stored: StoredEntry) -> None:
        entry = stored.entry
        if not stored.trusted:
            try:
                forged = self._entries.is_forged(stored)
            except EntryMissing:
                return  # it was removed meanwhile
            if forged:
                message = f"An entry of {entry.notebook_path} claims to be signed here and is not."
                self._set_aside("signature-bad", file, message)
                return
        self._rows[stored.id] = entry.code_key, hash(Row.of(stored))
        named = named_blobs(entry)
        missing = sum(not self._is_good(digest) for digest in named)
        if missing:
            message = (
                f"Of {len(named)} blobs of this entry of {entry.notebook_path}, {missing} are "
                "missing or damaged. Execute the notebook again, or remove the entry."
            )
            self._tell(Problem("entry-incomplete", stored.id, message, False))

    def _is_good(self, digest: str) -> bool:
        if bytes.fromhex(digest.removeprefix("sha256-")) in self._good:
            return True
        # Somebody may have stored it since.
        try:
            for _ in self._blobs.stream(digest):
                pass
        except (BlobMissing, BlobDamaged):
            return False
        return True

    def _set_aside(self, kind: ProblemKind, file: EntryFile, message: str) -> None:
        self._move_aside(kind, file.name, message, self._entries.set_aside)

    def _move_aside(
        self,
        kind: ProblemKind,
        name: str,
        message: str,
        move: Callable[[str], None] | None = None,
    ) -> None:
        todo = "A repair sets it aside."
        if self._repair:
            try:
                (move or self._layout.set_aside)(name)
            except FileNotFoundError:
                return  # it was removed meanwhile
            except OSError as error:
                self._tell(Problem(kind, name, f"{message} {error}", False))
                return
            todo = f"It was set aside in {QUARANTINE}."
        self._tell(Problem(kind, name, f"{message} {todo}", self._repair))

    def _verify_index(self) -> None:
        wrong = 0
        for row in self._index.each():
            known = self._rows.pop(row.id, None)
            if known is None or known[1] != hash(row):
                wrong += self._differs(row.code_key, row.id, row)
        for identifier, (code_key, _) in self._rows.items():
            wrong += self._differs(code_key, identifier, None)
        if wrong:
            if self._repair:
                self._index.drop()
            message = f"The index is wrong about {wrong} entries; " + (
                "it is made anew." if self._repair else "a repair makes it anew."
            )
            self._tell(Problem("index-wrong", INDEX, message, self._repair))

    def _differs(self, code_key: str, identifier: str, row: Row | None) -> bool:
        """Whether a row is not what the entry's file says now: it may have come or gone since."""
        try:
            return Row.of(self._entries.read(code_key, identifier)) != row
        except (EntryDamaged, EntryUnreadable):
            return False  # which is no fault of the index
        except EntryMissing:
            return row is not None

    def _verify_rest(self) -> None:
        """Look for what is too much, unless nobody knows what is needed."""
        words = {
            "leftover": "Somebody began to write it and did not end.",
            "blob-orphan": "No entry names it.",
            "mark-orphan": "There is no such entry.",
        }

        def tell(kind: Garbage, name: str) -> None:
            todo = "It was cleared up." if self._repair else "A repair clears it up."
            self._tell(Problem(kind, name, f"{words[kind]} {todo}", self._repair))

        try:
            plan = self._collector.plan(Limits())
        except StoreError:
            return  # of what cannot be read was told already
        carry_out = self._collector.carry_out if self._repair else self._collector.preview
        carry_out(plan, Listener(garbage=tell))
