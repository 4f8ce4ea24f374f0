"""Bringing an index up to date with the entries' folders, looking only where something changed.

Whoever writes or removes an entry touches its group's folder (``entries/0a``) and ``entries``
before and after. So one look at ``entries`` tells that nothing changed, and the times of the
groups, and of the code keys' folders in them, tell where. The index remembers a folder's times
(its stamp) only if the folder had rested for a while when it was read.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from typing import NamedTuple

from .entries import StoredEntry, folder_of, ids_among, stamp_of
from .errors import EntryMissing, EntryUnreadable
from .files import StoreFiles
from .layout import ENTRIES
from .manifest import is_code_key, is_entry_id
from .reading import FolderContent
from .selection import searched_text, size_of

_HEX = frozenset("0123456789abcdef")
_ATTEMPTS = 4
# Groups that are taken in with one transaction, which waits for the disk some times.
_GROUPS_AT_ONCE = 16
Folder = tuple[str, str]
"""A folder's parent and its name in it."""

_ALL: Folder = ("", ENTRIES)


class Row(NamedTuple):
    """What the index knows of an entry."""

    id: str
    code_key: str
    notebook: str
    created: float
    writes: int
    """1 for an entry with artefacts, 0 for others."""
    seconds: float
    bytes: int
    searched: str

    @classmethod
    def of(cls, stored: StoredEntry) -> Row:
        """The row that an entry should have."""
        entry = stored.entry
        return cls(
            stored.id,
            entry.code_key,
            entry.notebook_path,
            float(entry.created),
            int(bool(entry.artefacts)),
            float(entry.seconds),
            size_of(entry),
            searched_text(entry),
        )

    @classmethod
    def checked(cls, values: tuple[object, ...]) -> Row:
        """A row as the index holds it.

        Raises:
            sqlite3.DatabaseError: No entry can have such a row, so the index is damaged.
        """
        match values:
            case (
                str(identifier), str(code_key), str(notebook), float(created), (0 | 1) as writes,
                float(seconds), int(size), str(searched),
            ):  # fmt: skip
                if is_entry_id(identifier) and is_code_key(code_key):
                    return cls(
                        identifier, code_key, notebook, created, writes, seconds, size, searched
                    )
        raise sqlite3.DatabaseError("a row of the index is not valid")


COLUMNS = ", ".join(Row._fields)
"""What makes a row, as a query names it."""

ROWS = "entries LEFT JOIN facts ON facts.number = entries.fact"
"""Where rows come from; one without facts is not valid, and must not pass unseen."""

_INSERT_FACT = "INSERT OR IGNORE INTO facts (searched) VALUES (?)"
_INSERT_ENTRY = (
    "INSERT OR REPLACE INTO entries VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,"
    " (SELECT number FROM facts WHERE searched = ?8),"
    " coalesce((SELECT time FROM uses WHERE uses.id = ?1), 0))"
)


class _Change:
    """What is to be changed in the index, and whether all could be looked at."""

    def __init__(self) -> None:
        self.gone: list[str] = []
        self.new: list[Row] = []
        self.stamps: dict[Folder, str | None] = {}
        self.complete = True


def folders_of(code_key: str) -> list[Folder]:
    """How the table of folders names a code key's folder and those above it."""
    group = code_key[4:6]
    return [(f"{ENTRIES}/{group}", code_key), (ENTRIES, group), _ALL]


class IndexUpdate:
    """One pass over what changed.

    Args:
        connection: The index, in autocommit mode.
        files: The store's files.
        read: Gives an entry by code key, identifier and open folder, or raises ``EntryMissing``.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        files: StoreFiles,
        read: Callable[[str, str, FolderContent], StoredEntry],
    ) -> None:
        self._connection = connection
        self._files = files
        self._read = read
        self._rows: dict[str, Row | None] = {}

    def run(self, *, deep: bool) -> None:
        """Take in what is new and leave out what is gone.

        Args:
            deep: Look at the folders in every group, also where nothing seems to have changed.

        Raises:
            sqlite3.Error: The index cannot be read or written.
        """
        try:
            status = self._files.status(ENTRIES)
            stamp = "" if status is None else stamp_of(status)
            known_stamp = self._stamp(*_ALL)
            if stamp and stamp == known_stamp and not deep:
                return
            groups = {
                name: stamp_of(group_status)
                for name, group_status in self._files.subfolders(ENTRIES)
                if len(name) == 2 and _HEX.issuperset(name)
            }
        except OSError:
            return  # What cannot be looked at is taken to be as it was.
        known = self._stamps(ENTRIES)
        inside = self._stamps_by_group() if deep else {}
        changed = dict.fromkeys(self._groups() - groups.keys(), "") | {
            group: group_stamp
            for group, group_stamp in groups.items()
            if not group_stamp
            or group_stamp != known.get(group)
            or (deep and self._present(group) != inside.get(group))
        }
        complete = True
        names = sorted(changed)
        for start in range(0, len(names), _GROUPS_AT_ONCE):
            some = {name: changed[name] for name in names[start : start + _GROUPS_AT_ONCE]}
            complete &= self._update_groups(some)
        if complete and stamp and stamp != known_stamp:
            self._set_stamps({_ALL: stamp})

    def _update_groups(self, groups: Mapping[str, str]) -> bool:
        """Bring some groups up to date; False where some of it could not be looked at."""
        connection = self._connection
        try:
            for attempt in range(_ATTEMPTS):
                last = attempt + 1 == _ATTEMPTS
                if last:  # From here on other processes wait.
                    connection.execute("BEGIN IMMEDIATE")
                version = self._version()
                change = _Change()
                for group, stamp in groups.items():
                    self._look(group, stamp, change)
                if not (change.gone or change.new or change.stamps):
                    return change.complete
                if not last:
                    connection.execute("BEGIN IMMEDIATE")
                    if self._version() != version:
                        # Another process changed the index while we compared it with the folders.
                        connection.execute("ROLLBACK")
                        continue
                self._apply(change)
                connection.execute("COMMIT")
                return change.complete
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        return False

    def _look(self, group: str, stamp: str, change: _Change) -> None:
        """Compare one group with what is known of it."""
        parent = f"{ENTRIES}/{group}"
        stamps = self._stamps(parent)
        present = self._present(group)
        if present is None:
            change.complete = False
            return
        change.stamps.update({(parent, name): None for name in stamps.keys() - present.keys()})
        for code_key in self._code_keys(group) - present.keys():
            change.gone.extend(self._ids(code_key))
        complete = True
        for code_key, folder_stamp in present.items():
            if folder_stamp and folder_stamp == stamps.get(code_key):
                continue
            if not self._look_into(code_key, change):
                complete = False
            elif folder_stamp:
                change.stamps[parent, code_key] = folder_stamp
        if complete and stamp and stamp != self._stamp(ENTRIES, group):
            change.stamps[ENTRIES, group] = stamp
        change.complete &= complete

    def _present(self, group: str) -> dict[str, str] | None:
        """The code keys in a group with their folders' stamps; None if it cannot be looked at."""
        try:
            folders = self._files.subfolders(f"{ENTRIES}/{group}")
        except OSError:
            return None
        return {
            name: stamp_of(status)
            for name, status in folders
            if is_code_key(name) and name[4:6] == group
        }

    def _look_into(self, code_key: str, change: _Change) -> bool:
        """Compare one code key's folder; False where some of it could not be looked at."""
        known = self._ids(code_key)
        complete = True
        try:
            with self._files.content(folder_of(code_key)) as content:
                found = set(ids_among(content.names))
                for identifier in found - known:
                    try:
                        row = self._row(code_key, identifier, content)
                    except EntryUnreadable:
                        complete = False
                    else:
                        if row is not None:
                            change.new.append(row)
        except (FileNotFoundError, NotADirectoryError):
            found = set()
        except OSError:
            return False
        change.gone.extend(known - found)
        return complete

    def _row(self, code_key: str, identifier: str, inside: FolderContent) -> Row | None:
        """The row of an entry; None when its file is damaged or gone."""
        if identifier not in self._rows:
            try:
                self._rows[identifier] = Row.of(self._read(code_key, identifier, inside))
            except EntryUnreadable:
                raise
            except EntryMissing:
                return None
        return self._rows[identifier]

    def _apply(self, change: _Change) -> None:
        execute = self._connection.executemany
        execute("DELETE FROM entries WHERE id = ?", [(item,) for item in change.gone])
        # Facts of entries that are gone stay: few are, and they are found for nothing.
        execute(_INSERT_FACT, {(row.searched,) for row in change.new})
        execute(_INSERT_ENTRY, change.new)
        self._set_stamps(change.stamps)

    def _set_stamps(self, stamps: Mapping[Folder, str | None]) -> None:
        gone = [folder for folder, stamp in stamps.items() if stamp is None]
        rows = [(*folder, stamp) for folder, stamp in stamps.items() if stamp is not None]
        execute = self._connection.executemany
        execute("DELETE FROM folders WHERE parent = ? AND name = ?", gone)
        execute("INSERT OR REPLACE INTO folders VALUES (?, ?, ?)", rows)

    def _version(self) -> int:
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        return int(version)

    def _stamp(self, parent: str, name: str) -> str | None:
        query = "SELECT stamp FROM folders WHERE parent = ? AND name = ?"
        row = self._connection.execute(query, (parent, name)).fetchone()
        return None if row is None else str(row[0])

    def _stamps(self, parent: str) -> dict[str, str]:
        query = "SELECT name, stamp FROM folders WHERE parent = ?"
        return dict(self._connection.execute(query, (parent,)).fetchall())

    def _stamps_by_group(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        query = "SELECT parent, name, stamp FROM folders"
        for parent, name, stamp in self._connection.execute(query):
            found.setdefault(parent.rpartition("/")[2], {})[name] = stamp
        return found

    def _groups(self) -> set[str]:
        # One step in the index for each group, not for each entry.
        query = "SELECT code_key FROM entries WHERE code_key >= ? ORDER BY code_key LIMIT 1"
        groups: set[str] = set()
        start = ""
        while row := self._connection.execute(query, (start,)).fetchone():
            if not (isinstance(row[0], str) and is_code_key(row[0])):
                raise sqlite3.DatabaseError("a code key in the index is not valid")
            group = row[0][4:6]
            groups.add(group)
            start = f"ck1-{group}g"
        return groups

    def _code_keys(self, group: str) -> set[str]:
        query = "SELECT DISTINCT code_key FROM entries WHERE code_key >= ? AND code_key < ?"
        rows = self._connection.execute(query, (f"ck1-{group}", f"ck1-{group}g"))
        return {code_key for (code_key,) in rows}

    def _ids(self, code_key: str) -> set[str]:
        rows = self._connection.execute("SELECT id FROM entries WHERE code_key = ?", (code_key,))
        return {identifier for (identifier,) in rows}
