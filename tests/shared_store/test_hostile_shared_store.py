"""A shared store that a stranger filled, or that is somebody else's server altogether."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import IO

import msgspec
import pytest
import zstandard
from sharing_support import Person
from store_support import files_below, only_file, plant

from jupyterlab_cache.exchange.shared_store import place as places
from jupyterlab_cache.exchange.shared_store.place import (
    NotShared,
    Place,
    SharedStoreError,
    TooLarge,
    Unreachable,
    copy_bounded,
    open_place,
)
from jupyterlab_cache.exchange.shared_store.pulling import pull
from jupyterlab_cache.exchange.shared_store.pushing import push
from jupyterlab_cache.store.blobs import blob_digest
from jupyterlab_cache.store.store import Store
from jupyterlab_cache.store.transport import Transport

LONG = "long " * 5000


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    anna = Person(tmp_path, b"anna")
    anna.put(text=LONG)
    push(anna.transport, open_place(str(tmp_path / "shared")), anna.entries())
    return tmp_path / "shared"


@pytest.fixture
def ben(tmp_path: Path) -> Person:
    return Person(tmp_path, b"ben")


def compressed(shared: Path) -> Path:
    return only_file(shared, "objects/*/*.zst")


@pytest.mark.parametrize(
    "content",
    [
        b"something else",
        b"",
        zstandard.ZstdCompressor().compress(b"something else"),
        # More than the limit of the reader, and not said to be so.
        zstandard.ZstdCompressor().compress(bytes(64 * 1024**2)),
        zstandard.ZstdCompressor(write_content_size=False).compress(bytes(64 * 1024**2)),
    ],
    ids=["wrong", "empty", "other", "bomb", "silent bomb"],
)
def test_content_that_is_not_that_of_its_name_is_left_out(
    tmp_path: Path, shared: Path, content: bytes
) -> None:
    compressed(shared).write_bytes(content)
    ben = Person(tmp_path, b"ben")
    ben.transport = Transport(Store(ben.store.folder, ben.keys, max_blob_bytes=1024**2), ben.keys)
    result = pull(ben.transport, open_place(str(shared)), None)
    assert result.entries == [] and len(result.problems) == 1
    assert ben.entries() == []
    # A good one that comes later is taken.
    compressed(shared).write_bytes(zstandard.ZstdCompressor().compress(LONG.encode()))
    assert len(pull(ben.transport, open_place(str(shared)), None).entries) == 1
    assert ben.text_of(ben.entries()[0]) == LONG


@pytest.mark.parametrize("kind", ["symlink", "fifo", "device", "folder", "dangling"])
@pytest.mark.parametrize("where", ["blob", "entry", "group", "format"])
def test_nothing_but_regular_files_is_opened(
    tmp_path: Path, shared: Path, ben: Person, kind: str, where: str
) -> None:
    victim = tmp_path / "victim"
    target = {
        "blob": compressed(shared),
        "entry": only_file(shared, "entries/*/*/*.json"),
        "group": compressed(shared).parent,
        "format": shared / "format.json",
    }[where]
    if target.is_dir():
        shutil.copytree(target, victim)
    else:
        victim.write_bytes(target.read_bytes())
    plant(target, kind, victim)
    try:
        result = pull(ben.transport, open_place(str(shared)), None)
    except SharedStoreError:
        return
    assert result.entries == [] and result.problems
    assert ben.entries() == []


def test_entries_under_other_names_are_left_out(shared: Path, ben: Person) -> None:
    entry = only_file(shared, "entries/*/*/*.json")
    content = entry.read_bytes()
    entry.unlink()
    other = "ck1-" + "0" * 64
    (shared / "entries/00" / other).mkdir(parents=True)
    planted = {
        f"entries/00/{other}/{entry.name}": content,
        f"entries/00/{other}/{'0' * 32}.json": content,
        f"entries/{entry.parent.parent.name}/{entry.parent.name}/{'1' * 32}.json": content,
        f"entries/{entry.parent.parent.name}/{entry.parent.name}/{'2' * 32}.json": b"{}\n[]\n",
        f"entries/{entry.parent.parent.name}/{entry.parent.name}/{'3' * 32}.json": b"[" * 10**6,
        f"entries/{entry.parent.parent.name}/{entry.parent.name}/..\\x.json": content,
    }
    for name, data in planted.items():
        (shared / name).write_bytes(data)
    result = pull(ben.transport, open_place(str(shared)), None)
    assert result.entries == [] and len(result.problems) == 5
    assert not ben.store.exists


def test_a_changed_record_counts_no_more(shared: Path, ben: Person) -> None:
    entry = only_file(shared, "entries/*/*/*.json")
    record, signatures, _ = entry.read_bytes().split(b"\n")
    changed = record.replace(b'"seconds":1.5', b'"seconds":9.5')
    assert changed != record
    name = blob_digest(changed)[7:39]
    entry.with_name(f"{name}.json").write_bytes(changed + b"\n" + signatures + b"\n")
    result = pull(ben.transport, open_place(str(shared)), None)
    assert {item.entry: item.origin for item in result.entries} == {
        entry.stem: "team",
        name: "elsewhere",
    }


def test_blobs_with_names_that_lead_away_are_refused(shared: Path, ben: Person) -> None:
    entry = only_file(shared, "entries/*/*/*.json")
    record, signatures, _ = entry.read_bytes().split(b"\n")
    document = msgspec.json.decode(record)
    document["payloads"] = ["sha256-../../../../etc/passwd"]
    changed = msgspec.json.encode(document)
    entry.with_name(f"{blob_digest(changed)[7:39]}.json").write_bytes(
        changed + b"\n" + signatures + b"\n"
    )
    result = pull(ben.transport, open_place(str(shared)), None)
    assert [item.entry for item in result.entries] == [entry.stem]
    assert "is damaged" in result.problems[0]


class Endless:
    """A server that has a name and a byte more whatever is asked."""

    shown, parallel = "endless", 2

    def __init__(self, place: Place) -> None:
        self._place = place

    def names(self, folder: str) -> list[str]:
        found = [f"{number:032x}.json" for number in range(5000)]
        return found if folder.count("/") == 2 else self._place.names(folder)

    def fetch(self, name: str, limit: int, into: IO[bytes]) -> None:
        if name == "format.json":
            self._place.fetch(name, limit, into)
            return

        class Zeros:
            def read(self, count: int) -> bytes:
                return bytes(count)

        copy_bounded(Zeros(), into, min(limit, 10_000), name)  # type: ignore[arg-type]

    def send(self, name: str, data: bytes) -> None:
        raise AssertionError

    def send_file(self, name: str, path: str, size: int) -> None:
        raise AssertionError


def test_what_has_no_end_is_cut(shared: Path, ben: Person) -> None:
    result = pull(ben.transport, Endless(open_place(str(shared))), None)
    assert result.entries == []
    # What is told has an end, too.
    assert any("too many" in problem for problem in result.problems)
    assert len(result.problems) <= 1000


def test_a_folder_with_more_names_than_any_store_is_refused(
    shared: Path, ben: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "MOST_NAMES", 0)
    with pytest.raises(NotShared, match="is it a store"):
        pull(ben.transport, open_place(str(shared)), None)


@pytest.mark.parametrize("content", [b"", b"{}", b'{"format": 2}', b"[" * 4000, b"x" * 10_000])
def test_what_is_of_no_known_format_is_left_alone(
    tmp_path: Path, shared: Path, ben: Person, content: bytes
) -> None:
    (shared / "format.json").write_bytes(content)
    before = files_below(shared)
    ben.put()
    for transfer in (
        lambda: pull(ben.transport, open_place(str(shared)), None),
        lambda: push(ben.transport, open_place(str(shared)), ben.entries()),
    ):
        with pytest.raises((NotShared, Unreachable)):
            transfer()
    assert files_below(shared) == before


def test_a_damaged_blob_of_ours_is_not_spread(tmp_path: Path, ben: Person) -> None:
    bad = ben.put(text=LONG)
    good = ben.put("2", text="2")
    only_file(ben.store.folder, "objects/*/*.zst").write_bytes(b"something else")
    result = push(ben.transport, open_place(str(tmp_path / "shared")), ben.entries())
    assert [item.entry for item in result.entries] == [good.id]
    assert bad.id[:12] in result.problems[0]
    assert not list((tmp_path / "shared").glob(f"**/{bad.id}.json"))


def test_content_is_never_more_than_may_be(tmp_path: Path) -> None:
    file = tmp_path / "shared" / "a"
    file.parent.mkdir()
    file.write_bytes(bytes(1001))
    with (tmp_path / "into").open("wb") as into, pytest.raises(TooLarge):
        open_place(str(file.parent)).fetch("a", 1000, into)
