"""One pass over many files: the system is asked about each path once."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from .stat_cache import Signature, StatCache, has_rested, signature_of

_UNKNOWN: Signature = (-1, -1, -1, -1, -1)


class StatPass:
    """A stat cache for as long as one pass takes.

    Args:
        cache: What is known of files between passes.
    """

    def __init__(self, cache: StatCache) -> None:
        self._cache = cache
        self.began = time.time()
        """When this pass began: before it asked anything, in seconds since the epoch."""
        self._statuses: dict[str, os.stat_result | None] = {}
        self.states: dict[str, Signature | None] = {}
        """What :meth:`state` found in this pass."""
        self._link_states: dict[str, Signature | None] = {}

    def status(self, path: str) -> os.stat_result | None:
        """What ``stat`` says of a path in this pass; None where nothing can be reached."""
        if path not in self._statuses:
            try:
                status: os.stat_result | None = os.stat(path)
            except (OSError, ValueError):
                status = None
            self._statuses[path] = status
            # What is told later of its state must not be of another moment, unless of an earlier.
            self.states.setdefault(path, None if status is None else signature_of(status))
        return self._statuses[path]

    def state(self, path: str) -> Signature | None:
        """What identifies the state of what a path leads to; None where nothing can be reached.

        The state of a folder changes with the names in it.
        """
        # Verdicts on thousands of notebooks spend most of their time here.
        known = self.states.get(path, _UNKNOWN)
        if known is not _UNKNOWN:
            return known
        try:
            now = os.stat(path)
        except (OSError, ValueError):
            self.states[path] = None
            return None
        state = (now.st_mtime_ns, now.st_size, now.st_ino, now.st_dev, now.st_ctime_ns)
        self.states[path] = state
        return state

    def link_state(self, path: str) -> Signature | None:
        """Like :meth:`state`, but of a link itself."""
        known = self._link_states.get(path, _UNKNOWN)
        if known is not _UNKNOWN:
            return known
        try:
            state: Signature | None = signature_of(os.lstat(path))
        except (OSError, ValueError):
            state = None
        self._link_states[path] = state
        return state

    def has_rested(self, state: Signature | None) -> bool:
        """Whether every change since this pass began shows in a state that was found in it."""
        return state is None or has_rested(state, self.began)

    def listing_state(self, folder: str) -> Signature | None:
        """A folder's state, as long as which it has the same names in it.

        None where that cannot be relied on: there is no such folder, it changed only just, or the
        platform does not see to it that a folder's time changes with its names.
        """
        state = self.state(folder)
        # Without a time, as the root of some file systems: it never changes.
        has_time = state is not None and state[0] > 0
        return state if os.name == "posix" and has_time and self.has_rested(state) else None

    def knows_digest(self, path: str) -> bool:
        """Whether the digest of a file in its present state is known and can be relied on."""
        return self._known(path, "sha256") is not None

    def digest(self, path: Path | str) -> str:
        """Digest of a file's content; see :meth:`StatCache.digest`."""
        text = os.fspath(path)
        known = self._known(text, "sha256")
        return self._cache.digest(text) if known is None else known.decode()

    def derived(self, path: Path | str, kind: str, compute: Callable[[str], bytes]) -> bytes:
        """A value that depends on nothing but a file's content; see :meth:`StatCache.derived`."""
        text = os.fspath(path)
        known = self._known(text, kind)
        return self._cache.derived(text, kind, compute) if known is None else known

    def _known(self, path: str, kind: str) -> bytes | None:
        state = self.state(path)
        return None if state is None else self._cache.known(path, kind, state)
