"""Environment variables that the user's code reads, and a few that libraries obey."""

from __future__ import annotations

import functools
import os
from typing import Any

from .notes import Notes

initial_variables: dict[Any, Any] = {}
LIBRARY_VARIABLES = ("TZ", "LANG", "LC_", "PYTHON", "OMP_NUM_THREADS", "MPLBACKEND")


def is_set_by_run(key: str) -> bool:
    """Whether the run itself has set a variable, so that it tells nothing of the world outside."""
    encoded: Any = os.environ.encodekey(key)
    return bool(vars(os.environ)["_data"].get(encoded) != initial_variables.get(encoded))


def note_variable(notes: Notes, name: str) -> None:
    """Note that a variable is used."""
    if not is_set_by_run(name):
        notes.add("variable", notes.variables, name)


def watch_variables(notes: Notes) -> None:
    """Wrap reading from ``os.environ``."""
    kind = type(os.environ)
    original = kind.__getitem__
    initial_variables.update(vars(os.environ)["_data"])

    def note(key: Any) -> None:
        if not isinstance(key, str) or key in notes.variables or is_set_by_run(key):
            return
        is_user, through = notes.user_caller(3)
        if "copy" in through:
            notes.add("gap", notes.gaps, "environment-copied")
        elif is_user or key.startswith(LIBRARY_VARIABLES):
            notes.add("variable", notes.variables, key)

    @functools.wraps(original)
    def wrapper(self: Any, key: Any) -> Any:
        if self is os.environ:
            notes.quietly("variable", note, key)
        return original(self, key)

    kind.__getitem__ = wrapper  # type: ignore[method-assign]
