r"""Patterns as in ``.gitignore``, compared with paths in time that nobody can make long.

pathspec writes each pattern as one regular expression, in which every ``*`` and ``**`` may try each
length: ``*a*a*a*a*b`` takes minutes for one long name, and both may come from anywhere. But where
what stands between two wildcards fits for the first time is as good as any later place, since the
second wildcard takes the rest. So all but the last do not try again: ``(?=(?P<w>…))(?P=w)`` is an
atomic group, which Python's expressions have from 3.11 on only.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

# As pathspec writes them: "*"; one character, or a set of them; "**" between and before folders.
_STAR = r"\[\^/\]\*"
_ONE = r"(?:\\.|\[\^?\]?(?:\\.|[^\]\\])*\](?!\*)|[^\\\[\]()|.?*+^${}/])"
_BETWEEN = r"\(\?:/\.\+\)\?"
_BEFORE = r"\^\(\?:\.\+/\)\?"

_STARS = re.compile(f"(?:{_STAR}){{2,}}")
_UP_TO_STAR = re.compile(f"{_STAR}({_ONE}+)(?={_STAR})")
_UP_TO_BETWEEN = re.compile(f"({_BETWEEN}|{_BEFORE})((?:(?!{_BETWEEN}).)+)(?={_BETWEEN})")


def git_patterns(lines: Iterable[str]) -> GitIgnoreSpec:
    """Patterns, of which the last that fits decides.

    Args:
        lines: As they stand in the file.

    Raises:
        ValueError: One is no pattern.
    """
    # Loaded here because most uses of the package ignore nothing.
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(lines, _pattern, **_options())


@cache
def _options() -> dict[str, Any]:
    from pathspec import GitIgnoreSpec

    # Other engines, where they are installed, know no such groups.
    has_engines = "backend" in inspect.signature(GitIgnoreSpec.from_lines).parameters
    return {"backend": "simple"} if has_engines else {}


def _pattern(line: str) -> Any:
    from pathspec import GitIgnoreSpec

    (pattern,) = GitIgnoreSpec.from_lines([line], **_options()).patterns
    if pattern.regex is not None:
        pattern.regex = re.compile(_bounded(pattern.regex.pattern))
    return pattern


def _bounded(expression: str) -> str:
    numbers = count()

    def atomic(inside: str) -> str:
        name = f"w{next(numbers)}"
        return f"(?=(?P<{name}>{inside}))(?P={name})"

    def folders(match: re.Match[str]) -> str:
        if match[1].startswith("^"):
            return "^" + atomic(f"(?:.+?/)??{match[2]}(?=/)")
        return atomic(f"(?:/.+?)??{match[2]}(?=/)")

    expression = _STARS.sub("[^/]*", expression)
    expression = _UP_TO_STAR.sub(lambda match: atomic(f"[^/]*?{match[1]}"), expression)
    return _UP_TO_BETWEEN.sub(folders, expression)
