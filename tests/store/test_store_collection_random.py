"""Collections after random histories, and killed at each of their steps."""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_support import SECRET, entry_for, files_below

from jupyterlab_cache.store import collection as collection_module
from jupyterlab_cache.store.collection_plan import Limits
from jupyterlab_cache.store.errors import BlobMissing
from jupyterlab_cache.store.signatures import KeyRing
from jupyterlab_cache.store.store import Store, StoredEntry

START = 1_600_000_000.0


@pytest.fixture(scope="module", autouse=True)
def _no_grace() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(collection_module, "GRACE", -100.0)
        yield


def open_store(folder: Path) -> Store:
    return Store(folder, KeyRing(SECRET))


def put(store: Store, number: int, payload: int) -> StoredEntry:
    """Entries of equal payload share a blob."""
    text = random.Random(payload).randbytes(2000 * (1 + payload)).hex()
    return store.put(
        entry_for(store, f"{number}", path=f"{number % 3}.ipynb", created=START + number, text=text)
    )


def use(store: Store, stored: StoredEntry, when: float) -> None:
    store.marks.touch_used(stored.id)
    os.utime(store.folder / "marks" / "used" / stored.id, (when, when))


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(0, 4)),
        st.tuples(st.sampled_from(["use", "pin", "unpin", "remove"]), st.integers(0, 30)),
        st.tuples(st.just("collect by entries"), st.integers(0, 6)),
        st.tuples(st.just("collect by bytes"), st.integers(0, 40_000)),
        st.tuples(st.just("orphan"), st.integers(0, 4)),
    ),
    min_size=5,
    max_size=25,
)


@given(steps=STEPS, needed=st.sampled_from(["", "1.ipynb"]))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_after_any_history(steps: list[tuple[str, int]], needed: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        store = open_store(Path(place) / "store")
        alive: list[StoredEntry] = []
        last: dict[str, float] = {}
        pins: set[str] = set()
        for number, (verb, value) in enumerate([*steps, ("collect by entries", 2)]):
            now = START + number
            if verb == "put":
                stored = put(store, number, value)
                alive.append(stored)
                last[stored.id] = now
            elif verb == "orphan":
                store.blobs.put(bytes([value]) * 10)
            elif verb.startswith("collect"):
                limits = Limits(entries=value) if "entries" in verb else Limits(bytes=value)
                alive = collect_and_check(store, limits, alive, last, pins, needed)
            elif alive:
                stored = alive[value % len(alive)]
                if verb == "use":
                    use(store, stored, now)
                    last[stored.id] = now
                elif verb == "remove":
                    store.remove(stored.id)
                    alive.remove(stored)
                    pins.discard(stored.id)
                elif verb == "pin":
                    store.marks.pin(stored.id)
                    pins.add(stored.id)
                else:
                    store.marks.unpin(stored.id)
                    pins.discard(stored.id)


def collect_and_check(
    store: Store,
    limits: Limits,
    alive: list[StoredEntry],
    last: dict[str, float],
    pins: set[str],
    needed: str,
) -> list[StoredEntry]:
    collector = store.collector(lambda notebook: notebook == needed)
    told = collector.preview(collector.plan(limits))
    outcome = collector.carry_out(collector.plan(limits))
    assert [known.id for known in told.removed] == [known.id for known in outcome.removed]
    assert told.kept_bytes == outcome.kept_bytes
    assert told.freed_bytes == outcome.freed_bytes
    gone = {known.id for known in outcome.removed}
    assert len(gone) == len(outcome.removed)
    found = {stored.id for stored in open_store(store.folder).page(limit=1000)[0]}
    assert found == {stored.id for stored in alive} - gone

    left = [stored for stored in alive if stored.id not in gone]
    forced = {s.id for s in alive if s.id in pins or s.entry.notebook_path == needed}
    assert not gone & forced
    assert [last[known.id] for known in outcome.removed] == sorted(last[name] for name in gone)
    free = [last[stored.id] for stored in left if stored.id not in forced]
    # Nothing that goes was used after something that stays and need not.
    assert not (gone and free) or max(last[name] for name in gone) < min(free)

    size = sum(path.stat().st_size for path in store.folder.glob("objects/*/*"))
    assert size == outcome.kept_bytes
    named = {digest for stored in left for digest in store.blobs_of(stored)}
    assert named == {
        f"sha256-{path.name.partition('.')[0]}" for path in store.folder.glob("objects/*/*")
    }
    if set(forced) != {stored.id for stored in left}:
        assert limits.entries is None or len(left) <= limits.entries
        assert limits.bytes is None or size <= limits.bytes
    for stored in left:
        (output,) = store.outputs_of(stored)[0]
        assert len(output["text"]) >= 4000
    return left


# What a collection does to the file system: each of these is a step.
CALLS = ("rename", "replace", "unlink", "rmdir", "utime", "mkdir", "link")
ENDED, KILLED = 0, 9


def killed_at(folder: Path, step: int, limits: Limits) -> int:
    """Collect in a process of its own that ends before its n-th change of the file system."""
    process = os.fork()
    if process:
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    try:
        left = step

        def counted(call: Callable[..., Any]) -> Callable[..., Any]:
            def instead(*arguments: Any, **options: Any) -> Any:
                nonlocal left
                if left == 0:
                    os._exit(KILLED)
                left -= 1
                return call(*arguments, **options)

            return instead

        for name in CALLS:
            setattr(os, name, counted(getattr(os, name)))
        collector = open_store(folder).collector(lambda notebook: False)
        collector.carry_out(collector.plan(limits))
        os._exit(ENDED)
    finally:
        os._exit(1)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("limits", [Limits(entries=2), Limits(bytes=15_000)], ids=str)
def test_killed_at_any_step(tmp_path: Path, limits: Limits) -> None:
    whole = open_store(tmp_path / "whole")
    entries = [put(whole, number, number % 3) for number in range(7)]
    whole.marks.pin(entries[0].id)
    for stored in entries[::2]:
        whole.marks.note_hit(stored.id)
        use(whole, stored, START + 100)
    whole.blobs.put(b"an orphan")
    collector = whole.collector(lambda notebook: False)
    going = {known.id for known in collector.plan(limits).going}
    staying = [stored for stored in entries if stored.id not in going]
    assert going
    assert len(staying) > 1
    shutil.copytree(whole.folder, tmp_path / "done")
    assert killed_at(tmp_path / "done", 10**6, limits) == ENDED
    done = names_below(tmp_path / "done")
    step = 0
    while True:
        folder = tmp_path / f"step-{step}"
        shutil.copytree(whole.folder, folder)
        code = killed_at(folder, step, limits)
        assert code in (ENDED, KILLED)
        # Whatever is still listed is whole or a miss, and what had to stay is whole.
        store = open_store(folder)
        found = {stored.id: stored for stored in store.page(limit=100)[0]}
        assert {stored.id for stored in staying} <= found.keys() <= {s.id for s in entries}
        for stored in found.values():
            try:
                assert store.outputs_of(stored) == whole.outputs_of(stored)
            except BlobMissing:
                assert stored not in staying
        # The next one ends it.
        collector = store.collector(lambda notebook: False)
        collector.carry_out(collector.plan(limits))
        assert names_below(folder) - done == leftovers_of(folder)
        assert done <= names_below(folder)
        assert all(store.outputs_of(stored) for stored in staying)
        shutil.rmtree(folder)
        if code == ENDED:
            break
        step += 1
    assert step > 20


def names_below(folder: Path) -> set[str]:
    return {name for name in files_below(folder) if not name.startswith("index.sqlite")}


def leftovers_of(folder: Path) -> set[str]:
    """A blob that was being removed: it is old enough a day later."""
    return {f"tmp/{path.name}" for path in folder.glob("tmp/*.collected")}
