"""Listing with search and order: against what Python finds and sorts itself."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_support import SECRET, entry_for

from jupyterlab_cache.store import index as index_module
from jupyterlab_cache.store import index_uses
from jupyterlab_cache.store.records import Artefact, Entry
from jupyterlab_cache.store.selection import SORT_KEYS, Selection, SortKey, size_of
from jupyterlab_cache.store.signatures import KeyRing
from jupyterlab_cache.store.store import Store, StoredEntry

MakeEntry = Callable[..., Entry]
OpenAgain = Callable[..., Store]

PATHS = ["a.ipynb", "sub/Über Straße.ipynb", "sub/B.ipynb", "50%_off.ipynb", "deep/er/x y.ipynb"]
KERNELS = ["python3", "ir", "Julia-1.10"]
SEARCHES = """a|IPYNB|ÜBER|strasse|python|PYTHON3 error|ok b|%|_|sub/|x y|executed|captured|0|
julia-1.10|nowhere|3f|C|e0 ok|'|deep er ir||team/|team"""
WORDS = st.sampled_from(SEARCHES.split("|"))


def used(store: Store, stored: StoredEntry) -> float:
    return store.marks.last_used(stored.id) or 0.0


def expected(store: Store, every: list[StoredEntry], wish: Selection) -> list[StoredEntry]:
    def matches(stored: StoredEntry) -> bool:
        entry = stored.entry
        facts = (wish.below + entry.notebook_path, stored.id, entry.kernel_name)
        text = "\n".join([*facts, entry.outcome, entry.provenance]).casefold()
        return all(word in text for word in wish.search.casefold().split()) and wish.notebook in (
            None,
            entry.notebook_path,
        )

    keys: dict[SortKey, Callable[[StoredEntry], Any]] = {
        "created": lambda stored: 0,
        "path": lambda stored: stored.entry.notebook_path.encode(),
        "seconds": lambda stored: stored.entry.seconds,
        "bytes": lambda stored: size_of(stored.entry),
        "used": lambda stored: used(store, stored),
    }
    found = sorted(filter(matches, every), key=lambda stored: stored.id)
    return sorted(
        found,
        key=lambda stored: (keys[wish.sort](stored), stored.entry.created),
        reverse=wish.descending,
    )


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, list[StoredEntry]]:
    store = Store(tmp_path_factory.mktemp("listing") / "store", KeyRing(SECRET))
    chance = random.Random(7)
    entries = []
    for number in range(40):
        entry = entry_for(
            store,
            f"code {number}",
            path=chance.choice(PATHS),
            created=float(number),
            seconds=chance.choice([0.0, 0.5, 3.0, 1e6]),
            kernel_name=chance.choice(KERNELS),
            outcome=chance.choice(["ok", "error"]),
            provenance=chance.choice(["executed", "captured"]),
            output_bytes=chance.choice([0, 10, 2**53 - 1]),
        )
        entries.append(store.put(entry))
    for stored in chance.sample(entries, 15):
        store.marks.touch_used(stored.id)
        when = chance.randrange(1_600_000_000, 1_700_000_000)
        os.utime(store.folder / "marks" / "used" / stored.id, (when, when))
    return store, entries


@given(
    search=st.lists(WORDS, max_size=3).map(" ".join),
    sort=st.sampled_from(SORT_KEYS),
    descending=st.booleans(),
    notebook=st.none() | st.sampled_from([*PATHS, "none.ipynb"]),
    below=st.sampled_from(["", "team/project/"]),
    offset=st.integers(0, 45),
    limit=st.integers(0, 45),
    few=st.sampled_from([3, 900]),
)
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_page_is_what_python_would_find(
    filled: tuple[Store, list[StoredEntry]],
    search: str,
    sort: SortKey,
    descending: bool,
    notebook: str | None,
    below: str,
    offset: int,
    limit: int,
    few: int,
) -> None:
    store, every = filled
    wish = Selection(notebook, search, below, sort, descending)
    wanted = expected(store, every, wish)
    # What few match is found in another way than what many match.
    with mock.patch.object(index_module, "_FEW", few):
        found, total = store.select(wish, offset, limit)
    assert total == len(wanted)
    assert [stored.id for stored in found] == [
        stored.id for stored in wanted[offset : offset + limit]
    ]


def test_written_files_that_are_kept_count(store: Store, make_entry: MakeEntry) -> None:
    blob = store.blobs.put(b"figure")
    artefacts = (
        Artefact("kept.png", blob, 6, content=blob),
        Artefact("left.png", blob, 1000, left_out="too-large"),
    )
    stored = store.put(make_entry(artefacts=artefacts, output_bytes=10))
    assert size_of(stored.entry) == 16


def test_absurd_sizes_and_names_are_listed(store: Store, make_entry: MakeEntry) -> None:
    blob = store.blobs.put(b"figure")
    largest = 2**53 - 1
    artefacts = tuple(Artefact(f"{n}", blob, largest, content=blob) for n in range(1100))
    stored = store.put(make_entry(artefacts=artefacts, kernel_name="a\0b" + "x" * 10**6))
    assert store.select(Selection(sort="bytes", search="b")) == ([stored], 1)
    # What stands behind the NUL is found, too.
    assert store.select(Selection(search="executed")) == ([stored], 1)


class TestUses:
    """Order by last use follows the marks, whoever writes them."""

    @pytest.fixture
    def entries(self, store: Store, make_entry: MakeEntry) -> list[StoredEntry]:
        return [store.put(make_entry(f"{n}", created=float(n))) for n in range(4)]

    def order(self, store: Store) -> list[float]:
        return [stored.entry.created for stored in store.select(Selection(sort="used"))[0]]

    def use(self, store: Store, stored: StoredEntry, when: float) -> None:
        store.marks.touch_used(stored.id)
        os.utime(store.folder / "marks" / "used" / stored.id, (when, when))

    def rest(self, store: Store) -> None:
        """As if nobody had touched the marks for a while, so that the index relies on it."""
        past = time.time() - 60
        os.utime(store.folder / "marks" / "used", (past, past))

    def test_by_another_process(
        self, store: Store, entries: list[StoredEntry], open_again: OpenAgain
    ) -> None:
        other = open_again()
        assert self.order(store) == self.order(other) == [3.0, 2.0, 1.0, 0.0]
        self.use(other, entries[1], 1e9)
        assert self.order(store) == [1.0, 3.0, 2.0, 0.0]
        self.rest(store)
        assert self.order(store) == [1.0, 3.0, 2.0, 0.0]
        other.marks.touch_used(entries[0].id)
        assert self.order(store) == [0.0, 1.0, 3.0, 2.0]
        self.rest(store)
        other.marks.touch_used(entries[1].id)
        other.marks.forget(entries[0].id)
        assert self.order(store) == [1.0, 3.0, 2.0, 0.0]

    def test_a_use_that_changes_no_name_is_seen(
        self, store: Store, entries: list[StoredEntry], open_again: OpenAgain
    ) -> None:
        self.use(store, entries[0], 1e9)
        self.use(store, entries[1], 1e9 + 1)
        self.rest(store)
        reader = open_again()
        assert self.order(reader) == [1.0, 0.0, 3.0, 2.0]
        store.marks.touch_used(entries[0].id)
        assert self.order(reader) == [0.0, 1.0, 3.0, 2.0]

    def test_nothing_is_looked_at_while_nothing_changed(
        self, store: Store, entries: list[StoredEntry], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.use(store, entries[2], 1e9)
        time.sleep(2.1)  # a folder's times count once they are two seconds old
        assert self.order(store) == [2.0, 3.0, 1.0, 0.0]
        index = store._index
        index._next_deep = time.monotonic() + 100
        looked: list[str] = []
        times = index._layout.files.times
        monkeypatch.setattr(
            index._layout.files, "times", lambda name: looked.append(name) or times(name)
        )
        assert self.order(store) == [2.0, 3.0, 1.0, 0.0]
        assert looked == []
        self.use(store, entries[1], 2e9 - 1)
        assert self.order(store) == [1.0, 2.0, 3.0, 0.0]
        assert looked == [index_uses.USED]

    def test_what_is_no_mark_counts_for_nothing(
        self, store: Store, entries: list[StoredEntry], tmp_path: Path
    ) -> None:
        self.use(store, entries[1], 1e9)
        marks = store.folder / "marks" / "used"
        (marks / "no-entry").touch()
        (marks / ("f" * 32)).touch()
        (marks / entries[0].id).mkdir()
        (marks / entries[2].id).symlink_to(tmp_path)
        assert self.order(store) == [1.0, 3.0, 2.0, 0.0]
