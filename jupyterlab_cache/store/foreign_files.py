"""What lies in a store's folders and is nothing that any program puts there.

Folders of code keys are looked at by :mod:`entry_walk`; what is in ``quarantine`` and ``tmp`` may
have any name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from .blob_walk import BLOB_FILE
from .files import TEMPORARY, StoreFiles
from .job_files import JOB_FILE
from .layout import ENTRIES, INDEX, JOBS, MARKS, OBJECTS, QUARANTINE, REPORTS, SETUP_FILES
from .lock import LOCK
from .manifest import is_code_key
from .marks import MARK_NAMES
from .report_files import REPORT_FILE

_GROUP = re.compile(r"[0-9a-f]{2}")
_FOLDERS = frozenset([OBJECTS, ENTRIES, MARKS, JOBS, REPORTS, QUARANTINE, TEMPORARY])
_FILES = frozenset(
    [*SETUP_FILES, LOCK, INDEX, *(INDEX + end for end in ("-journal", "-wal", "-shm"))]
)


class ForeignFile(msgspec.Struct, frozen=True):
    """Something that does not belong where it lies.

    Attributes:
        name: The file, folder, link or whatever it is.
        in_place_of_blob: It has the name of a blob and is no regular file.
    """

    name: str
    in_place_of_blob: bool = False


def foreign_files(files: StoreFiles) -> Iterator[ForeignFile]:
    """Everything that is in no place of its own; folders are told as one.

    Raises:
        OSError: A folder cannot be read.
    """
    for name, kind in files.types(""):
        if name not in {"folder": _FOLDERS, "file": _FILES}.get(kind, ()):
            yield ForeignFile(name)
    yield from _in_groups(files)
    for folder, pattern in ((JOBS, JOB_FILE), (REPORTS, REPORT_FILE)):
        yield from _not_named(files, folder, pattern)
    for name, kind in files.types(MARKS):
        folder = f"{MARKS}/{name}"
        if kind == "folder" and folder in MARK_NAMES:
            yield from _not_named(files, folder, MARK_NAMES[folder])
        else:
            yield ForeignFile(folder)


def _in_groups(files: StoreFiles) -> Iterator[ForeignFile]:
    for parent in (OBJECTS, ENTRIES):
        for group, kind in files.types(parent):
            if kind != "folder" or not _GROUP.fullmatch(group):
                yield ForeignFile(f"{parent}/{group}")
                continue
            for name, inner in files.types(f"{parent}/{group}"):
                place = f"{parent}/{group}/{name}"
                if parent == OBJECTS:
                    fits = BLOB_FILE.fullmatch(name) is not None and name[:2] == group
                    if not fits or inner != "file":
                        yield ForeignFile(place, in_place_of_blob=fits)
                elif inner != "folder" or not is_code_key(name) or name[4:6] != group:
                    yield ForeignFile(place)


def _not_named(files: StoreFiles, folder: str, pattern: re.Pattern[str]) -> Iterator[ForeignFile]:
    for name, kind in files.types(folder):
        if kind != "file" or not pattern.fullmatch(name):
            yield ForeignFile(f"{folder}/{name}")
