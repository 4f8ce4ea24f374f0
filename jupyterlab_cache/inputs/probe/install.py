"""Puts the probe into the interpreter that runs this, and gives its report at the end."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import sys
from collections.abc import Callable
from typing import Any

from .children import become_plain, follow_children, tell_imports
from .commands import note_command, script_of
from .files import FileNotes
from .identity import describe
from .modules import distrust_bytecode, modules_report, watch_distributions, watch_searches
from .native_readers import watch_native_readers
from .notes import COLLECT_EVENT, Notes, real_access, real_listdir
from .outputs import lose_no_outputs
from .spool import Spool
from .stats import note_entries, watch_stats
from .variables import given_variables, watch_variables

CHILD_EVENTS = (
    "subprocess.Popen",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "os.forkpty",
    "os.startfile",
)


def install(project_roots: tuple[str, ...], folder: str, shell: Any) -> None:
    """Start to note what is used, in a kernel.

    Args:
        project_roots: Code below these folders is the user's.
        folder: The run's folder, for what has to be written through.
        shell: IPython's shell.
    """
    notes = Notes(project_roots, describe(), Spool(folder))
    files = FileNotes(notes)

    def before_cell(info: Any = None) -> None:
        files.forget_noted()
        if info is None or getattr(info, "store_history", True):
            notes.cell += 1
        script = script_of(str(getattr(info, "raw_cell", "")))
        if script:
            notes.quietly("script", note_command, files, (script,))

    lose_no_outputs(shell)
    for place in _startup_files(shell):
        files.note(place, writes=False)
    shell.events.register("pre_run_cell", before_cell)
    _watch(notes, files, lambda: _report(notes, shell))


def install_in_child(project_roots: tuple[str, ...], folder: str) -> None:
    """Start to note what is used, in another Python that the kernel started.

    Args:
        project_roots: Code below these folders is the user's.
        folder: The run's folder.
    """
    become_plain(folder)
    notes = Notes(project_roots, describe(), Spool(folder))
    notes.spool.is_child = True
    _watch(notes, FileNotes(notes), lambda: "")
    atexit.register(tell_imports, notes)


def _watch(notes: Notes, files: FileNotes, report: Callable[[], str]) -> None:
    def on_connect(_socket: Any, address: Any = None) -> None:
        host = address[0] if isinstance(address, tuple) and address else None
        if isinstance(host, str):
            notes.add_host(host)

    def on_scandir(path: Any = None) -> None:
        files.on_listing(path)
        note_entries(notes, path)

    handlers: dict[str, Callable[..., None]] = {
        "open": files.on_open,
        "import": lambda name, *_: notes.attempted.add(name),
        "os.listdir": files.on_listing,
        "os.scandir": on_scandir,
        "os.remove": files.on_removal,
        "os.rmdir": files.on_removal,
        "os.rename": files.on_rename,
        "os.mkdir": files.on_mkdir,
        "os.truncate": files.on_truncate,
        "sqlite3.connect": files.on_database,
        "socket.connect": on_connect,
        "socket.sendto": on_connect,
    }

    def on_child(*arguments: Any) -> None:
        notes.add("gap", notes.gaps, "child-processes")
        note_command(files, arguments)

    handlers |= dict.fromkeys(CHILD_EVENTS, on_child)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and files.was_noted(arguments):
            return
        handler = handlers.get(event)
        if handler is not None:
            notes.quietly(event, handler, *arguments)
        elif event == COLLECT_EVENT and notes.active:
            notes.active = False
            arguments[0].append(report())

    follow_children(notes)
    distrust_bytecode(files)
    watch_searches(notes)
    watch_distributions(notes)
    watch_variables(notes)
    watch_stats(notes)
    watch_native_readers(files)
    sys.addaudithook(hook)


def _startup_files(shell: Any) -> list[str]:
    """Files that ran before the probe: the person's IPython configuration and start-up."""
    profile = getattr(shell, "profile_dir", None)
    if profile is None:
        return []
    places = [
        os.path.join(profile.location, name)
        for name in ("ipython_config.py", "ipython_kernel_config.py")
    ]
    with contextlib.suppress(OSError):
        places += [
            os.path.join(profile.startup_dir, name)
            for name in real_listdir(profile.startup_dir)
            if name.endswith((".py", ".ipy"))
        ]
    return [place for place in places if real_access(place, os.R_OK)]


def _report(notes: Notes, shell: Any) -> str:
    for place, record in notes.stats.items():
        made = record["status"] is None and notes.files.get(place, {}).get("before", 0) is None
        record["made"] = record["made"] or made
    report = {
        "files": _sayable(notes, notes.files),
        "folders": _sayable(notes, notes.folders),
        "stats": _sayable(notes, notes.stats),
        **modules_report(notes, shell),
        "variables": sorted(notes.variables),
        "given_variables": given_variables(notes.variables),
        "network": sorted(notes.network),
        "environment_files": sorted(_sayable(notes, dict.fromkeys(notes.environment_files))),
        "distributions": sorted(notes.distributions),
        "folders_made": sorted(_sayable(notes, dict.fromkeys(notes.folders_made))),
        "gaps": sorted(notes.gaps),
        "errors": sorted(notes.errors),
        "sees_our_files": notes.spool.is_open,
        "identity": notes.described["identity"],
        "site": notes.described["site"],
        "stdlib": notes.described["stdlib"],
    }
    return json.dumps(report)


def _sayable(notes: Notes, records: dict[str, Any]) -> dict[str, Any]:
    """What can be said in JSON: names of files need not be text."""
    kept = {}
    for place, record in records.items():
        try:
            json.dumps([place, record], ensure_ascii=False).encode()
            kept[place] = record
        except UnicodeEncodeError:
            notes.gaps.add("unnameable-files")
    return kept
