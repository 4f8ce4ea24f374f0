"""Every file that lies where entries do, one after the other: for those who look after a store."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from .entries import SUFFIX, EntryFiles
from .errors import EntryDamaged, EntryMissing, EntryUnreadable
from .files import StoreFiles
from .layout import ENTRIES
from .manifest import MAX_MANIFEST_BYTES, StoredEntry, is_code_key, is_entry_id
from .reading import FolderContent, UnexpectedFile

_MENTIONED = re.compile(rb"sha256-[0-9a-f]{64}")


class EntryFile(msgspec.Struct, frozen=True):
    """A file that lies where entries do.

    Attributes:
        name: The file.
        identifier: Of the entry that its name promises; None when it promises none.
        stored: The entry; None when it holds none.
        problem: Why not.
        mentioned: What such a file mentions that may be the name of a blob: it may be an entry
            that a newer program understands, or that can be mended.
    """

    name: str
    identifier: str | None
    stored: StoredEntry | None = None
    problem: str = ""
    mentioned: frozenset[str] = frozenset()


def entry_files(entries: EntryFiles, files: StoreFiles) -> Iterator[EntryFile]:
    """All files in the folders of code keys.

    Raises:
        EntryUnreadable: The system does not let us read one, so what it needs is not known.
        OSError: A folder cannot be read.
    """
    for group, _ in sorted(files.subfolders(ENTRIES)):
        for folder, _ in sorted(files.subfolders(f"{ENTRIES}/{group}")):
            try:
                content = files.content(f"{ENTRIES}/{group}/{folder}")
            except (FileNotFoundError, NotADirectoryError):
                continue  # it was emptied meanwhile
            with content:
                code_key = folder if is_code_key(folder) and folder[4:6] == group else None
                for name in sorted(content.names):
                    found = _look(entries, code_key, name, content, f"{ENTRIES}/{group}/{folder}")
                    if found is not None:
                        yield found


def _look(
    entries: EntryFiles, code_key: str | None, name: str, content: FolderContent, folder: str
) -> EntryFile | None:
    identifier = name.removesuffix(SUFFIX)
    if code_key is None or not name.endswith(SUFFIX) or not is_entry_id(identifier):
        place, problem = None, "No entry has such a name."
    else:
        place, problem = identifier, ""
        try:
            return EntryFile(
                f"{folder}/{name}", identifier, entries.read(code_key, identifier, content)
            )
        except EntryDamaged as error:
            problem = str(error)
        except EntryUnreadable:
            raise
        except EntryMissing:
            return None
    try:
        mentioned = _MENTIONED.findall(content.read(name, MAX_MANIFEST_BYTES))
    except FileNotFoundError:
        return None
    except UnexpectedFile:
        mentioned = []
    except (OSError, MemoryError) as error:
        raise EntryUnreadable(f"{folder}/{name} cannot be read: {error}") from error
    return EntryFile(
        f"{folder}/{name}",
        place,
        problem=problem,
        mentioned=frozenset(digest.decode() for digest in mentioned),
    )
