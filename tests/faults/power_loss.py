"""What a disk holds after the power failed: everything but what was not flushed.

A process that is killed leaves all that it wrote to the system, which goes on. A machine that stops
does not: contents of files that were not flushed are lost, and so are names in folders that were
not. Which of it is lost nobody knows.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

Undo = Callable[[], None]


class Unflushed:
    """What a process did and did not flush, so that it can be undone.

    Args:
        folder: Only what is below it counts.
        aside: A folder on the same file system for what is replaced or removed.
    """

    def __init__(self, folder: Path, aside: Path) -> None:
        self._folder = os.fspath(folder)
        self._aside = aside
        self._contents: dict[int, str] = {}
        self._names: list[tuple[str, Undo]] = []
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()

    def written(self, path: str) -> None:
        """A file is written to."""
        if self._counts(path):
            with contextlib.suppress(FileNotFoundError):
                self._contents[os.stat(path).st_ino] = path

    def flushed(self, path: str) -> None:
        """A file or folder is flushed: contents of the file, names in the folder."""
        with contextlib.suppress(FileNotFoundError):
            self._contents.pop(os.stat(path).st_ino, None)
        self._names = [(place, undo) for place, undo in self._names if place != path]

    def made(self, path: str) -> None:
        """A name is given to something new."""
        if self._counts(path) and not os.path.lexists(path):
            self._names.append((os.path.dirname(path), lambda: _remove(path)))

    def removed(self, path: str) -> None:
        """A name is taken away."""
        if self._counts(path):
            kept = self._kept(path)
            if kept is not None:
                self._names.append((os.path.dirname(path), lambda: _put_back(kept, path)))

    def renamed(self, path: str, to: str) -> None:
        """Something gets another name, perhaps that of something else."""
        if not self._counts(to) or not os.path.lexists(path):
            return
        replaced = self._kept(to)

        def undo() -> None:
            if os.path.lexists(to):
                os.makedirs(os.path.dirname(path), exist_ok=True)
                os.rename(to, path)
            if replaced is not None:
                _put_back(replaced, to)

        self._names.append((os.path.dirname(to), undo))

    def lose(self, chance: random.Random | None = None) -> None:
        """Let what was not flushed be lost.

        Args:
            chance: Decides of which folders the names are lost; None for all.
        """
        inodes = set(self._contents)
        for place, _, names in os.walk(self._folder):
            for name in names:
                path = os.path.join(place, name)
                if os.lstat(path).st_ino in inodes:
                    os.truncate(path, os.lstat(path).st_size // 2)
        places = sorted({place for place, _ in self._names})
        lost = {place for place in places if chance is None or chance.random() < 0.5}
        for place, undo in reversed(self._names):
            if place in lost:
                undo()

    def _counts(self, path: str) -> bool:
        return path.startswith(self._folder)

    def _kept(self, path: str) -> Path | None:
        """What has a name now, under another one."""
        if not os.path.isfile(path):
            return None
        kept = self._aside / str(len(os.listdir(self._aside)))
        os.link(path, kept)
        return kept


def _remove(path: str) -> None:
    # What is in a folder that is lost is lost with it.
    if os.path.isdir(path):
        shutil.rmtree(path)
    else:
        Path(path).unlink(missing_ok=True)


def _put_back(kept: Path, path: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    os.replace(kept, path)
