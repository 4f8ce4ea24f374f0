"""Reading files of a project, which may be anything: pipes and devices are never waited for."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
# A pipe that takes the place of a file between two calls must not block us.
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)


class NotReadable(OSError):
    """What lies there is no regular file, or larger than anybody wants to read."""


def read_regular(path: Path | str, limit: int, *, follow: bool = True, head: bool = False) -> bytes:
    """The content of a regular file.

    Args:
        path: The file.
        limit: Most bytes that it may have.
        follow: Whether a link may stand in its place.
        head: Whether its first bytes are enough, at most the limit.

    Raises:
        NotReadable: It is no regular file, or larger than the limit.
        OSError: It cannot be read.
    """
    # Opening a device can have effects, so look first, and again at what was opened.
    _accept(os.stat(path, follow_symlinks=follow), path)
    handle = os.open(path, _READ | _NO_WAIT | (0 if follow else _NO_FOLLOW))
    with os.fdopen(handle, "rb") as file:
        _accept(os.fstat(handle), path)
        data = file.read(limit if head else limit + 1)
    if len(data) > limit:
        raise NotReadable(errno.EFBIG, f"it has more than {limit} bytes", os.fspath(path))
    return data


def _accept(status: os.stat_result, path: Path | str) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise NotReadable(errno.EINVAL, "it is not a regular file", os.fspath(path))
