"""Entries as files, found by code key."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from .errors import EntryDamaged, EntryMissing, EntryUnreadable, StoreError
from .layout import ENTRIES, Layout
from .manifest import (
    MAX_MANIFEST_BYTES,
    InvalidManifest,
    StoredEntry,
    decode_manifest,
    encode_manifest,
    encode_payload,
    is_code_key,
    is_entry_id,
)
from .reading import FolderContent, UnexpectedFile
from .records import Entry
from .signatures import SCHEME, KeyRing, Signature

__all__ = ["EntryFiles", "StoredEntry", "folder_of", "stamp_of"]

SUFFIX = ".json"
_MOST_REMEMBERED = 4096  # code keys
# Seconds that a folder must have rested before its times are relied on: the clock of a file
# system may be too coarse to tell two changes apart.
_REST = 2.0


def folder_of(code_key: str) -> str:
    """Name of the folder that holds a code key's entries.

    Raises:
        EntryMissing: The text cannot be a code key.
    """
    if not is_code_key(code_key):
        raise EntryMissing(f"{code_key[:80]!r} is not a code key.")
    return f"{ENTRIES}/{code_key[4:6]}/{code_key}"


def _name_of(stored: StoredEntry) -> str:
    return f"{folder_of(stored.entry.code_key)}/{stored.id}{SUFFIX}"


def stamp_of(status: os.stat_result) -> str:
    """What tells whether a folder's listing has changed; empty while that is not certain."""
    if time.time() - max(status.st_mtime, status.st_ctime) < _REST:
        return ""
    return f"{status.st_dev}:{status.st_ino}:{status.st_mtime_ns}:{status.st_ctime_ns}"


class EntryFiles:
    """The entries of a store.

    Args:
        layout: The store's folder.
        keys: Keys that sign and are trusted.
        report: Is told what was found damaged.
    """

    def __init__(
        self, layout: Layout, keys: KeyRing, *, report: Callable[[str], None] = lambda message: None
    ) -> None:
        self._layout = layout
        self._files = layout.files
        self._keys = keys
        self._report = report
        self._lock = threading.Lock()
        self._keys_of: dict[str, str] = {}
        self._remembered: OrderedDict[str, tuple[str, tuple[StoredEntry, ...]]] = OrderedDict()

    def stamp(self) -> str:
        """What changes with every entry that is written or removed; empty when not certain."""
        try:
            status = self._files.status(ENTRIES)
        except OSError:
            return ""
        return "" if status is None else stamp_of(status)

    def write(self, entry: Entry) -> StoredEntry:
        """Sign and keep an entry; one that is there already stays.

        Raises:
            StoreError: A field of it is not valid, or the store cannot be used.
            OSError: It cannot be written.
        """
        try:
            stored, payload = encode_payload(entry)
            others: list[Signature] = []
            with contextlib.suppress(EntryMissing):
                present, others, _ = self._load(stored.entry.code_key, stored.id)
                if present.origin == "here":
                    return present
            data = encode_manifest(payload, self._keys.sign(payload) + others)
        except InvalidManifest as error:
            raise StoreError(f"The entry cannot be stored: {error}.") from error
        self._layout.prepare()
        self._write(stored, data)
        return stored

    def trust(self, stored: StoredEntry, is_trusted: bool) -> StoredEntry:
        """Give our word for an entry that somebody else made, or take it back.

        The word is one more signature in the entry's file, over its record like the others: a file
        of its own could come with a copied store, and would have to be looked for.

        Returns:
            The entry as it reads from now on.

        Raises:
            EntryMissing: It is gone, or damaged.
            StoreError: It is signed with a key of ours and shall not be trusted, or the store
                cannot be written.
            OSError: It cannot be written.
        """
        self._layout.require_writable()
        present, signatures, payload = self._load(stored.entry.code_key, stored.id)
        if present.trusted == is_trusted:
            return present
        if present.origin != "elsewhere":
            raise StoreError(
                f"The entry {stored.id[:12]} is signed with a key of ours, so it is trusted as "
                "long as it is there; remove it instead."
            )
        others = [item for item in signatures if not self._keys.is_own_word(item)]
        words = [self._keys.vouch(payload)] if is_trusted else []
        try:
            data = encode_manifest(payload, [*words, *others])
        except InvalidManifest as error:
            raise StoreError(f"The entry cannot be trusted: {error}.") from error
        self._write(stored, data)
        return decode_manifest(data, self._keys)[0]

    def outgoing(self, stored: StoredEntry) -> bytes:
        """The content of an entry's file as it is sent to others.

        What was made here is signed with all keys of now, so that it counts for a team whose key
        came later. A person's word for somebody else's entry stays here.

        Raises:
            EntryMissing: It is gone, or damaged.
            StoreError: It became larger than may be read again.
        """
        present, signatures, payload = self._load(stored.entry.code_key, stored.id)
        given = [item for item in signatures if item.scheme == SCHEME]
        if present.origin == "here":
            given += self._keys.sign(payload)
        try:
            return encode_manifest(payload, list(dict.fromkeys(given)))
        except InvalidManifest as error:
            raise StoreError(f"The entry {stored.id[:12]} cannot be sent: {error}.") from error

    def incoming(self, code_key: str, identifier: str, data: bytes) -> StoredEntry:
        """What the content of an entry's file from elsewhere is; nothing is kept.

        Raises:
            EntryDamaged: It is not the entry that its name says.
        """
        try:
            stored, _ = decode_manifest(data, self._keys)
        except InvalidManifest as error:
            raise EntryDamaged(f"The entry {identifier[:12]} is damaged: {error}.") from error
        if (stored.id, stored.entry.code_key) != (identifier, code_key):
            raise EntryDamaged(f"The entry {identifier[:12]} is damaged: it is another one.")
        return stored

    def take_in(self, stored: StoredEntry, data: bytes) -> StoredEntry:
        """Keep an entry from elsewhere as it came; all blobs that it names have to be there.

        One that is there already stays, and gets the signatures that it lacks where these make it
        count as ours.

        Args:
            stored: The entry.
            data: The content of its file, as :meth:`incoming` has seen it.

        Raises:
            StoreError: The store cannot be used, or the file would become too large.
            OSError: It cannot be written.
        """
        _, signatures = decode_manifest(data, self._keys)
        with contextlib.suppress(EntryMissing):
            present, known, payload = self._load(stored.entry.code_key, stored.id)
            if present.trusted or not stored.trusted:
                return present
            try:
                data = encode_manifest(payload, list(dict.fromkeys([*known, *signatures])))
            except InvalidManifest as error:
                raise StoreError(f"The entry {stored.id[:12]} cannot be kept: {error}.") from error
        self._layout.prepare()
        self._write(stored, data)
        return decode_manifest(data, self._keys)[0]

    def _write(self, stored: StoredEntry, data: bytes) -> None:
        name = _name_of(stored)
        self._announce(name)
        self._files.write(name, data)
        self._announce(name)
        # Somebody may have migrated the store meanwhile, and not have seen the entry.
        self._layout.check()

    def read(
        self, code_key: str, identifier: str, inside: FolderContent | None = None
    ) -> StoredEntry:
        """One entry.

        Args:
            code_key: Its code key.
            identifier: Its identifier.
            inside: The open folder that it lies in, for those who read many.

        Raises:
            EntryMissing: There is none.
            EntryDamaged: It is not what it should be; this has been reported.
            EntryUnreadable: The system does not let us read it now; this has been reported.
        """
        try:
            return self._load(code_key, identifier, inside)[0]
        except (EntryDamaged, EntryUnreadable) as error:
            self._report(str(error))
            raise

    def _load(
        self, code_key: str, identifier: str, inside: FolderContent | None = None
    ) -> tuple[StoredEntry, list[Signature], bytes]:
        """An entry with its signatures, and the record that they sign."""
        if not is_entry_id(identifier):
            raise EntryMissing(f"{identifier[:80]!r} is not the identifier of an entry.")
        folder, name = folder_of(code_key), identifier + SUFFIX
        try:
            if inside is None:
                data = self._files.read(f"{folder}/{name}", MAX_MANIFEST_BYTES)
            else:
                data = inside.read(name, MAX_MANIFEST_BYTES)
            stored, signatures = decode_manifest(data, self._keys)
        except (FileNotFoundError, NotADirectoryError):
            raise EntryMissing(f"There is no entry {identifier}.") from None
        except (InvalidManifest, UnexpectedFile) as error:
            raise EntryDamaged(f"The entry {identifier} is damaged: {error}.") from error
        except (OSError, MemoryError) as error:
            raise EntryUnreadable(f"The entry {identifier} cannot be read: {error}.") from error
        if stored.id != identifier:
            raise EntryDamaged(f"The entry {identifier} is damaged: its content has another name.")
        if stored.entry.code_key != code_key:
            raise EntryDamaged(f"The entry {identifier} lies in another code key's folder.")
        return stored, signatures, data.partition(b"\n")[0]

    def is_forged(self, stored: StoredEntry) -> bool:
        """Whether an entry claims to be signed by a key of ours, and is not.

        Raises:
            EntryMissing: It cannot be read any more.
        """
        known, signatures, _ = self._load(stored.entry.code_key, stored.id)
        return not known.trusted and self._keys.is_named_in(signatures)

    def set_aside(self, name: str) -> None:
        """Put an entry's file into quarantine.

        Args:
            name: The file.

        Raises:
            StoreError: The store cannot be written.
            OSError: It cannot be moved.
        """
        folder = name.rpartition("/")[0]
        self._announce(name)
        self._layout.set_aside(name)
        self._files.remove_empty_folder(folder)
        self._announce(name)

    def of(self, code_key: str) -> tuple[StoredEntry, ...]:
        """The entries of a code key, newest first; damaged ones are reported and left out.

        Raises:
            EntryMissing: The text cannot be a code key.
        """
        folder = folder_of(code_key)
        remembered = self._remembered.get(code_key)
        try:
            if remembered is not None:
                status = self._files.status(folder)
                if status is not None and stamp_of(status) == remembered[0]:
                    return remembered[1]
            with self._files.content(folder) as content:
                stamp, found = self._read_all(code_key, content)
        except (FileNotFoundError, NotADirectoryError):
            return ()
        except OSError as error:
            self._report(f"The entries of {code_key[:12]}… cannot be read: {error}.")
            return ()
        entries = tuple(sorted(found, key=lambda stored: (-stored.entry.created, stored.id)))
        self._remember(code_key, stamp, entries)
        return entries

    def _read_all(self, code_key: str, content: FolderContent) -> tuple[str, list[StoredEntry]]:
        stamp = stamp_of(content.status)
        found = []
        for identifier in ids_among(content.names):
            try:
                found.append(self.read(code_key, identifier, content))
            except EntryMissing:
                stamp = ""
        return stamp, found

    def remembered(self, identifier: str) -> StoredEntry | None:
        """An entry that was read before, if it is still there; None when that is not known."""
        code_key = self._keys_of.get(identifier)
        known = self._remembered.get(code_key) if code_key is not None else None
        if known is None or code_key is None:
            return None
        return next((stored for stored in self.of(code_key) if stored.id == identifier), None)

    def _remember(self, code_key: str, stamp: str, entries: tuple[StoredEntry, ...]) -> None:
        """Entries never change, so they need not be read again while their folder is the same."""
        with self._lock:
            self._forget(code_key)
            if stamp:
                self._remembered[code_key] = stamp, entries
                self._keys_of.update((stored.id, code_key) for stored in entries)
            if len(self._remembered) > _MOST_REMEMBERED:
                self._forget(next(iter(self._remembered)))

    def _forget(self, code_key: str) -> None:
        _, entries = self._remembered.pop(code_key, ("", ()))
        for stored in entries:
            self._keys_of.pop(stored.id, None)

    def remove(self, code_key: str, identifier: str, *, flush: bool = False) -> None:
        """Take an entry away; harmless when it is gone already.

        Args:
            code_key: Its code key.
            identifier: Its identifier.
            flush: As in :meth:`StoreFiles.remove`.

        Raises:
            StoreError: The store cannot be used.
            OSError: It cannot be removed.
        """
        folder = folder_of(code_key)
        name = f"{folder}/{identifier}{SUFFIX}"
        self._layout.require_writable()
        self._announce(name)
        self._files.remove(name, flush=flush)
        self._files.remove_empty_folder(folder)
        self._announce(name)

    def announce(self, code_key: str) -> None:
        """Let everybody look at the entries of a code key again."""
        self._announce(f"{folder_of(code_key)}/")

    def _announce(self, name: str) -> None:
        """Change the times of the folders above, which is where other processes look first.

        Done before and after every change: whoever looks in between looks again.
        """
        group = name.rpartition("/")[0].rpartition("/")[0]
        self._files.touch(group)
        self._files.touch(ENTRIES)


def ids_among(names: list[str]) -> list[str]:
    """The identifiers of entries among the names in a folder."""
    found = (name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX))
    return [name for name in found if is_entry_id(name)]
