"""Which files below a folder are opened and written, by whatever process, while somebody asks.

Sees what happens inside native libraries and child processes of any language, but not who does it:
whoever uses this has to subtract what is known to be others' doing. Linux only.
"""

from __future__ import annotations

import os
import threading
from collections import Counter

import msgspec

from .fingerprints import IGNORED_NAMES
from .inotify import (
    IN_CLOSE_WRITE,
    IN_CREATE,
    IN_ISDIR,
    IN_MOVED_TO,
    IN_OPEN,
    IN_Q_OVERFLOW,
    Inotify,
    WatchEvent,
)
from .own_opens import OwnOpens, watch_own_opens

_SKIPPED_NAMES = IGNORED_NAMES | {"node_modules", ".venv"}
_POLL_SECONDS = 0.5


class Seen(msgspec.Struct):
    """What was seen between two moments.

    Attributes:
        opened: Path → how often a file was opened.
        folders_opened: Path → how often a folder was opened, as for listing it.
        made: Files whose first event was that they came into being.
        written: Files that were closed after having been open for writing.
        folders_made: Folders that came into being.
        own: What this process itself opened meanwhile.
        complete: Whether nothing was lost and every folder was watched.
    """

    opened: Counter[str] = msgspec.field(default_factory=Counter)
    folders_opened: Counter[str] = msgspec.field(default_factory=Counter)
    made: set[str] = msgspec.field(default_factory=set)
    written: set[str] = msgspec.field(default_factory=set)
    folders_made: set[str] = msgspec.field(default_factory=set)
    own: OwnOpens = msgspec.field(default_factory=OwnOpens)
    complete: bool = True


class FilesystemWatch:
    """Watches all folders below one; kept for as long as somebody looks.

    Args:
        root: Absolute folder.

    Raises:
        OSError: The platform cannot do it.
    """

    def __init__(self, root: str) -> None:
        self._inotify = Inotify()
        self._lock = threading.RLock()
        self._folders: dict[int, str] = {}
        self._looking: list[Seen] = []
        self._complete = True
        self._closed = False
        self._add_tree(root)
        self._thread = threading.Thread(
            target=self._keep_reading, name="jupyterlab-cache watch", daemon=True
        )
        self._thread.start()

    def begin(self) -> Seen:
        """Begin to look; what is seen is complete after :meth:`end`."""
        with self._lock:
            self._read()
            seen = Seen(complete=self._complete, own=watch_own_opens())
            self._looking.append(seen)
        return seen

    def end(self, seen: Seen) -> None:
        """Stop to look: everything that happened until now has been seen."""
        with self._lock:
            self._read()
            self._looking = [other for other in self._looking if other is not seen]
            seen.complete = seen.complete and self._complete
        seen.own.stop()

    def forget_listings(self, seen: Seen) -> None:
        """Leave out which folders were opened so far."""
        with self._lock:
            self._read()
            seen.folders_opened.clear()

    def close(self) -> None:
        """Give the watches back, soon."""
        self._closed = True

    def _keep_reading(self) -> None:
        while not self._closed:
            self._inotify.wait(_POLL_SECONDS)
            with self._lock:
                self._read()
        self._inotify.close()

    def _read(self) -> None:
        for event in self._inotify.read():
            if event.mask & IN_Q_OVERFLOW:
                for seen in self._looking:
                    seen.complete = False
            elif event.folder in self._folders:
                self._note(event, self._folders[event.folder])

    def _note(self, event: WatchEvent, folder: str) -> None:
        path = os.path.join(folder, event.name) if event.name else folder
        if event.mask & IN_ISDIR:
            if event.name in _SKIPPED_NAMES:
                return
            if event.mask & (IN_CREATE | IN_MOVED_TO):
                self._note_new_folder(path)
            elif event.mask & IN_OPEN and not event.name:
                # Told twice: to the folder itself, and to the one that it is in.
                for seen in self._looking:
                    seen.folders_opened[path] += 1
            return
        for seen in self._looking:
            if event.mask & (IN_CREATE | IN_MOVED_TO):
                if path not in seen.opened:
                    seen.made.add(path)
                else:
                    seen.written.add(path)
            if event.mask & IN_OPEN:
                seen.opened[path] += 1
            if event.mask & IN_CLOSE_WRITE:
                seen.written.add(path)

    def _note_new_folder(self, path: str) -> None:
        for seen in self._looking:
            seen.folders_made.add(path)
        # Files that came into it before it was watched are new as well.
        for folder, files in self._add_tree(path):
            for seen in self._looking:
                seen.folders_made.add(folder)
                seen.made.update(os.path.join(folder, name) for name in files)

    def _add_tree(self, top: str) -> list[tuple[str, list[str]]]:
        found: list[tuple[str, list[str]]] = []
        for folder, folders, files in os.walk(top):
            if "pyvenv.cfg" in files:
                folders.clear()  # an environment: its packages are inputs by their versions
                continue
            folders[:] = [name for name in folders if name not in _SKIPPED_NAMES]
            try:
                self._folders[self._inotify.add(folder)] = folder
            except FileNotFoundError:
                continue
            except OSError:
                self._complete = False
                return found
            found.append((folder, files))
        return found


_watches: dict[str, tuple[FilesystemWatch, int]] = {}
_watches_lock = threading.Lock()


class Look:
    """One look at what happens below a folder; shares the watch with others who look there.

    Args:
        root: Absolute folder.

    Raises:
        OSError: The platform cannot do it.
    """

    def __init__(self, root: str) -> None:
        self._root = os.path.realpath(root)
        with _watches_lock:
            watch, users = _watches.get(self._root) or (FilesystemWatch(self._root), 0)
            _watches[self._root] = (watch, users + 1)
        self._watch = watch
        self._seen = watch.begin()

    def forget_listings(self) -> None:
        """Which folders were opened until now does not matter."""
        self._watch.forget_listings(self._seen)

    def end(self) -> Seen:
        """What was seen until now; the look is over."""
        self._watch.end(self._seen)
        with _watches_lock:
            watch, users = _watches[self._root]
            if users > 1:
                _watches[self._root] = (watch, users - 1)
                return self._seen
            del _watches[self._root]
        watch.close()
        return self._seen
