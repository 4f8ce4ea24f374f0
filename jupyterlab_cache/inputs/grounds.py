"""What a verdict stands on: statements about the present that can be looked at one by one."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Sequence
from typing import Protocol

import msgspec

from ..store.entries import StoredEntry
from ..store.records import Input, InputKind
from .observation import Places
from .stat_cache import Signature
from .stat_pass import StatPass


class Present(Protocol):
    """What the present is like, in one pass."""

    @property
    def files(self) -> StatPass:
        """What the file system says."""

    def variable(self, name: str) -> str | None:
        """The value of an environment variable that a kernel would be given."""

    def matches(self, item: Input, path: str | None, kernel_name: str) -> bool:
        """Whether an input has its recorded fingerprint."""


class PathGround(msgspec.Struct, frozen=True):
    """What a path leads to is in just this state, or there is nothing (None)."""

    path: str
    state: Signature | None

    def holds(self, present: Present) -> bool:
        """Whether it is so."""
        return present.files.state(self.path) == self.state


class LinkGround(msgspec.Struct, frozen=True):
    """What lies at a path, be it a link, is in just this state, or there is nothing (None)."""

    path: str
    state: Signature | None

    def holds(self, present: Present) -> bool:
        """Whether it is so."""
        return present.files.link_state(self.path) == self.state


class VariableGround(msgspec.Struct, frozen=True):
    """An environment variable has this value, or is not set (None)."""

    name: str
    value: str | None

    def holds(self, present: Present) -> bool:
        """Whether it is so."""
        return present.variable(self.name) == self.value


class UnsetGround(msgspec.Struct, frozen=True):
    """None of these environment variables is set."""

    names: tuple[str, ...]

    def holds(self, present: Present) -> bool:
        """Whether it is so."""
        return all(present.variable(name) is None for name in self.names)


class InputGround(msgspec.Struct, frozen=True):
    """An input has its recorded fingerprint; only what a comparison looks at is in here."""

    item: Input
    path: str | None
    kernel_name: str

    def holds(self, present: Present) -> bool:
        """Whether it is so."""
        return present.matches(self.item, self.path, self.kernel_name)


Ground = PathGround | LinkGround | VariableGround | UnsetGround | InputGround


def grounds_of(stored: StoredEntry, places: Places, present: Present) -> list[Ground] | None:
    """Statements about the present from which it follows that every input of an entry matches.

    Args:
        stored: An entry that is ours, whose inputs all match in this pass: for others it matters
            where the project ends.
        places: Where its relative paths start.
        present: This pass.

    Returns:
        None where what is declared has a say in whether they match.
    """
    if any(item.kind == "glob" for item in stored.entry.inputs):
        return None
    kernel_name = stored.entry.kernel_name
    return [_ground_of(item, kernel_name, places, present) for item in stored.entry.inputs]


def _ground_of(item: Input, kernel_name: str, places: Places, present: Present) -> Ground:
    if item.kind == "env" and item.names:
        return UnsetGround(item.names)
    if item.kind == "env":
        return VariableGround(item.subject, present.variable(item.subject))
    if item.path is None:
        return InputGround(_compared(item, item.subject), None, kernel_name)
    path = places.absolute(item.path)
    if item.kind == "absent":
        return LinkGround(path, None)
    # All that is compared shows in the state, where that can be relied on.
    state = _state_behind(item.kind, path, present.files)
    return InputGround(_compared(item, ""), path, "") if state is None else PathGround(path, state)


def _state_behind(kind: InputKind, path: str, files: StatPass) -> Signature | None:
    if kind in ("directory", "import-names"):
        return files.listing_state(path)
    state = files.state(path)
    is_sure = files.has_rested(state) if kind == "stat" else files.knows_digest(path)
    return state if is_sure else None


def _compared(item: Input, subject: str) -> Input:
    """An input without what only explains it, so that equal ones are one ground."""
    return Input(
        item.kind,
        subject,
        item.fingerprint,
        names=item.names,
        without=item.without,
        created_by_run=item.created_by_run,
    )


class Grounds:
    """Numbers for grounds, so that one pass looks at each once, however many verdicts share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers: dict[Ground, int] = {}
        self.all: list[Ground] = []
        """The grounds by number; it only grows."""

    def numbers_of(self, grounds: Iterable[Ground]) -> tuple[int, ...]:
        """The numbers of some grounds, without repetition."""
        return tuple(sorted(set(map(self._number, grounds))))

    def _number(self, ground: Ground) -> int:
        known = self._numbers.get(ground)
        if known is None:
            # Other threads count as well, so no two grounds may be given the same number.
            with self._lock:
                known = self._numbers.setdefault(ground, len(self.all))
                if known == len(self.all):
                    self.all.append(ground)
        return known


class GroundsInOnePass:
    """Which grounds hold in one pass; each is looked at once.

    Args:
        grounds: All of them.
        present: The present.
    """

    def __init__(self, grounds: Grounds, present: Present) -> None:
        self._grounds = grounds.all
        self._present = present
        self._holding: set[int] = set()
        self._failing: set[int] = set()

    def look_at(self, numbers: Iterable[int]) -> None:
        """Look at many in one go, which takes half as long as one by one.

        Args:
            numbers: Which, each once.
        """
        grounds, present, add = self._grounds, self._present, self._holding.add
        known, stat = present.files.states, os.stat
        for number in numbers:
            ground = grounds[number]
            # Most are of this kind, and calls would take as long as the look itself.
            if type(ground) is PathGround and ground.state is not None and ground.path not in known:
                try:
                    now = stat(ground.path)
                except (OSError, ValueError):
                    holds = False
                else:
                    holds = ground.state == (
                        now.st_mtime_ns,
                        now.st_size,
                        now.st_ino,
                        now.st_dev,
                        now.st_ctime_ns,
                    )
            else:
                holds = ground.holds(present)
            if holds:
                add(number)
            else:
                self._failing.add(number)

    def all_hold(self, numbers: Sequence[int]) -> bool:
        """Whether all of these hold."""
        if self.any_failed(numbers):
            return False
        self.look_at([number for number in numbers if number not in self._holding])
        return not self.any_failed(numbers)

    def any_failed(self, numbers: Sequence[int]) -> bool:
        """Whether any of these was looked at and does not hold."""
        return bool(self._failing) and not self._failing.isdisjoint(numbers)
