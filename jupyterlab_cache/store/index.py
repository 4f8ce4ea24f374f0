"""A derived index for listings: rebuilt from the files whenever it is missing or damaged."""

from __future__ import annotations

import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from typing import TypeVar

from .entries import EntryFiles
from .index_file import DAMAGE, IndexFile
from .index_update import COLUMNS, ROWS, IndexUpdate, Row, folders_of
from .index_uses import update_uses
from .layout import Layout
from .selection import Selection

T = TypeVar("T")

_PATIENCE = 5.0  # seconds to wait for other processes
_PATIENCE_OF_DISCARD = 0.05
# Every folder is looked at in the first pass over a store of at most this many code keys, and
# later at most once in a thousand times as long as that takes: what was put into the store by
# hand, without touching the folders above, is found then.
_FEW_FOLDERS = 2000
_DEEP_SHARE = 1000
_AT_ONCE = 1000
_SHORTEST_PAUSE = 1.0  # seconds
_FEW = 900  # what every SQLite takes as values of a query


class Index:
    """Which entries there are, by notebook and time.

    Every question first brings the index up to date with the entries' folders, so entries that
    other processes wrote or removed count at once. Where no file can be kept, as in a store that
    is read-only, or while the file is locked, the index lives in memory.

    Args:
        layout: The store's folder.
        entries: The entries themselves.
    """

    def __init__(self, layout: Layout, entries: EntryFiles) -> None:
        self._layout = layout
        self._entries = entries
        self._file = IndexFile(layout)
        self._lock = threading.Lock()
        self._memory: sqlite3.Connection | None = None
        self._next_deep: float | None = None  # monotonic seconds

    def page(self, selection: Selection, offset: int, limit: int) -> tuple[list[Row], int]:
        """Some of the selected entries, in order, and how many there are in all.

        Args:
            selection: Which entries, in which order.
            offset: How many to pass over.
            limit: How many to give at most.
        """
        most, skipped = max(0, limit), max(0, offset)

        def query(connection: sqlite3.Connection) -> tuple[list[Row], int]:
            connection.execute("BEGIN")  # others write between two statements
            try:
                return _page(connection, selection, skipped, most)
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

        return self._answer(query, uses=selection.sort == "used")

    def each(self) -> Iterator[Row]:
        """All rows by identifier, after a look at every folder."""
        after = ""
        while True:

            def query(connection: sqlite3.Connection, after: str = after) -> list[Row]:
                rows = connection.execute(
                    f"SELECT {COLUMNS} FROM {ROWS} WHERE id > ? ORDER BY id LIMIT {_AT_ONCE}",
                    (after,),
                ).fetchall()
                return [Row.checked(row) for row in rows]

            rows = self._answer(query, everywhere=not after)
            yield from rows
            if len(rows) < _AT_ONCE:
                return
            after = rows[-1].id

    def drop(self) -> None:
        """Forget everything; the next question finds it anew."""
        with self._lock:
            self._file.drop()
            if self._memory is not None:
                self._use_memory(self._file.empty_memory())

    def names(self) -> list[tuple[str, str, str]]:
        """Code key, identifier and notebook of every entry, newest first."""

        def query(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
            rows = connection.execute(
                "SELECT code_key, id, notebook FROM entries ORDER BY created DESC, id"
            ).fetchall()
            return [(str(code_key), str(name), str(notebook)) for code_key, name, notebook in rows]

        return self._answer(query)

    def notebooks(self) -> list[str]:
        """The paths of all notebooks that have an entry, relative to the project root."""

        def query(connection: sqlite3.Connection) -> list[str]:
            rows = connection.execute("SELECT DISTINCT notebook FROM entries").fetchall()
            return [str(notebook) for (notebook,) in rows]

        return self._answer(query)

    def writers(self) -> list[Row]:
        """The entries with artefacts, by their identifiers.

        Verdicts ask this, so no more is looked at than what seems to have changed.
        """

        def query(connection: sqlite3.Connection) -> list[Row]:
            rows = connection.execute(
                f"SELECT {COLUMNS} FROM {ROWS} WHERE writes = 1 ORDER BY id"
            ).fetchall()
            return [Row.checked(row) for row in rows]

        return self._answer(query, in_haste=True)

    def beginning_with(self, prefix: str, *, everywhere: bool = False) -> list[Row]:
        """The entries whose identifier begins so (two at most).

        Args:
            prefix: Hexadecimal digits.
            everywhere: Look at every folder, also where nothing seems to have changed.
        """

        def query(connection: sqlite3.Connection) -> list[Row]:
            rows = connection.execute(
                f"SELECT {COLUMNS} FROM {ROWS} WHERE id >= ? AND id < ? ORDER BY id LIMIT 2",
                (prefix, prefix + "g"),
            ).fetchall()
            return [Row.checked(row) for row in rows]

        return self._answer(query, everywhere=everywhere)

    def discard(self, rows: list[Row]) -> None:
        """Leave out entries whose files turned out to be gone, damaged or different."""

        def delete(connection: sqlite3.Connection) -> None:
            names = [(row.id,) for row in rows]
            connection.executemany("DELETE FROM entries WHERE id = ?", names)
            # A file that is valid but not what the row said has to be read again.
            folders = {folder for row in rows for folder in folders_of(row.code_key)}
            statement = "DELETE FROM folders WHERE parent = ? AND name = ?"
            connection.executemany(statement, list(folders))

        self._change(delete)

    def _change(self, change: Callable[[sqlite3.Connection], None]) -> None:
        with self._lock:
            if self._memory is not None:
                change(self._memory)
            try:
                connection = self._file.connect(patience=_PATIENCE_OF_DISCARD)
                if connection is not None:
                    try:
                        change(connection)
                    finally:
                        connection.close()
            except DAMAGE:
                return

    def _answer(
        self,
        query: Callable[[sqlite3.Connection], T],
        *,
        everywhere: bool = False,
        in_haste: bool = False,
        uses: bool = False,
    ) -> T:
        def ask(connection: sqlite3.Connection) -> T:
            deep = self._update(connection, everywhere, in_haste)
            if uses:
                update_uses(connection, self._layout.files, deep=deep)
            return query(connection)

        with self._lock:
            for _ in range(2):
                try:
                    connection = self._file.connect(patience=_PATIENCE)
                    if connection is None:
                        break
                    try:
                        return ask(connection)
                    finally:
                        connection.close()
                except sqlite3.OperationalError:
                    break  # locked, not writable, or on a file system that SQLite cannot use
                except DAMAGE:
                    self._file.drop()
            if self._memory is None:
                self._use_memory(self._file.copy_to_memory())
            try:
                return self._ask_memory(ask)
            except DAMAGE:
                self._use_memory(self._file.empty_memory())  # The copy was damaged.
                return self._ask_memory(ask)

    def _use_memory(self, connection: sqlite3.Connection) -> None:
        self._memory = connection
        weakref.finalize(self, connection.close)

    def _ask_memory(self, ask: Callable[[sqlite3.Connection], T]) -> T:
        assert self._memory is not None
        return ask(self._memory)

    def _update(self, connection: sqlite3.Connection, everywhere: bool, in_haste: bool) -> bool:
        """Take in what changed.

        Returns:
            Whether every folder was looked at, not only where something seems to have changed.
        """
        update = IndexUpdate(connection, self._layout.files, self._entries.read)
        if self._next_deep is None:
            (folders,) = connection.execute("SELECT count(*) FROM folders").fetchone()
            few = folders <= _FEW_FOLDERS
            self._next_deep = 0.0 if few else time.monotonic() + _DEEP_SHARE
        deep = everywhere or (not in_haste and time.monotonic() >= self._next_deep)
        start = time.monotonic()
        update.run(deep=deep)
        if deep:
            end = time.monotonic()
            self._next_deep = end + max(_SHORTEST_PAUSE, _DEEP_SHARE * (end - start))
        return deep


def _page(
    connection: sqlite3.Connection, selection: Selection, offset: int, limit: int
) -> tuple[list[Row], int]:
    where, values = selection.where()
    where = where and f" WHERE {where}"
    found: list[object] = []
    if selection.words:
        query = f"SELECT id FROM entries{where} LIMIT {_FEW}"
        found = [identifier for (identifier,) in connection.execute(query, values)]
    if selection.words and len(found) < _FEW:
        # To look them up and sort them is quicker than to pass over the others.
        total, values = len(found), found
        where = f" WHERE id IN ({', '.join('?' * total)})"
    else:
        (total,) = connection.execute(f"SELECT count(*) FROM entries{where}", values).fetchone()
        where = where.replace("fact IN", "+fact IN")  # not by the index on it, says this to SQLite
    order = selection.order()
    chosen = f"SELECT * FROM entries{where} {order} LIMIT ? OFFSET ?"
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM ({chosen}) AS entries LEFT JOIN facts"
        f" ON facts.number = entries.fact {order}",
        (*values, limit, offset),
    )
    return [Row.checked(row) for row in rows], total
