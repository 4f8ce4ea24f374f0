"""Environment variables that the user's code reads, and a few that libraries obey."""

from __future__ import annotations

import functools
import os
from typing import Any

from .notes import Notes

LIBRARY_VARIABLES = ("TZ", "LANG", "LC_", "PYTHON", "OMP_NUM_THREADS", "MPLBACKEND")


def watch_variables(notes: Notes) -> None:
    """Wrap reading from ``os.environ``."""
    kind = type(os.environ)
    original = kind.__getitem__
    initial: dict[Any, Any] = dict(vars(os.environ)["_data"])

    def note(key: Any) -> None:
        if not isinstance(key, str) or key in notes.variables:
            return
        # What the run itself has set says nothing about the world outside.
        encoded: Any = os.environ.encodekey(key)
        if vars(os.environ)["_data"].get(encoded) != initial.get(encoded):
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
