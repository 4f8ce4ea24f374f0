"""A store of many entries: listing, search and order, and what a collection would take."""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from table import Table
from timing import in_turns, milliseconds, seconds_of

from jupyterlab_cache.store.collection_plan import Limits
from jupyterlab_cache.store.manifest import encode_manifest, encode_payload
from jupyterlab_cache.store.outputs import put_outputs
from jupyterlab_cache.store.records import CellRecord, Entry, Input
from jupyterlab_cache.store.selection import SORT_KEYS, Selection
from jupyterlab_cache.store.signatures import KeyRing
from jupyterlab_cache.store.store import Store

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "15"))
ENTRIES = int(os.environ.get("BENCH_ENTRIES", "10000"))
LIMIT = 0.05  # seconds
_KEYS = KeyRing(b"bench")
_INPUTS = 18


def measure() -> list[Table]:
    """Listings on a warm index, and the plan of a collection."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "store", _KEYS)
        _fill(store)
        time.sleep(2.5)  # the times of folders count once they are two seconds old
        made = seconds_of(lambda: store.select(Selection(sort="used")))
        return [_listings(store, made), _collection(store)]


def _listings(store: Store, made: float) -> Table:
    wishes = {f"by {key}": Selection(sort=key) for key in SORT_KEYS}
    wishes["search, one finds"] = Selection(search="folder7/notebook707")
    wishes["search, none finds"] = Selection(search="nowhere")
    wishes["search, 3 words, by use"] = Selection(search="IR notebook7 executed", sort="used")

    def ask(wish: Selection) -> Callable[[], object]:
        return lambda: store.select(wish, 0, 100)

    times = in_turns(ROUNDS, **{name: ask(wish) for name, wish in wishes.items()})
    title = f"The first 100 of {ENTRIES:,} entries; the index was made in {made:.1f} s"
    table = Table(title, ("", "median ms", "fastest ms"))
    for name, seconds in times.items():
        table.add(name, milliseconds(seconds), milliseconds([min(seconds)]))
        if sorted(seconds)[ROUNDS // 2] > LIMIT:
            table.exceeded.append(f"{name}: more than {LIMIT * 1000:.0f} ms")
    return table


def _collection(store: Store) -> Table:
    collector = store.collector(lambda notebook: False)
    limits = Limits(bytes=10**9, entries=ENTRIES // 2)
    plan = seconds_of(lambda: collector.preview(collector.plan(limits)))
    verified = seconds_of(lambda: store.verify(lambda problem: None, repair=False))
    unit = 1 if sys.platform == "darwin" else 1024
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
    table = Table(f"All of {ENTRIES:,} entries; memory at most {memory:.0f} MB", ("", "s"))
    table.add("preview of a collection of half of them", f"{plan:.1f}")
    table.add("verification", f"{verified:.1f}")
    return table


def _fill(store: Store) -> None:
    """Entries written past the store, since syncing each to disk would take an hour."""
    outputs, _ = put_outputs(store.blobs, [[]])
    notebook = store.blobs.put(b'{"cells": []}')
    digest = "0" * 64
    inputs = tuple(
        Input("file", f"data/{n}.csv", f"sha256-{digest}", path=f"data/{n}.csv")
        for n in range(_INPUTS)
    )
    for number in range(ENTRIES):
        code_key = f"ck1-{sha256(str(number // 2).encode()).hexdigest()}"
        entry = Entry(
            code_key=code_key,
            kernel_name=("python3", "ir")[number % 3 == 0],
            notebook_path=f"folder{number % 50}/notebook{number % 1000}.ipynb",
            created=1.7e9 + number,
            seconds=float(number % 77),
            provenance="executed",
            outcome="ok",
            outputs=outputs,
            notebook=notebook,
            outputs_digest=digest,
            cells=(CellRecord(digest, digest, digest),),
            inputs=inputs,
            output_bytes=number % 1013,
        )
        stored, payload = encode_payload(entry)
        folder = store.folder / "entries" / code_key[4:6] / code_key
        folder.mkdir(parents=True, exist_ok=True)
        manifest = encode_manifest(payload, _KEYS.sign(payload))
        (folder / f"{stored.id}.json").write_bytes(manifest)
        if number % 3 == 0:
            mark = store.folder / "marks" / "used" / stored.id
            mark.parent.mkdir(parents=True, exist_ok=True)
            mark.touch()
            used = 1.7e9 + number * 7 % 100_000
            os.utime(mark, (used, used))
