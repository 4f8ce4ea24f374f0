"""A derived index for listings: rebuilt from the files whenever it is missing or damaged."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from .entries import EntryFiles, StoredEntry
from .errors import EntryMissing

T = TypeVar("T")

_SCHEMA = 1
_CREATE = """
CREATE TABLE entries (
    id TEXT PRIMARY KEY, code_key TEXT NOT NULL, notebook TEXT NOT NULL, created REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX by_notebook ON entries (notebook, created DESC, id);
CREATE INDEX by_time ON entries (created DESC, id);
"""
_BUSY_SECONDS = 5.0


class Index:
    """Which entries there are, by notebook and time.

    Every question first brings the index up to date with the names of the entry files, so entries
    that other processes wrote or removed count at once. Where no file can be kept, as in a store
    that is read-only, the index lives in memory.

    Args:
        path: The SQLite file.
        files: The entries themselves.
    """

    def __init__(self, path: Path, files: EntryFiles) -> None:
        self._path = path
        self._files = files
        self._lock = threading.Lock()
        self._memory: sqlite3.Connection | None = None

    def latest_of(self, notebook: str) -> tuple[str, str] | None:
        """Identifier and code key of a notebook's latest entry."""
        rows = self.page(notebook, 0, 1)[0]
        return rows[0] if rows else None

    def page(
        self, notebook: str | None, offset: int, limit: int
    ) -> tuple[list[tuple[str, str]], int]:
        """Identifiers and code keys, newest first, and how many there are in all.

        Args:
            notebook: Path relative to the project root; None for all notebooks.
            offset: How many to pass over.
            limit: How many to give at most.
        """
        where, values = ("WHERE notebook = ?", (notebook,)) if notebook is not None else ("", ())

        def query(connection: sqlite3.Connection) -> tuple[list[tuple[str, str]], int]:
            rows = connection.execute(
                f"SELECT id, code_key FROM entries {where} ORDER BY created DESC, id LIMIT ? OFFSET ?",
                (*values, limit, offset),
            ).fetchall()
            (total,) = connection.execute(f"SELECT count(*) FROM entries {where}", values).fetchone()
            return rows, total

        return self._answer(query)

    def code_key_of(self, prefix: str) -> list[tuple[str, str]]:
        """Identifiers and code keys of the entries whose identifier begins so (two at most)."""

        def query(connection: sqlite3.Connection) -> list[tuple[str, str]]:
            return connection.execute(
                "SELECT id, code_key FROM entries WHERE id >= ? AND id < ? LIMIT 2",
                (prefix, prefix + "g"),
            ).fetchall()

        return self._answer(query)

    def _answer(self, query: Callable[[sqlite3.Connection], T]) -> T:
        with self._lock:
            try:
                return self._with_file(query)
            except sqlite3.DatabaseError:
                # Damaged, or of a file system that SQLite cannot work on.
                self._remove_file()
            try:
                return self._with_file(query)
            except sqlite3.DatabaseError:
                return self._in_memory(query)

    def _with_file(self, query: Callable[[sqlite3.Connection], T]) -> T:
        if not self._path.parent.is_dir() or self._path.is_symlink():
            return self._in_memory(query)
        connection = sqlite3.connect(self._path, timeout=_BUSY_SECONDS)
        try:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version != _SCHEMA:
                _create(connection)
            self._update(connection)
            return query(connection)
        finally:
            connection.close()

    def _in_memory(self, query: Callable[[sqlite3.Connection], T]) -> T:
        if self._memory is None:
            self._memory = sqlite3.connect(":memory:", check_same_thread=False)
            _create(self._memory)
        self._update(self._memory)
        return query(self._memory)

    def _update(self, connection: sqlite3.Connection) -> None:
        present = self._files.all_ids()
        known = {row[0] for row in connection.execute("SELECT id FROM entries")}
        gone = known - present.keys()
        new = [self._row(identifier, present[identifier]) for identifier in present.keys() - known]
        rows = [row for row in new if row is not None]
        if not gone and not rows:
            return
        with connection:
            connection.executemany("DELETE FROM entries WHERE id = ?", [(item,) for item in gone])
            connection.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?)", rows)

    def _row(self, identifier: str, code_key: str) -> tuple[str, str, str, float] | None:
        try:
            stored: StoredEntry = self._files.read(code_key, identifier)
        except EntryMissing:
            return None
        return identifier, code_key, stored.entry.notebook_path, stored.entry.created

    def _remove_file(self) -> None:
        for suffix in ("", "-journal", "-wal", "-shm"):
            try:
                self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
            except OSError:
                return


def _create(connection: sqlite3.Connection) -> None:
    with connection:
        # In one transaction, so that two processes cannot both create the tables.
        connection.execute("BEGIN IMMEDIATE")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version == _SCHEMA:
            return
        connection.execute("DROP TABLE IF EXISTS entries")
        for statement in filter(str.strip, _CREATE.split(";")):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {_SCHEMA}")
