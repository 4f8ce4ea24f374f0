"""What the processes of the concurrency tests do: ``python store_worker.py VERB STORE …``."""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

from store_support import SECRET, code_key, entry_for

from jupyterlab_cache.store import collection
from jupyterlab_cache.store.collection_plan import Limits
from jupyterlab_cache.store.errors import StoreError
from jupyterlab_cache.store.signatures import KeyRing, notary_secret
from jupyterlab_cache.store.store import Store

COLLECTORS_GRACE = 2.0  # seconds
SHARED_TEXT = "the same output of many notebooks\n" * 200


def text_of(worker: int, number: int) -> str:
    """Half of the outputs are shared, half are each process's own; all are large."""
    return SHARED_TEXT if number % 2 else f"output {number} of process {worker}\n" * 200


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def wait_for(start: Path) -> None:
    """Begin together."""
    say("ready")
    while not start.exists():
        time.sleep(0.001)


def write(store: Store, worker: int, count: int, endless: bool = False) -> None:
    number = 0
    while endless or number < count:
        text = text_of(worker, number)
        entry = entry_for(
            store,
            f"code {number % 3}" if number % 2 else f"code {worker} {number}",
            path=f"{number % 5}.ipynb",
            created=worker * 1e6 + number,
            text=text,
        )
        stored = store.put(entry)
        say(f"put {stored.id}")
        # What was written here counts here at once.
        assert stored in store.entries_for(entry.code_key)
        if number % 4 == 0:
            assert store.get(stored.id) == stored
            store.marks.touch_used(stored.id)
        if number % 6 == 0:
            store.job_files.write(f"{worker}-{number}", b"x" * 5000)
        number += 1


def remove(store: Store, worker: int, count: int) -> None:
    """Write and remove the same few entries, so that folders come and go."""
    for number in range(count):
        stored = store.put(entry_for(store, "removed again", created=float(number % 3)))
        try:
            store.remove(stored.id)
        except StoreError:  # another process was quicker
            continue


def come_and_go(store: Store, worker: int, count: int) -> None:
    """Name a blob again after nobody has named it for about as long as a collector waits."""
    chance = random.Random(worker)
    for number in range(count):
        entry = entry_for(store, f"{worker} {number}", created=float(number), text=SHARED_TEXT)
        stored = store.put(entry)
        time.sleep(chance.uniform(0.0, 0.5))
        (output,) = store.outputs_of(stored)[0]
        assert output["text"] == SHARED_TEXT
        store.remove(stored.id)
        time.sleep(chance.uniform(COLLECTORS_GRACE - 0.5, COLLECTORS_GRACE + 0.5))


def collect(store: Store, stop: Path, grace: float) -> None:
    """Collect what nobody names, again and again, and without much patience."""
    collection.GRACE = grace
    freed = 0
    while not stop.exists():
        collector = store.collector(lambda notebook: False)
        freed += collector.carry_out(collector.plan(Limits())).freed_bytes
    say(f"freed {freed}")


def read(store: Store, stop: Path) -> None:
    rounds = 0
    while not stop.exists():
        entries, total = store.page(limit=1000)
        assert len(entries) <= total
        for stored in entries[::7]:
            assert stored.trusted
            (output,) = store.outputs_of(stored)[0]
            assert output["text"] in (SHARED_TEXT, "2") or output["text"].startswith("output ")
        for number in range(5):
            latest = store.latest_of(f"{number}.ipynb")
            assert latest is None or latest.entry.notebook_path == f"{number}.ipynb"
            store.entries_for(code_key(f"code {number}"))
        store.job_files.read_all()
        rounds += 1
    assert not store.problems, list(store.problems)
    say(f"rounds {rounds}")


def disturb(store: Store, stop: Path) -> None:
    """Delete and spoil the index again and again."""
    chance = random.Random(1)
    while not stop.exists():
        index = store.folder / "index.sqlite"
        if chance.random() < 0.5:
            index.unlink(missing_ok=True)
        elif index.exists():
            index.write_bytes(chance.randbytes(3000))
        time.sleep(0.02)


def main(verb: str, place: str, *arguments: str) -> None:
    if verb == "secret":
        wait_for(Path(place))
        say(notary_secret().hex())
        return
    store = Store(Path(place), KeyRing(SECRET))
    start, *rest = arguments
    wait_for(Path(start))
    if verb in ("write", "endless"):
        write(store, int(rest[0]), int(rest[1]), endless=verb == "endless")
    elif verb == "remove":
        remove(store, int(rest[0]), int(rest[1]))
    elif verb == "come_and_go":
        come_and_go(store, int(rest[0]), int(rest[1]))
    elif verb == "collect":
        collect(store, Path(rest[0]), float(rest[1]) if rest[1:] else COLLECTORS_GRACE)
    elif verb == "read":
        read(store, Path(rest[0]))
    elif verb == "disturb":
        disturb(store, Path(rest[0]))


if __name__ == "__main__":
    main(*sys.argv[1:])
