"""8 processes × 50 entries on one store, again and again, with all others at work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from results import keep
from store_support import SECRET
from test_store_processes import Launch, launch, write_all

from jupyterlab_cache.store.signatures import KeyRing
from jupyterlab_cache.store.store import Store

__all__ = ["launch"]
ENTRIES = 50


def test_many_processes(
    launch: Launch, tmp_path: Path, seed: str, time_left: Callable[[], float]
) -> None:
    rounds = 0
    while not rounds or time_left() > 0:
        place = tmp_path / str(rounds)
        place.mkdir()
        write_all(launch, Store(place / "store", KeyRing(SECRET)), place, ENTRIES)
        rounds += 1
        keep("processes", seed, {"rounds": rounds, "entries": rounds * 8 * ENTRIES, "lost": []})
