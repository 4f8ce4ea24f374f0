"""The database of a jupyter-cache folder, written by the standard library alone."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from typing import Any

import msgspec

from ...store.files import StoreFiles
from ...store.sqlite_files import harden, is_safe
from ..other_cache import ExportRefused

DATABASE = "global.db"
VERSION_FILE = "__version__.txt"
VERSION = b"1.0.1"

# Byte for byte what jupyter-cache 1.0.1 makes.
_TABLES = (
    'CREATE TABLE settings (\n\tpk INTEGER NOT NULL, \n\t"key" VARCHAR(36) NOT NULL, \n'
    '\tvalue JSON, \n\tPRIMARY KEY (pk), \n\tUNIQUE ("key")\n)',
    "CREATE TABLE nbproject (\n\tpk INTEGER NOT NULL, \n\turi VARCHAR(255) NOT NULL, \n"
    "\tread_data JSON NOT NULL, \n\tassets JSON NOT NULL, \n\texec_data JSON, \n"
    "\tcreated DATETIME NOT NULL, \n\ttraceback TEXT, \n\tPRIMARY KEY (pk), \n\tUNIQUE (uri)\n)",
    "CREATE TABLE nbcache (\n\tpk INTEGER NOT NULL, \n\thashkey VARCHAR(255) NOT NULL, \n"
    "\turi VARCHAR(255) NOT NULL, \n\tdescription VARCHAR(255) NOT NULL, \n\tdata JSON, \n"
    "\tcreated DATETIME NOT NULL, \n\taccessed DATETIME NOT NULL, \n\tPRIMARY KEY (pk), \n"
    "\tUNIQUE (hashkey)\n)",
)
_PATIENCE = 30.0
"""Seconds to wait for other writers; jupyter-cache itself gives up after 5."""


class CacheRecord(msgspec.Struct, frozen=True):
    """One record of what was executed.

    Attributes:
        key: The key; the folder of its file has this name.
        uri: Path of the notebook.
        data: What else is known; ``execution_seconds`` is jupyter-cache's.
        created: End of the execution, seconds since the epoch.
    """

    key: str
    uri: str
    data: dict[str, Any]
    created: float


class Database:
    """The database of a folder that is written to, with others beside us.

    Args:
        files: The folder's files.

    Raises:
        ExportRefused: It is not safe to open, or not jupyter-cache's.
        OSError: It cannot be made.
    """

    def __init__(self, files: StoreFiles) -> None:
        if files.status(DATABASE) is None:
            _make(files)
        if not is_safe(files, DATABASE):
            raise ExportRefused(
                f"{files.path(DATABASE)} is not a plain file; remove it, or name another folder."
            )
        self._path = files.path(DATABASE)
        self._connection = sqlite3.connect(self._path, timeout=_PATIENCE, isolation_level=None)
        with self._told():
            harden(self._connection)
            names = {row[1] for row in self._connection.execute("PRAGMA table_info(nbcache)")}
            if not {"hashkey", "uri", "description", "data", "created", "accessed"} <= names:
                self.close()
                raise ExportRefused(f"{self._path} is no database of jupyter-cache 0.5 or newer.")

    def close(self) -> None:
        """Close it."""
        self._connection.close()

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Keep other writers out, and let all changes in the context count at once.

        Raises:
            OSError: It stays locked, is damaged or cannot be written.
        """
        with self._told():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise OSError(f"{self._path} cannot be used: {error}") from error

    def find(self, key: str) -> CacheRecord | None:
        """The record of a key; raises as :meth:`writing`."""
        return next(self._select("hashkey = ?", key), None)

    def of_notebook(self, uri: str) -> list[CacheRecord]:
        """The records of a notebook; raises as :meth:`writing`."""
        return list(self._select("uri = ?", uri))

    def _select(self, condition: str, value: str) -> Iterator[CacheRecord]:
        with self._told():
            yield from records_of(self._connection, f" WHERE {condition}", (value,))

    def put(self, record: CacheRecord) -> None:
        """Write a record, in place of the one with its key."""
        now = _written(datetime.now(timezone.utc).timestamp())
        self._connection.execute(
            "INSERT INTO nbcache (hashkey, uri, description, data, created, accessed)"
            " VALUES (?, ?, '', ?, ?, ?) ON CONFLICT (hashkey) DO UPDATE SET uri = excluded.uri,"
            " data = excluded.data, created = excluded.created, accessed = excluded.accessed",
            (record.key, record.uri, json.dumps(record.data), _written(record.created), now),
        )

    def remove(self, keys: Iterable[str]) -> None:
        """Remove the records of these keys."""
        self._connection.executemany(
            "DELETE FROM nbcache WHERE hashkey = ?", [(key,) for key in keys]
        )


def records_of(
    connection: sqlite3.Connection, condition: str = "", values: tuple[str, ...] = ()
) -> Iterator[CacheRecord]:
    """Records of a database; those that make no sense are left out.

    Args:
        connection: The database.
        condition: Which ones, as SQL.
        values: For the places in it.

    Raises:
        sqlite3.Error: It is damaged.
    """
    rows = connection.execute(f"SELECT hashkey, uri, data, created FROM nbcache{condition}", values)
    for key, uri, data, created in rows:
        if isinstance(key, str) and isinstance(uri, str):
            yield CacheRecord(key, uri, _data(data), _time(created))


def _data(text: object) -> dict[str, Any]:
    try:
        value = json.loads(text) if isinstance(text, str) else {}
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _time(text: object) -> float:
    try:
        return datetime.fromisoformat(str(text)).replace(tzinfo=timezone.utc).timestamp()
    except (ValueError, OverflowError):
        return 0.0


def _written(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%d %H:%M:%S.%f")


def _make(files: StoreFiles) -> None:
    """Make the database, which is whole from the first moment on at which anybody sees it."""
    files.write(VERSION_FILE, VERSION)
    memory = sqlite3.connect(":memory:")
    try:
        for statement in _TABLES:
            memory.execute(statement)
        data = _bytes_of(memory)
    finally:
        memory.close()
    with contextlib.suppress(FileExistsError):  # another one was quicker
        files.write_pieces(DATABASE, lambda: (data,), replace=False)


def _bytes_of(memory: sqlite3.Connection) -> bytes:
    if hasattr(memory, "serialize"):
        return bytes(memory.serialize())
    import tempfile

    with tempfile.TemporaryDirectory() as folder:  # Python 3.10
        path = os.path.join(folder, DATABASE)
        memory.execute("VACUUM INTO ?", (path,))
        with open(path, "rb") as file:
            return file.read()
