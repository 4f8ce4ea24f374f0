"""Folders opened one by one, so that no link on the way is followed.

pathlib knows no calls relative to an open folder, hence the plain functions of ``os``. On platforms
without such calls each folder is looked at before it is used.
"""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

HANDLES = (
    {os.open, os.stat, os.mkdir, os.unlink, os.rmdir, os.rename, os.utime} <= os.supports_dir_fd
    and os.scandir in os.supports_fd
    and os.utime in os.supports_follow_symlinks
)
"""Whether this platform has calls relative to an open folder."""

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_DIRECTORY", 0)
)


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, so that they are on disk; harmless when it is there.

    Raises:
        OSError: It cannot be made.
    """
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for place in missing:
        # Where the folder above may not be read, it cannot be flushed either.
        with contextlib.suppress(OSError), Folder(str(place.parent), None, "") as above:
            above.sync()


class Folder:
    """An open folder; without handles (None) it is only a path that was looked at.

    Args:
        place: Its path, or its name relative to ``inside``.
        inside: Handle of the folder that it lies in.
        path: Its whole path.
    """

    __slots__ = ("_path", "handle")

    def __init__(self, place: str, inside: int | None, path: str) -> None:
        self._path = path
        self.handle: int | None = None
        if HANDLES:
            self.handle = os.open(place, _FLAGS, dir_fd=inside)
        elif not stat.S_ISDIR(os.lstat(path).st_mode):
            raise NotADirectoryError(f"{place} is not a folder")

    def __enter__(self) -> Folder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def place(self) -> int | str:
        """What to list."""
        return self._path if self.handle is None else self.handle

    def at(self, name: str) -> str:
        """How to name a file in here beside ``dir_fd=self.handle``."""
        return f"{self._path}/{name}" if self.handle is None else name

    def status(self, name: str) -> os.stat_result:
        """What ``lstat`` says of something in here."""
        return os.stat(self.at(name), dir_fd=self.handle, follow_symlinks=False)

    def own_status(self) -> os.stat_result:
        """The folder's own status."""
        return os.lstat(self._path) if self.handle is None else os.fstat(self.handle)

    def step(self, name: str, made_in: list[Folder] | None = None) -> Folder:
        """Open a folder in here in place of this one.

        Args:
            name: Its name.
            made_in: Make it when it is missing, and add this folder, which stays open then: the
                new name in it is not on disk before it has been synced.
        """
        path = f"{self._path}/{name}"
        try:
            child = Folder(name, self.handle, path)
        except FileNotFoundError:
            if made_in is None:
                raise
            with contextlib.suppress(FileExistsError):
                os.mkdir(self.at(name), dir_fd=self.handle)
            child = Folder(name, self.handle, path)
            made_in.append(self)
            return child
        self.close()
        return child

    def sync(self) -> None:
        """Have the names in here on disk."""
        # Not every file system can sync a folder; the rename is atomic anyway.
        if self.handle is not None:
            with contextlib.suppress(OSError):
                os.fsync(self.handle)

    def close(self) -> None:
        """Let go of the handle; harmless when that has been done."""
        if self.handle is not None:
            handle, self.handle = self.handle, None
            os.close(handle)
