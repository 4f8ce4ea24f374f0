"""What this very process opens, so that it is not taken for somebody else's doing."""

from __future__ import annotations

import os
import sys
import threading
from collections import Counter
from typing import Any

_FOLDER_EVENTS = ("os.listdir", "os.scandir")


class OwnOpens:
    """Counts what this process opens, from its making until :meth:`stop`."""

    def __init__(self) -> None:
        self.files: Counter[str] = Counter()
        self.folders: Counter[str] = Counter()

    def stop(self) -> None:
        """Count no more."""
        with _lock:
            if self in _counting:
                _counting.remove(self)


_lock = threading.Lock()
_counting: list[OwnOpens] = []
_hooked = False


def watch_own_opens() -> OwnOpens:
    """Begin to count. The audit hook that this needs stays, and does nothing when nobody counts."""
    global _hooked
    opens = OwnOpens()
    with _lock:
        if not _hooked:
            sys.addaudithook(_hook)
            _hooked = True
        _counting.append(opens)
    return opens


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if not _counting or (event != "open" and event not in _FOLDER_EVENTS):
        return
    path = arguments[0] if arguments else None
    if path is None and event != "open":
        path = "."
    if not isinstance(path, (str, bytes)):
        return
    try:
        place = os.path.normpath(os.path.join(os.getcwd(), os.fsdecode(path)))
    except (OSError, ValueError):
        return
    for opens in tuple(_counting):
        (opens.files if event == "open" else opens.folders)[place] += 1
