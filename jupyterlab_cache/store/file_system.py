"""Whether a file system does what a store relies on: giving a file another's name in one step."""

from __future__ import annotations

import contextlib
import errno
import logging
import os

from .files import TEMPORARY, StoreFiles

_log = logging.getLogger(__name__)

# FAT writes a new name before it takes the old one away, or the other way round; mounts of object
# stores copy and delete. The kernel does not tell which file systems are such.
_NOT_ATOMIC = {
    *("exfat", "fat", "fuseblk.exfat", "msdos", "vfat"),
    *("fuse.blobfuse", "fuse.blobfuse2", "fuse.gcsfuse", "fuse.geesefs", "fuse.goofys"),
    *("fuse.mountpoint-s3", "fuse.ossfs", "fuse.rclone", "fuse.s3fs"),
}
# What a file system says that does not replace; everything else is wrong just now.
_CANNOT = {errno.EEXIST, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM}
_MOUNTS = "/proc/self/mountinfo"
_warned: set[str] = set()


def warn_if_not_atomic(files: StoreFiles) -> None:
    """Warn once in the log where the file system of a store cannot replace a file in one step.

    Args:
        files: The files of a store that can be written.

    Raises:
        OSError: It cannot be written.
    """
    place = files.path(TEMPORARY)
    if place in _warned:
        return
    problem = _tried(files)
    if problem is None:
        kind = type_of(place)
        problem = f"it is {kind}" if kind in _NOT_ATOMIC else None
    if problem is not None:
        _warned.add(place)
        _log.warning(
            "The file system of the store %s does not replace a file in one step (%s). When this "
            "machine or program stops while an entry is written, that entry can be lost; damage is "
            "noticed, and counts as not cached. A store elsewhere (--store, CacheApp.store) is "
            "safer.",
            os.path.dirname(place),
            problem,
        )


def _tried(files: StoreFiles) -> str | None:
    """What goes wrong when one file takes the place of another; None if nothing."""
    first, second = (f"{TEMPORARY}/{os.urandom(16).hex()}" for _ in range(2))
    files.create_empty(first)
    try:
        files.create_empty(second)
        files.move(first, second)
        if files.status(first) is not None or files.status(second) is None:
            return "the file has both names, or none"
    except OSError as error:
        if error.errno not in _CANNOT:
            raise
        return str(error)
    finally:
        for name in (first, second):
            with contextlib.suppress(OSError):
                files.remove(name)
    return None


def type_of(place: str) -> str | None:
    """The type of the file system that a folder lies on; None where the system does not tell."""
    try:
        device = os.stat(place).st_dev
        with open(_MOUNTS, encoding="utf-8", errors="replace") as mounts:
            for line in mounts:
                before, _, after = line.partition(" - ")
                if before.split(" ", 3)[2] == f"{os.major(device)}:{os.minor(device)}":
                    return after.split(" ", 1)[0]
    except (OSError, IndexError, ValueError):
        return None
    return None
