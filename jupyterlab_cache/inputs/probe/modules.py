"""What was imported, told at the end from what is loaded then."""

from __future__ import annotations

import functools
import importlib.util
import os
import sys
from importlib.machinery import SourceFileLoader
from types import FunctionType, ModuleType
from typing import Any

from .notes import Notes, absolute

NATIVE_READERS = ("pyarrow", "polars", "h5py", "lxml")
"""Packages that open files in native code, by functions that are known and wrapped."""

OPAQUE_READERS = ("duckdb", "netCDF4", "rasterio", "fiona", "osgeo")
"""Packages that open files by names in queries, or by functions that cannot be wrapped."""

kernels_own = frozenset(sys.modules)
"""Modules that the kernel had loaded before the first cell."""


def use_sources_only(notes: Notes) -> None:
    """Let modules that nobody installed be loaded from their source, never from bytecode.

    CPython takes an old ``.pyc`` for current after an edit of equal size within a second. Without
    the times that it compares it compiles the source anew.
    """
    original = SourceFileLoader.path_stats

    @functools.wraps(original)
    def path_stats(self: Any, path: Any) -> Any:
        if notes.is_skipped(path):
            return original(self, path)
        raise OSError("bytecode is not used")

    SourceFileLoader.path_stats = path_stats  # type: ignore[method-assign]


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


def used_of_kernel(loaded: dict[str, ModuleType], shell: Any) -> set[str]:
    """Packages that the kernel itself had loaded and that the user's code uses as well.

    Importing those again raises no event, so what holds a reference to them tells: the
    namespaces of the user and of all modules that were loaded since.
    """
    tops = {name.partition(".")[0] for name in kernels_own} - set(sys.stdlib_module_names)
    hidden = getattr(shell, "user_ns_hidden", {})
    spaces = [vars(module) for name, module in loaded.items() if name not in kernels_own]
    spaces.append({k: v for k, v in shell.user_ns.items() if k not in hidden})
    used = set()
    for space in spaces:
        for value in list(space.values()):
            if isinstance(value, ModuleType):
                name = value.__name__
            elif isinstance(value, (type, FunctionType)):
                name = value.__module__
            else:
                continue
            if isinstance(name, str) and name.partition(".")[0] in tops:
                used.add(name.partition(".")[0])
    return used


def modules_report(notes: Notes, shell: Any) -> dict[str, Any]:
    """Loaded modules with their files, and names that were looked for and not found."""
    modules = {}
    loaded = {k: v for k, v in list(sys.modules.items()) if isinstance(v, ModuleType)}
    used = used_of_kernel(loaded, shell)
    for name, module in loaded.items():
        place = vars(module).get("__file__")
        own = name in kernels_own and name.partition(".")[0] not in used
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
            place = str(absolute(folder))
            if name in absent or not notes.is_skipped(place + os.sep):
                parents.setdefault(place, []).append(name.rpartition(".")[2])
    return {
        "attempted": sorted({name.partition(".")[0] for name in notes.attempted}),
        "absent": sorted(name for name in absent if "." not in name),
        "absent_in": parents,
        "modules": modules,
        "sys_path": [absolute(folder or ".") for folder in sys.path],
    }
