"""The files of a store: reached without following links, written whole or not at all.

Names are relative to the store's folder and use ``/``, as in ``objects/0a/0a…``. On platforms that
can open files relative to an open folder, every folder on the way is opened without following
links, so that a planted link leads nowhere. Elsewhere each folder is looked at first.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator, Sequence
from io import FileIO
from pathlib import Path

from .folders import Folder

TEMPORARY = "tmp"
"""Folder of files that are being written."""

_BINARY = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
# A pipe that takes the place of a file between two calls must not block us.
_READ = os.O_RDONLY | _BINARY | _NO_FOLLOW | getattr(os, "O_NONBLOCK", 0)
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY | _NO_FOLLOW
# How often a write starts anew when another process takes an empty folder away under it.
_ATTEMPTS = 20


class UnexpectedFile(OSError):
    """What lies there is nothing that a store writes: a link, pipe, folder, or too large."""


class StoreFiles:
    """The files below one folder.

    Args:
        root: The store's folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = os.fspath(root)

    def path(self, name: str) -> str:
        """The path of a file, for those who cannot work relative to an open folder."""
        return f"{self._root}/{name}"

    def status(self, name: str) -> os.stat_result | None:
        """What ``lstat`` says of a file; None when there is nothing of that name.

        Raises:
            OSError: The system does not tell.
        """
        try:
            return os.lstat(f"{self._root}/{name}")
        except (FileNotFoundError, NotADirectoryError):
            return None

    @contextlib.contextmanager
    def opened(self, name: str, limit: int) -> Iterator[FileIO]:
        """Open a regular file for reading; nothing else is ever opened.

        Args:
            name: The file.
            limit: Most bytes that it may have.

        Raises:
            FileNotFoundError: There is no such file.
            UnexpectedFile: It is not a regular file, or larger than the limit.
            OSError: It cannot be opened.
        """
        parents, last = _split(name)
        with self._folder(parents) as folder:
            # Opening a device can have effects, so look first, and again at what was opened.
            _accept(folder.status(last), last, limit)
            handle = os.open(folder.at(last), _READ, dir_fd=folder.handle)
        with FileIO(handle, "rb") as file:
            _accept(os.fstat(handle), last, limit)
            yield file

    def read(self, name: str, limit: int) -> bytes:
        """The content of a regular file of at most ``limit`` bytes; raises as :meth:`opened`."""
        with self.opened(name, limit) as file:
            data = file.read()
        if len(data) > limit:  # it grew meanwhile
            raise UnexpectedFile(f"{name} is larger than {limit} bytes")
        return data

    def write(self, name: str, data: bytes) -> None:
        """Write a file whole or not at all; what is there already is replaced.

        The content is on disk before its name is: a crash leaves the old file, the new one, or a
        leftover in the temporary folder. Folders on the way are made.

        Raises:
            OSError: It cannot be written; nothing changed.
        """
        for attempt in range(_ATTEMPTS):
            try:
                self._write(name, data)
            except FileNotFoundError:
                if attempt + 1 == _ATTEMPTS:
                    raise
            else:
                return

    def _write(self, name: str, data: bytes) -> None:
        parents, last = _split(name)
        temporary = os.urandom(16).hex()
        with self._folder([TEMPORARY], create=True) as source:
            try:
                # Mode 0o666 leaves the rest to the umask, unlike tempfile.
                handle = os.open(source.at(temporary), _CREATE, 0o666, dir_fd=source.handle)
                with FileIO(handle, "wb") as file:
                    _write_all(file, data)
                    os.fsync(handle)
                with self._folder(parents, create=True) as target:
                    os.replace(
                        source.at(temporary),
                        target.at(last),
                        src_dir_fd=source.handle,
                        dst_dir_fd=target.handle,
                    )
                    target.sync()
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(source.at(temporary), dir_fd=source.handle)
                raise

    def create_empty(self, name: str) -> None:
        """Make an empty file; harmless when it is there. It may be lost in a crash.

        Raises:
            OSError: It cannot be made.
        """
        parents, last = _split(name)
        with self._folder(parents, create=True) as folder, contextlib.suppress(FileExistsError):
            os.close(os.open(folder.at(last), _CREATE, 0o666, dir_fd=folder.handle))

    def touch(self, name: str) -> bool:
        """Set a file's or folder's time to now; False when there is none, or it is not allowed."""
        parents, last = _split(name)
        try:
            with self._folder(parents) as folder:
                if stat.S_ISLNK(folder.status(last).st_mode):
                    return False
                if folder.handle is None:
                    os.utime(folder.at(last))
                else:
                    os.utime(folder.at(last), dir_fd=folder.handle, follow_symlinks=False)
        except OSError:
            return False
        return True

    def move(self, name: str, to: str) -> None:
        """Give a file another name; folders on the way are made.

        Raises:
            OSError: It cannot be moved.
        """
        (from_folder, from_last), (to_folder, to_last) = _split(name), _split(to)
        with self._folder(from_folder) as source, self._folder(to_folder, create=True) as target:
            os.rename(
                source.at(from_last),
                target.at(to_last),
                src_dir_fd=source.handle,
                dst_dir_fd=target.handle,
            )

    def remove(self, name: str) -> None:
        """Remove a file; harmless when there is none.

        Raises:
            OSError: It cannot be removed.
        """
        parents, last = _split(name)
        with (
            contextlib.suppress(FileNotFoundError, NotADirectoryError),
            self._folder(parents) as folder,
        ):
            os.unlink(folder.at(last), dir_fd=folder.handle)

    def remove_empty_folder(self, name: str) -> None:
        """Remove a folder unless something is in it."""
        parent, last = _split(name)
        with contextlib.suppress(OSError), self._folder(parent) as folder:
            os.rmdir(folder.at(last), dir_fd=folder.handle)

    def listing(self, name: str) -> tuple[os.stat_result, list[str]] | None:
        """A folder's status and the names in it; None when there is no such folder.

        The status is from before the names were read: what changes later changes it again.

        Raises:
            OSError: It cannot be read.
        """
        try:
            with self._folder(_parts(name)) as folder:
                return folder.own_status(), os.listdir(folder.place)
        except (FileNotFoundError, NotADirectoryError):
            return None

    def subfolders(self, name: str) -> list[tuple[str, os.stat_result]]:
        """Names and status of the folders in a folder, links not among them.

        Raises:
            OSError: It cannot be read.
        """
        found = []
        with (
            contextlib.suppress(FileNotFoundError, NotADirectoryError),
            self._folder(_parts(name)) as folder,
            os.scandir(folder.place) as listing,
        ):
            for item in listing:
                with contextlib.suppress(FileNotFoundError):
                    if item.is_dir(follow_symlinks=False):
                        found.append((item.name, folder.status(item.name)))
        return found

    @contextlib.contextmanager
    def _folder(self, parts: Sequence[str], *, create: bool = False) -> Iterator[Folder]:
        folder = Folder(self._root, None, self._root)
        try:
            for part in parts:
                folder = folder.step(part, create)
            yield folder
        finally:
            folder.close()


def _parts(name: str) -> list[str]:
    parts = name.split("/") if name else []
    # Callers check the names that they build; this is the last line of defence.
    if any(part in ("", ".", "..") or "\0" in part or "\\" in part for part in parts):
        raise ValueError(f"{name[:80]!r} is not the name of a file in a store")
    return parts


def _split(name: str) -> tuple[list[str], str]:
    *folder, last = _parts(name)
    return folder, last


def _accept(status: os.stat_result, name: str, limit: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise UnexpectedFile(f"{name} is not a regular file")
    if status.st_size > limit:
        raise UnexpectedFile(f"{name} is larger than {limit} bytes")


def _write_all(file: FileIO, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) or 0 :]
