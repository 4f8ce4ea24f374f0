"""Who made an entry, and whose word makes one from elsewhere count as ours."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from store_support import SECRET, files_below, only_file

from jupyterlab_cache.store.errors import EntryMissing, StoreError, StoreReadOnly
from jupyterlab_cache.store.manifest import decode_manifest, encode_manifest
from jupyterlab_cache.store.records import Artefact, Entry
from jupyterlab_cache.store.signatures import SCHEME, TRUST_SCHEME, KeyRing, Signature
from jupyterlab_cache.store.store import Store, StoredEntry

TEAM = b"the secret of a team"
STRANGER = KeyRing(b"the secret of a stranger")

MakeEntry = Callable[..., Entry]
OpenAgain = Callable[..., Store]


def manifest_of(store: Store) -> Path:
    return only_file(store.folder / "entries", "*/*/*.json")


def signatures_in(store: Store) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(manifest_of(store).read_bytes().split(b"\n")[1])
    return found


@pytest.fixture
def foreign(make_entry: MakeEntry, open_again: OpenAgain) -> StoredEntry:
    """An entry that a stranger put into the store."""
    return open_again(keys=STRANGER).put(make_entry())


def test_the_origin_tells_who_made_an_entry(make_entry: MakeEntry, open_again: OpenAgain) -> None:
    ours, colleague, runner = (
        KeyRing(secret, [TEAM]) for secret in (SECRET, b"of a colleague", b"of a runner")
    )
    made = open_again(keys=ours).put(make_entry("1", text="1"))
    theirs = open_again(keys=colleague).put(make_entry("2", text="2"))
    strange = open_again(keys=STRANGER).put(make_entry("3", text="3"))
    for keys, origins in (
        (ours, ("here", "team", "elsewhere")),
        (colleague, ("team", "here", "elsewhere")),
        (runner, ("team", "team", "elsewhere")),
        (KeyRing(SECRET), ("here", "elsewhere", "elsewhere")),
        (STRANGER, ("elsewhere", "elsewhere", "here")),
    ):
        found = [open_again(keys=keys).get(stored.id) for stored in (made, theirs, strange)]
        assert tuple(stored.origin for stored in found) == origins
        assert [stored.trusted for stored in found] == [origin != "elsewhere" for origin in origins]


def test_trust_is_given_and_taken_back(
    store: Store, foreign: StoredEntry, open_again: OpenAgain
) -> None:
    before = manifest_of(store).read_bytes()
    assert not store.get(foreign.id).trusted
    trusted = store.trust(store.get(foreign.id))
    assert (trusted.origin, trusted.trusted) == ("elsewhere", True)
    for reader in (store, open_again()):
        assert reader.get(foreign.id) == trusted
        assert reader.entries_for(foreign.entry.code_key) == [trusted]
        assert reader.page()[0] == [trusted]
    # It is one person's word, and what the stranger said still stands.
    assert not open_again(keys=KeyRing(b"somebody else", [TEAM])).get(foreign.id).trusted
    assert open_again(keys=STRANGER).get(foreign.id).origin == "here"
    once = files_below(store.folder)
    store.trust(trusted)
    assert files_below(store.folder) == once

    assert not store.trust(trusted, False).trusted
    assert manifest_of(store).read_bytes() == before
    assert not store.get(foreign.id).trusted
    assert not store.trust(trusted, False).trusted


def test_a_word_of_somebody_else_or_for_something_else_does_not_count(
    store: Store, foreign: StoredEntry, keys: KeyRing
) -> None:
    payload, _, _ = manifest_of(store).read_bytes().split(b"\n")
    (own,) = keys.sign(payload)
    word = keys.vouch(payload)
    other = keys.vouch(payload + b" ")
    for planted in (
        STRANGER.vouch(payload),
        Signature(TRUST_SCHEME, word.key, STRANGER.vouch(payload).value),
        Signature(TRUST_SCHEME, STRANGER.vouch(payload).key, word.value),
        # Neither kind of signature can be passed off as the other.
        Signature(TRUST_SCHEME, own.key, own.value),
        Signature(SCHEME, word.key, word.value),
        Signature("", word.key, word.value),
        other,
    ):
        stored, _ = decode_manifest(encode_manifest(payload, [planted]), keys)
        assert (stored.origin, stored.trusted) == ("elsewhere", False), planted
    stored, _ = decode_manifest(encode_manifest(payload, [other, word]), keys)
    assert (stored.origin, stored.trusted) == ("elsewhere", True)


def test_a_team_key_gives_no_word(store: Store, foreign: StoredEntry) -> None:
    payload, _, _ = manifest_of(store).read_bytes().split(b"\n")
    word = KeyRing(TEAM).vouch(payload)
    stored, _ = decode_manifest(encode_manifest(payload, [word]), KeyRing(SECRET, [TEAM]))
    assert not stored.trusted


def test_a_mark_that_came_with_a_store_is_nobody_s_word(store: Store, foreign: StoredEntry) -> None:
    folder = store.folder / "marks" / "trusted"
    folder.mkdir(parents=True)
    (folder / foreign.id).write_text('{"time": 1}')
    assert not store.get(foreign.id).trusted


def test_what_is_ours_anyway(store: Store, make_entry: MakeEntry, open_again: OpenAgain) -> None:
    stored = store.put(make_entry())
    before = files_below(store.folder)
    assert store.trust(stored) == stored
    with pytest.raises(StoreError, match="signed with a key of ours"):
        store.trust(stored, False)
    assert files_below(store.folder) == before
    with pytest.raises(StoreReadOnly):
        open_again(read_only=True).trust(stored)
    store.remove(stored.id)
    with pytest.raises(EntryMissing):
        store.trust(stored)


def test_a_forged_word_is_reported(store: Store, foreign: StoredEntry, keys: KeyRing) -> None:
    payload, line, _ = manifest_of(store).read_bytes().split(b"\n")
    word = keys.vouch(payload + b" ")
    forged = [Signature(**item) for item in json.loads(line)] + [word]
    manifest_of(store).write_bytes(encode_manifest(payload, forged))
    problems: list[Any] = []
    store.verify(problems.append, repair=False)
    (problem,) = problems
    assert (problem.kind, foreign.id in problem.subject) == ("signature-bad", True)
    store.trust(store.get(foreign.id))
    assert word not in [Signature(**item) for item in signatures_in(store)]
    problems.clear()
    store.verify(problems.append, repair=False)
    assert problems == []


def test_entries_that_write_are_read_again(
    store: Store, make_entry: MakeEntry, open_again: OpenAgain, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jupyterlab_cache.store import writers

    monkeypatch.setattr(writers, "_SHORTEST", 0.0)
    monkeypatch.setattr(writers, "_SHARE", 0)
    artefacts = (Artefact("out.csv", None),)
    stored = open_again(keys=STRANGER).put(make_entry(artefacts=artefacts))
    first = store.writers()
    assert [item.trusted for item in first] == [False]
    assert store.writers() is first
    open_again().trust(stored)
    assert [item.trusted for item in store.writers()] == [True]
    open_again().trust(stored, False)
    assert [item.trusted for item in store.writers()] == [False]
