"""Tells at once when something changes that a shown verdict depends on."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import Callable, Collection, Mapping

import msgspec
from watchfiles import awatch

from .stat_cache import Signature, signature_of

_log = logging.getLogger(__name__)

_REMEMBERED_SECONDS = 300.0
_MOST_NOTEBOOKS = 100
_DEBOUNCE_MS = 100
_STEP_MS = 20
_LOOKS_AGAIN = (0.1, 0.5)
"""Seconds in between: it takes a moment until a new watch is there."""


class _Shown(msgspec.Struct, frozen=True):
    states: Mapping[str, Signature | None]
    folders: frozenset[str]
    asked: float

    def has_changed(self) -> bool:
        return any(_state(path) != state for path, state in self.states.items())


class InputWatch:
    """Watches the inputs of notebooks whose verdict is shown to somebody.

    All methods are called on the event loop. What nobody asked for in five minutes is forgotten, so
    there is nothing to unsubscribe.

    Args:
        on_change: Called with the notebook whose inputs changed; a hint, it may come too often.
    """

    def __init__(self, on_change: Callable[[str], None]) -> None:
        self._on_change = on_change
        self._shown: dict[str, _Shown] = {}
        self._task: asyncio.Task[None] | None = None
        self._restart = asyncio.Event()
        self._checks: set[asyncio.Task[None]] = set()

    async def show(self, notebook: str, states: Mapping[str, Signature | None]) -> None:
        """The verdict on a notebook is shown, and depends on these.

        Args:
            notebook: What ``on_change`` is called with.
            states: Absolute paths of files and folders, which need not exist, with the states in
                which the verdict found them.
        """
        # Anew each time: what was not there before may be there now.
        folders = await asyncio.to_thread(_nearest_folders, states)
        before = self._folders()
        self._shown.pop(notebook, None)
        self._shown[notebook] = _Shown(states, folders, time.monotonic())
        self._forget_old()
        if self._folders() != before:
            self._restart.set()
        check = asyncio.create_task(self._tell_what_was_missed(notebook))
        self._checks.add(check)
        check.add_done_callback(self._checks.discard)
        if self._task is None:
            self._task = asyncio.create_task(self._watch(), name="jupyterlab-cache input watch")

    def note(self, path: str) -> None:
        """Something became of a path that no change of the file tells of."""
        self._tell({path})

    async def stop(self) -> None:
        """Stop to watch."""
        for check in self._checks:
            check.cancel()
        if self._task is not None:
            self._task.cancel()
            self._restart.set()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def _forget_old(self) -> None:
        oldest = time.monotonic() - _REMEMBERED_SECONDS
        names = list(self._shown)
        for position, name in enumerate(names):
            if self._shown[name].asked < oldest or position < len(names) - _MOST_NOTEBOOKS:
                del self._shown[name]

    def _folders(self) -> frozenset[str]:
        return frozenset().union(*(shown.folders for shown in self._shown.values()))

    async def _watch(self) -> None:
        while True:
            self._restart.clear()
            folders = self._folders()
            if not folders:
                await self._restart.wait()
                continue
            try:
                async for changes in awatch(
                    *folders,
                    watch_filter=None,
                    recursive=False,
                    debounce=_DEBOUNCE_MS,
                    step=_STEP_MS,
                    stop_event=self._restart,
                    ignore_permission_denied=True,
                ):
                    self._tell({path for _, path in changes})
            except (OSError, RuntimeError) as error:
                # A folder went meanwhile, or there are no watches left.
                # The poll of whoever looks on goes on; this was only to be quicker.
                _log.info("Inputs cannot be watched: %r", error)
                await self._restart.wait()

    async def _tell_what_was_missed(self, notebook: str) -> None:
        """Tell of what changed after a verdict was found and before it was watched."""
        for pause in _LOOKS_AGAIN:
            await asyncio.sleep(pause)
            shown = self._shown.get(notebook)
            if shown is not None and await asyncio.to_thread(shown.has_changed):
                self._on_change(notebook)
                return

    def _tell(self, changed: Collection[str]) -> None:
        # A listed folder changes with a name in it, an absent path with a folder on the way to it.
        above = {os.path.dirname(path) for path in changed}
        for notebook, shown in list(self._shown.items()):
            paths = shown.states.keys()
            direct = not paths.isdisjoint(changed) or not paths.isdisjoint(above)
            if direct or any(self._leads_to(path, paths) for path in changed):
                self._on_change(notebook)

    @staticmethod
    def _leads_to(folder: str, paths: Collection[str]) -> bool:
        return any(path.startswith(folder + os.sep) for path in paths)


def _state(path: str) -> Signature | None:
    try:
        return signature_of(os.stat(path))
    except (OSError, ValueError):
        return None


def _nearest_folders(paths: Collection[str]) -> frozenset[str]:
    return frozenset(filter(None, map(_nearest_folder, paths)))


def _nearest_folder(path: str) -> str | None:
    """The folder whose listing tells of a path: itself, or the nearest one above that exists."""
    folder = path if os.path.isdir(path) else os.path.dirname(path)
    while not os.path.isdir(folder):
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
    return os.path.realpath(folder)
