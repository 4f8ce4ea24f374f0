"""Bringing the index up to date with the marks that tell when entries were used last.

Whoever notes a use touches the folder of these marks before and after, so one look at it tells
that nothing changed. What changed it does not tell; then all marks are looked at, which takes some
microseconds for each.
"""

from __future__ import annotations

import sqlite3

from .entries import stamp_of
from .files import StoreFiles
from .manifest import is_entry_id
from .marks import USED

_PLACE = ("", USED)


def update_uses(connection: sqlite3.Connection, files: StoreFiles, *, deep: bool) -> None:
    """Take in when entries were used.

    Args:
        connection: The index, in autocommit mode.
        files: The store's files.
        deep: Look at all marks, also where nothing seems to have changed.

    Raises:
        sqlite3.Error: The index cannot be read or written.
    """
    try:
        status = files.status(USED)
        stamp = "" if status is None else stamp_of(status)
        query = "SELECT stamp FROM folders WHERE parent = ? AND name = ?"
        known_stamp = connection.execute(query, _PLACE).fetchone()
        if stamp and known_stamp == (stamp,) and not deep:
            return
        found = {name: time for name, time in files.times(USED) if is_entry_id(name)}
    except OSError:
        return  # What cannot be looked at is taken to be as it was.
    known = dict(connection.execute("SELECT id, time FROM uses").fetchall())
    new = [(name, time) for name, time in found.items() if known.get(name) != time]
    gone = [(name,) for name in known.keys() - found.keys()]
    if not (new or gone or stamp):
        return
    # In one transaction, or the stamp could be that of other times.
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.executemany("DELETE FROM uses WHERE id = ?", gone)
        connection.executemany("UPDATE entries SET used = 0 WHERE id = ?", gone)
        connection.executemany("INSERT OR REPLACE INTO uses VALUES (?, ?)", new)
        connection.executemany("UPDATE entries SET used = ?2 WHERE id = ?1", new)
        connection.execute("DELETE FROM folders WHERE parent = ? AND name = ?", _PLACE)
        if stamp:
            connection.execute("INSERT INTO folders VALUES (?, ?, ?)", (*_PLACE, stamp))
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
