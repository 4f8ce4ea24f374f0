"""What processes that were killed left in the folder of temporary files."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import time
from collections.abc import Callable, Iterator

import msgspec

from .files import TEMPORARY, StoreFiles
from .layout import OBJECTS

LEFTOVER_AGE = 24 * 3600.0
"""Seconds after which nobody writes to a temporary file any more."""

# A blob that a collector has taken out of its place, to look whether somebody wants it after all.
_TAKEN_OUT = re.compile(r"([0-9a-f]{64})(\.zst)?\.[0-9a-f]{8}\.collected")


class Leftover(msgspec.Struct, frozen=True):
    """A temporary file that nobody works on any more.

    Attributes:
        name: The file.
        size: Its bytes.
        digest: Of a blob that a collector took out and did not come to remove; else None.
        place: Where that blob belongs.
    """

    name: str
    size: int
    digest: str | None = None
    place: str = ""


def taken_out(last: str) -> str:
    """A new name for a blob that a collector takes out of its place, by the name of its file."""
    return f"{TEMPORARY}/{last}.{os.urandom(4).hex()}.collected"


def leftovers(files: StoreFiles, is_named: Callable[[str], bool]) -> Iterator[Leftover]:
    """All leftovers, as long as nothing else than a dead process explains them.

    Args:
        files: The store's files.
        is_named: Whether any entry names a blob: such a one is given at once if it was taken out.

    Raises:
        OSError: The folder cannot be read.
    """
    old = time.time() - LEFTOVER_AGE
    _, names = files.listing(TEMPORARY) or (None, [])
    for last in names:
        name = f"{TEMPORARY}/{last}"
        status = files.status(name)
        if status is None or not stat.S_ISREG(status.st_mode):
            continue
        match = _TAKEN_OUT.fullmatch(last)
        digest = f"sha256-{match[1]}" if match else None
        place = f"{OBJECTS}/{match[1][:2]}/{match[1]}{match[2] or ''}" if match else ""
        # Being moved sets a file's ctime.
        rested = max(status.st_mtime, status.st_ctime) < old
        if rested or (digest is not None and is_named(digest)):
            yield Leftover(name, status.st_size, digest, place)


def clear_up(files: StoreFiles, leftover: Leftover, is_named: Callable[[str], bool]) -> None:
    """Put a leftover back if it is a blob that is needed and missing; else remove it.

    Raises:
        OSError: It cannot be moved or removed.
    """
    needed = leftover.digest is not None and is_named(leftover.digest)
    if needed and files.status(leftover.place) is None:
        # A collector that still has it in hand may be quicker.
        with contextlib.suppress(FileNotFoundError):
            files.move(leftover.name, leftover.place)
    else:
        files.remove(leftover.name)
