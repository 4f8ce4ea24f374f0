"""Blobs that are written at once, since most of writing one is waiting for the disk.

A file system that is asked to flush several files at the same time does it in one go. So the blobs
of one execution take little longer than one of them. Each is written as :meth:`BlobStore.put` does
it; only when all are is the batch done.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor

from .blobs import BlobStore, blob_digest

_THREADS = 4
# What waits is held in memory.
_MOST_WAITING = 32


class BlobBatch:
    """Several blobs that are kept together; a context, at whose end they are on disk.

    What could not be written is raised at the end, or by a later call.

    Args:
        blobs: Where they are kept.
    """

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="blobs")
        self._waiting: deque[Future[str]] = deque()
        self._known: set[str] = set()
        self.max_bytes = blobs.max_bytes

    def __enter__(self) -> BlobBatch:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            while kind is None and self._waiting:
                self._waiting.popleft().result()
        finally:
            # Nobody writes any more when this has been left, whatever happened.
            self._pool.shutdown(wait=True, cancel_futures=True)

    def put(self, data: bytes) -> str:
        """As :meth:`BlobStore.put`; the digest is known at once, the blob kept at the end.

        Raises:
            StoreError: A blob of the batch is larger than the limit, or the store cannot be used.
            OSError: A blob of the batch cannot be written.
        """
        digest = blob_digest(data)
        if digest not in self._known:
            self._known.add(digest)
            if len(self._waiting) >= _MOST_WAITING:
                self._waiting.popleft().result()
            self._waiting.append(self._pool.submit(self._blobs.put, data))
        return digest

    def put_stream(self, digest: str, size: int, pieces: Callable[[], Iterable[bytes]]) -> None:
        """As :meth:`BlobStore.put_stream`, which is waited for."""
        self._blobs.put_stream(digest, size, pieces)
