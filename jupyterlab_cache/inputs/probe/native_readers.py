"""Libraries that open files in native code, of which no audit event tells.

Their functions that take a path are wrapped when their module has been loaded. What is known here
is the common part; a watch on the file system sees the rest, where there is one.
"""

from __future__ import annotations

import contextlib
import functools
import glob
import os
import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from typing import Any

from .files import FileNotes

READERS = {
    "pyarrow": ("memory_map", "input_stream"),
    "pyarrow.parquet.core": (
        *("read_table", "read_pandas", "read_metadata", "read_schema"),
        *("ParquetFile", "ParquetDataset"),
    ),
    "pyarrow.feather": ("read_table", "read_feather"),
    "pyarrow.csv": ("read_csv", "open_csv"),
    "pyarrow.json": ("read_json", "open_json"),
    "pyarrow.orc": ("read_table", "ORCFile"),
    "pyarrow.dataset": ("dataset", "parquet_dataset"),
    "polars": (
        *("read_csv", "read_parquet", "read_ipc", "read_ndjson", "read_json", "read_avro"),
        *("scan_csv", "scan_parquet", "scan_ipc", "scan_ndjson"),
    ),
    "h5py": ("File",),
    "netCDF4": ("Dataset", "MFDataset"),
    "duckdb": ("connect", "read_csv", "read_parquet", "read_json", "from_csv_auto", "from_parquet"),
    "lxml.etree": ("parse", "iterparse"),
    "rasterio": ("open",),
    "fiona": ("open",),
}
"""Module → its functions and classes whose first argument may be a path, a pattern or several."""

MOST_FILES = 10_000


def watch_native_readers(files: FileNotes) -> None:
    """Wrap the readers of libraries as soon as they are loaded."""
    for name in READERS:
        if name in sys.modules:
            _wrap(files, sys.modules[name])
    sys.meta_path.insert(0, _Finder(files))


class _Finder:
    """Stands before all other finders, to wrap what they load."""

    def __init__(self, files: FileNotes) -> None:
        self._files = files
        self._looking = False

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name not in READERS or self._looking:
            return None
        self._looking = True
        try:
            spec = _found_by_others(self, name, path, target)
        finally:
            self._looking = False
        execute = getattr(spec and spec.loader, "exec_module", None)
        if spec is not None and execute is not None:
            files, loader = self._files, spec.loader

            def exec_module(module: Any) -> None:
                execute(module)
                files.notes.quietly("native reader", _wrap, files, module)

            with contextlib.suppress(AttributeError):  # a loader that cannot be changed
                loader.exec_module = exec_module  # type: ignore[union-attr, method-assign]
        return spec


def _found_by_others(ours: _Finder, name: str, path: Any, target: Any) -> ModuleSpec | None:
    for finder in list(sys.meta_path):
        if finder is not ours:
            spec: ModuleSpec | None = finder.find_spec(name, path, target)
            if spec is not None:
                return spec
    return None


def _wrap(files: FileNotes, module: Any) -> None:
    for name in READERS[module.__name__]:
        reader = vars(module).get(name)
        if isinstance(reader, type):
            _wrap_class(files, reader)
        elif callable(reader) and not hasattr(reader, "_jupyterlab_cache_reader"):
            setattr(module, name, _noting(files, reader, 0))


def _wrap_class(files: FileNotes, kind: type) -> None:
    # In place, so that it stays the class that others compare with and derive from.
    begin = vars(kind).get("__init__")
    if begin is not None and not hasattr(begin, "_jupyterlab_cache_reader"):
        with contextlib.suppress(TypeError):  # a class of native code cannot be changed
            kind.__init__ = _noting(files, begin, 1)  # type: ignore[misc]


def _noting(files: FileNotes, reader: Callable[..., Any], position: int) -> Callable[..., Any]:
    @functools.wraps(reader)
    def wrapper(*arguments: Any, **options: Any) -> Any:
        given = arguments[position : position + 1] or tuple(options.values())[:1]
        files.notes.quietly("native reader", _note, files, given)
        return reader(*arguments, **options)

    wrapper._jupyterlab_cache_reader = True  # type: ignore[attr-defined]
    return wrapper


def _note(files: FileNotes, sources: Any) -> None:
    for source in sources:
        if isinstance(source, (list, tuple)):
            _note(files, source)
        elif isinstance(source, (str, bytes, os.PathLike)):
            path = os.fsdecode(source)
            if "://" in path:
                files.notes.add_hosts_of(path)
                continue
            if os.path.isdir(path):
                found = glob.glob(os.path.join(glob.escape(path), "**"), recursive=True)
            else:
                found = [path] if os.path.lexists(path) else glob.glob(path, recursive=True)
            for place in found[:MOST_FILES]:
                if os.path.isdir(place):
                    files.on_listing(place)
                else:
                    files.note(os.path.abspath(place), writes=False, database=True)
            if not found and len(path) < 1000 and "\n" not in path:
                files.note(os.path.abspath(path), writes=False)
