"""Reading all blobs, several at once: hashing and decompressing let other threads run."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice

from .blob_walk import BlobFile
from .blobs import BlobStore
from .errors import BlobDamaged, BlobMissing

# Handing over one file costs as much as reading a small one.
_FILES_AT_ONCE = 64
_MOST_THREADS = 4

Checked = tuple[BlobFile, BlobMissing | BlobDamaged | None]
"""A blob's file, and what is wrong with it."""


def verified_blobs(blobs: BlobStore, files: Iterable[BlobFile]) -> Iterator[Checked]:
    """Read files of blobs and see whether they are what their names say, in the same order.

    Args:
        blobs: The blobs of the store.
        files: Their files, which are taken a few hundred ahead.
    """
    threads = min(_MOST_THREADS, os.cpu_count() or 1)

    def check(some: list[BlobFile]) -> list[Checked]:
        return [(file, _problem(blobs, file)) for file in some]

    rest = iter(files)
    with ThreadPoolExecutor(threads, thread_name_prefix="verify") as pool:
        waiting: deque[Future[list[Checked]]] = deque()
        while True:
            while len(waiting) <= threads and (some := list(islice(rest, _FILES_AT_ONCE))):
                waiting.append(pool.submit(check, some))
            if not waiting:
                return
            yield from waiting.popleft().result()


def _problem(blobs: BlobStore, file: BlobFile) -> BlobMissing | BlobDamaged | None:
    try:
        blobs.verify(file)
    except (BlobMissing, BlobDamaged) as error:
        return error
    return None
