"""Files, folders and globs that a person names: confined to the project, matched in one walk."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from fnmatch import translate
from functools import lru_cache
from itertools import takewhile
from pathlib import Path

import msgspec

from ..notebooks.declaration import DeclarationInvalid
from .fingerprints import IGNORED_NAMES

MOST_MATCHES = 50_000
"""Files that one pattern may match."""

_MAGIC = re.compile(r"[*?\[]")
_ANY_DEPTH = "**"
_MOST_PARTS = 100


class Pattern(msgspec.Struct, frozen=True):
    """A pattern in normal form, seen from a notebook's folder.

    Attributes:
        ups: How many folders it climbs from there before it descends.
        parts: Names and wildcards of what follows, without ``.`` and ``..``.
    """

    ups: int
    parts: tuple[str, ...]

    @property
    def is_literal(self) -> bool:
        """Whether it names just one path."""
        return not any(_MAGIC.search(part) for part in self.parts)

    @property
    def text(self) -> str:
        """The pattern as entries hold it, relative to the notebook's folder."""
        return _joined(self.ups, self.parts)

    @property
    def start(self) -> str:
        """The part of the text before the first wildcard."""
        return _joined(self.ups, tuple(takewhile(lambda part: not _MAGIC.search(part), self.parts)))


def _joined(ups: int, parts: tuple[str, ...]) -> str:
    return "/".join([".."] * ups + list(parts)) or "."


def parse_pattern(text: str) -> Pattern:
    """A pattern from what a person wrote.

    Args:
        text: Path with forward slashes; ``*``, ``?``, ``[…]`` within a name, ``**`` for any depth.

    Raises:
        DeclarationInvalid: It is absolute, or cannot be followed.
    """
    if not text or "\0" in text or "\\" in text:
        raise DeclarationInvalid(f"{text!r} is no pattern for files; use forward slashes.")
    if text.startswith(("/", "~")) or re.match(r"[A-Za-z]:", text):
        raise DeclarationInvalid(f"{text} is an absolute path; write it relative to its folder.")
    ups = 0
    parts: list[str] = []
    for part in text.split("/"):
        if part in ("", ".") or (part == _ANY_DEPTH and parts[-1:] == [_ANY_DEPTH]):
            continue
        if part != "..":
            parts.append(part)
        elif not parts:
            ups += 1
        elif _MAGIC.search(parts[-1]):
            raise DeclarationInvalid(f"{text} climbs with '..' behind a wildcard; write it out.")
        else:
            parts.pop()
    if ups + len(parts) > _MOST_PARTS:
        raise DeclarationInvalid(f"{text[:80]}… has more than {_MOST_PARTS} parts.")
    return Pattern(ups, tuple(parts))


def check_patterns(texts: Iterable[str]) -> None:
    """Refuse patterns that cannot be followed, wherever they start from.

    Raises:
        DeclarationInvalid: One is absolute, or cannot be followed.
    """
    for text in texts:
        parse_pattern(text)


def confined(pattern: Pattern, folder: Path, root: Path) -> Pattern:
    """The same pattern, if it cannot lead outside the project.

    Links count by where they lead, up to the first wildcard; behind it they are never followed
    outside.

    Args:
        pattern: As :func:`parse_pattern` gives it.
        folder: Absolute folder that it starts from.
        root: The project's root.

    Raises:
        DeclarationInvalid: It leads outside.
    """
    base = _climb(folder, pattern.ups)
    start = os.path.normpath(os.path.join(folder, pattern.start))
    real_root = os.path.realpath(root)
    inside = _is_below(base, str(root)) and _is_below(os.path.realpath(start), real_root)
    # At a file system's root there is nothing to climb to.
    if not inside or pattern.ups > len(folder.parts) - len(root.parts):
        raise DeclarationInvalid(
            f"{pattern.text} leads outside the project; only what lies in it can be declared."
        )
    return pattern


def seen_from(pattern: Pattern, folder: Path, notebook_folder: Path) -> Pattern:
    """A pattern that starts from a folder above a notebook's, as one that starts from there."""
    ups = len(notebook_folder.relative_to(folder).parts)
    return Pattern(pattern.ups + ups, pattern.parts)


def matches(
    pattern: Pattern, folder: Path, root: Path, skip: Callable[[str], bool]
) -> Iterator[tuple[str, str | None]]:
    """The files that a pattern names now; of folders that it names, everything below.

    Each folder is listed once, so the time is that of a walk whatever the pattern. A link that
    leads outside the project is a match of its own and not followed.

    Args:
        pattern: The pattern.
        folder: Absolute folder that it starts from.
        root: The project's root.
        skip: Tells of an absolute path that it is to be left out.

    Yields:
        Absolute paths, in a fixed order, with None; for a link to a folder or to outside where it
        points.
    """
    start = _climb(folder, pattern.ups)
    yield from _Walk(pattern.parts, os.path.realpath(root), skip).below(start)


class _Walk:
    def __init__(self, parts: tuple[str, ...], root: str, skip: Callable[[str], bool]) -> None:
        self._parts = parts
        self._root = root
        self._skip = skip
        self._seen: set[tuple[str, frozenset[int]]] = set()

    def below(self, start: str) -> Iterator[tuple[str, str | None]]:
        # A state is how many parts are used up; all of them: everything below is named.
        pending = [(start, self._closed({0}))]
        while pending:
            folder, states = pending.pop()
            real = os.path.realpath(folder)
            if (real, states) in self._seen or not _is_below(real, self._root):
                continue
            self._seen.add((real, states))
            deeper = []
            for name in self._names(folder, states):
                path = os.path.join(folder, name)
                after = self._after(name, states)
                if not after or self._is_passed_over(name, states) or self._skip(path):
                    continue
                is_named, is_folder = len(self._parts) in after, os.path.isdir(path)
                if os.path.islink(path) and (
                    is_folder or not _is_below(os.path.realpath(path), self._root)
                ):
                    yield path, _target(path)
                elif is_named and not is_folder and os.path.isfile(path):
                    yield path, None
                if is_folder:
                    deeper.append((path, after))
            pending += reversed(deeper)

    def _names(self, folder: str, states: frozenset[int]) -> list[str]:
        wanted = self._parts_at(states)
        if len(wanted) == len(states) and not any(_MAGIC.search(part) for part in wanted):
            names = sorted(set(wanted))
            return [name for name in names if os.path.lexists(os.path.join(folder, name))]
        try:
            return sorted(os.listdir(folder))
        except OSError:
            return []

    def _is_passed_over(self, name: str, states: frozenset[int]) -> bool:
        # Nobody means these by a wildcard; who writes such a name does.
        return name in IGNORED_NAMES and name not in self._parts_at(states)

    def _parts_at(self, states: frozenset[int]) -> list[str]:
        return [self._parts[state] for state in states if state < len(self._parts)]

    def _after(self, name: str, states: frozenset[int]) -> frozenset[int]:
        after = set()
        for state in states:
            if state == len(self._parts):
                after.add(state)
            elif self._parts[state] == _ANY_DEPTH:
                if not name.startswith("."):
                    after.add(state)
            elif _fits(self._parts[state], name):
                after.add(state + 1)
        return self._closed(after)

    def _closed(self, states: set[int]) -> frozenset[int]:
        """With the states that ``**`` leads to by matching nothing."""
        for state in range(len(self._parts)):
            if state in states and self._parts[state] == _ANY_DEPTH:
                states.add(state + 1)
        return frozenset(states)


def _fits(part: str, name: str) -> bool:
    if not _MAGIC.search(part):
        return part == name
    return (not name.startswith(".") or part.startswith(".")) and bool(_regex(part).match(name))


@lru_cache(maxsize=1000)
def _regex(part: str) -> re.Pattern[str]:
    try:
        return re.compile(translate(part))
    except re.error:
        return re.compile(r"(?!)")  # a set of characters that is none matches nothing


def _target(link: str) -> str:
    try:
        return os.readlink(link)
    except OSError:
        return ""


def _climb(folder: Path, ups: int) -> str:
    for _ in range(ups):
        if folder.parent == folder:
            break
        folder = folder.parent
    return str(folder)


def _is_below(path: str, root: str) -> bool:
    return path == root or path.startswith(os.path.join(root, ""))
