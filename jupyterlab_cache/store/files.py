"""The files of a store: reached without following links, written whole or not at all.

Names are relative to the store's folder and use ``/``, as in ``objects/0a/0a…``. On platforms that
can open files relative to an open folder, every folder on the way is opened without following
links, so that a planted link leads nowhere. Elsewhere each folder is looked at first.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import FileIO
from pathlib import Path
from typing import Literal

from .folders import Folder
from .reading import (
    BINARY,
    NO_FOLLOW,
    NO_WAIT,
    FolderContent,
    accept,
    open_file,
    read_file,
)

FileType = Literal["file", "folder", "other"]
"""What a name leads to; links are something other."""

TEMPORARY = "tmp"
"""Folder of files that are being written."""

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | BINARY | NO_FOLLOW
_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CREAT | BINARY | NO_FOLLOW | NO_WAIT
_NO_LIMIT = 2**63
# How often a write starts anew when another process takes an empty folder away under it.
_ATTEMPTS = 20
_PIECE = 1 << 20


class StoreFiles:
    """The files below one folder.

    Args:
        root: The store's folder, or another one whose files are to be reached in the same way.
        has_temporary: Whether files that are being written lie in a folder of their own; otherwise
            they lie beside their place, hidden.
    """

    def __init__(self, root: Path, *, has_temporary: bool = True) -> None:
        self._root = os.fspath(root)
        self._has_temporary = has_temporary

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
            handle, _ = open_file(folder, last, limit)
        with FileIO(handle, "rb") as file:
            yield file

    def read(self, name: str, limit: int) -> bytes:
        """The content of a regular file of at most ``limit`` bytes; raises as :meth:`opened`."""
        parents, last = _split(name)
        with self._folder(parents) as folder:
            return read_file(folder, last, limit)

    def write(self, name: str, data: bytes) -> None:
        """Write a file whole or not at all; what is there already is replaced.

        The content is on disk before its name is: a crash leaves the old file, the new one, or a
        leftover in the temporary folder. Folders on the way are made.

        Raises:
            OSError: It cannot be written; nothing changed.
        """
        self.write_pieces(name, lambda: (data,))

    def write_pieces(
        self, name: str, pieces: Callable[[], Iterable[bytes]], *, replace: bool = True
    ) -> None:
        """Like :meth:`write`, for content that need not fit into memory.

        Args:
            name: The file.
            pieces: Gives the content from its beginning; what it raises is raised.
            replace: Replace what is there.

        Raises:
            FileExistsError: Something is there, and is not to be replaced.
            OSError: It cannot be written; nothing changed.
        """
        for attempt in range(_ATTEMPTS):
            try:
                self._write(name, pieces(), replace)
            except FileNotFoundError:
                if attempt + 1 == _ATTEMPTS:
                    raise
            else:
                return

    def _write(self, name: str, pieces: Iterable[bytes], replace: bool) -> None:
        parents, last = _split(name)
        temporary = os.urandom(16).hex()
        place = [TEMPORARY]
        if not self._has_temporary:
            temporary, place = f".{temporary}.part", parents
        with self._made(place) as source:
            try:
                # Mode 0o666 leaves the rest to the umask, unlike tempfile.
                handle = os.open(source.at(temporary), _CREATE, 0o666, dir_fd=source.handle)
                with FileIO(handle, "wb") as file:
                    for piece in pieces:
                        write_all(file, piece)
                    os.fsync(handle)
                with self._made(parents) as target:
                    if replace:
                        os.replace(
                            source.at(temporary),
                            target.at(last),
                            src_dir_fd=source.handle,
                            dst_dir_fd=target.handle,
                        )
                    else:
                        _rename_to_new(source, temporary, target, last)
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
        with self._made(parents) as folder, contextlib.suppress(FileExistsError):
            os.close(os.open(folder.at(last), _CREATE, 0o666, dir_fd=folder.handle))

    def append(self, name: str, data: bytes) -> None:
        """Add a few bytes to the end of a file, which is made; other processes may do the same.

        Unlike what :meth:`write` writes, they may be lost in a crash.

        Raises:
            UnexpectedFile: It is not a regular file.
            OSError: It cannot be written.
        """
        parents, last = _split(name)
        with self._made(parents) as folder:
            with contextlib.suppress(FileNotFoundError):
                # Opening a device can have effects.
                accept(folder.status(last), last, _NO_LIMIT)
            handle = os.open(folder.at(last), _APPEND, 0o666, dir_fd=folder.handle)
            with FileIO(handle, "ab") as file:
                accept(os.fstat(handle), last, _NO_LIMIT)
                file.write(data)

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
        with self._folder(from_folder) as source, self._made(to_folder) as target:
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
            with self.content(name) as content:
                return content.status, content.names
        except (FileNotFoundError, NotADirectoryError):
            return None

    def content(self, name: str) -> FolderContent:
        """What is in a folder, to read files in it until the context is left.

        Raises:
            FileNotFoundError: There is no such folder.
            NotADirectoryError: It is no folder.
            OSError: It cannot be read.
        """
        return FolderContent(self._folder(_parts(name)))

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

    def types(self, name: str) -> Iterator[tuple[str, FileType]]:
        """Names of all that is in a folder, and what each is.

        Raises:
            OSError: It cannot be read.
        """
        with (
            contextlib.suppress(FileNotFoundError, NotADirectoryError),
            self._folder(_parts(name)) as folder,
            os.scandir(folder.place) as listing,
        ):
            for item in listing:
                if item.is_dir(follow_symlinks=False):
                    yield item.name, "folder"
                else:
                    yield item.name, "file" if item.is_file(follow_symlinks=False) else "other"

    def times(self, name: str) -> Iterator[tuple[str, float]]:
        """Names of the regular files in a folder, and when each was changed last.

        Times are seconds since the epoch.

        Raises:
            OSError: It cannot be read.
        """
        with (
            contextlib.suppress(FileNotFoundError, NotADirectoryError),
            self._folder(_parts(name)) as folder,
            os.scandir(folder.place) as listing,
        ):
            for item in listing:
                with contextlib.suppress(FileNotFoundError):
                    if item.is_file(follow_symlinks=False):
                        yield item.name, item.stat(follow_symlinks=False).st_mtime

    def _folder(self, parts: Sequence[str], made_in: list[Folder] | None = None) -> Folder:
        """Open a folder; whoever asks closes it, and those that folders were made in."""
        folder = Folder(self._root, None, self._root)
        try:
            for part in parts:
                folder = folder.step(part, made_in)
        except BaseException:
            folder.close()
            raise
        return folder

    @contextlib.contextmanager
    def _made(self, parts: Sequence[str]) -> Iterator[Folder]:
        """Open a folder that is made if it is missing; its name is on disk in the end.

        Only then: what is put into it is synced before, and the file system has done all in one go.
        """
        made_in: list[Folder] = []
        try:
            with self._folder(parts, made_in) as folder:
                yield folder
            for parent in made_in:
                parent.sync()
        finally:
            for parent in made_in:
                parent.close()


def _rename_to_new(source: Folder, name: str, target: Folder, to: str) -> None:
    """Rename a file to a name that is free."""
    try:
        os.link(
            source.at(name),
            target.at(to),
            src_dir_fd=source.handle,
            dst_dir_fd=target.handle,
            follow_symlinks=False,
        )
    except FileExistsError:
        raise
    except (OSError, NotImplementedError):
        # No hard links on this file system: then there is a moment between look and rename.
        try:
            target.status(to)
        except FileNotFoundError:
            os.rename(
                source.at(name), target.at(to), src_dir_fd=source.handle, dst_dir_fd=target.handle
            )
            return
        raise FileExistsError(f"{to} is there already") from None
    os.unlink(source.at(name), dir_fd=source.handle)


def _parts(name: str) -> list[str]:
    parts = name.split("/") if name else []
    # Callers check the names that they build; this is the last line of defence.
    if any(part in ("", ".", "..") or "\0" in part or "\\" in part for part in parts):
        raise ValueError(f"{name[:80]!r} is not the name of a file in a store")
    return parts


def _split(name: str) -> tuple[list[str], str]:
    *folder, last = _parts(name)
    return folder, last


def write_all(file: FileIO, data: bytes) -> None:
    """Write all of the data, in as many writes as it takes.

    Raises:
        OSError: It cannot be written.
    """
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) or 0 :]
