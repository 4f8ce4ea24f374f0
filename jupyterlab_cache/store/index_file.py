"""The SQLite database of an index: opened where that is safe, used if it is of our making."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import quote

from .layout import INDEX, Layout
from .sqlite_files import BESIDE, harden, is_safe, names_another_file

DAMAGE = (sqlite3.DatabaseError, UnicodeDecodeError, MemoryError)
"""What reading a damaged database raises: also its error messages can be no text."""

SCHEMA_VERSION = 4
"""Version of the tables; an index of another one is made anew."""

_STATEMENTS = (
    # Most entries share what is searched in them, so it is kept and searched once.
    "CREATE TABLE facts (number INTEGER PRIMARY KEY, searched TEXT NOT NULL UNIQUE)",
    "CREATE TABLE entries (id TEXT PRIMARY KEY, code_key TEXT NOT NULL, notebook TEXT NOT NULL,"
    " created REAL NOT NULL, writes INTEGER NOT NULL, seconds REAL NOT NULL,"
    " bytes INTEGER NOT NULL, fact INTEGER NOT NULL, used REAL NOT NULL) WITHOUT ROWID",
    "CREATE INDEX entries_by_notebook ON entries (notebook, created DESC, id)",
    "CREATE INDEX entries_by_time ON entries (created DESC, id)",
    "CREATE INDEX entries_by_seconds ON entries (seconds DESC, created DESC, id)",
    "CREATE INDEX entries_by_bytes ON entries (bytes DESC, created DESC, id)",
    "CREATE INDEX entries_by_use ON entries (used DESC, created DESC, id)",
    "CREATE INDEX entries_by_code_key ON entries (code_key)",
    "CREATE INDEX entries_that_write ON entries (writes, id)",
    "CREATE INDEX entries_by_fact ON entries (fact, id)",
    "CREATE TABLE folders (parent TEXT NOT NULL, name TEXT NOT NULL, stamp TEXT NOT NULL,"
    " PRIMARY KEY (parent, name)) WITHOUT ROWID",
    "CREATE TABLE uses (id TEXT PRIMARY KEY, time REAL NOT NULL) WITHOUT ROWID",
)


class IndexFile:
    """Where the index of a store is kept.

    Args:
        layout: The store's folder.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._path = Path(layout.files.path(INDEX))

    def connect(self, *, patience: float) -> sqlite3.Connection | None:
        """Open the index for reading and writing, made anew if it is missing or of another version.

        Args:
            patience: Seconds to wait for other processes.

        Returns:
            None where it cannot be kept in a file.

        Raises:
            sqlite3.OperationalError: It cannot be opened, locked or written just now.
            sqlite3.DatabaseError: It is damaged.
        """
        if self._layout.read_only or not self._layout.exists:
            return None
        if names_another_file(self._layout.files, INDEX):
            self.drop()  # somebody has planted it
        if not is_safe(self._layout.files, INDEX):
            return None
        try:
            # SQLite would not let the umask decide alone, and the group has to be able to write.
            self._layout.files.create_empty(INDEX)
        except OSError:
            return None
        connection = sqlite3.connect(self._path, timeout=patience, isolation_level=None)
        try:
            _harden(connection)
            if not is_ours(connection):
                create_tables(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def copy_to_memory(self) -> sqlite3.Connection:
        """A private index in memory, with what the file holds if that can be read."""
        memory = _in_memory()
        try:
            if self._layout.exists and is_safe(self._layout.files, INDEX):
                uri = f"file:{quote(str(self._path.absolute()))}?mode=ro"
                source = sqlite3.connect(uri, uri=True, timeout=0.1, isolation_level=None)
                try:
                    _harden(source)
                    # A copy waits for ever while the source is locked, so hold it first, or fail.
                    source.execute("BEGIN")
                    if is_ours(source):
                        source.backup(memory)
                finally:
                    source.close()
                _harden(memory)
            if is_ours(memory):
                return memory
        except DAMAGE:
            pass
        memory.close()
        return self.empty_memory()

    def empty_memory(self) -> sqlite3.Connection:
        """A private index in memory that knows nothing yet."""
        memory = _in_memory()
        create_tables(memory)
        return memory

    def drop(self) -> None:
        """Remove the index: it is damaged, and will be made anew from the entries."""
        for suffix in BESIDE:
            try:
                self._layout.files.remove(INDEX + suffix)
            except OSError:
                return


def _in_memory() -> sqlite3.Connection:
    # The caller sees to it that only one thread uses it at a time.
    return sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)


def _harden(connection: sqlite3.Connection) -> None:
    """The file may come from elsewhere: nothing in its schema is run."""
    harden(connection)
    # Making the index of 100,000 entries anew writes all over it: half the time with these 32 MB.
    connection.execute("PRAGMA cache_size = -32000")


def is_ours(connection: sqlite3.Connection) -> bool:
    """Whether a database has just the tables of this version."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version != SCHEMA_VERSION:
        return False
    rows = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {sql for (sql,) in rows} == set(_STATEMENTS)


def create_tables(connection: sqlite3.Connection) -> None:
    """Make the tables, in place of whatever is there.

    Raises:
        sqlite3.DatabaseError: What is there cannot be removed.
    """
    # In one transaction, so that of several processes one makes them and the others find them.
    connection.execute("BEGIN IMMEDIATE")
    try:
        if not is_ours(connection):
            if connection.execute("SELECT count(*) FROM sqlite_master").fetchone() != (0,):
                raise sqlite3.DatabaseError("these are not our tables")
            for statement in _STATEMENTS:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
