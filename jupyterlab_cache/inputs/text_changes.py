"""What changed between two states of a small text, in a few lines that a person reads."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from functools import lru_cache

MOST_LINES = 10
"""So many changed lines are told; of the others the number."""

_MOST_COMPARED = 2000
_LONGEST = 160
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@lru_cache(maxsize=256)
def changed_lines(before: str, after: str) -> tuple[str, ...]:
    """The lines that went, with a minus before them, and those that came, with a plus.

    Args:
        before: The text as it was.
        after: The text as it is.

    Returns:
        At most ``MOST_LINES`` lines and one that tells how many more there are; nothing for texts
        too long to be compared while somebody waits.
    """
    old, new = before.splitlines(), after.splitlines()
    if max(len(old), len(new)) > _MOST_COMPARED:
        return ()
    # The first two lines name the files.
    lines = list(difflib.unified_diff(old, new, n=0, lineterm=""))[2:]
    return _few([line for line in lines if not line.startswith("@@")])


def changed_names(before: Iterable[str], after: Iterable[str]) -> tuple[str, ...]:
    """The same for two sets of names."""
    old, new = set(before), set(after)
    return _few(
        [f"-{name}" for name in sorted(old - new)] + [f"+{name}" for name in sorted(new - old)]
    )


def _few(lines: list[str]) -> tuple[str, ...]:
    shown = [_shown(line) for line in lines[:MOST_LINES]]
    if len(lines) > MOST_LINES:
        shown.append(f"… {len(lines) - MOST_LINES} more")
    return tuple(shown)


def _shown(line: str) -> str:
    # Control characters and those that turn the direction of writing could hide what is there.
    line = _CONTROL.sub("\ufffd", line)
    line = line.encode("utf-8", "replace").decode()
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
