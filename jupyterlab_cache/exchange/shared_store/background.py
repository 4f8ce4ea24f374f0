"""What a server asks a shared store while nobody waits: about notebooks that are shown."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol

from ...look import Look
from ...store.errors import StoreError
from ...store.store import StoredEntry

_log = logging.getLogger(__name__)

_ASK_AGAIN_AFTER = 60.0  # seconds
_SECONDS = 10.0
_MOST_AT_ONCE = 100
_MOST_REMEMBERED = 10_000


class SharingWorkspace(Protocol):
    """The notebooks' surroundings."""

    def look(self) -> Look:
        """A look at all notebooks as they are now."""

    def ask_shared(
        self, look: Look, notebooks: Sequence[Path], seconds: float | None = None
    ) -> Sequence[StoredEntry]:
        """Bring in what others executed of notebooks that would have to be executed."""


class SharedVerdicts:
    """Looks for what others executed of notebooks that are not fresh here.

    A verdict is never waited for: it is that of the entries which are here, and when others come,
    whoever shows it is told to ask again. All methods are called on the event loop.

    Args:
        workspace: The notebooks' surroundings.
        tell: Is told of each entry that came, with a notebook that it is for.
    """

    def __init__(
        self, workspace: SharingWorkspace, tell: Callable[[StoredEntry, Path], None]
    ) -> None:
        self._workspace = workspace
        self._tell = tell
        self._waiting: dict[Path, str] = {}
        self._asked: dict[tuple[Path, str], float] = {}
        self._task: asyncio.Task[None] | None = None

    def note(self, shown: Iterable[tuple[Path, str]]) -> None:
        """Take in that verdicts are shown which say that something has to be executed.

        Args:
            shown: Absolute paths of notebooks, each with its code key.
        """
        now = time.monotonic()
        if len(self._asked) > _MOST_REMEMBERED:
            self._asked.clear()
        for notebook, code_key in shown:
            if now - self._asked.get((notebook, code_key), -_ASK_AGAIN_AFTER) >= _ASK_AGAIN_AFTER:
                self._asked[notebook, code_key] = now
                self._waiting[notebook] = code_key
        if self._waiting and (self._task is None or self._task.done()):
            self._task = asyncio.ensure_future(self._ask())

    async def stop(self) -> None:
        """Ask no more; what is under way ends by itself."""
        self._waiting.clear()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    async def _ask(self) -> None:
        while self._waiting:
            some = dict(list(self._waiting.items())[:_MOST_AT_ONCE])
            for notebook in some:
                del self._waiting[notebook]
            try:
                brought = await asyncio.to_thread(self._bring_in, list(some))
            except (OSError, StoreError) as error:
                _log.info("A shared store could not be asked: %s", error)
                continue
            for stored in brought:
                for notebook, code_key in some.items():
                    if code_key == stored.entry.code_key:
                        self._tell(stored, notebook)

    def _bring_in(self, notebooks: Sequence[Path]) -> Sequence[StoredEntry]:
        return self._workspace.ask_shared(self._workspace.look(), notebooks, _SECONDS)
