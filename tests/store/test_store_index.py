from __future__ import annotations

import os
import random
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from store_support import code_key, only_file, plant

from jupyterlab_cache.store import index as index_module
from jupyterlab_cache.store.entries import stamp_of
from jupyterlab_cache.store.index_file import SCHEMA_VERSION
from jupyterlab_cache.store.reading import FolderContent
from jupyterlab_cache.store.records import Entry
from jupyterlab_cache.store.store import Store, StoredEntry

MakeEntry = Callable[..., Entry]
OpenAgain = Callable[..., Store]


@pytest.fixture
def filled(store: Store, make_entry: MakeEntry) -> list[StoredEntry]:
    """Twelve entries of three notebooks, newest first."""
    entries = [
        store.put(make_entry(f"code {n % 5}", path=f"{n % 3}.ipynb", created=float(n)))
        for n in range(12)
    ]
    return entries[::-1]


def check(store: Store, expected: list[StoredEntry]) -> None:
    """Everything that the index answers, against what is known."""
    assert store.page() == (expected, len(expected))
    assert store.page(offset=2, limit=3) == (expected[2:5], len(expected))
    for name in ("0.ipynb", "1.ipynb", "2.ipynb", "none.ipynb"):
        own = [stored for stored in expected if stored.entry.notebook_path == name]
        assert store.page(name) == (own, len(own))
        assert store.latest_of(name) == (own[0] if own else None)
    for stored in expected[:3]:
        assert store.get(stored.id) == stored


def index_of(store: Store) -> Path:
    return store.folder / "index.sqlite"


def test_newest_first_by_page_and_notebook(
    store: Store, filled: list[StoredEntry], open_again: OpenAgain
) -> None:
    check(store, filled)
    check(open_again(), filled)
    assert store.page(offset=100) == ([], 12)
    assert store.page(limit=0) == ([], 12)


def test_entries_of_equal_time_keep_their_order(store: Store, make_entry: MakeEntry) -> None:
    entries = [store.put(make_entry(f"{n}", created=1.0)) for n in range(6)]
    entries.sort(key=lambda stored: stored.id)
    assert store.page() == (entries, 6)


def delete(path: Path) -> None:
    path.unlink()


def truncate(share: float) -> Callable[[Path], None]:
    return lambda path: os.truncate(path, int(path.stat().st_size * share))


def garbage(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(50_000))


def header(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"no SQLite at all")


def pages(path: Path) -> None:
    """All pages but the first overwritten."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(random.Random(2).randbytes(size - 4096))


def execute(*statements: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        connection = sqlite3.connect(path)
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()

    return change


def other_database(path: Path) -> None:
    path.unlink()
    execute("CREATE TABLE entries (something)")(path)


SPOILED: dict[str, Callable[[Path], None]] = {
    "deleted": delete,
    "empty": truncate(0),
    "a page": truncate(0.15),
    "half": truncate(0.5),
    "one byte less": lambda path: os.truncate(path, path.stat().st_size - 1),
    "garbage": garbage,
    "header": header,
    "pages": pages,
    "text": lambda path: path.write_text("hello"),
    "another database": other_database,
    "of another version": execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}"),
    "with a trigger": execute(
        "CREATE TRIGGER t AFTER DELETE ON entries BEGIN DELETE FROM entries; END"
    ),
    "without a table": execute("DROP TABLE folders"),
    "emptied tables": execute("DELETE FROM entries", "DELETE FROM folders"),
    "a missing row": execute("DELETE FROM entries WHERE created = 11", "DELETE FROM folders"),
    "a row too many": execute(
        "INSERT INTO entries VALUES"
        f" ('{'0' * 32}', 'ck1-00', '0.ipynb', 99, 0, 1, 1, (SELECT min(number) FROM facts), 0)"
    ),
    "an impossible row": execute(
        "INSERT INTO entries VALUES"
        " ('../..', '../..', '0.ipynb', 99, 0, 1, 1, (SELECT min(number) FROM facts), 0)"
    ),
    "an unknown fact": execute("UPDATE entries SET fact = 999"),
    "exchanged facts": execute("UPDATE facts SET searched = 'x' || searched"),
    "wrong times": execute("UPDATE entries SET created = -created"),
    "wrong notebooks": execute("UPDATE entries SET notebook = '0.ipynb'"),
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED)
@pytest.mark.parametrize("opened", [True, False], ids=["while open", "before opening"])
def test_a_spoiled_index_loses_nothing(
    store: Store,
    filled: list[StoredEntry],
    open_again: OpenAgain,
    make_entry: MakeEntry,
    spoil: Callable[[Path], None],
    opened: bool,
) -> None:
    check(store, filled)
    spoil(index_of(store))
    check(store if opened else open_again(), filled)
    new = store.put(make_entry(path="0.ipynb", created=50.0))
    spoil(index_of(store))
    store.remove(filled[0].id)
    check(open_again(), [new, *filled[1:]])
    check(store, [new, *filled[1:]])


@pytest.mark.parametrize("seed", range(20))
def test_bytes_changed_anywhere_never_fail(
    store: Store, filled: list[StoredEntry], open_again: OpenAgain, seed: int
) -> None:
    check(store, filled)
    data = bytearray(index_of(store).read_bytes())
    chance = random.Random(seed)
    for _ in range(30):
        data[chance.randrange(len(data))] = chance.randrange(256)
    index_of(store).write_bytes(bytes(data))
    known = {stored.id: stored for stored in filled}
    entries, _ = open_again().page()
    assert all(known[stored.id] == stored for stored in entries)
    index_of(store).unlink()
    check(open_again(), filled)


@pytest.mark.parametrize("name", ["", "-journal", "-wal", "-shm"])
@pytest.mark.parametrize("kind", ["symlink", "dangling", "fifo", "device", "folder"])
def test_planted_index_files_are_not_opened(
    store: Store, filled: list[StoredEntry], tmp_path: Path, name: str, kind: str
) -> None:
    check(store, filled)
    victim = tmp_path / "victim"
    shutil.copy(index_of(store), victim)
    execute("DELETE FROM entries")(victim)
    plant(store.folder / f"index.sqlite{name}", kind, victim)
    before = victim.read_bytes()
    check(store, filled)
    assert victim.read_bytes() == before
    assert not victim.with_name("nowhere").exists()


def test_what_others_write_and_remove_counts_at_once(
    store: Store, open_again: OpenAgain, make_entry: MakeEntry
) -> None:
    other = open_again()
    reader = open_again(read_only=True)
    entries: list[StoredEntry] = []
    for n in range(20):
        entries.insert(0, other.put(make_entry(f"{n % 2}", path="0.ipynb", created=float(n))))
        assert store.latest_of("0.ipynb") == reader.latest_of("0.ipynb") == entries[0]
        if n % 3 == 2:
            store.remove(entries.pop(1).id)
            assert other.page() == reader.page() == (entries, len(entries))
    check(other, entries)


@pytest.fixture
def rested(monkeypatch: pytest.MonkeyPatch) -> None:
    """All folders count as having rested."""
    from jupyterlab_cache.store import entries

    monkeypatch.setattr(entries, "_REST", -1.0)


@pytest.mark.usefixtures("rested")
def test_nothing_is_read_again_where_nothing_changed(
    store: Store,
    filled: list[StoredEntry],
    open_again: OpenAgain,
    make_entry: MakeEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    check(store, filled)
    monkeypatch.setattr(index_module, "_FEW_FOLDERS", -1)
    later = open_again()
    listed: list[str] = []
    files = later._layout.files
    real_content, real_subfolders = files.content, files.subfolders
    monkeypatch.setattr(files, "content", lambda name: listed.append(name) or real_content(name))
    monkeypatch.setattr(
        files, "subfolders", lambda name: listed.append(name) or real_subfolders(name)
    )
    before = index_of(store).stat().st_mtime_ns
    check(later, filled)
    assert listed == []
    assert index_of(store).stat().st_mtime_ns == before
    new = store.put(make_entry("code 1", path="0.ipynb", created=50.0))
    check(later, [new, *filled])
    key = new.entry.code_key
    assert listed == ["entries", f"entries/{key[4:6]}", f"entries/{key[4:6]}/{key}"]


@pytest.mark.usefixtures("rested")
def test_who_looks_while_an_entry_is_written_looks_again(
    store: Store,
    filled: list[StoredEntry],
    open_again: OpenAgain,
    make_entry: MakeEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(index_module, "_FEW_FOLDERS", -1)  # no deep look that would find it
    reader = open_again()
    check(reader, filled)
    entry = make_entry("code 1", path="0.ipynb", created=50.0)
    files = store._layout.files
    real = files.write

    def write(name: str, data: bytes) -> None:
        check(reader, filled)
        time.sleep(0.02)  # longer than a tick of the file system's clock
        real(name, data)

    with monkeypatch.context() as patch:
        patch.setattr(files, "write", write)
        new = store.put(entry)
    # The row that was added in passing does not count: a killed writer adds none.
    execute("DELETE FROM entries WHERE created = 50")(index_of(store))
    check(reader, [new, *filled])


@pytest.mark.usefixtures("rested")
def test_two_updates_at_once_lose_nothing(
    store: Store, filled: list[StoredEntry], make_entry: MakeEntry, open_again: OpenAgain
) -> None:
    """Another process, which looked a moment earlier, takes a row away that we know."""
    victim = next(stored for stored in filled if stored.entry.code_key == code_key("code 1"))
    check(store, filled)
    new = store.put(make_entry("code 1", path="0.ipynb", created=50.0))
    reader = open_again()
    real = reader._entries.read
    calls: list[str] = []

    def read(key: str, identifier: str, inside: FolderContent | None = None) -> StoredEntry:
        if identifier == new.id and not calls:
            execute(f"DELETE FROM entries WHERE id = '{victim.id}'")(index_of(store))
        calls.append(identifier)
        return real(key, identifier, inside)

    reader._entries.read = read  # type: ignore[method-assign]
    check(reader, [new, *filled])
    assert victim.id in calls
    check(open_again(), [new, *filled])


def test_a_young_folder_is_not_relied_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.joinpath("file").touch()
    os.utime(tmp_path, (1000, 1000))  # the time of change cannot be set
    assert stamp_of(tmp_path.stat()) == ""
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 10)
    first = stamp_of(tmp_path.stat())
    assert first
    monkeypatch.setattr(time, "time", lambda: now - 10)  # the clock of a file server
    assert stamp_of(tmp_path.stat()) == ""
    monkeypatch.setattr(time, "time", lambda: now + 10)
    tmp_path.joinpath("another").touch()
    assert stamp_of(tmp_path.stat()) not in ("", first)


@pytest.mark.usefixtures("rested")
def test_files_put_there_by_hand_are_found(
    store: Store, filled: list[StoredEntry], open_again: OpenAgain, tmp_path: Path
) -> None:
    chosen = filled[3]
    path = only_file(store.folder, f"entries/*/*/{chosen.id}.json")
    path.rename(tmp_path / "aside")
    check(open_again(), [stored for stored in filled if stored != chosen])
    (tmp_path / "aside").rename(path)
    check(open_again(), filled)
    path.rename(tmp_path / "aside")
    left = [stored for stored in filled if stored != chosen]
    check(store, left)
    (tmp_path / "aside").rename(path)
    assert store.get(chosen.id) == chosen
    check(store, filled)


@pytest.mark.usefixtures("rested")
def test_a_copied_store_is_as_good(
    store: Store, filled: list[StoredEntry], open_again: OpenAgain, tmp_path: Path
) -> None:
    check(store, filled)
    saved = tmp_path / "saved"
    shutil.copytree(store.folder, saved)
    store.remove(filled[0].id)
    check(store, filled[1:])
    shutil.rmtree(store.folder)
    shutil.copytree(saved, store.folder)
    check(store, filled)


def test_a_locked_index_is_no_obstacle(
    store: Store,
    filled: list[StoredEntry],
    open_again: OpenAgain,
    make_entry: MakeEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(index_module, "_PATIENCE", 0.05)
    check(store, filled)
    lock = sqlite3.connect(index_of(store), isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    try:
        new = open_again().put(make_entry(path="0.ipynb", created=60.0))
        check(open_again(), [new, *filled])
        check(store, [new, *filled])
    finally:
        lock.execute("ROLLBACK")
        lock.close()
    store.remove(new.id)
    check(store, filled)
    check(open_again(), filled)


def test_many_threads(store: Store, open_again: OpenAgain, make_entry: MakeEntry) -> None:
    entries = [make_entry(f"{n % 7}", path=f"{n % 3}.ipynb", created=float(n)) for n in range(48)]
    failures: list[BaseException] = []
    done: list[StoredEntry] = []

    def work(part: int) -> None:
        view = store if part % 2 else open_again()
        try:
            for entry in entries[part::6]:
                done.append(view.put(entry))
                before = {stored.id for stored in list(done)}
                assert before <= {stored.id for stored in view.page(limit=1000)[0]}
                assert view.latest_of(entry.notebook_path) is not None
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(part,)) for part in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    check(store, sorted(done, key=lambda stored: -stored.entry.created))


def test_a_store_without_entries_is_empty(store: Store) -> None:
    store.blobs.put(b"x")
    assert store.page() == ([], 0)
    assert store.latest_of("a.ipynb") is None
    assert not (store.folder / "entries").exists()
