"""What a verification says of files that are in no place of their own, or in none at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from store_support import files_below, plant

from jupyterlab_cache.store.foreign_files import foreign_files
from jupyterlab_cache.store.records import Entry
from jupyterlab_cache.store.store import Store, StoredEntry
from jupyterlab_cache.store.verification import Problem

MakeEntry = Callable[..., Entry]
BLOB = "0a" + "0" * 62

FOREIGN = [
    "notes.txt",
    "index.sqlite.bak",
    "objects/notes.txt",
    "objects/0A",
    "objects/0a/notes.txt",
    f"objects/0b/{BLOB}",
    f"objects/0a/{BLOB}.gz",
    "entries/notes.txt",
    "entries/0a/notes.txt",
    f"entries/0b/ck1-{BLOB}",
    "marks/notes.txt",
    "marks/pinned/notes.txt",
    f"marks/invalidated-notebooks/{'0' * 32}",
    f"marks/unheard-of/{'0' * 32}",
    "jobs/notes.txt",
    "jobs/-.json",
    "reports/notes.json",
    "objects/0a/folder/inside.txt",
]


@pytest.fixture
def filled(store: Store, make_entry: MakeEntry) -> Store:
    """A store with a file of each kind."""
    stored = store.put(make_entry("1", text="long " * 1000))
    other = store.put(make_entry("2"))
    store.marks.pin(stored.id)
    store.marks.note_hit(stored.id)
    store.marks.invalidate_entry(other.id)
    store.marks.invalidate_notebook("x.ipynb")
    store.job_files.write("a-job", b"{}")
    store.report_files.write(b"{}")
    store.page()
    return store


def verify(store: Store, *, repair: bool = False) -> list[Problem]:
    problems: list[Problem] = []
    store.verify(problems.append, repair=repair)
    return problems


def test_our_own_files_are_not_foreign(filled: Store) -> None:
    (filled.folder / "tmp" / "whatever").write_bytes(b"")
    (filled.folder / "quarantine").mkdir()
    (filled.folder / "quarantine" / "whatever").write_bytes(b"")
    for end in ("-journal", "-wal", "-shm"):
        (filled.folder / f"index.sqlite{end}").write_bytes(b"")
    assert list(foreign_files(filled._layout.files)) == []


@pytest.mark.parametrize("name", FOREIGN)
def test_what_nobody_puts_there_is_told_and_stays(filled: Store, name: str) -> None:
    path = filled.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("mine")
    before = files_below(filled.folder)
    for repair in (False, True):
        (problem,) = verify(filled, repair=repair)
        assert (problem.kind, problem.repaired) == ("foreign-file", False)
        assert name.startswith(problem.subject)
    assert set(files_below(filled.folder)) == set(before)


@pytest.mark.parametrize("kind", ["symlink", "dangling", "fifo"])
@pytest.mark.parametrize("name", ["jobs/b.json", "marks/pinned/" + "0" * 32, "objects/0a", "link"])
def test_links_and_pipes_are_told_and_not_followed(
    filled: Store, tmp_path: Path, name: str, kind: str
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    plant(filled.folder / name, kind, victim)
    problems = verify(filled, repair=True)
    assert [(problem.kind, problem.subject) for problem in problems] == [("foreign-file", name)]
    assert victim.read_text() == "precious"


@pytest.mark.parametrize("name", [".gitignore", "CACHEDIR.TAG", "format.json"])
def test_what_a_store_begins_with_is_written_anew(filled: Store, name: str) -> None:
    path = filled.folder / name
    before = path.read_bytes()
    path.unlink()
    assert [(p.kind, p.subject, p.repaired) for p in verify(filled)] == [
        ("file-missing", name, False)
    ]
    assert not path.exists()
    assert [p.repaired for p in verify(filled, repair=True)] == [True]
    assert path.read_bytes() == before
    assert verify(filled) == []


def test_an_empty_gitignore_lets_a_store_into_git(filled: Store) -> None:
    (filled.folder / ".gitignore").write_bytes(b"")
    assert verify(filled, repair=True) == []
    assert (filled.folder / ".gitignore").read_bytes() == b""


def test_it_says_how_far_it_is(filled: Store, make_entry: MakeEntry) -> None:
    for number in range(70):
        filled.blobs.put(f"{number}".encode())
    told: list[tuple[str, int]] = []
    summary = filled.verify(
        lambda problem: None, repair=False, look_at=lambda what, count: told.append((what, count))
    )
    assert told == [
        *(("blobs", number + 1) for number in range(summary.blobs)),
        *(("entries", number + 1) for number in range(summary.entries)),
    ]
    assert summary.blobs > 70


def test_one_bad_blob_among_many_is_found(
    filled: Store, make_entry: MakeEntry, tmp_path: Path
) -> None:
    digests = [filled.blobs.put(bytes([number]) * (1 + 300 * number)) for number in range(70)]
    bad: StoredEntry = filled.put(make_entry("3", notebook=digests[67]))
    name = digests[67].removeprefix("sha256-")
    (place,) = filled.folder.glob(f"objects/{name[:2]}/{name}*")
    place.write_bytes(b"something else")
    problems = verify(filled)
    assert [problem.kind for problem in problems] == ["blob-damaged", "entry-incomplete"]
    assert problems[1].subject == bad.id
    assert place.read_bytes() == b"something else"
