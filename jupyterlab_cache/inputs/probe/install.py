"""What runs inside a Python kernel to note what an execution uses.

The text of this file is sent to the kernel and executed there in a namespace of its own, so it
leaves no name in the user's. It therefore imports nothing of this package, nothing that a kernel
has not loaded anyway, and never draws from ``random``. Hooks cannot be removed: the probe goes
only into kernels that we own. Whatever goes wrong inside it is noted and never disturbs the run.
"""

from __future__ import annotations

import builtins
import functools
import hashlib
import json
import os
import stat
import sys
import time
from collections.abc import Callable
from typing import Any

COLLECT_EVENT = "jupyterlab_cache.collect"
RACY_SECONDS = 2.0
SMALL_BYTES = 1 << 20
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
EXISTENCE = {
    "exists",
    "isfile",
    "isdir",
    "is_file",
    "is_dir",
    "lexists",
    "islink",
    "is_symlink",
    "ismount",
    "is_mount",
    "samefile",
    "realpath",
    "resolve",
    "_joinrealpath",
    "mkdir",
    "makedirs",
    "access",
}
LIBRARY_VARIABLES = ("TZ", "LANG", "LC_", "PYTHON", "OMP_NUM_THREADS", "MPLBACKEND")
NATIVE_READERS = ("pyarrow", "polars", "h5py", "netCDF4", "duckdb", "lxml", "rasterio", "osgeo")
PACKAGE_SEARCH = (
    os.path.join("importlib", "metadata", "__init__.py"),
    os.path.join("pkg_resources", "__init__.py"),
    "pkgutil.py",
)
CHILD_EVENTS = {
    "subprocess.Popen",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "os.fork",
    "os.forkpty",
    "os.startfile",
}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def install(project_root: str, shell: Any) -> None:
    """Start to note what is used, in the interpreter that runs this."""
    report: dict[str, Any] = {
        "files": {},
        "folders": {},
        "stats": {},
        "variables": [],
        "attempted": [],
        "modules": {},
        "gaps": [],
        "network": [],
        "errors": [],
        "environment_files": [],
        "removed": [],
    }
    files, folders, stats = report["files"], report["folders"], report["stats"]
    gaps: set[str] = set()
    network: set[str] = set()
    errors: set[str] = set()
    attempted: set[str] = set()
    environment_files: set[str] = set()
    removed: set[str] = set()
    variables: set[str] = set()
    initial_variables = dict(vars(os.environ)["_data"])
    state = {"cell": -1, "active": True, "busy": False, "pid": os.getpid()}
    real_stat, real_lstat, real_listdir, real_access = os.stat, os.lstat, os.listdir, os.access
    real_open = builtins.open
    kernels_own = frozenset(sys.modules)
    module_type, function_type = type(sys), type(install)
    fsdecode, getcwd, join, normpath = os.fsdecode, os.getcwd, os.path.join, os.path.normpath
    get_frame = sys._getframe

    description: dict[str, Any] = {}
    exec(IDENTITY_SOURCE, description)  # type: ignore[name-defined]  # noqa: F821  the sender puts it in front of this text
    described = description["describe"]()
    skipped = tuple(
        {
            path + os.sep
            for folder in described["site"] + described["stdlib"]
            for path in (folder, os.path.realpath(folder))
        }
    )
    root_prefix = os.path.join(project_root, "")
    cell_prefixes: tuple[str, ...] = (
        "<ipython-input",
        join(os.environ.get("TMPDIR", "/tmp"), "ipykernel_"),
    )
    try:
        from ipykernel.compiler import get_tmp_directory

        cell_prefixes += (get_tmp_directory(),)
    except Exception:
        pass

    def absolute(path: Any) -> str | None:
        if isinstance(path, int) or path is None:
            return None
        text = fsdecode(path)
        if "\0" in text:
            return None
        return normpath(text if os.path.isabs(text) else join(getcwd(), text))

    def signature(path: str) -> list[int] | None:
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
        try:
            with real_open(path, "rb") as file:
                return "sha256-" + hashlib.sha256(file.read()).hexdigest()
        except OSError:
            return None

    def is_user_file(name: str) -> bool:
        if name.startswith(cell_prefixes):
            return True
        return name.startswith(root_prefix) and not name.startswith(skipped)

    def user_caller(depth: int) -> tuple[bool, set[str]]:
        """Whether the caller is the user's code, and through which functions it came."""
        through: set[str] = set()
        frame: Any = get_frame(depth)
        for _ in range(12):
            if frame is None:
                return False, through
            name = frame.f_code.co_filename
            if not name.endswith(STDLIB_PASS_THROUGH) and not name.startswith("<frozen "):
                return is_user_file(name), through
            if name == "<frozen importlib._bootstrap_external>":
                return False, through
            through.add(frame.f_code.co_name)
            frame = frame.f_back
        return False, through

    def note_file(path: str, writes: bool, truncates: bool, database: bool = False) -> None:
        record = files.get(path)
        if record is None:
            if len(files) >= MOST_PATHS:
                gaps.add("too-many-files")
                return
            before = signature(path)
            if before == [-1]:
                return  # a folder or a special file
            record = files[path] = {
                "before": before,
                "first": "write" if writes else "read",
                "truncated": writes and truncates,
                "read": [],
                "written": [],
                "digest": None,
                "database": database,
            }
            if before is not None and not (writes and truncates):
                small = before[1] <= SMALL_BYTES
                racy = time.time() - max(before[0], before[4]) / 1e9 < RACY_SECONDS
                if small or racy or database or writes:
                    record["digest"] = digest(path)
        cells = record["written" if writes else "read"]
        if not cells or cells[-1] != state["cell"]:
            cells.append(state["cell"])

    def by_package_search() -> bool:
        """Whether a library looks through what is installed, which says nothing about the run."""
        frame: Any = get_frame(4)
        for _ in range(6):
            if frame is None:
                return False
            if frame.f_code.co_filename.endswith(PACKAGE_SEARCH):
                return True
            frame = frame.f_back
        return False

    def on_open(path: Any, mode: Any, flags: Any) -> None:
        place = absolute(path)
        if place is None or by_package_search():
            return
        if place.startswith(skipped):
            if not place.endswith((".py", ".pyc", ".so", ".pyd")):
                environment_files.add(place)
            return
        if isinstance(mode, str):
            writes = any(letter in mode for letter in "wax+")
            truncates = "w" in mode or "x" in mode
        else:
            number = flags if isinstance(flags, int) else 0
            writes = bool(number & WRITING)
            truncates = bool(number & os.O_TRUNC)
        note_file(place, writes, truncates)

    def on_listing(path: Any) -> None:
        frame = get_frame(3)
        if frame is not None and frame.f_code.co_filename.startswith("<frozen importlib"):
            return
        if isinstance(path, int) or by_package_search():
            return
        place = absolute("." if path is None else path)
        if place is None or (place + os.sep).startswith(skipped) or place in folders:
            return
        try:
            names = sorted(real_listdir(place))
        except OSError:
            names = None
        made = {
            os.path.basename(name)
            for name, record in files.items()
            if record["before"] is None and os.path.dirname(name) == place
        }
        folders[place] = {
            "names": names and [name for name in names if name not in made],
            "cells": [state["cell"]],
        }

    def on_removal(path: Any) -> None:
        place = absolute(path)
        if place is not None and not place.startswith(skipped):
            if place not in files:
                note_file(place, True, False)
            removed.add(place)

    def on_rename(source: Any, target: Any) -> None:
        old, new = absolute(source), absolute(target)
        if old is not None and new is not None and not new.startswith(skipped):
            if new not in files:
                note_file(new, True, True)
            elif files[new]["written"][-1:] != [state["cell"]]:
                files[new]["written"].append(state["cell"])
            on_removal(source)

    def on_connect(address: Any) -> None:
        host = address[0] if isinstance(address, tuple) and address else None
        if not isinstance(host, str) or host in ("", "localhost", "::1", "0.0.0.0"):
            return
        if not host.startswith("127."):
            network.add(host)

    def on_event(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            on_open(*arguments[:3])
        elif event == "import":
            attempted.add(arguments[0])
        elif event in ("os.listdir", "os.scandir"):
            on_listing(arguments[0] if arguments else None)
        elif event in ("os.remove", "os.rmdir"):
            on_removal(arguments[0])
        elif event == "os.rename":
            on_rename(arguments[0], arguments[1])
        elif event == "os.truncate":
            place = absolute(arguments[0])
            if place is not None:
                note_file(place, True, False)
        elif event == "sqlite3.connect":
            database = arguments[0]
            if isinstance(database, (str, bytes)) and fsdecode(database) not in ("", ":memory:"):
                place = absolute(database)
                if place is not None:
                    note_file(place, False, False, database=True)
        elif event in CHILD_EVENTS:
            gaps.add("child-processes")
        elif event in ("socket.connect", "socket.sendto"):
            on_connect(arguments[1] if len(arguments) > 1 else None)

    interesting = CHILD_EVENTS | {
        "open",
        "import",
        "os.listdir",
        "os.scandir",
        "os.remove",
        "os.rmdir",
        "os.rename",
        "os.truncate",
        "sqlite3.connect",
        "socket.connect",
        "socket.sendto",
    }

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event not in interesting:
            if event == COLLECT_EVENT and state["active"]:
                state["active"] = False
                arguments[0].append(collect())
            return
        if not state["active"] or state["busy"]:
            return
        state["busy"] = True
        try:
            on_event(event, arguments)
        except Exception as error:
            errors.add(f"{event}: {type(error).__name__}: {error}"[:200])
        finally:
            state["busy"] = False

    def note_stat(path: Any, depth: int, status: Any) -> None:
        if not state["active"] or state["busy"] or isinstance(path, int):
            return
        state["busy"] = True
        try:
            is_user, through = user_caller(depth)
            place = absolute(path) if is_user else None
            if place is None or place.startswith(skipped):
                return
            asked: list[str] = []
            if not through & EXISTENCE:
                asked = ["size", "mtime"]
                if "getsize" in through:
                    asked = ["size"]
                elif through & {"getmtime", "getctime"}:
                    asked = ["mtime"]
            record = stats.get(place)
            if record is None:
                if len(stats) >= MOST_PATHS:
                    gaps.add("too-many-files")
                    return
                made = files.get(place, {}).get("written")
                record = stats[place] = {
                    "asked": [],
                    "status": None,
                    "made": bool(made),
                    "cells": [],
                }
                if status is not None:
                    record["status"] = [
                        "folder" if stat.S_ISDIR(status.st_mode) else "file",
                        status.st_size,
                        status.st_mtime_ns,
                    ]
            record["asked"] = sorted({*record["asked"], *asked})
            if record["cells"][-1:] != [state["cell"]]:
                record["cells"].append(state["cell"])
        except Exception as error:
            errors.add(f"stat: {type(error).__name__}: {error}"[:200])
        finally:
            state["busy"] = False

    def watched_stat(original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def wrapper(path: Any, *arguments: Any, **options: Any) -> Any:
            try:
                status = original(path, *arguments, **options)
            except OSError:
                note_stat(path, 3, None)
                raise
            note_stat(path, 3, status)
            return status

        for group in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks):
            if original in group:
                group.add(wrapper)
        return wrapper

    @functools.wraps(real_access)
    def watched_access(path: Any, *arguments: Any, **options: Any) -> bool:
        try:
            status = real_stat(path)
        except (OSError, ValueError, TypeError):
            status = None
        note_stat(path, 3, status)
        return real_access(path, *arguments, **options)

    for group in (os.supports_dir_fd, os.supports_effective_ids, os.supports_follow_symlinks):
        if real_access in group:
            group.add(watched_access)

    def watch_variables() -> None:
        kind = type(os.environ)
        original = kind.__getitem__

        @functools.wraps(original)
        def wrapper(self: Any, key: Any) -> Any:
            if state["active"] and not state["busy"] and self is os.environ:
                note_variable(key)
            return original(self, key)

        kind.__getitem__ = wrapper  # type: ignore[method-assign]

    def note_variable(key: Any) -> None:
        state["busy"] = True
        try:
            if not isinstance(key, str) or key in variables:
                return
            # What the run itself has set says nothing about the world outside.
            now: bytes | None = vars(os.environ)["_data"].get(os.environ.encodekey(key))
            if now != initial_variables.get(os.environ.encodekey(key)):
                return
            is_user, through = user_caller(3)
            if "copy" in through:
                gaps.add("environment-copied")
            elif is_user or key.startswith(LIBRARY_VARIABLES):
                variables.add(key)
        except Exception as error:
            errors.add(f"variable: {type(error).__name__}: {error}"[:200])
        finally:
            state["busy"] = False

    def before_cell(info: Any = None) -> None:
        if info is None or getattr(info, "store_history", True):
            state["cell"] += 1

    def in_child() -> None:
        state["active"] = False

    def used_of_kernel(loaded: dict[str, Any]) -> set[str]:
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
                if isinstance(value, module_type):
                    name = value.__name__
                elif isinstance(value, (type, function_type)):
                    name = value.__module__
                else:
                    continue
                if isinstance(name, str) and name.partition(".")[0] in tops:
                    used.add(name.partition(".")[0])
        return used

    def collect() -> str:
        modules = {}
        loaded = {k: v for k, v in list(sys.modules.items()) if isinstance(v, module_type)}
        used = used_of_kernel(loaded)
        for name, module in loaded.items():
            place = vars(module).get("__file__")
            own = name in kernels_own and name.partition(".")[0] not in used
            if isinstance(place, str) and not own and name != "__main__":
                modules[name] = absolute(place)
        absent = {
            name
            for name in attempted
            if name not in sys.modules and name.isascii() and len(name) < 200
        }
        for name in NATIVE_READERS:
            if name in sys.modules:
                gaps.add("native-readers")
        places = [absolute(folder or ".") for folder in sys.path]
        parents: dict[Any, list[str]] = {}
        for name in absent:
            parent = sys.modules.get(name.rpartition(".")[0])
            for folder in getattr(parent, "__path__", None) or ():
                parents.setdefault(absolute(folder), []).append(name.rpartition(".")[2])
        report.update(
            attempted=sorted({name.partition(".")[0] for name in attempted}),
            absent=sorted(name for name in absent if "." not in name),
            absent_in=parents,
            modules=modules,
            sys_path=places,
            gaps=sorted(gaps),
            network=sorted(network),
            errors=sorted(errors),
            variables=sorted(variables),
            environment_files=sorted(environment_files),
            removed=sorted(removed),
            identity=described["identity"],
            site=described["site"],
            stdlib=described["stdlib"],
        )
        for place, record in stats.items():
            record["made"] = record["made"] or (
                record["status"] is None and files.get(place, {}).get("before", 0) is None
            )
        return json.dumps(report)

    def started_before() -> None:
        """Files that ran before the probe: the person's IPython configuration and start-up."""
        profile = getattr(shell, "profile_dir", None)
        if profile is None:
            return
        places = [
            join(profile.location, "ipython_config.py"),
            join(profile.location, "ipython_kernel_config.py"),
        ]
        try:
            places += [
                join(profile.startup_dir, name)
                for name in real_listdir(profile.startup_dir)
                if name.endswith((".py", ".ipy"))
            ]
        except OSError:
            pass
        for place in places:
            if real_access(place, os.R_OK):
                note_file(place, False, False)

    started_before()
    shell.events.register("pre_run_cell", before_cell)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=in_child)
    watch_variables()
    os.stat = watched_stat(real_stat)
    os.lstat = watched_stat(real_lstat)
    os.access = watched_access
    sys.addaudithook(hook)
