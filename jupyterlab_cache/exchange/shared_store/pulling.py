"""Fetching entries from a shared store: all that comes is looked at before it counts."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from functools import partial
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, cast

import msgspec

from ...store.errors import BlobDamaged, StoreError
from ...store.store import StoredEntry
from ...store.transport import (
    ENTRIES,
    MAX_MANIFEST_BYTES,
    Transport,
    blobs_among,
    entry_file,
    folder_of,
    group_of,
    ids_among,
    is_code_key,
)
from .place import NotShared, Place, TooLarge, Unreachable
from .transfer import Listener, Once, Transfer, TransferredEntry, check_format, in_parallel

MOST_ENTRIES = 1000
"""So many entries of one code key are looked at in a shared store."""

_IN_MEMORY = 4 * 1024**2
_GROUP = re.compile(r"[0-9a-f]{2}")


class Found(msgspec.Struct, frozen=True):
    """An entry that lies in a shared store and is not damaged.

    Attributes:
        stored: The entry, as our keys see it.
        data: The content of its file.
    """

    stored: StoredEntry
    data: bytes


def pull(
    transport: Transport,
    place: Place,
    code_keys: Iterable[str] | None,
    *,
    dry_run: bool = False,
    tell: Listener = lambda done, total: None,
) -> Transfer:
    """Fetch what our store lacks.

    Blobs come first and are verified as they come, then the entry with the signatures that it has:
    without one of ours it is *from elsewhere*, like any other. What is damaged is left out with a
    word. What is interrupted leaves blobs that the next pull finds there.

    Args:
        transport: The files of our store.
        place: Where the shared store lies.
        code_keys: Whose entries; None for all.
        dry_run: Only tell what would be fetched.
        tell: Is told how far it is.

    Raises:
        SharedStoreError: The shared store does not answer, or cannot be used; what came so far
            stays.
        StoreError: Our store cannot be used.
        OSError: Our store cannot be written.
    """
    if not check_format(place):
        raise NotShared(f"There is no shared store at {place.shown}; push something first.")
    fetcher = Fetcher(transport, place, dry_run=dry_run)
    wanted = list(dict.fromkeys(fetcher.code_keys() if code_keys is None else code_keys))
    done = 0

    def work(code_key: str) -> None:
        nonlocal done
        for found in fetcher.entries_of(code_key):
            fetcher.bring_in(found)
        with fetcher.lock:
            done += 1
            tell(done, len(wanted))

    in_parallel(place, [partial(work, code_key) for code_key in wanted])
    return fetcher.result


class Fetcher:
    """Reads a shared store for one store of ours.

    Args:
        transport: The files of our store.
        place: Where the shared store lies.
        dry_run: Bring nothing in.

    Attributes:
        result: What came of it so far.
        lock: Guards it.
    """

    def __init__(self, transport: Transport, place: Place, *, dry_run: bool = False) -> None:
        self._transport = transport
        self._place = place
        self._once = Once()
        self.lock = threading.Lock()
        self.result = Transfer(url=place.shown, dry_run=dry_run)

    def code_keys(self) -> list[str]:
        """All code keys that have entries there."""
        found: list[str] = []

        def look_into(group: str) -> None:
            names = self._place.names(f"{ENTRIES}/{group}")
            with self.lock:
                found.extend(name for name in names if is_code_key(name) and name[4:6] == group)

        groups = {name for name in self._place.names(ENTRIES) if _GROUP.fullmatch(name)}
        in_parallel(self._place, [partial(look_into, group) for group in sorted(groups)])
        return sorted(found)

    def entries_of(
        self, code_key: str, known: Callable[[str], bool] = lambda identifier: False
    ) -> list[Found]:
        """The entries of a code key there that are not here, or count only there; newest first.

        Args:
            code_key: The code key.
            known: Whether an entry need not be looked at, by its identifier.
        """
        identifiers = ids_among(self._place.names(folder_of(code_key)))
        if len(identifiers) > MOST_ENTRIES:
            more = len(identifiers) - MOST_ENTRIES
            self._leave_out(f"{more} more entries of {code_key[:12]}…: they are too many")
        found = []
        for identifier in sorted(set(identifiers))[:MOST_ENTRIES]:
            if known(identifier):
                continue
            present = self._transport.present(code_key, identifier)
            item = None
            if present is None or not present.trusted:
                item = self._read(code_key, identifier)
            if item is not None and (present is None or item.stored.trusted):
                found.append(item)
            elif present is not None:
                with self.lock:
                    self.result.present += 1
        return sorted(found, key=lambda item: -item.stored.entry.created)

    def _read(self, code_key: str, identifier: str) -> Found | None:
        content = BytesIO()
        try:
            self._place.fetch(entry_file(code_key, identifier), MAX_MANIFEST_BYTES, content)
            data = content.getvalue()
            return Found(self._transport.incoming(code_key, identifier, data), data)
        except Unreachable:
            raise
        except (FileNotFoundError, StoreError) as error:
            self._leave_out(f"{identifier[:12]}: {error}")
            return None

    def bring_in(self, found: Found) -> StoredEntry | None:
        """Keep an entry with its blobs.

        Returns:
            The entry as it is kept; None when it was left out.

        Raises:
            SharedStoreError: The shared store does not answer.
            StoreError: Our store cannot be used.
            OSError: Our store cannot be written.
        """
        stored = found.stored
        try:
            for digest in self._transport.lacks(stored):
                self._once.do(digest, partial(self._bring_in_blob, digest))
        except _BlobRefused as error:
            self._leave_out(f"{stored.id[:12]} of {stored.entry.notebook_path}: {error}")
            return None
        if not self.result.dry_run:
            stored = self._transport.take_in(stored, found.data)
        with self.lock:
            path = stored.entry.notebook_path
            told = TransferredEntry(stored.id, path, stored.origin, stored.trusted)
            self.result.entries.append(told)
        return stored

    def _bring_in_blob(self, digest: str) -> None:
        group = group_of(digest)
        there = self._once.do(group, lambda: blobs_among(group, self._place.names(group)))
        name = there.get(digest)
        if name is None:
            raise _BlobRefused(f"the blob {digest[:19]}… is missing there")
        size = 0
        if not self.result.dry_run:
            with SpooledTemporaryFile(_IN_MEMORY) as spooled:
                file = cast(IO[bytes], spooled)
                try:
                    self._place.fetch(name, self._transport.max_blob_bytes, file)
                    size = file.tell()
                    file.seek(0)
                    self._transport.take_in_blob(digest, name, file)
                except FileNotFoundError:
                    raise _BlobRefused(f"the blob {digest[:19]}… is missing there") from None
                except (TooLarge, BlobDamaged) as error:
                    raise _BlobRefused(str(error)) from error
        with self.lock:
            self.result.blobs += 1
            self.result.bytes += size

    def _leave_out(self, line: str) -> None:
        with self.lock:
            self.result.leave_out(line)


class _BlobRefused(Exception):
    """A blob is not there, or not what its name says; the text tells which."""
