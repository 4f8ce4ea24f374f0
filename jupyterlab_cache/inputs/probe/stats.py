"""What the user's code asks about paths without opening them; no audit event tells of that."""

from __future__ import annotations

import functools
import os
import stat
from collections.abc import Callable
from typing import Any

from .notes import MOST_PATHS, Notes, absolute, real_access, real_lstat, real_stat

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
"""Functions that ask no more than whether something is there and what it is."""


def watch_stats(notes: Notes) -> None:
    """Wrap the functions that look at paths."""

    def note(path: Any, status: Any) -> None:
        is_user, through = notes.user_caller(3)
        place = absolute(path) if is_user else None
        if place is None or notes.is_skipped(place):
            return
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
        asked = sorted({*record["asked"], *_asked(through)})
        if notes.charge(record["cells"]) or asked != record["asked"]:
            record["asked"] = asked
            notes.spool.write("stat", place, record)

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
