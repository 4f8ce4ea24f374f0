"""What a store does while something goes wrong, and the stores that it is done to.

Everything is deterministic: names of entries and blobs are the same in every run.
"""

from __future__ import annotations

import base64
import json
import os
import random
import shutil
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import migration_steps
from store_support import SECRET, entry_for

from jupyterlab_cache.store import collection, leftovers
from jupyterlab_cache.store import layout as layouts
from jupyterlab_cache.store.checks import Check
from jupyterlab_cache.store.collection_plan import Limits
from jupyterlab_cache.store.files import StoreFiles
from jupyterlab_cache.store.migration import migrate
from jupyterlab_cache.store.outputs import put_outputs
from jupyterlab_cache.store.records import Artefact, Entry, Input
from jupyterlab_cache.store.signatures import KeyRing
from jupyterlab_cache.store.store import Store, StoredEntry

Report = Callable[[object], None]
Prepare = Callable[[Store, Report], None]
Work = Callable[[Store, Report, list[str]], None]


class Operation(NamedTuple):
    """Something that a store does.

    Attributes:
        name: What a person calls it.
        prepare: Makes the store that it is done to.
        work: Does it with the entries that are there, in the order in which they were stored, and
            reports each thing that has been achieved as kind and value.
        may_go: Whether it takes entries away.
        looks_only: Whether it has to succeed where nothing can be written.
        view: Makes a copy of the store one that can be looked at.
    """

    name: str
    prepare: Prepare
    work: Work
    may_go: bool = False
    looks_only: bool = False
    view: Callable[[Path], None] | None = None


def open_store(folder: Path) -> Store:
    """The store as a process sees it that has just begun."""
    return Store(folder, KeyRing(SECRET))


def patient(seconds: float) -> None:
    """Let collections wait so long, instead of an hour and a day."""
    collection.GRACE = leftovers.LEFTOVER_AGE = seconds


def rich_entry(store: Store, number: int) -> Entry:
    """An entry with all that an entry can name, some of it shared with others."""
    chance = random.Random(number)
    image = base64.b64encode(chance.randbytes(3000)).decode()
    outputs: list[list[dict[str, object]]] = [
        [
            {"output_type": "stream", "name": "stdout", "text": f"line of {number}\n" * 300},
            {"output_type": "stream", "name": "stderr", "text": "the same everywhere\n" * 200},
            {
                "output_type": "display_data",
                "metadata": {},
                "data": {"image/png": image, "text/plain": "<Figure>"},
            },
        ]
    ]
    document, sizes = put_outputs(store.blobs, outputs)
    written = chance.randbytes(5000)
    digest = f"sha256-{sha256(written).hexdigest()}"
    half = len(written) // 2
    store.blobs.put_stream(digest, len(written), lambda: (written[:half], written[half:]))
    read = store.blobs.put(f"a,b\n{number},2\n".encode())
    return entry_for(
        store,
        f"code {number % 2}",
        path=f"{number % 3}.ipynb",
        created=1_700_000_000.0 + number,
        outputs=document,
        output_bytes=sum(sizes),
        inputs=(Input("file", "a.csv", read, path="a.csv", content=read),),
        artefacts=(Artefact("out.bin", digest, len(written), content=digest),),
    )


def put(store: Store, report: Report, number: int) -> StoredEntry:
    """Store an entry with all that belongs to it, as an execution does."""
    stored = store.put(rich_entry(store, number))
    report(["stored", stored.id])
    return stored


def _nothing(store: Store, report: Report) -> None:
    pass


def _some(store: Store, report: Report) -> None:
    for number in range(3):
        put(store, report, number)
    third, second, first = (stored.id for stored in store.page()[0])
    store.marks.pin(third)
    report(["pinned", third])
    store.marks.invalidate_entry(second)
    report(["invalidated", second])
    store.marks.note_hit(first)
    store.job_files.write("waiting", b'{"state": "queued"}')
    report(["job", "waiting"])


def _put_one(store: Store, report: Report, ids: list[str]) -> None:
    put(store, report, 10)


def _put_again(store: Store, report: Report, ids: list[str]) -> None:
    put(store, report, 1)


def _mark(store: Store, report: Report, ids: list[str]) -> None:
    first, _, pinned = ids
    store.marks.pin(first)
    report(["pinned", first])
    report(["unpinning", pinned])
    store.marks.unpin(pinned)
    report(["unpinned", pinned])
    store.marks.invalidate_entry(first)
    report(["invalidated", first])
    store.marks.invalidate_notebook("0.ipynb", at=1_600_000_000.0)
    report(["notebook invalidated", "0.ipynb"])
    store.marks.keep_check(first, Check(time=1_700_000_000.0, other=pinned, outcome="repeatable"))
    report(["checked", first])
    store.marks.note_hit(first)


def _queue(store: Store, report: Report, ids: list[str]) -> None:
    for state in ("queued", "running"):
        store.job_files.write("one", json.dumps({"state": state}).encode())
        report(["job", "one"])
    store.report_files.write(b'{"report": 1}')
    report(["report", '{"report": 1}'])


def _remove(store: Store, report: Report, ids: list[str]) -> None:
    report(["going", ids[1]])
    store.remove(ids[1])
    report(["gone", ids[1]])


def _old(store: Store, report: Report) -> None:
    """Entries, content that nobody names, and leftovers."""
    _some(store, report)
    put(store, report, 3)
    store.blobs.put(b"nobody names this" * 100)
    (store.folder / "tmp" / ("0" * 32)).write_bytes(b"half of somethi")
    past = time.time() - 10_000
    for place, _, names in os.walk(store.folder):
        for name in names:
            os.utime(os.path.join(place, name), (past, past))


def _collect(store: Store, report: Report, ids: list[str]) -> None:
    # The pinned one stays, and the limit leaves no room for another.
    for place, identifier in enumerate(ids):
        if place != 2:
            report(["going", identifier])
    collector = store.collector(lambda notebook: False)
    # What it cannot look at, it spares, and says so.
    for known in collector.carry_out(collector.plan(Limits(entries=1))).removed:
        report(["collected", known.id])


def _spoiled(store: Store, report: Report) -> None:
    """An old store with all kinds of damage."""
    _old(store, report)
    put(store, report, 4)
    damaged = store.put(entry_for(store, "damaged", created=5.0, text="damaged " * 500))
    store.page()
    key = damaged.entry.code_key
    path = store.folder / "entries" / key[4:6] / key / f"{damaged.id}.json"
    path.write_bytes(path.read_bytes()[:100])
    orphan = store.blobs.put(b"spoiled, and nobody's" * 100).removeprefix("sha256-")
    (store.folder / "objects" / orphan[:2] / f"{orphan}.zst").write_bytes(b"something else")
    (store.folder / "marks" / "pinned" / ("f" * 32)).write_bytes(b'{"time": 1}')
    report(["gone", damaged.id])


def _repair(store: Store, report: Report, ids: list[str]) -> None:
    store.verify(lambda problem: None, repair=True)
    report(["repaired", ""])


def _without_index(store: Store, report: Report) -> None:
    _some(store, report)
    (store.folder / "index.sqlite").unlink()


def _with_wrong_index(store: Store, report: Report) -> None:
    _some(store, report)
    (store.folder / "index.sqlite").write_bytes(b"this is no database" * 500)


def _list(store: Store, report: Report, ids: list[str]) -> None:
    entries, total = store.page()
    found = [stored.id for stored in reversed(entries)]
    if (found, total, len(store.notebook_paths())) != (ids, 3, 3):
        raise OSError("The listing is not complete.")
    if store.find(ids[0][:8]).id != ids[0]:
        raise OSError("An entry is not found.")


def _migrate(store: Store, report: Report, ids: list[str]) -> None:
    """As a newer program, with a format that does not exist."""
    layouts.STORE_FORMAT = 2
    try:
        migrate(layouts.Layout(store.folder), KeyRing(SECRET), migration_steps.STEPS)
    finally:
        layouts.STORE_FORMAT = 1
    assert not (store.folder / "entries").exists()


def _back(folder: Path) -> None:
    """Make a migrated store one of format 1 again, from what is migrated alone."""
    if json.loads((folder / "format.json").read_bytes())["format"] == 2:
        shutil.rmtree(folder / "entries", ignore_errors=True)
        migration_steps.back(StoreFiles(folder))
    else:
        shutil.rmtree(folder / "records", ignore_errors=True)


OPERATIONS = (
    Operation("store the first entry", _nothing, _put_one),
    Operation("store one more entry", _some, _put_one),
    Operation("store the same entry again", _some, _put_again),
    Operation("mark entries", _some, _mark),
    Operation("keep jobs and reports", _some, _queue),
    Operation("remove an entry", _some, _remove, may_go=True),
    Operation("collect", _old, _collect, may_go=True),
    Operation("verify and repair", _spoiled, _repair),
    Operation("migrate", _some, _migrate, view=_back),
    Operation("list without an index", _without_index, _list, looks_only=True),
    Operation("list with a damaged index", _with_wrong_index, _list, looks_only=True),
)
"""All of them."""
