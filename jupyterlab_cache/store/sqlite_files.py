"""Whether SQLite may open a database in a folder that a stranger may have filled."""

from __future__ import annotations

import os
import sqlite3
import stat

from .readable_files import ReadableFiles

# SQLite opens these beside the database.
_JOURNAL = "-journal"
BESIDE = ("", _JOURNAL, "-wal", "-shm")
"""What follows a database's name in the names of the files that SQLite opens."""

# Behind the name of another file, see https://sqlite.org/fileformat.html and src/pager.c.
_JOURNAL_END = bytes.fromhex("d9d505f920a163d7")
_ANY_SIZE = 2**63


def is_safe(files: ReadableFiles, name: str) -> bool:
    """Whether SQLite would touch nothing but regular files in the folder.

    It follows links. And a journal may end with the name of another file, the *super-journal* of
    a transaction over several databases, which SQLite reads and then removes. We make none.

    Args:
        files: The folder's files.
        name: The database.
    """
    try:
        found = [files.status(name + suffix) for suffix in BESIDE]
    except OSError:
        return False
    regular = all(status is None or stat.S_ISREG(status.st_mode) for status in found)
    return regular and not names_another_file(files, name)


def names_another_file(files: ReadableFiles, name: str) -> bool:
    """Whether a database's journal names a super-journal, so that somebody has planted it."""
    try:
        with files.opened(name + _JOURNAL, _ANY_SIZE) as journal:
            journal.seek(-min(len(_JOURNAL_END), os.fstat(journal.fileno()).st_size), 2)
            return journal.read(len(_JOURNAL_END)) == _JOURNAL_END
    except OSError:
        return False  # there is none, or none that SQLite could read


def harden(connection: sqlite3.Connection) -> None:
    """Let nothing be run that is in the schema of a file from elsewhere."""
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.text_factory = _decode


def _decode(data: bytes) -> str:
    return data.decode("utf-8", "replace")
