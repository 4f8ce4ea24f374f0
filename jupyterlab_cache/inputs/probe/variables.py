"""Environment variables that the user's code reads, and a few that libraries obey."""

from __future__ import annotations

import functools
import hashlib
import os
from typing import Any

from .notes import Notes, get_frame

initial_variables: dict[Any, Any] = {}
OBEYED_VARIABLES = (
    "PYTHONPATH",
    "PYTHONHOME",
    "PYTHONHASHSEED",
    "PYTHONOPTIMIZE",
    "PYTHONUTF8",
    "PYTHONWARNINGS",
    "PYTHONNOUSERSITE",
    "PYTHONUSERBASE",
    "PYTHONSAFEPATH",
    "PYTHONSTARTUP",
    "TZ",
    "MPLBACKEND",
    "OMP_NUM_THREADS",
)
"""Variables that Python and native libraries read before or without anybody hearing of it."""

LIBRARY_VARIABLES = ("TZ", "LANG", "LC_", "PYTHON", "OMP_NUM_THREADS", "MPLBACKEND")


def is_set_by_run(key: str) -> bool:
    """Whether the run itself has set a variable, so that it tells nothing of the world outside."""
    encoded: Any = os.environ.encodekey(key)
    return bool(vars(os.environ)["_data"].get(encoded) != initial_variables.get(encoded))


def given_variables(names: set[str]) -> dict[str, str | None]:
    """Digests of the values that variables had at first; None for those that were not set."""
    found = {}
    for name in {*names, *OBEYED_VARIABLES}:
        value = initial_variables.get(os.environ.encodekey(name))
        if value is not None:
            value = os.fsencode(value) if isinstance(value, str) else value
            value = hashlib.sha256(value).hexdigest()
        found[name] = value
    return found


def note_variable(notes: Notes, name: str) -> None:
    """Note that a variable is used."""
    if not is_set_by_run(name):
        notes.add("variable", notes.variables, name)


def watch_variables(notes: Notes) -> None:
    """Wrap reading from ``os.environ`` and going through it."""
    kind = type(os.environ)
    original, original_iter = kind.__getitem__, kind.__iter__
    initial_variables.update(vars(os.environ)["_data"])
    copying: set[tuple[Any, int]] = set()
    """Instructions that go through all variables: by code and where in it."""

    def note(key: Any, instruction: tuple[Any, int]) -> None:
        key = os.fsdecode(key) if isinstance(key, bytes) else key
        if not isinstance(key, str) or key in notes.variables or is_set_by_run(key):
            return
        is_user, through = notes.user_caller(3)
        # To copy them all is to look at each, which says nothing about any of them.
        if "__iter__" in through or instruction in copying:
            return
        if is_user or key.startswith(LIBRARY_VARIABLES):
            notes.add("variable", notes.variables, key)

    def note_pass(frame: Any) -> None:
        if "_collections_abc" in frame.f_code.co_filename:
            frame = frame.f_back or frame  # a view of the names
        copying.add((frame.f_code, frame.f_lasti))
        if notes.user_caller(3)[0]:
            notes.add("gap", notes.gaps, "environment-copied")

    @functools.wraps(original)
    def getitem(self: Any, key: Any) -> Any:
        frame = get_frame(1)
        notes.quietly("variable", note, key, (frame.f_code, frame.f_lasti))
        return original(self, key)

    @functools.wraps(original_iter)
    def iterate(self: Any) -> Any:
        notes.quietly("variable", note_pass, get_frame(1))
        return original_iter(self)

    kind.__getitem__ = getitem  # type: ignore[method-assign]
    kind.__iter__ = iterate  # type: ignore[method-assign]
