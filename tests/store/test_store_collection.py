"""What a collection takes, what it leaves, and that nobody else loses anything by it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from store_support import files_below, only_file, plant

from jupyterlab_cache.store import collection as collection_module
from jupyterlab_cache.store import leftovers as leftovers_module
from jupyterlab_cache.store.blobs import blob_digest
from jupyterlab_cache.store.checks import Check
from jupyterlab_cache.store.collection import Outcome
from jupyterlab_cache.store.collection_plan import Limits
from jupyterlab_cache.store.errors import StoreError, StoreReadOnly
from jupyterlab_cache.store.records import Entry, Input
from jupyterlab_cache.store.store import Store, StoredEntry

MakeEntry = Callable[..., Entry]
OpenAgain = Callable[..., Store]


@pytest.fixture
def no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody writes, so nothing is too new."""
    monkeypatch.setattr(collection_module, "GRACE", -100.0)


@pytest.fixture
def four(store: Store, make_entry: MakeEntry) -> list[StoredEntry]:
    """The oldest first; each has an output of its own that takes some 500 bytes."""
    return [
        store.put(
            make_entry(f"{n}", path=f"{n}.ipynb", created=1e9 + n, text=os.urandom(500).hex())
        )
        for n in range(4)
    ]


def collect(store: Store, *, needed: str = "", preview: bool = False, **limits: float) -> Outcome:
    collector = store.collector(lambda notebook: notebook == needed)
    plan = collector.plan(Limits(**limits))  # type: ignore[arg-type]
    return collector.preview(plan) if preview else collector.carry_out(plan)


def left(store: Store) -> list[StoredEntry]:
    """Oldest first, and each whole."""
    entries = store.page()[0][::-1]
    for stored in entries:
        assert store.outputs_of(stored)
        assert store.notebook_of(stored) == {"cells": []}
    return entries


def objects(store: Store) -> int:
    return sum(path.stat().st_size for path in store.folder.glob("objects/*/*"))


def use(store: Store, stored: StoredEntry, when: float) -> None:
    store.marks.touch_used(stored.id)
    os.utime(store.folder / "marks" / "used" / stored.id, (when, when))


def test_the_least_recently_used_go_first(
    store: Store, four: list[StoredEntry], no_grace: None
) -> None:
    use(store, four[0], 1e9 + 100)
    use(store, four[2], 1e9 + 50)
    outcome = collect(store, entries=2)
    assert [known.id for known in outcome.removed] == [four[1].id, four[3].id]
    assert left(store) == [four[0], four[2]]
    assert store.marks.last_used(four[1].id) is None
    assert (outcome.kept_entries, outcome.kept_bytes) == (2, objects(store))


def test_by_age_since_the_last_use(store: Store, four: list[StoredEntry], no_grace: None) -> None:
    now = time.time()
    use(store, four[0], now - 1000)
    use(store, four[1], now - 3000)
    outcome = collect(store, age=2000)
    # Never used ones were made long ago.
    assert [known.id for known in outcome.removed] == [four[2].id, four[3].id, four[1].id]
    assert left(store) == [four[0]]


def test_by_bytes_with_what_is_shared_counted_once(
    store: Store, make_entry: MakeEntry, no_grace: None
) -> None:
    text = os.urandom(5000).hex()
    entries = [
        store.put(make_entry(f"{n}", created=1e9 + n, text=text if n else os.urandom(5000).hex()))
        for n in range(4)
    ]
    shared = objects(store) - store.blobs.size_on_disk(entries[0].entry.outputs)
    shared -= sum(map(store.blobs.size_on_disk, entries[0].entry.payloads))
    outcome = collect(store, bytes=shared)
    assert [known.id for known in outcome.removed] == [entries[0].id]
    assert (outcome.kept_bytes, outcome.kept_bytes) == (objects(store), shared)
    assert outcome.freed_bytes > 5000
    assert collect(store, bytes=shared).removed == ()
    assert left(store) == entries[1:]


def test_the_first_that_does_not_fit_ends_it(
    store: Store, make_entry: MakeEntry, no_grace: None
) -> None:
    """A small old entry does not stay in place of a large new one."""
    small = store.put(make_entry("small", created=1.0, text="1"))
    large = store.put(make_entry("large", created=2.0, text=os.urandom(50_000).hex()))
    last = store.put(make_entry("last", created=3.0, text="2"))
    assert [known.id for known in collect(store, bytes=10_000).removed] == [small.id, large.id]
    assert left(store) == [last]


def test_pins_and_needed_notebooks_stay(
    store: Store, four: list[StoredEntry], no_grace: None
) -> None:
    store.marks.pin(four[0].id)
    outcome = collect(store, entries=0, bytes=0, age=0, needed="1.ipynb")
    assert len(outcome.removed) == 2
    assert left(store) == four[:2]
    assert store.marks.is_pinned(four[0].id)
    assert outcome.kept_bytes == objects(store)
    store.marks.unpin(four[0].id)
    assert len(collect(store, entries=0).removed) == 2
    assert (left(store), objects(store)) == ([], 0)


def test_the_other_entry_of_a_check_stays_with_it(
    store: Store, four: list[StoredEntry], no_grace: None
) -> None:
    check = Check(time=1.0, other=four[0].id, outcome="different")
    store.marks.keep_check(four[3].id, check)
    # A circle, and one that is not there, do no harm.
    store.marks.keep_check(four[0].id, Check(time=1.0, other=four[3].id, outcome="different"))
    store.marks.keep_check(four[1].id, Check(time=1.0, other="0" * 32, outcome="different"))
    collect(store, entries=2)
    assert left(store) == [four[0], four[3]]
    collect(store, entries=1)
    assert left(store) == []


def test_a_preview_tells_the_same_and_changes_nothing(
    store: Store, four: list[StoredEntry], no_grace: None
) -> None:
    store.blobs.put(b"an orphan")
    (store.folder / "tmp" / "left").write_bytes(b"12345")
    past = time.time() - 1e6
    os.utime(store.folder / "tmp" / "left", (past, past))
    before = files_below(store.folder)
    told = collect(store, entries=1, bytes=10**9, preview=True)
    assert files_below(store.folder) == before
    assert len(told.removed) == 3
    done = collect(store, entries=1, bytes=10**9)
    names = [known.id for known in done.removed]
    assert names == [known.id for known in told.removed]
    for field in ("freed_bytes", "waiting_bytes", "orphan_blobs", "kept_entries", "kept_bytes"):
        assert getattr(told, field) == getattr(done, field), field
    assert done.orphan_blobs == 1


def test_without_a_limit_only_orphans_go(
    store: Store, four: list[StoredEntry], no_grace: None
) -> None:
    orphan = store.blobs.put(b"nobody names it")
    outcome = collect(store)
    assert (outcome.removed, outcome.orphan_blobs) == ((), 1)
    assert outcome.freed_bytes == len(b"nobody names it")
    assert not store.blobs.has(orphan)
    assert left(store) == four


def test_what_inputs_and_artefacts_name_stays(
    store: Store, make_entry: MakeEntry, no_grace: None
) -> None:
    content = store.blobs.put(b"a,b\n1,2\n")
    item = Input("file", "data.csv", content, path="data.csv", content=content)
    store.put(make_entry(inputs=(item,)))
    collect(store)
    assert store.blobs.get(content) == b"a,b\n1,2\n"


class TestGrace:
    """Somebody may be about to name what nobody names yet."""

    def test_new_content_waits(self, store: Store, four: list[StoredEntry]) -> None:
        new = store.blobs.put(b"about to be named")
        outcome = collect(store, entries=3)
        assert store.blobs.get(new) == b"about to be named"
        assert outcome.waiting_bytes > 500  # that of the removed entry is as new
        assert (outcome.freed_bytes, outcome.orphan_blobs) == (0, 0)

    def test_old_content_that_was_asked_for_again_waits(
        self, store: Store, four: list[StoredEntry], no_grace: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A writer finds the blob there, between the collector's look and its deed."""
        orphan = store.blobs.put(b"an old blob")
        collector = store.collector(lambda notebook: False)
        move = collector._files.move
        written = []

        def move_late(name: str, to: str) -> None:
            if not written:
                written.append(store.blobs.put(b"an old blob"))
            move(name, to)

        monkeypatch.setattr(collector._files, "move", move_late)
        outcome = collector.carry_out(collector.plan(Limits()))
        assert written == [orphan]
        assert store.blobs.get(orphan) == b"an old blob"
        assert outcome.waiting_bytes == len(b"an old blob")
        assert list((store.folder / "tmp").iterdir()) == []

    def test_an_entry_written_after_the_look_keeps_its_blobs(
        self, store: Store, make_entry: MakeEntry, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """However long the collection takes."""
        monkeypatch.setattr(collection_module, "GRACE", 0.0)
        old = make_entry(text=os.urandom(500).hex())
        time.sleep(0.05)  # the clock of a file system is coarse
        collector = store.collector(lambda notebook: False)
        plan = collector.plan(Limits())
        time.sleep(0.05)
        stored = store.put(old)
        monkeypatch.setattr(time, "time", lambda: 4e9)
        collector.carry_out(plan)
        assert left(store) == [stored]

    def test_an_entry_waits_for_a_blob_that_a_collector_looks_at(
        self, store: Store, make_entry: MakeEntry, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        entry = make_entry()
        place = only_file(store.folder, f"objects/*/{entry.outputs.removeprefix('sha256-')}*")
        out = store.folder / "tmp" / "taken-out"
        place.rename(out)
        waited = []

        def wait(seconds: float) -> None:
            waited.append(seconds)
            out.rename(place)

        monkeypatch.setattr(time, "sleep", wait)
        assert left(store) == [] == waited
        stored = store.put(entry)
        assert left(store) == [stored]
        assert len(waited) == 1

    def test_an_entry_that_is_used_or_pinned_meanwhile_stays(
        self, store: Store, four: list[StoredEntry], no_grace: None
    ) -> None:
        collector = store.collector(lambda notebook: False)
        plan = collector.plan(Limits(entries=0))
        store.marks.touch_used(four[1].id)
        store.marks.pin(four[2].id)
        outcome = collector.carry_out(plan)
        assert left(store) == four[1:3]
        assert outcome.kept_entries == 2
        assert outcome.kept_bytes == objects(store)

    def test_young_leftovers_stay(self, store: Store, four: list[StoredEntry]) -> None:
        (store.folder / "tmp" / "being-written").write_bytes(b"1")
        collect(store)
        assert (store.folder / "tmp" / "being-written").exists()


class TestLeftovers:
    def test_a_blob_taken_out_by_a_dead_collector_comes_back_if_it_is_needed(
        self, store: Store, four: list[StoredEntry]
    ) -> None:
        name = four[0].entry.outputs.removeprefix("sha256-")
        (place,) = store.folder.glob(f"objects/*/{name}*")
        place.rename(store.folder / "tmp" / f"{place.name}.0123abcd.collected")
        collect(store)
        assert left(store) == four
        assert list((store.folder / "tmp").iterdir()) == []

    def test_others_go_when_they_are_old(
        self, store: Store, four: list[StoredEntry], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        content = b"taken out"
        name = f"{blob_digest(content).removeprefix('sha256-')}.0123abcd.collected"
        place = store.folder / "tmp" / name
        place.write_bytes(content)
        collect(store)
        assert place.exists()
        monkeypatch.setattr(leftovers_module, "LEFTOVER_AGE", -100.0)
        assert collect(store).freed_bytes == len(content)
        assert not place.exists()

    def test_marks_of_entries_that_are_gone(
        self, store: Store, four: list[StoredEntry], no_grace: None
    ) -> None:
        for stored in four:
            store.marks.pin(stored.id)
            store.marks.note_hit(stored.id)
        store.marks.invalidate_notebook("0.ipynb")
        only_file(store.folder, f"entries/*/*/{four[0].id}.json").unlink()
        collect(store)
        assert left(store) == four[1:]
        assert not list(store.folder.glob(f"marks/*/{four[0].id}"))
        assert len(list(store.folder.glob("marks/*/*"))) == 3 * 3 + 1


class TestSuspicious:
    def test_what_a_damaged_entry_mentions_stays(
        self, store: Store, four: list[StoredEntry], no_grace: None
    ) -> None:
        place = only_file(store.folder, f"entries/*/*/{four[0].id}.json")
        whole = place.read_bytes()
        place.write_bytes(whole.replace(b'"created"', b'"crated"'))
        store.marks.pin(four[0].id)
        collect(store, entries=1)
        assert left(store) == [four[3]]
        place.write_bytes(whole)
        assert left(store) == [four[0], four[3]]
        assert store.marks.is_pinned(four[0].id)

    def test_what_an_entry_of_a_newer_program_mentions_stays(
        self, store: Store, four: list[StoredEntry], no_grace: None
    ) -> None:
        place = only_file(store.folder, f"entries/*/*/{four[0].id}.json")
        newer = store.folder / "entries" / "zz" / "ck2-something" / "new.json"
        newer.parent.mkdir(parents=True)
        place.rename(newer)
        collect(store)
        assert store.has_outputs(four[0])

    def test_an_entry_that_cannot_be_read_stops_it(
        self, store: Store, four: list[StoredEntry], no_grace: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from jupyterlab_cache.store import reading

        read_file = reading.read_file

        def refuse(folder: object, name: str, limit: int) -> bytes:
            if name.startswith(four[2].id):
                raise PermissionError(13, "Permission denied")
            return read_file(folder, name, limit)  # type: ignore[arg-type]

        before = files_below(store.folder)
        monkeypatch.setattr(reading, "read_file", refuse)
        with pytest.raises(StoreError, match=r"Nothing was removed"):
            collect(store, entries=0)
        assert files_below(store.folder) == before

    @pytest.mark.parametrize("kind", ["symlink", "fifo", "folder"])
    def test_what_is_no_blob_is_left_alone(
        self, store: Store, four: list[StoredEntry], no_grace: None, tmp_path: Path, kind: str
    ) -> None:
        victim = tmp_path / "victim"
        victim.write_text("precious")
        orphan = store.blobs.put(b"an orphan").removeprefix("sha256-")
        place = store.folder / "objects" / orphan[:2] / orphan
        plant(place, kind, victim)
        (store.folder / "objects" / "README").write_text("hello")
        outside = tmp_path / "outside" / orphan
        outside.parent.mkdir()
        outside.write_text("an orphan")
        (store.folder / "objects" / orphan[:2]).rename(tmp_path / "away")
        (store.folder / "objects" / orphan[:2]).symlink_to(outside.parent)
        collect(store, entries=4)
        assert victim.read_text() == "precious"
        assert outside.read_text() == "an orphan"

    def test_a_use_that_is_yet_to_come_counts_as_now(
        self, store: Store, four: list[StoredEntry], no_grace: None
    ) -> None:
        use(store, four[0], 32e9)
        use(store, four[1], time.time() + 1)
        collect(store, entries=2)
        assert set(map(str, left(store))) == set(map(str, four[:2]))

    def test_the_index_is_not_believed(
        self, store: Store, four: list[StoredEntry], no_grace: None
    ) -> None:
        import sqlite3

        assert left(store) == four
        connection = sqlite3.connect(store.folder / "index.sqlite")
        connection.execute("UPDATE entries SET created = 4e9 - created")
        connection.execute("DELETE FROM entries WHERE notebook = '3.ipynb'")
        connection.commit()
        connection.close()
        collect(store, entries=2)
        (store.folder / "index.sqlite").unlink()
        assert left(store) == four[2:]


def test_nothing_is_there(store: Store) -> None:
    outcome = collect(store, entries=0)
    assert (outcome.removed, outcome.kept_entries, outcome.freed_bytes) == ((), 0, 0)
    assert not store.folder.exists()


def test_a_store_for_reading_only(
    store: Store, four: list[StoredEntry], open_again: OpenAgain
) -> None:
    reader = open_again(read_only=True)
    assert len(collect(reader, entries=1, preview=True).removed) == 3
    with pytest.raises(StoreReadOnly):
        collect(reader, entries=1)
    assert left(store) == four
