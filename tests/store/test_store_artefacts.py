"""Whether any entry of a store wrote a file, and entries that were read before."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from store_support import code_key

from jupyterlab_cache.store import entries as entries_module
from jupyterlab_cache.store.errors import EntryMissing
from jupyterlab_cache.store.records import Artefact, Entry
from jupyterlab_cache.store.store import Store


def test_a_store_tells_which_entries_wrote_files(
    store: Store, make_entry: Callable[..., Entry], open_again: Callable[..., Store]
) -> None:
    assert store.writers() == ()
    store.put(make_entry("a"))
    assert store.writers() == ()
    writer = store.put(make_entry("b", artefacts=(Artefact("out.csv"),)))
    assert store.writers() == (writer,)
    other = open_again()
    assert other.writers() == (writer,)
    other.remove(writer.id)
    assert store.writers() == ()
    # Of the same code as an entry that was looked at before.
    writer = other.put(make_entry("a", created=1.0, artefacts=(Artefact("out.csv"),)))
    assert store.writers() == (writer,)
    assert store.writers() is store.writers()


def test_an_entry_that_was_read_before_is_gone_when_its_file_is(
    store: Store,
    make_entry: Callable[..., Entry],
    open_again: Callable[..., Store],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Folders are relied on at once, so that entries are remembered without a rest of seconds.
    monkeypatch.setattr(entries_module, "_REST", -1.0)
    stored = store.put(make_entry("a"))
    assert store.entries_for(code_key("a")) == [stored]
    # Not by the index, which would have to be made anew.
    monkeypatch.setattr(Store, "find", lambda *_: pytest.fail("it was read before"))
    assert store.get(stored.id) == stored
    monkeypatch.undo()
    open_again().remove(stored.id)
    with pytest.raises(EntryMissing):
        store.get(stored.id)
