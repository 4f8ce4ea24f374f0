"""The files of a store: written whole or not at all, on ways that follow no links."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import FileIO
from pathlib import Path

from .folders import Folder
from .readable_files import ReadableFiles, split
from .reading import (
    BINARY,
    NO_FOLLOW,
    NO_WAIT,
    accept,
)

TEMPORARY = "tmp"
"""Folder of files that are being written."""

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | BINARY | NO_FOLLOW
_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CREAT | BINARY | NO_FOLLOW | NO_WAIT
_NO_LIMIT = 2**63
# How often a write starts anew when another process takes an empty folder away under it.
_ATTEMPTS = 20
_PIECE = 1 << 20


class StoreFiles(ReadableFiles):
    """The files below one folder, which can be written as well.

    Args:
        root: The store's folder, or another one whose files are to be reached in the same way.
        has_temporary: Whether files that are being written lie in a folder of their own; otherwise
            they lie beside their place, hidden.
    """

    def __init__(self, root: Path, *, has_temporary: bool = True) -> None:
        super().__init__(root)
        self._has_temporary = has_temporary

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
                with self._named(name):
                    self._write(name, pieces(), replace)
            except FileNotFoundError:
                if attempt + 1 == _ATTEMPTS:
                    raise
            else:
                return

    def _write(self, name: str, pieces: Iterable[bytes], replace: bool) -> None:
        parents, last = split(name)
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

    @contextlib.contextmanager
    def _named(self, name: str) -> Iterator[None]:
        """Let an error tell which file could not be written, not which temporary one."""
        try:
            yield
        except OSError as error:
            if error.errno is None:
                raise
            raise OSError(error.errno, error.strerror, self.path(name)) from error

    def create_empty(self, name: str) -> None:
        """Make an empty file; harmless when it is there. It may be lost in a crash.

        Raises:
            OSError: It cannot be made.
        """
        parents, last = split(name)
        with (
            self._named(name),
            self._made(parents) as folder,
            contextlib.suppress(FileExistsError),
        ):
            os.close(os.open(folder.at(last), _CREATE, 0o666, dir_fd=folder.handle))

    def append(self, name: str, data: bytes) -> None:
        """Add a few bytes to the end of a file, which is made; other processes may do the same.

        Unlike what :meth:`write` writes, they may be lost in a crash.

        Raises:
            UnexpectedFile: It is not a regular file.
            OSError: It cannot be written.
        """
        parents, last = split(name)
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
        parents, last = split(name)
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
        (from_folder, from_last), (to_folder, to_last) = split(name), split(to)
        with self._folder(from_folder) as source, self._made(to_folder) as target:
            os.rename(
                source.at(from_last),
                target.at(to_last),
                src_dir_fd=source.handle,
                dst_dir_fd=target.handle,
            )

    def remove(self, name: str, *, flush: bool = False) -> None:
        """Remove a file; harmless when there is none.

        Args:
            name: The file.
            flush: Have it gone from the disk as well; otherwise it can be there again when the
                machine stops.

        Raises:
            OSError: It cannot be removed.
        """
        parents, last = split(name)
        with (
            contextlib.suppress(FileNotFoundError, NotADirectoryError),
            self._folder(parents) as folder,
        ):
            os.unlink(folder.at(last), dir_fd=folder.handle)
            if flush:
                folder.sync()

    def remove_empty_folder(self, name: str) -> None:
        """Remove a folder unless something is in it."""
        parent, last = split(name)
        with contextlib.suppress(OSError), self._folder(parent) as folder:
            os.rmdir(folder.at(last), dir_fd=folder.handle)

    def remove_tree(self, name: str) -> None:
        """Remove a folder with all that is in it; links in it are removed, never followed.

        What somebody puts into it meanwhile stays.

        Raises:
            OSError: Something cannot be removed.
        """
        for folder, _ in self.subfolders(name):
            self.remove_tree(f"{name}/{folder}")
        _, names = self.listing(name) or (None, [])
        for last in names:
            with contextlib.suppress(IsADirectoryError):  # made just now
                self.remove(f"{name}/{last}")
        parent, own = split(name)
        try:
            with self._folder(parent) as above:
                os.rmdir(above.at(own), dir_fd=above.handle)
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ENOTEMPTY, errno.EEXIST):
                raise

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


def write_all(file: FileIO, data: bytes) -> None:
    """Write all of the data, in as many writes as it takes.

    Raises:
        OSError: It cannot be written.
    """
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) or 0 :]
