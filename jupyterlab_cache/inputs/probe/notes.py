"""What the probe's parts share: what was noted, and whose doing it is."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import sys
from collections.abc import Callable
from typing import Any

from .spool import Spool

_NOT_NORMAL = re.compile(r"//|/\.|/$" if os.sep == "/" else "")
"""What a path holds that may change when it is normalised; elsewhere than here, anything."""

COLLECT_EVENT = "jupyterlab_cache.collect"
MOST_PATHS = 100_000
STDLIB_PASS_THROUGH = (
    "genericpath.py",
    "posixpath.py",
    "ntpath.py",
    "pathlib.py",
    "os.py",
    "glob.py",
    "fnmatch.py",
    "shutil.py",
    "_collections_abc.py",
    "_local.py",
    "_abc.py",
    "functools.py",
    "contextlib.py",
)

# Taken before anything is wrapped, and before a cell can replace them.
real_stat, real_lstat, real_access = os.stat, os.lstat, os.access
real_listdir, real_open = os.listdir, open
get_frame = sys._getframe


class Notes:
    """What was noted so far.

    Args:
        project_root: Code below this folder is the user's.
        described: The interpreter's identity, site folders and folders of the standard library.
        spool: Where to write through what is noted.
    """

    def __init__(self, project_root: str, described: dict[str, Any], spool: Spool) -> None:
        self.spool = spool
        self.files: dict[str, dict[str, Any]] = {}
        self.folders: dict[str, dict[str, Any]] = {}
        self.stats: dict[str, dict[str, Any]] = {}
        self.variables: set[str] = set()
        self.attempted: set[str] = set()
        self.environment_files: set[str] = set()
        self.folders_made: set[str] = set()
        self.network: set[str] = set()
        self.gaps: set[str] = set()
        self.errors: set[str] = set()
        self.described = described
        self.cell = -1
        self.active = True
        self.busy = False
        # Folders of installed packages and of the standard library, by name and by link.
        self.skipped = tuple(
            {
                path + os.sep
                for folder in described["site"] + described["stdlib"]
                for path in (folder, os.path.realpath(folder))
            }
        )
        self._root_prefix = os.path.join(project_root, "")
        self._cell_prefixes: tuple[str, ...] = (
            "<ipython-input",
            "<string>",
            "<stdin>",
            os.path.join(os.environ.get("TMPDIR", "/tmp"), "ipykernel_"),
        )
        try:
            from ipykernel.compiler import get_tmp_directory

            self._cell_prefixes += (get_tmp_directory(),)
        except Exception:
            pass  # another kernel for Python

    def quietly(self, what: str, note: Callable[..., None], *arguments: Any) -> None:
        """Call one of the probe's own functions: never recursively, never with an exception."""
        if not self.active or self.busy:
            return
        self.busy = True
        try:
            note(*arguments)
        except Exception as error:
            self.errors.add(f"{what}: {type(error).__name__}: {error}"[:200])
        finally:
            self.busy = False

    def charge(self, cells: list[int]) -> bool:
        """Add the running cell to those that did something; whether that is new."""
        if cells and cells[-1] == self.cell:
            return False
        cells.append(self.cell)
        return True

    def add(self, kind: str, names: set[str], name: str) -> None:
        """Add a name to a set of them."""
        if name not in names:
            names.add(name)
            self.spool.write(kind, name)

    def is_in_project(self, path: str) -> bool:
        """Whether a path lies in the project."""
        return path.startswith(self._root_prefix)

    def is_skipped(self, path: str) -> bool:
        """Whether a path lies among installed packages or in the standard library."""
        return path.startswith(self.skipped)

    def _is_user_file(self, name: str) -> bool:
        if name.startswith(self._cell_prefixes):
            return True
        return name.startswith(self._root_prefix) and not name.startswith(self.skipped)

    def is_user_code(self, frame: Any) -> bool:
        """Whether a frame runs the user's own code."""
        return self._is_user_file(frame.f_code.co_filename)

    def user_caller(self, depth: int) -> tuple[bool, set[str]]:
        """Whether the caller is the user's code, and through which functions it came.

        Args:
            depth: Frames between the caller and whoever asks.
        """
        through: set[str] = set()
        frame: Any = get_frame(depth + 1)
        for _ in range(12):
            if frame is None:
                return False, through
            name = frame.f_code.co_filename
            if not name.endswith(STDLIB_PASS_THROUGH) and not name.startswith("<frozen "):
                return self._is_user_file(name), through
            if name == "<frozen importlib._bootstrap_external>":
                return False, through
            through.add(frame.f_code.co_name)
            frame = frame.f_back
        return False, through


def absolute(path: Any) -> str | None:
    """A path as an absolute one, links kept; None for what is no path."""
    if isinstance(path, int) or path is None:
        return None
    text: str = os.fsdecode(path)
    if "\0" in text:
        return None
    text = text if os.path.isabs(text) else os.path.join(os.getcwd(), text)
    return os.path.normpath(text) if _NOT_NORMAL.search(text) else text


def signature(path: str) -> list[int] | None:
    """What tells that a file is still the same; None when it is absent, ``[-1]`` when no file."""
    try:
        status = real_stat(path)
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(status.st_mode):
        return [-1]
    return [
        status.st_mtime_ns,
        status.st_size,
        status.st_ino,
        status.st_dev,
        status.st_ctime_ns,
    ]


def digest(path: str) -> str | None:
    """Digest of a file's content, prefixed with its algorithm; None when it cannot be read."""
    try:
        with real_open(path, "rb") as file:
            return "sha256-" + hashlib.sha256(file.read()).hexdigest()
    except OSError:
        return None
