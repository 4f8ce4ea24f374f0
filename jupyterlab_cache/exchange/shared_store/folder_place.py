"""A shared store in a folder, also on a network drive: reached without following links."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from ...store.errors import StoreError
from ...store.files import StoreFiles
from ...store.layout import Layout
from ...store.reading import UnexpectedFile
from .place import PIECE, TooLarge, Unreachable, check_count, copy_bounded


class FolderPlace:
    """A folder; what is written into it is a store like any other.

    fsspec could do this as well, but follows links, and writes in place.

    Args:
        path: The folder; ``~`` is the home folder.
        shown: What to call it.
    """

    parallel = 8

    def __init__(self, path: str, shown: str) -> None:
        self.shown = shown
        self._folder = Path(path).expanduser().absolute()
        self._files = StoreFiles(self._folder)
        self._layout = Layout(self._folder)

    def names(self, folder: str) -> list[str]:
        """See :meth:`Place.names`."""
        try:
            _, names = self._files.listing(folder) or (None, [])
        except OSError as error:
            raise Unreachable(f"{folder} of {self.shown} cannot be listed: {error}.") from error
        check_count(names, folder, self.shown)
        return names

    def fetch(self, name: str, limit: int, into: IO[bytes]) -> None:
        """See :meth:`Place.fetch`."""
        try:
            with self._files.opened(name, limit) as file:
                copy_bounded(file, into, limit, name)
        except (FileNotFoundError, NotADirectoryError):
            raise FileNotFoundError(name) from None
        except UnexpectedFile as error:
            raise TooLarge(f"{name} of {self.shown} is nothing to be read: {error}.") from error
        except OSError as error:
            raise Unreachable(f"{name} of {self.shown} cannot be read: {error}.") from error

    def send(self, name: str, data: bytes) -> None:
        """See :meth:`Place.send`."""
        self._write(name, lambda: iter((data,)))

    def send_file(self, name: str, path: str, size: int) -> None:
        """See :meth:`Place.send_file`."""

        def pieces() -> Iterator[bytes]:
            with open(path, "rb") as file:
                while piece := file.read(PIECE):
                    yield piece

        self._write(name, pieces)

    def _write(self, name: str, pieces: Callable[[], Iterator[bytes]]) -> None:
        try:
            self._layout.prepare()
            self._files.write_pieces(name, pieces)
        except StoreError as error:
            raise Unreachable(str(error)) from error
        except OSError as error:
            raise Unreachable(f"{self.shown} cannot be written: {error}.") from error
