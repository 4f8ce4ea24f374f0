"""Folders in which isolated notebooks are executed: made, filled with copies, removed."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
import time
from pathlib import Path

import msgspec

from ..inputs.fingerprints import IGNORED_NAMES
from ..inputs.ledger import VIRTUAL_FOLDERS
from ..store.files import StoreFiles
from ..store.reading import UnexpectedFile
from .jobs import Owner, this_process

MOST_FILES = 50_000
"""So many files are copied at most."""

_PREFIX = "jupyterlab-cache-isolated-"
_OWNER = "owner.json"
_FILES = "files"
_LONGEST_OWNER = 10_000  # bytes
_DAY = 86_400  # seconds
# A kernel that is just ending may still write.
_ATTEMPTS = 5
_PAUSE = 0.2  # seconds
_PIECE = 1 << 20  # bytes


class IsolationFailed(Exception):
    """A notebook cannot be executed in a folder of its own; the text says what to do."""


class IsolatedFolder:
    """A temporary folder that stands for a project. To be removed, whatever happens.

    The project's whole path is repeated in it, so that a path that climbs out of the project ends
    where it can still be told which one it stands for.

    Args:
        project_root: Absolute path of the project, without links.
        most_bytes: How much may be copied.

    Raises:
        IsolationFailed: The folder for temporary files is none that can be observed, or the project
            is the whole file system.
        OSError: It cannot be made.

    Attributes:
        root: The folder that stands for the project.
    """

    def __init__(self, project_root: Path, most_bytes: int) -> None:
        if project_root.parent == project_root:
            raise IsolationFailed("A project that is the whole file system cannot be isolated.")
        self._project = Path(os.path.realpath(project_root))
        self._given = project_root
        self._most_bytes = most_bytes
        self._source = StoreFiles(self._project)
        self._bytes = 0
        self._copied: set[str] = set()
        self._base = _make_base()
        try:
            owner = msgspec.json.encode(this_process())
            (self._base / _OWNER).write_bytes(owner)
            self.root = self._base / _FILES / project_root.relative_to(project_root.anchor)
            self.root.mkdir(parents=True)
        except BaseException:
            self.remove()
            raise

    def add(self, path: str) -> None:
        """Copy a file of the project to the same place; what is there already stays.

        Neither a special file nor what lies outside the project, also by its links, is copied, and
        nothing that is not there.

        Args:
            path: Its absolute path.

        Raises:
            IsolationFailed: It would be more than may be copied.
            OSError: The copy cannot be written.
        """
        inside = os.path.relpath(path, self._given)
        if inside in self._copied or inside.split(os.sep)[0] in ("..", "."):
            return
        real = os.path.relpath(os.path.realpath(path), self._project).replace(os.sep, "/")
        try:
            with self._source.opened(real, self._most_bytes) as file:
                status = os.fstat(file.fileno())
                self._check(status.st_size, path)
                target = self.root / inside
                target.parent.mkdir(parents=True, exist_ok=True)
                with open(target, "xb") as copy:
                    # No more than was there at first: it may be growing.
                    rest = status.st_size
                    while rest > 0 and (piece := file.read(min(rest, _PIECE))):
                        copy.write(piece)
                        rest -= len(piece)
        except (UnexpectedFile, ValueError):
            if os.path.isfile(path) and os.path.getsize(path) > self._most_bytes:
                self._check(os.path.getsize(path), path)
            return
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            return
        # Times may be asked for; the right to change it is that of a copy.
        os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
        os.chmod(target, stat.S_IMODE(status.st_mode) & 0o777)
        self._copied.add(inside)
        self._bytes += status.st_size

    def _check(self, size: int, path: str) -> None:
        if self._bytes + size > self._most_bytes:
            raise IsolationFailed(
                f"With {os.path.basename(path)}, the files that this notebook needs have more than "
                f"{self._most_bytes} bytes; declare fewer of them, or raise isolated_bytes."
            )
        if len(self._copied) >= MOST_FILES:
            raise IsolationFailed(
                f"This notebook needs more than {MOST_FILES} files; declare fewer of them."
            )

    def remove(self) -> None:
        """Remove it with all that is in it."""
        _remove(self._base)


def _make_base() -> Path:
    base = Path(os.path.realpath(tempfile.mkdtemp(prefix=_PREFIX)))
    if os.fspath(base).startswith(VIRTUAL_FOLDERS) or IGNORED_NAMES.intersection(base.parts):
        _remove(base)
        raise IsolationFailed(
            f"What is used in {base.parent} cannot be observed; name another folder for temporary "
            "files with the environment variable TMPDIR."
        )
    return base


def _remove(base: Path) -> None:
    for folder, names, _ in os.walk(base):
        for name in names:
            path = os.path.join(folder, name)
            if not os.path.islink(path):
                with contextlib.suppress(OSError):
                    os.chmod(path, 0o700)  # a run may have forbidden even its owner to enter
    for _ in range(_ATTEMPTS):
        shutil.rmtree(base, ignore_errors=True)
        if not base.exists():
            break
        time.sleep(_PAUSE)


def remove_leftovers() -> None:
    """Remove the isolated folders of our processes that were killed."""
    with contextlib.suppress(OSError), os.scandir(tempfile.gettempdir()) as listing:
        for item in listing:
            if item.name.startswith(_PREFIX):
                with contextlib.suppress(OSError):
                    _remove_leftover(Path(item.path))


def _remove_leftover(base: Path) -> None:
    status = base.lstat()
    # Other people's folders may lie there, and whatever they made to look like ours.
    if not stat.S_ISDIR(status.st_mode) or (
        hasattr(os, "geteuid") and status.st_uid != os.geteuid()
    ):
        return
    try:
        data = StoreFiles(base).read(_OWNER, _LONGEST_OWNER)
        is_left = not msgspec.json.decode(data, type=Owner).is_alive()
    except (FileNotFoundError, msgspec.MsgspecError):
        # It was killed before it wrote that, or is about to.
        is_left = time.time() - status.st_mtime > _DAY
    if is_left:
        _remove(base)
