"""What was imported, told at the end from what is loaded then."""

from __future__ import annotations

import functools
import importlib.util
import os
import sys
from _thread import get_ident
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from types import FunctionType, ModuleType
from typing import Any

from .files import FileNotes
from .notes import RACY_SECONDS, Notes, absolute, real_lstat, real_open, real_stat

NATIVE_READERS = ("pyarrow", "polars", "h5py", "lxml")
"""Packages that open files in native code, by functions that are known and wrapped."""

OPAQUE_READERS = ("duckdb", "netCDF4", "rasterio", "fiona", "osgeo")
"""Packages that open files by names in queries, or by functions that cannot be wrapped."""

IPYTHONS_OWN = {"IPython", "ipykernel"}
"""Packages of which every namespace holds something."""

kernels_own = frozenset(sys.modules)
"""Modules that the kernel had loaded before the first cell."""


def distrust_bytecode(files: FileNotes) -> None:
    """Let modules that nobody installed be loaded from bytecode only where it is surely theirs.

    CPython takes an old ``.pyc`` for current after an edit of equal size within a second. Without
    the times that it compares it compiles the source anew.
    """
    original = SourceFileLoader.path_stats
    notes = files.notes

    def note(path: str) -> None:
        place = absolute(path)
        if place is not None:
            files.note(place, writes=False)

    @functools.wraps(original)
    def path_stats(self: Any, path: Any) -> Any:
        if notes.is_skipped(path):
            return original(self, path)
        # First of all, so that a later change shows, though the source itself may not be opened.
        notes.quietly("module", note, path)
        if _has_sure_bytecode(notes, path):
            return original(self, path)
        raise OSError("bytecode is not used")

    SourceFileLoader.path_stats = path_stats  # type: ignore[method-assign]


def _has_sure_bytecode(notes: Notes, path: str) -> bool:
    """Whether a module's bytecode was made long enough after the last change of its source.

    So long that no two changes of the source can share the second that the bytecode names. One
    that is told apart by a digest may be told never to be compared, and is not taken either.
    """
    thread = get_ident()
    is_first = thread not in notes.busy
    notes.busy.add(thread)
    try:
        if getattr(sys, "pycache_prefix", None):
            return False  # bytecode that does not move along with its source
        compiled = importlib.util.cache_from_source(path)
        # A link that leads to another file now changed that very file not at all.
        changes = [
            time for status in (real_stat(path), real_lstat(path)) for time in _times(status)
        ]
        made = real_stat(compiled).st_mtime
        with real_open(compiled, "rb") as file:
            by_time = file.read(8)[4:] == bytes(4)
        return by_time and made - max(changes) >= RACY_SECONDS
    except (OSError, ValueError, NotImplementedError):
        return False
    finally:
        if is_first:
            notes.busy.discard(thread)


def _times(status: os.stat_result) -> tuple[float, float]:
    return status.st_mtime, status.st_ctime


def watch_searches(notes: Notes) -> None:
    """Note every module that is looked for.

    Only the import statement raises an audit event; ``importlib.import_module`` and
    ``importlib.util.find_spec`` do not.
    """
    bootstrap: Any = importlib._bootstrap
    util: Any = importlib.util
    original = bootstrap._find_spec

    @functools.wraps(original)
    def find_spec(name: Any, *arguments: Any, **options: Any) -> Any:
        if isinstance(name, str):
            notes.quietly("search", notes.attempted.add, name)
        return original(name, *arguments, **options)

    bootstrap._find_spec = util._find_spec = find_spec


def watch_distributions(notes: Notes) -> None:
    """Hear of packages whose version is asked for, be they imported or not."""
    metadata: Any = sys.modules.get("importlib.metadata")
    if metadata is None:
        return  # loaded by nobody here; what is asked for is imported most likely
    original = metadata.Distribution.from_name.__func__

    def note(name: str) -> None:
        notes.add("distribution", notes.distributions, name)

    @functools.wraps(original)
    def from_name(kind: Any, name: Any) -> Any:
        if isinstance(name, str) and name.isascii() and 0 < len(name) < 200:
            notes.quietly("distribution", note, name)
        return original(kind, name)

    metadata.Distribution.from_name = classmethod(from_name)


def used_of_kernel(
    loaded: dict[str, ModuleType], shell: Any, is_users: Callable[[ModuleType], bool]
) -> set[str]:
    """Packages that were loaded before the first cell and that the user's code uses as well.

    Importing those again raises no event, so what holds a reference to them tells: the user's
    namespace, also what start-up files put there, and all modules that were loaded since or are the
    user's own. What these packages use counts as well; only what everybody is given by IPython
    leads no further.
    """
    tops = {name.partition(".")[0] for name in kernels_own} - set(sys.stdlib_module_names)
    hidden = getattr(shell, "user_ns_hidden", {})
    spaces = [
        vars(module)
        for name, module in loaded.items()
        if name not in kernels_own or is_users(module)
    ]
    spaces.append({k: v for k, v in shell.user_ns.items() if k not in hidden})
    used = {name for space in spaces for name in _packages_in(space)} & tops
    of_startup = {k: v for k, v in shell.user_ns.items() if k in hidden}
    used |= (_packages_in(of_startup) & tops) - IPYTHONS_OWN
    rest = list(used - IPYTHONS_OWN)
    inside: dict[str, set[str]] = {}
    for name, module in loaded.items() if rest else ():
        if name in kernels_own:
            inside.setdefault(name.partition(".")[0], set()).update(_packages_in(vars(module)))
    while rest:
        more = (inside.get(rest.pop(), set()) & tops) - used - IPYTHONS_OWN
        used |= more
        rest += more
    return used


def _packages_in(space: dict[str, Any]) -> set[str]:
    """The packages that a namespace refers to, by the first part of their names."""
    found = set()
    for value in list(space.values()):
        if isinstance(value, ModuleType):
            name = value.__name__
        elif isinstance(value, (type, FunctionType)):
            name = value.__module__
        else:
            continue
        if isinstance(name, str):
            found.add(name.partition(".")[0])
    return found


def modules_report(notes: Notes, shell: Any) -> dict[str, Any]:
    """Loaded modules with their files, and names that were looked for and not found."""
    modules = {}
    loaded = {k: v for k, v in list(sys.modules.items()) if isinstance(v, ModuleType)}

    def is_users(module: ModuleType) -> bool:
        place = vars(module).get("__file__")
        where = (
            absolute(place) if isinstance(place, str) and module.__name__ != "__main__" else None
        )
        return where is not None and not notes.is_skipped(where)

    used = used_of_kernel(loaded, shell, is_users)
    for name, module in loaded.items():
        place = vars(module).get("__file__")
        own = name in kernels_own and name.partition(".")[0] not in used and not is_users(module)
        if isinstance(place, str) and not own and name != "__main__":
            modules[name] = absolute(place)
    if any(name in sys.modules for name in NATIVE_READERS):
        notes.gaps.add("native-readers")
    if any(name in sys.modules for name in OPAQUE_READERS):
        notes.gaps.add("opaque-readers")
    absent = {
        name
        for name in notes.attempted
        if name not in sys.modules and name.isascii() and len(name) < 200
    }
    # Inside packages of the user's own as well: a new folder can come before a module.
    parents: dict[str, list[str]] = {}
    for name in sorted(filter(str.isascii, notes.attempted)):
        parent = sys.modules.get(name.rpartition(".")[0])
        for folder in list(getattr(parent, "__path__", None) or ()):
            place = str(absolute(folder or "."))
            if name in absent or not notes.is_skipped(place + os.sep):
                parents.setdefault(place, []).append(name.rpartition(".")[2])
    return {
        "attempted": sorted({name.partition(".")[0] for name in notes.attempted}),
        "absent": sorted(name for name in absent if "." not in name),
        "absent_in": parents,
        "modules": modules,
        "sys_path": [absolute(folder or ".") for folder in sys.path],
    }
