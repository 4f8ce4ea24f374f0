"""People with stores of their own, and places where they share."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import IO, Any

from store_support import entry_for

from jupyterlab_cache.exchange.shared_store.place import Place, Unreachable
from jupyterlab_cache.store.signatures import KeyRing
from jupyterlab_cache.store.store import Store, StoredEntry
from jupyterlab_cache.store.transport import Transport

TEAM = b"a key that these people share, long enough"


class Person:
    """Somebody with a key of his own.

    Args:
        folder: Where his store lies.
        secret: His key.
        team: Keys of his teams.
    """

    def __init__(self, folder: Path, secret: bytes, team: tuple[bytes, ...] = (TEAM,)) -> None:
        self.keys = KeyRing(secret, team)
        self.store = Store(folder / secret.decode(), self.keys)
        self.transport = Transport(self.store, self.keys)

    def put(self, code: str = "1 + 1", **fields: Any) -> StoredEntry:
        return self.store.put(entry_for(self.store, code, **fields))

    def entries(self) -> list[StoredEntry]:
        return list(self.store.each(lambda path: True))

    def text_of(self, stored: StoredEntry) -> str:
        ((output,),) = self.store.outputs_of(stored)
        text = output["text"]
        assert isinstance(text, str)
        return text


class Watched:
    """A place that notes what is asked of it, and fails when it is told to.

    Args:
        place: The place.
        fails_at: The number of the call that fails, from 0; None for none.
        is_done: Whether that call does what it should before it fails.
    """

    def __init__(self, place: Place, fails_at: int | None = None, is_done: bool = False) -> None:
        self._place = place
        self._fails_at = fails_at
        self._is_done = is_done
        self._lock = threading.Lock()
        self.shown, self.parallel = place.shown, place.parallel
        self.calls: list[tuple[str, str]] = []

    def _call(self, how: str, name: str, *arguments: Any) -> Any:
        with self._lock:
            number = len(self.calls)
            self.calls.append((how, name))
        fails = number == self._fails_at
        if fails and not self._is_done:
            raise Unreachable("the wire was cut")
        value = getattr(self._place, how)(name, *arguments)
        if fails:
            raise Unreachable("the wire was cut afterwards")
        return value

    def named(self, how: str) -> list[str]:
        return [name for called, name in self.calls if called == how]

    def names(self, folder: str) -> list[str]:
        found: list[str] = self._call("names", folder)
        return found

    def fetch(self, name: str, limit: int, into: IO[bytes]) -> None:
        self._call("fetch", name, limit, into)

    def send(self, name: str, data: bytes) -> None:
        self._call("send", name, data)

    def send_file(self, name: str, path: str, size: int) -> None:
        self._call("send_file", name, path, size)
