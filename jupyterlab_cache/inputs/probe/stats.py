"""What the user's code asks about paths without opening them; no audit event tells of that."""

from __future__ import annotations

import functools
import os
import stat
from collections.abc import Callable
from types import CodeType
from typing import Any

from .notes import (
    MOST_PATHS,
    Notes,
    absolute,
    get_frame,
    real_access,
    real_listdir,
    real_lstat,
    real_stat,
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
    # They look whether it is another file, and no pipe, before they write it.
    "copyfile",
    "copymode",
    "copystat",
    "copytree",
    "move",
    "rmtree",
}
"""Functions that ask no more than whether something is there and what it is."""


def watch_stats(notes: Notes) -> None:
    """Wrap the functions that look at paths."""

    def note(path: Any, status: Any) -> None:
        is_user, through = notes.user_caller(3)
        # A library that looks for a settings file in vain would obey it if it were there.
        if not is_user and (status is not None or notes.is_bookkeeping(3)):
            return
        place = absolute(path)
        if place is None or notes.is_skipped(place):
            return
        if is_user:
            note_answer(notes, place, status, _asked(through))
        elif notes.is_in_project(place):
            note_answer(notes, place, None, [])

    def watched_stat(original: Callable[..., Any]) -> Any:
        @functools.wraps(original)
        def wrapper(path: Any, *arguments: Any, **options: Any) -> Any:
            try:
                status = original(path, *arguments, **options)
            except OSError:
                if not isinstance(path, int):
                    notes.quietly("stat", note, path, None)
                raise
            if not isinstance(path, int):
                notes.quietly("stat", note, path, status)
            return status

        return _in_place_of(original, wrapper)

    @functools.wraps(real_access)
    def watched_access(path: Any, *arguments: Any, **options: Any) -> bool:
        try:
            status = real_stat(path)
        except (OSError, ValueError, TypeError):
            status = None
        if not isinstance(path, int):
            notes.quietly("access", note, path, status)
        return real_access(path, *arguments, **options)

    os.stat = watched_stat(real_stat)
    os.lstat = watched_stat(real_lstat)
    os.access = _in_place_of(real_access, watched_access)


def note_answer(notes: Notes, place: str, status: Any, asked: list[str]) -> None:
    """Note that something was asked about a path.

    Args:
        notes: Where to.
        place: The path, absolute.
        status: The answer; None when nothing is there.
        asked: ``size`` and ``mtime``, or nothing: whether it is there.
    """
    record = notes.stats.get(place)
    if record is None:
        if len(notes.stats) >= MOST_PATHS:
            notes.gaps.add("too-many-files")
            return
        record = notes.stats[place] = {
            "asked": [],
            "status": _answer(status),
            "made": bool(notes.files.get(place, {}).get("written")),
            "cells": [],
        }
    together = sorted({*record["asked"], *asked})
    if notes.charge(record["cells"]) or together != record["asked"]:
        record["asked"] = together
        notes.spool.write("stat", place, record)


def note_entries(notes: Notes, path: Any) -> None:
    """Note what ``os.DirEntry.stat`` would tell, which cannot be wrapped.

    Asked for where the code that calls ``os.scandir`` speaks of ``stat`` itself.

    Args:
        notes: Where to.
        path: The folder that is scanned.
    """
    frame = get_frame(4)  # the hook, the notes, the handler and this
    if frame is None or not notes.is_user_code(frame) or "stat" not in _names_in(frame.f_code):
        return
    place = absolute("." if path is None else path)
    if place is None or notes.is_skipped(place + os.sep):
        return
    try:
        names = real_listdir(place)
    except OSError:
        return
    for name in names:
        inner = os.path.join(place, name)
        try:
            note_answer(notes, inner, real_stat(inner), ["size", "mtime"])
        except OSError:
            continue


def _names_in(code: CodeType) -> set[str]:
    """Names that a piece of code and the functions inside it use."""
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= _names_in(constant)
    return names


def _answer(status: Any) -> list[Any] | None:
    if status is None:
        return None
    kind = "folder" if stat.S_ISDIR(status.st_mode) else "file"
    return [kind, status.st_size, status.st_mtime_ns]


def _asked(through: set[str]) -> list[str]:
    if through & EXISTENCE:
        return []
    if "getsize" in through:
        return ["size"]
    if through & {"getmtime", "getctime"}:
        return ["mtime"]
    return ["size", "mtime"]


def _in_place_of(original: Any, wrapper: Any) -> Any:
    """Tell those who ask what a function can do that the wrapper can do the same."""
    groups = (
        os.supports_dir_fd,
        os.supports_fd,
        os.supports_follow_symlinks,
        os.supports_effective_ids,
    )
    for group in groups:
        if original in group:
            group.add(wrapper)
    return wrapper
