"""What the probe's parts share: what was noted, and whose doing it is."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import sys
from _thread import get_ident
from collections.abc import Callable
from typing import Any

from .spool import Spool

_NOT_NORMAL = re.compile(r"//|/\.|/$" if os.sep == "/" else "")
"""What a path holds that may change when it is normalised; elsewhere than here, anything."""

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{1,20})://([^\s/'\"]*)")
LOOPBACK = ("", "localhost", "::1", "0.0.0.0")
COLLECT_EVENT = "jupyterlab_cache.collect"
MOST_PATHS = 100_000
RACY_SECONDS = 2.0
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

SOURCE_READERS = ("linecache.py", "inspect.py", "traceback.py", "tokenize.py", "pkgutil.py")
KERNELS_PARTS = tuple(
    f"{os.sep}{name}{os.sep}" for name in ("IPython", "ipykernel", "debugpy", "setuptools")
)

# Taken before anything is wrapped, and before a cell can replace them.
real_stat, real_lstat, real_access = os.stat, os.lstat, os.access
real_listdir, real_open, real_getcwd = os.listdir, open, os.getcwd
get_frame = sys._getframe


class Notes:
    """What was noted so far.

    Args:
        project_roots: Code below these folders is the user's.
        described: The interpreter's identity, site folders and folders of the standard library.
        spool: Where to write through what is noted.
    """

    def __init__(
        self, project_roots: tuple[str, ...], described: dict[str, Any], spool: Spool
    ) -> None:
        self.spool = spool
        self.files: dict[str, dict[str, Any]] = {}
        self.folders: dict[str, dict[str, Any]] = {}
        self.stats: dict[str, dict[str, Any]] = {}
        self.variables: set[str] = set()
        self.attempted: set[str] = set()
        self.environment_files: set[str] = set()
        self.distributions: set[str] = set()
        self.folders_made: set[str] = set()
        self.network: set[str] = set()
        self.gaps: set[str] = set()
        self.errors: set[str] = set()
        self.described = described
        self.cell = -1
        self.active = True
        self.busy: set[int] = set()
        """Threads that are inside the probe just now: what they do there is none of the user's."""
        # Folders of installed packages and of the standard library, by name and by link.
        self.skipped = tuple(
            {
                path + os.sep
                for folder in described["site"] + described["stdlib"]
                for path in (folder, os.path.realpath(folder))
            }
        )
        self._root_prefixes = tuple(os.path.join(root, "") for root in project_roots)
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
        thread = get_ident()
        if not self.active or thread in self.busy:
            return
        self.busy.add(thread)
        try:
            note(*arguments)
        except Exception as error:
            self.errors.add(f"{what}: {type(error).__name__}: {error}"[:200])
        finally:
            self.busy.discard(thread)

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

    def add_host(self, host: str) -> None:
        """Add a machine that is talked to, unless it is this one."""
        if host not in LOOPBACK and not host.startswith("127."):
            self.add("network", self.network, host)

    def add_hosts_of(self, text: str) -> None:
        """Add the machines that a text names in URLs, for who talks to them is not observed."""
        for scheme, place in _URL.findall(text):
            if scheme.lower() != "file":
                self.add_host(re.sub(r":\d+$", "", place.rpartition("@")[2])[:200])

    def is_in_project(self, path: str) -> bool:
        """Whether a path lies in the project."""
        return path.startswith(self._root_prefixes)

    def is_skipped(self, path: str) -> bool:
        """Whether a path lies among installed packages or in the standard library."""
        return path.startswith(self.skipped)

    def _is_user_file(self, name: str) -> bool:
        if name.startswith(self._cell_prefixes):
            return True
        return name.startswith(self._root_prefixes) and not name.startswith(self.skipped)

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

    def is_bookkeeping(self, depth: int) -> bool:
        """Whether who asks only shows or loads code: for tracebacks, sources and the kernel itself.

        Args:
            depth: Frames between the caller and whoever asks.
        """
        frame: Any = get_frame(depth + 1)
        while frame is not None:
            name = frame.f_code.co_filename
            if not name.endswith(STDLIB_PASS_THROUGH) and not name.startswith("<frozen "):
                return name.endswith(SOURCE_READERS) or any(part in name for part in KERNELS_PARTS)
            if name == "<frozen importlib._bootstrap_external>":
                return True
            frame = frame.f_back
        return True


def absolute(path: Any) -> str | None:
    """A path as an absolute one, links kept; None for what is no path, such as an empty text."""
    if isinstance(path, int) or path is None:
        return None
    text: str = os.fsdecode(path)
    if not text or "\0" in text:
        return None  # nothing is ever there, also not the current folder
    text = text if os.path.isabs(text) else os.path.join(real_getcwd(), text)
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
