"""Files that are opened, written, renamed or removed, and folders that are listed."""

from __future__ import annotations

import os
import time
from typing import Any
from urllib.parse import unquote

from .notes import (
    MOST_PATHS,
    RACY_SECONDS,
    Notes,
    absolute,
    digest,
    get_frame,
    real_access,
    real_getcwd,
    real_listdir,
    signature,
)

SMALL_BYTES = 1 << 20
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CODE_SUFFIXES = (".py", ".pyc", ".so", ".pyd")
PACKAGE_SEARCH = (
    os.path.join("importlib", "metadata", "__init__.py"),
    os.path.join("pkg_resources", "__init__.py"),
    "pkgutil.py",
)


class FileNotes:
    """Notes what happens to files."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        self._noted: set[tuple[Any, ...]] = set()
        self._noted_in = ""

    def forget_noted(self) -> None:
        """Another cell begins: what it opens counts anew."""
        self._noted.clear()

    def was_noted(self, arguments: tuple[Any, ...]) -> bool:
        """Whether this cell opened the same in the same way before: there is nothing to note.

        Args:
            arguments: Of the audit event ``open``, be it of user code's own making.
        """
        try:
            path = arguments[0]
            if type(path) is not str or arguments not in self._noted:
                return False
            return path.startswith(os.sep) or real_getcwd() == self._noted_in
        except (IndexError, TypeError, OSError):
            return False

    def note(
        self,
        path: str,
        *,
        writes: bool,
        truncates: bool = False,
        database: bool = False,
        named: bool = False,
    ) -> None:
        """Note that a file is about to be read or written.

        Args:
            path: Its absolute path.
            writes: Whether it is written.
            truncates: Whether its former content goes.
            database: Whether it is opened for writing even to be read.
            named: Whether no more is known than that a command line names it.
        """
        notes = self.notes
        record = notes.files.get(path)
        if record is None:
            if len(notes.files) >= MOST_PATHS:
                notes.gaps.add("too-many-files")
                return
            before = signature(path)
            if before == [-1]:
                return  # a folder or a special file
            new = {
                "before": before,
                "first": "write" if writes else "read",
                "truncated": writes and truncates,
                "read": [],
                "written": [],
                "digest": None,
                "database": database,
            }
            record = notes.files.setdefault(path, new)  # another thread may have been first
            if before is not None and not (writes and truncates):
                # At the end times and size tell whether it is still the same, unless it was
                # changed just before, or will be written, or is looked at from another machine.
                racy = time.time() - max(before[0], before[4]) / 1e9 < RACY_SECONDS
                far = not notes.spool.is_open and before[1] <= SMALL_BYTES
                if racy or database or writes or far:
                    record["digest"] = digest(path)
        elif (
            writes
            and not record["written"]
            and record["digest"] is None
            and record["before"] is not None
            and signature(path) == record["before"]
        ):
            # It was read before; what it held then can be told now for the last time.
            record["digest"] = digest(path)
        record["named"] = named
        if notes.charge(record["written" if writes else "read"]):
            notes.spool.write("file", path, record)

    def note_named(self, path: str) -> None:
        """Note that a command line names a file, which the command may read or write.

        Args:
            path: Its absolute path.
        """
        if path not in self.notes.files:
            self.note(path, writes=False, named=True)

    def on_open(self, path: Any, mode: Any, flags: Any) -> None:
        """An audit event ``open``."""
        place = absolute(path)
        if place is None:
            return
        if self.notes.is_skipped(place):
            # Looking through the frames costs more than all else here, so it comes last.
            if place.endswith(CODE_SUFFIXES) or not by_package_search():
                self._note_environment(place)
            return
        if place not in self.notes.files and by_package_search():
            return
        if isinstance(mode, str):
            writes = any(letter in mode for letter in "wax+")
            truncates = "w" in mode or "x" in mode
        else:
            number = flags if isinstance(flags, int) else 0
            writes = bool(number & WRITING)
            truncates = bool(number & os.O_TRUNC)
        self.note(place, writes=writes, truncates=truncates)
        if type(path) is str and place in self.notes.files:
            here = real_getcwd()
            if len(self._noted) >= MOST_PATHS or here != self._noted_in:
                self._noted.clear()
            self._noted_in = here
            self._noted.add((path, mode, flags))

    def _note_environment(self, place: str) -> None:
        """A file among installed packages: it tells which of them are used."""
        notes = self.notes
        if not place.endswith(CODE_SUFFIXES):
            notes.add("environment-file", notes.environment_files, place)
        elif notes.spool.is_child:
            # At a child's end nobody looks at what it has loaded. One path tells the package.
            for folder in notes.skipped:
                if place.startswith(folder):
                    top = place[len(folder) :].partition(os.sep)[0]
                    path = place if top == "__pycache__" else folder + top
                    notes.add("environment-file", notes.environment_files, path)

    def on_listing(self, path: Any = None) -> None:
        """An audit event ``os.listdir`` or ``os.scandir``."""
        notes = self.notes
        frame = get_frame(3)
        if frame is not None and frame.f_code.co_filename.startswith("<frozen importlib"):
            notes.spool.claim(absolute("." if path is None else path))
            return
        if isinstance(path, int) or by_package_search():
            return
        place = absolute("." if path is None else path)
        if place is None or notes.is_skipped(place + os.sep) or place in notes.folders:
            return
        try:
            names = sorted(real_listdir(place))
        except OSError:
            names = None
        made = {
            os.path.basename(name)
            for name, record in list(notes.files.items())
            if record["before"] is None and os.path.dirname(name) == place
        }
        notes.folders[place] = {
            "names": names and [name for name in names if name not in made],
            "cells": [notes.cell],
        }
        notes.spool.write("folder", place, notes.folders[place])

    def on_removal(self, path: Any, *_: Any) -> None:
        """An audit event ``os.remove`` or ``os.rmdir``."""
        place = absolute(path)
        if place is not None and not self.notes.is_skipped(place):
            if place not in self.notes.files:
                self.note(place, writes=True)
            self.notes.folders_made.discard(place)

    def on_rename(self, source: Any, target: Any, *_: Any) -> None:
        """An audit event ``os.rename``, which ``os.replace`` raises as well."""
        old, new = absolute(source), absolute(target)
        if old is not None and new is not None and not self.notes.is_skipped(new):
            if new not in self.notes.files:
                self.note(new, writes=True, truncates=True)
            elif self.notes.charge(self.notes.files[new]["written"]):
                self.notes.spool.write("file", new, self.notes.files[new])
            self.on_removal(source)

    def on_mkdir(self, path: Any, *_: Any) -> None:
        """An audit event ``os.mkdir``, which comes before the folder is made."""
        place = absolute(path)
        if place is not None and not os.path.lexists(place):
            self.notes.add("folder-made", self.notes.folders_made, place)

    def on_truncate(self, path: Any, *_: Any) -> None:
        """An audit event ``os.truncate``."""
        place = absolute(path)
        if place is not None:
            self.note(place, writes=True)

    def on_database(self, database: Any, *_: Any) -> None:
        """An audit event ``sqlite3.connect``."""
        if not isinstance(database, (str, bytes, os.PathLike)):
            return
        name = database_file(os.fsdecode(database))
        place = absolute(name) if name else None
        if place is not None:
            self.note(place, writes=False, database=True)
            # What was written last may be in there, and not yet in the file itself.
            if real_access(place + "-wal", os.R_OK):
                self.note(place + "-wal", writes=False, database=True)


def database_file(name: str) -> str:
    """The file behind the name of an SQLite database, which may be a URI; nothing if there is none.

    Follows https://www.sqlite.org/uri.html.

    Args:
        name: As it is given to ``sqlite3.connect``.
    """
    if name.startswith("file:"):
        name, _, options = name[5:].partition("#")[0].partition("?")
        if name.startswith("//"):
            name = "/" + name[2:].partition("/")[2]
        name = unquote(name)
        if "mode=memory" in options or "vfs=memdb" in options:
            return ""
    return "" if name == ":memory:" else name


def by_package_search() -> bool:
    """Whether a library looks through what is installed, which says nothing about the run."""
    frame: Any = get_frame(4)
    for _ in range(6):
        if frame is None:
            return False
        if frame.f_code.co_filename.endswith(PACKAGE_SEARCH):
            return True
        frame = frame.f_back
    return False
