"""The files of a store, as far as they are read: reached without following links.

Names are relative to the store's folder and use ``/``, as in ``objects/0a/0a…``. On platforms that
can open files relative to an open folder, every folder on the way is opened without following
links, so that a planted link leads nowhere. Elsewhere each folder is looked at first.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from io import FileIO
from pathlib import Path
from typing import Literal

from .folders import Folder
from .reading import FolderContent, open_file, read_file

FileType = Literal["file", "folder", "other"]
"""What a name leads to; links are something other."""


class ReadableFiles:
    """The files below one folder.

    Args:
        root: The store's folder, or another one whose files are to be reached in the same way.
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
        parents, last = split(name)
        with self._folder(parents) as folder:
            handle, _ = open_file(folder, last, limit)
        with FileIO(handle, "rb") as file:
            yield file

    def read(self, name: str, limit: int) -> bytes:
        """The content of a regular file of at most ``limit`` bytes; raises as :meth:`opened`."""
        parents, last = split(name)
        with self._folder(parents) as folder:
            return read_file(folder, last, limit)

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
        return FolderContent(self._folder(parts_of(name)))

    def subfolders(self, name: str) -> list[tuple[str, os.stat_result]]:
        """Names and status of the folders in a folder, links not among them.

        Raises:
            OSError: It cannot be read.
        """
        found = []
        for folder, item in self._items(name):
            with contextlib.suppress(FileNotFoundError):
                if item.is_dir(follow_symlinks=False):
                    found.append((item.name, folder.status(item.name)))
        return found

    def types(self, name: str) -> Iterator[tuple[str, FileType]]:
        """Names of all that is in a folder, and what each is.

        Raises:
            OSError: It cannot be read.
        """
        for _, item in self._items(name):
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
        for _, item in self._items(name):
            with contextlib.suppress(FileNotFoundError):
                if item.is_file(follow_symlinks=False):
                    yield item.name, item.stat(follow_symlinks=False).st_mtime

    def _items(self, name: str) -> Iterator[tuple[Folder, os.DirEntry[str]]]:
        """An open folder with each thing that is in it; nothing where there is no folder."""
        with (
            contextlib.suppress(FileNotFoundError, NotADirectoryError),
            self._folder(parts_of(name)) as folder,
            os.scandir(folder.place) as listing,
        ):
            for item in listing:
                yield folder, item

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


def parts_of(name: str) -> list[str]:
    """The parts of a name.

    Raises:
        ValueError: It is not the name of a file in a store.
    """
    parts = name.split("/") if name else []
    # Callers check the names that they build; this is the last line of defence.
    if any(part in ("", ".", "..") or "\0" in part or "\\" in part for part in parts):
        raise ValueError(f"{name[:80]!r} is not the name of a file in a store")
    return parts


def split(name: str) -> tuple[list[str], str]:
    """The folder's parts of a name, and its last one; raises as :func:`parts_of`."""
    *folder, last = parts_of(name)
    return folder, last
