"""Sending entries to a shared store: what is missing there, blobs first."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from functools import partial

import msgspec

from ...store.errors import StoreError
from ...store.store import StoredEntry
from ...store.transport import (
    FORMAT_FILE,
    STORE_FORMAT,
    Transport,
    blobs_among,
    entry_file,
    folder_of,
    group_of,
    ids_among,
)
from .place import Place, SharedStoreError
from .transfer import Listener, Once, Transfer, TransferredEntry, check_format, in_parallel


def push(
    transport: Transport,
    place: Place,
    entries: Iterable[StoredEntry],
    *,
    dry_run: bool = False,
    tell: Listener = lambda done, total: None,
) -> Transfer:
    """Send the entries that a shared store lacks, with the blobs that it lacks.

    An entry's file comes after its blobs, so what is interrupted leaves nothing that a reader could
    take for an entry; the next push goes on from there. What is in the shared store is listed, each
    folder once, and never looked at. Entries from elsewhere are not sent on.

    Args:
        transport: The files of our store.
        place: Where the shared store lies.
        entries: The entries.
        dry_run: Only tell what would be sent.
        tell: Is told how far it is.

    Raises:
        SharedStoreError: The shared store does not answer, or cannot be used; what was sent so far
            stays.
    """
    pusher = _Pusher(transport, place, dry_run=dry_run)
    pusher.push(list(entries), tell)
    return pusher.result


class _Pusher:
    def __init__(self, transport: Transport, place: Place, *, dry_run: bool) -> None:
        self._transport = transport
        self._place = place
        self._once = Once()
        self._lock = threading.Lock()
        self._done = 0
        self.result = Transfer(url=place.shown, dry_run=dry_run)

    def push(self, entries: list[StoredEntry], tell: Listener) -> None:
        if not check_format(self._place) and entries and not self.result.dry_run:
            document = msgspec.json.encode({"format": STORE_FORMAT}) + b"\n"
            self._place.send(FORMAT_FILE, document)

        def work(stored: StoredEntry) -> None:
            self._push(stored)
            with self._lock:
                self._done += 1
                tell(self._done, len(entries))

        in_parallel(self._place, [partial(work, stored) for stored in entries])

    def _push(self, stored: StoredEntry) -> None:
        entry = stored.entry
        if stored.origin == "elsewhere":
            self._leave_out(stored, "it is from elsewhere, and only who made it can vouch for it")
            return
        folder = folder_of(entry.code_key)
        there = self._once.do(folder, lambda: set(ids_among(self._place.names(folder))))
        if stored.id in there:
            with self._lock:
                self.result.present += 1
            return
        try:
            if not self.result.dry_run:
                data = self._transport.outgoing(stored)
            for digest in sorted(self._transport.store.blobs_of(stored)):
                self._once.do(digest, partial(self._push_blob, digest))
            if not self.result.dry_run:
                self._place.send(entry_file(entry.code_key, stored.id), data)
        except SharedStoreError:
            raise
        except (StoreError, OSError) as error:
            self._leave_out(stored, str(error))
            return
        with self._lock:
            told = TransferredEntry(stored.id, entry.notebook_path, stored.origin, stored.trusted)
            self.result.entries.append(told)

    def _push_blob(self, digest: str) -> None:
        group = group_of(digest)
        there = self._once.do(group, lambda: blobs_among(group, self._place.names(group)))
        if digest in there:
            return
        # Looked at before it goes: what is damaged here must not be spread.
        name, path, size = self._transport.blob_file(digest)
        if not self.result.dry_run:
            self._place.send_file(name, path, size)
        with self._lock:
            self.result.blobs += 1
            self.result.bytes += size

    def _leave_out(self, stored: StoredEntry, why: str) -> None:
        with self._lock:
            self.result.leave_out(f"{stored.id[:12]} of {stored.entry.notebook_path}: {why}")
