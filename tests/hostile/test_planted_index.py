"""What SQLite would do for whoever fills a store: nothing."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hostile_support import Scene, untouched, whole_life

MAGIC = bytes.fromhex("d9d505f920a163d7")
PAGE = 4096


def journal_that_names(victim: Path, index: Path) -> bytes:
    """A journal as a crash leaves it in a transaction over several databases.

    SQLite takes it back, and removes the *super-journal* that its end names: any file at all.
    """
    name = str(victim).encode()
    header = MAGIC + struct.pack(">IIIII", 0, 0, index.stat().st_size // PAGE, 512, PAGE)
    end = struct.pack(">II", len(name), sum(name)) + MAGIC
    return header.ljust(512, b"\0") + struct.pack(">I", 2**30 // PAGE + 1) + name + end


def test_sqlite_would_remove_what_a_journal_names(tmp_path: Path) -> None:
    victim, index = tmp_path / "victim", tmp_path / "x.sqlite"
    victim.write_text("years of work")
    with sqlite3.connect(index) as connection:
        connection.execute("CREATE TABLE t (x)")
    connection.close()
    Path(f"{index}-journal").write_bytes(journal_that_names(victim, index))
    sqlite3.connect(index).execute("SELECT * FROM t")
    assert not victim.exists(), "if SQLite has mended that, the next test shows nothing"


@pytest.mark.parametrize("made", [True, False])
def test_no_journal_removes_another_file(tmp_path: Path, made: bool) -> None:
    scene = Scene(tmp_path)
    cache = scene.opened()
    index = scene.store / "index.sqlite"
    cache.projects.of(scene.notebook).store.page()
    Path(f"{index}-journal").write_bytes(journal_that_names(scene.victim, index))
    if not made:
        index.unlink()
    with untouched(scene.elsewhere):
        assert whole_life(scene.opened(), scene.notebook)[0] == "fresh"
    assert scene.victim.exists()
    # It was dropped, so what is remembered is in a file again.
    assert index.exists() and not Path(f"{index}-journal").exists()


def schema(statement: str) -> Callable[[sqlite3.Connection, Scene], object]:
    return lambda connection, scene: connection.execute(statement.format(victim=scene.victim))


CHANGES: dict[str, Callable[[sqlite3.Connection, Scene], object]] = {
    "a trigger": schema(
        "CREATE TRIGGER t AFTER INSERT ON entries BEGIN DELETE FROM entries; SELECT 1; END"
    ),
    "a view": schema("CREATE VIEW v AS SELECT * FROM entries"),
    "a view in place of a table": lambda connection, scene: connection.executescript(
        "DROP TABLE entries; CREATE VIEW entries AS SELECT * FROM folders"
    ),
    "a virtual table": schema("CREATE VIRTUAL TABLE f USING fts4(x)"),
    "a generated column": schema("ALTER TABLE entries ADD COLUMN g AS (length('{victim}'))"),
    "another version": schema("PRAGMA user_version = 99"),
    "false rows": schema("UPDATE entries SET notebook = '../../elsewhere/victim', fact = 99"),
    "rows of other types": schema("UPDATE entries SET created = x'00', code_key = x'ff'"),
    "many rows": lambda connection, scene: connection.executescript(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
        "INSERT INTO entries SELECT printf('%032x', i), code_key, notebook, created + i, 1, "
        "seconds, bytes, fact, used FROM entries, n LIMIT 20000"
    ),
    "write-ahead": schema("PRAGMA journal_mode = WAL"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_an_index_of_a_stranger_changes_no_answer(tmp_path: Path, change: str) -> None:
    scene = Scene(tmp_path)
    store = scene.opened().projects.of(scene.notebook).store
    expected = store.page()
    connection = sqlite3.connect(scene.store / "index.sqlite", isolation_level=None)
    try:
        CHANGES[change](connection, scene)
    except sqlite3.OperationalError as error:
        if "no such module" not in str(error):
            raise
        pytest.skip(f"this SQLite makes none: {error}")
    finally:
        connection.close()
    again = scene.opened().projects.of(scene.notebook).store
    with untouched(scene.elsewhere):
        for _ in range(2):
            found, total = again.page()
        assert again.latest_of("a.ipynb") == expected[0][0]
        assert found == expected[0]
        # Of false rows each page leaves out some, so it may take a while until the number is right.
        assert total == 1 or change == "many rows"


@pytest.mark.parametrize("size", [2**30, 0, 100, PAGE])
def test_an_index_that_is_none_is_made_anew(tmp_path: Path, size: int) -> None:
    scene = Scene(tmp_path)
    for name in ("", "-journal", "-wal"):
        with (scene.store / f"index.sqlite{name}").open("wb") as file:
            file.truncate(size)
    store = scene.opened().projects.of(scene.notebook).store
    assert [stored.entry.notebook_path for stored in store.page()[0]] == ["project/a.ipynb"[8:]]
