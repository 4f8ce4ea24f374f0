"""Each kind of damage is found, told and repaired; a good store is left alone."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from store_support import SECRET, files_below, only_file, plant

from jupyterlab_cache.store import collection as collection_module
from jupyterlab_cache.store import leftovers as leftovers_module
from jupyterlab_cache.store.collection_plan import Limits
from jupyterlab_cache.store.errors import StoreError
from jupyterlab_cache.store.manifest import encode_manifest, encode_payload
from jupyterlab_cache.store.records import Entry
from jupyterlab_cache.store.signatures import KeyRing
from jupyterlab_cache.store.store import Store, StoredEntry
from jupyterlab_cache.store.verification import Problem, Summary

MakeEntry = Callable[..., Entry]
OpenAgain = Callable[..., Store]


@pytest.fixture
def three(store: Store, make_entry: MakeEntry) -> list[StoredEntry]:
    return [
        store.put(
            make_entry(f"{n}", path=f"{n}.ipynb", created=1e9 + n, text=os.urandom(999).hex())
        )
        for n in range(3)
    ]


@pytest.fixture
def _no_grace(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(collection_module, "GRACE", -100.0)
    yield


def verify(store: Store, *, repair: bool = False) -> tuple[Summary, list[Problem]]:
    problems: list[Problem] = []
    return store.verify(problems.append, repair=repair), problems


def kinds(problems: list[Problem]) -> list[tuple[str, bool]]:
    return [(problem.kind, problem.repaired) for problem in problems]


def entry_file(store: Store, stored: StoredEntry) -> Path:
    return only_file(store.folder, f"entries/*/*/{stored.id}.json")


def blob_file(store: Store, digest: str) -> Path:
    return only_file(store.folder, f"objects/*/{digest.removeprefix('sha256-')}*")


def found_and_repaired(store: Store, *expected: str, remaining: tuple[str, ...] = ()) -> None:
    """These problems are there, a look changes nothing, and a repair leaves only some of them."""
    store.page()
    before = {name: data for name, data in files_below(store.folder).items() if "index" not in name}
    _, problems = verify(store)
    assert sorted(kinds(problems)) == sorted((kind, False) for kind in expected)
    after = {name: data for name, data in files_below(store.folder).items() if "index" not in name}
    assert after == before
    _, repaired = verify(store, repair=True)
    assert sorted(kinds(repaired)) == sorted((kind, kind not in remaining) for kind in expected)
    assert sorted(kinds(verify(store)[1])) == sorted((kind, False) for kind in remaining)


@pytest.mark.parametrize("repair", [False, True])
def test_a_good_store_is_left_alone(store: Store, three: list[StoredEntry], repair: bool) -> None:
    store.marks.pin(three[0].id)
    store.marks.note_hit(three[1].id)
    store.blobs.put(b"about to be named")
    store.page()
    before = files_below(store.folder)
    summary, problems = verify(store, repair=repair)
    assert problems == []
    assert (summary.entries, summary.untrusted) == (3, 0)
    assert summary.blobs == len(list(store.folder.glob("objects/*/*")))
    assert files_below(store.folder) == before


def test_no_store(store: Store) -> None:
    assert verify(store) == (Summary(0, 0, 0), [])
    assert verify(store, repair=True) == (Summary(0, 0, 0), [])
    assert not store.folder.exists()
    store.folder.mkdir(parents=True)
    assert verify(store, repair=True) == (Summary(0, 0, 0), [])
    assert list(store.folder.iterdir()) == []


def test_entries_of_others_are_counted(store: Store, three: list[StoredEntry]) -> None:
    other = Store(store.folder, KeyRing(b"somebody else's"))
    summary, problems = verify(other, repair=True)
    assert (summary.untrusted, problems) == (3, [])


def test_a_damaged_entry_is_set_aside_with_what_it_needs(
    store: Store, three: list[StoredEntry], _no_grace: None
) -> None:
    place = entry_file(store, three[0])
    whole = place.read_bytes()
    place.write_bytes(whole.replace(b'"seconds":', b'"secnds":'))
    found_and_repaired(store, "entry-damaged")
    assert store.page()[0] == [three[2], three[1]]
    # Nothing is lost: neither the file nor the content that it mentions.
    aside = only_file(store.folder, "quarantine/*")
    assert b'"secnds":' in aside.read_bytes()
    collector = store.collector(lambda notebook: False)
    collector.carry_out(collector.plan(Limits()))
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(whole)
    assert store.outputs_of(store.get(three[0].id))


@pytest.mark.parametrize("kind", ["symlink", "fifo", "folder"])
def test_what_is_no_file_in_place_of_an_entry(
    store: Store, three: list[StoredEntry], tmp_path: Path, kind: str
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    plant(entry_file(store, three[0]), kind, victim)
    if kind == "folder":
        verify(store, repair=True)
    else:
        found_and_repaired(store, "entry-damaged")
    assert victim.read_text() == "precious"


def test_an_entry_in_a_wrong_place(store: Store, three: list[StoredEntry]) -> None:
    place = entry_file(store, three[0])
    place.rename(entry_file(store, three[1]).with_name(place.name))
    found_and_repaired(store, "entry-damaged")


def test_an_entry_of_a_newer_program_stays(
    store: Store, three: list[StoredEntry], _no_grace: None
) -> None:
    place = entry_file(store, three[0])
    record, _, rest = place.read_bytes().partition(b"\n")
    newer = json.dumps({**json.loads(record), "format": 2, "outcome": "splendid"}).encode()
    place.write_bytes(newer + b"\n" + rest)
    found_and_repaired(store, "unreadable", remaining=("unreadable",))
    assert place.exists()
    assert store.has_outputs(three[0])


def test_a_forged_signature(store: Store, three: list[StoredEntry], make_entry: MakeEntry) -> None:
    """Ours by name, for another record."""
    stored, payload = encode_payload(three[0].entry)
    other = encode_payload(three[1].entry)[1]
    place = entry_file(store, three[0])
    place.write_bytes(encode_manifest(payload, KeyRing(SECRET).sign(other)))
    assert not store.get(stored.id).trusted
    found_and_repaired(store, "signature-bad")
    assert {entry.id for entry in store.page()[0]} == {three[1].id, three[2].id}


def test_a_damaged_blob(store: Store, three: list[StoredEntry]) -> None:
    (payload,) = three[0].entry.payloads
    content = store.blobs.get(payload)
    place = blob_file(store, payload)
    data = bytearray(place.read_bytes())
    data[len(data) // 2] ^= 1
    place.write_bytes(data)
    found_and_repaired(store, "blob-damaged", "entry-incomplete", remaining=("entry-incomplete",))
    assert only_file(store.folder, "quarantine/*").read_bytes() == bytes(data)
    # The same content once more makes the entry whole.
    store.blobs.put(content)
    assert verify(store)[1] == []


def test_a_missing_blob_that_comes_back(store: Store, three: list[StoredEntry]) -> None:
    place = blob_file(store, three[0].entry.outputs)
    data = place.read_bytes()
    place.unlink()
    found_and_repaired(store, "entry-incomplete", remaining=("entry-incomplete",))
    (problem,) = verify(store)[1]
    assert problem.subject == three[0].id
    assert "0.ipynb" in problem.message
    place.write_bytes(data)
    assert verify(store)[1] == []


@pytest.mark.parametrize("kind", ["symlink", "dangling", "fifo", "device"])
def test_what_is_no_file_in_place_of_a_blob(
    store: Store, three: list[StoredEntry], tmp_path: Path, kind: str
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    plant(blob_file(store, three[0].entry.outputs), kind, victim)
    expected = ("blob-damaged", "entry-incomplete")
    found_and_repaired(store, *expected, remaining=("entry-incomplete",))
    assert len(list((store.folder / "quarantine").iterdir())) == 1
    assert victim.read_text() == "precious"


def test_what_is_too_much(
    store: Store, three: list[StoredEntry], _no_grace: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leftovers_module, "LEFTOVER_AGE", -100.0)
    store.blobs.put(b"an orphan")
    store.marks.pin("0" * 32)
    (store.folder / "tmp" / "left").write_bytes(b"half")
    found_and_repaired(store, "blob-orphan", "mark-orphan", "leftover")


def test_a_foreign_file_is_told_and_stays(store: Store, three: list[StoredEntry]) -> None:
    place = entry_file(store, three[0]).with_name("notes.txt")
    place.write_text("mine")
    found_and_repaired(store, "foreign-file", remaining=("foreign-file",))
    assert place.read_text() == "mine"


def test_an_unreadable_entry_keeps_orphans(
    store: Store, three: list[StoredEntry], _no_grace: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jupyterlab_cache.store import reading

    read_file = reading.read_file

    def refuse(folder: object, name: str, limit: int) -> bytes:
        if name.startswith(three[2].id):
            raise PermissionError(13, "Permission denied")
        return read_file(folder, name, limit)  # type: ignore[arg-type]

    orphan = store.blobs.put(b"an orphan")
    monkeypatch.setattr(reading, "read_file", refuse)
    assert kinds(verify(store, repair=True)[1]) == [("unreadable", False)]
    assert store.blobs.has(orphan)


WRONG = {
    "times": "UPDATE entries SET created = created + 1",
    "notebooks": "UPDATE entries SET notebook = 'x.ipynb' WHERE notebook = '1.ipynb'",
    "sizes": "UPDATE entries SET bytes = 7",
}


@pytest.mark.parametrize("statement", WRONG.values(), ids=WRONG)
def test_a_wrong_index(store: Store, three: list[StoredEntry], statement: str) -> None:
    time.sleep(2.1)  # the folders' times count from now on
    store.page()
    with sqlite3.connect(store.folder / "index.sqlite") as connection:
        connection.execute(statement)
    connection.close()
    _, problems = verify(store)
    assert kinds(problems) == [("index-wrong", False)]
    assert kinds(verify(store, repair=True)[1]) == [("index-wrong", True)]
    assert verify(store)[1] == []
    assert store.page() == (three[::-1], 3)


def test_a_store_for_reading_only_is_not_repaired(
    store: Store, three: list[StoredEntry], open_again: OpenAgain
) -> None:
    reader = open_again(read_only=True)
    assert verify(reader)[1] == []
    with pytest.raises(StoreError):
        verify(reader, repair=True)
