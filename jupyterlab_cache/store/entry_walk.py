"""Every file that lies where entries do, one after the other: for those who look after a store."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import msgspec

from .entries import SUFFIX, EntryFiles
from .errors import EntryDamaged, EntryMissing, EntryUnreadable
from .files import StoreFiles
from .layout import ENTRIES, QUARANTINE
from .manifest import MAX_MANIFEST_BYTES, StoredEntry, is_code_key, is_entry_id
from .reading import FolderContent, UnexpectedFile
from .records import ENTRY_FORMAT

FileState = Literal["entry", "damaged", "newer", "foreign", "unreadable", "set-aside", "empty"]
"""``newer``: a newer program made it; ``foreign``: no entry has such a name; ``set-aside``: it lies
in quarantine; ``empty``: a folder in which nothing is, which somebody may be about to use."""

_MENTIONED = re.compile(rb"sha256-[0-9a-f]{64}")
_SET_ASIDE = re.compile(r"[0-9a-f]{32}\.json\.[0-9a-f]{8}")


class EntryFile(msgspec.Struct, frozen=True):
    """A file that lies where entries do.

    Attributes:
        name: The file, or the folder that is empty.
        state: What it is.
        identifier: Of the entry that its name promises; None when it promises none.
        stored: The entry, if it is one.
        problem: Why it is none.
        mentioned: What else may be the name of a blob in it: it may be an entry that a newer
            program understands, or that can be mended.
    """

    name: str
    state: FileState
    identifier: str | None = None
    stored: StoredEntry | None = None
    problem: str = ""
    mentioned: frozenset[str] = frozenset()


class _Format(msgspec.Struct):
    format: int = 1


_decode_format = msgspec.json.Decoder(_Format).decode


def entry_files(entries: EntryFiles, files: StoreFiles) -> Iterator[EntryFile]:
    """All files in the folders of code keys, and entries that were set aside.

    Raises:
        OSError: A folder cannot be read.
    """
    for group, _ in sorted(files.subfolders(ENTRIES)):
        for key, _ in sorted(files.subfolders(f"{ENTRIES}/{group}")):
            folder = f"{ENTRIES}/{group}/{key}"
            try:
                content = files.content(folder)
            except (FileNotFoundError, NotADirectoryError):
                continue  # it was emptied meanwhile
            with content:
                if not content.names:
                    yield EntryFile(folder, "empty")
                code_key = key if is_code_key(key) and key[4:6] == group else None
                for last in sorted(content.names):
                    found = _look(entries, code_key, last, f"{folder}/{last}", content)
                    if found is not None:
                        yield found
    try:
        content = files.content(QUARANTINE)
    except (FileNotFoundError, NotADirectoryError):
        return
    with content:
        for last in filter(_SET_ASIDE.fullmatch, content.names):
            found = _other(EntryFile(f"{QUARANTINE}/{last}", "set-aside"), last, content)
            if found is not None:
                yield found


def _look(
    entries: EntryFiles, code_key: str | None, last: str, name: str, content: FolderContent
) -> EntryFile | None:
    identifier = last.removesuffix(SUFFIX)
    if code_key is None or not last.endswith(SUFFIX) or not is_entry_id(identifier):
        return _other(EntryFile(name, "foreign", None), last, content)
    try:
        stored = entries.read(code_key, identifier, content)
    except EntryDamaged as error:
        found = EntryFile(name, "damaged", identifier, problem=str(error))
        return _other(found, last, content)
    except EntryUnreadable as error:
        return EntryFile(name, "unreadable", identifier, problem=str(error))
    except EntryMissing:
        return None  # it was removed meanwhile
    return EntryFile(name, "entry", identifier, stored)


def _other(file: EntryFile, last: str, content: FolderContent) -> EntryFile | None:
    """What else can be said of a file that is no entry; None when it is gone."""
    try:
        data = content.read(last, MAX_MANIFEST_BYTES)
    except FileNotFoundError:
        return None
    except UnexpectedFile:
        return file  # no program makes an entry of that
    except (OSError, MemoryError) as error:
        problem = f"{file.name} cannot be read: {error}"
        return msgspec.structs.replace(file, state="unreadable", problem=problem)
    mentioned = frozenset(digest.decode() for digest in _MENTIONED.findall(data))
    state: FileState = "newer" if file.state == "damaged" and _is_newer(data) else file.state
    return msgspec.structs.replace(file, state=state, mentioned=mentioned)


def _is_newer(data: bytes) -> bool:
    try:
        return _decode_format(data.partition(b"\n")[0]).format > ENTRY_FORMAT
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return False
