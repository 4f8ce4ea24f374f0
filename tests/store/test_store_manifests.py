from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_support import SECRET, code_key, files_below, only_file, plant

from jupyterlab_cache.store.errors import EntryMissing, StoreError
from jupyterlab_cache.store.manifest import (
    MAX_MANIFEST_BYTES,
    InvalidManifest,
    decode_manifest,
    encode_manifest,
    encode_payload,
    entry_id,
)
from jupyterlab_cache.store.records import CellRecord, Entry, Input
from jupyterlab_cache.store.signatures import KeyRing, Signature
from jupyterlab_cache.store.store import Store, StoredEntry

MakeEntry = Callable[..., Entry]
OpenAgain = Callable[..., Store]


def manifest_of(store: Store) -> Path:
    return only_file(store.folder / "entries", "*/*/*.json")


# Signatures


def test_who_signed_decides_on_trust(
    store: Store, make_entry: MakeEntry, open_again: OpenAgain
) -> None:
    stored = store.put(make_entry())
    stranger = open_again(keys=KeyRing(b"a stranger"))
    assert stranger.get(stored.id) == StoredEntry(stored.id, stored.entry, trusted=False)
    assert not stranger.entries_for(stored.entry.code_key)[0].trusted
    assert store.get(stored.id).trusted


def test_a_team_key_makes_entries_ours(
    store: Store, make_entry: MakeEntry, open_again: OpenAgain
) -> None:
    runner = open_again(keys=KeyRing(b"of the runner", [b"of the team"]))
    stored = runner.put(make_entry())
    assert not store.get(stored.id).trusted
    assert open_again(keys=KeyRing(SECRET, [b"of the team"])).get(stored.id).trusted
    assert open_again(keys=KeyRing(SECRET, [b"of another", b"of the team"])).get(stored.id).trusted


def test_putting_a_foreign_entry_adds_our_signature(
    store: Store, make_entry: MakeEntry, open_again: OpenAgain
) -> None:
    entry = make_entry()
    stranger = open_again(keys=KeyRing(b"a stranger"))
    stored = stranger.put(entry)
    assert not store.get(stored.id).trusted
    assert store.put(entry).trusted
    assert store.get(stored.id).trusted
    assert stranger.get(stored.id).trusted


def test_a_signature_holds_for_one_record_only(
    store: Store, make_entry: MakeEntry, keys: KeyRing
) -> None:
    store.put(make_entry())
    payload, signatures, _ = manifest_of(store).read_bytes().split(b"\n")
    other = payload.replace(b'"python3"', b'"python4"')
    stored, given = decode_manifest(other + b"\n" + signatures + b"\n", keys)
    assert not stored.trusted
    (signature,) = given
    for changed in (
        Signature("none", signature.key, signature.value),
        Signature(signature.scheme, "other key", signature.value),
        Signature(signature.scheme, signature.key, ""),
        Signature(signature.scheme, signature.key, signature.value.upper() + "é"),
    ):
        assert keys.origin_of(payload, [changed]) == "elsewhere"
    assert keys.origin_of(payload, [changed, signature]) == "here"


def test_many_signatures_cost_one_computation(
    keys: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jupyterlab_cache.store import signatures

    (signature,) = keys.sign(b"payload")
    calls: list[bytes] = []
    real = signatures._mac
    monkeypatch.setattr(
        signatures,
        "_mac",
        lambda key, payload, scheme: calls.append(payload) or real(key, payload, scheme),
    )
    many = [Signature(signature.scheme, signature.key, f"{n:064x}") for n in range(10_000)]
    assert keys.origin_of(b"payload", many) == "elsewhere"
    assert keys.origin_of(b"payload", [*many, signature]) == "here"
    assert len(calls) == 2


def test_an_empty_key_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        KeyRing(b"")
    with pytest.raises(ValueError, match="empty"):
        KeyRing(SECRET, [b"team", b""])


# Damage


def newer(data: bytes) -> bytes:
    payload, rest = data.split(b"\n", 1)
    return payload[:-1] + b',"format":2}' + b"\n" + rest


CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "garbage": lambda data: os.urandom(1000),
    "one bit": lambda data: data.replace(b"python3", b"python2"),
    "truncated": lambda data: data[: len(data) // 2],
    "no signatures": lambda data: data.split(b"\n")[0] + b"\n",
    "signatures cut": lambda data: data[:-5],
    "a third line": lambda data: data + b"{}\n",
    "no final newline": lambda data: data[:-1],
    "signatures of another type": lambda data: data.split(b"\n")[0] + b'\n{"a": 1}\n',
    "newer format": newer,
    "deep": lambda data: b"[" * 100_000 + b"\n[]\n",
    "no UTF-8": lambda data: data.replace(b"python3", b"python\xff"),
    "large number": lambda data: data.replace(b'"seconds":1.5', b'"seconds":1e999'),
}


# Those whose record is another one, and still not valid.
RENAMED = ["empty", "garbage", "truncated", "newer format", "deep", "no UTF-8", "large number"]


@pytest.mark.parametrize(
    ("change", "renamed"),
    [*((name, False) for name in CHANGES), *((name, True) for name in RENAMED)],
)
def test_a_damaged_manifest_is_a_miss_and_a_problem(
    store: Store, make_entry: MakeEntry, change: str, renamed: bool
) -> None:
    good = store.put(make_entry(created=1.0))
    before = {path.name for path in (store.folder / "entries").rglob("*.json")}
    bad = store.put(make_entry(created=2.0))
    (path,) = (p for p in (store.folder / "entries").rglob("*.json") if p.name not in before)
    data = CHANGES[change](path.read_bytes())
    if renamed:
        path.unlink()
        path = path.with_name(entry_id(data.split(b"\n")[0]) + ".json")
    path.write_bytes(data)
    assert store.entries_for(good.entry.code_key) == [good]
    assert store.page() == ([good], 1)
    assert store.latest_of("a.ipynb") == good
    with pytest.raises(EntryMissing):
        store.get(path.stem)
    assert any(path.stem in problem for problem in store.problems)
    # Writing it again heals it.
    assert store.put(bad.entry) == bad
    assert store.page()[0] == [bad, good]


def test_a_foreign_record_of_valid_form_is_only_untrusted(
    store: Store, make_entry: MakeEntry
) -> None:
    store.put(make_entry())
    path = manifest_of(store)
    payload, signatures, _ = path.read_bytes().split(b"\n")
    payload = payload.replace(b"python3", b"python2")
    forged = path.with_name(entry_id(payload) + ".json")
    forged.write_bytes(payload + b"\n" + signatures + b"\n")
    trusted = {s.id: s.trusted for s in store.entries_for(code_key("1 + 1"))}
    assert trusted == {path.stem: True, forged.stem: False}


def test_an_entry_in_a_wrong_place_is_a_miss(store: Store, make_entry: MakeEntry) -> None:
    stored = store.put(make_entry())
    path = manifest_of(store)
    other = code_key("another code")
    place = store.folder / "entries" / other[4:6] / other
    place.mkdir(parents=True)
    (place / path.name).write_bytes(path.read_bytes())
    (path.parent / f"{'0' * 32}.json").write_bytes(path.read_bytes())
    assert store.entries_for(other) == []
    assert store.entries_for(stored.entry.code_key) == [stored]
    assert store.page() == ([stored], 1)
    assert len(store.problems) == 2


@pytest.mark.parametrize("kind", ["symlink", "dangling", "fifo", "device", "folder"])
def test_planted_manifests_are_not_opened(
    store: Store, make_entry: MakeEntry, tmp_path: Path, kind: str
) -> None:
    stored = store.put(make_entry())
    path = manifest_of(store)
    victim = tmp_path / "victim"
    victim.write_bytes(path.read_bytes())
    plant(path, kind, victim)
    assert store.entries_for(stored.entry.code_key) == []
    assert store.page() == ([], 0)
    assert store.latest_of("a.ipynb") is None
    with pytest.raises(EntryMissing):
        store.get(stored.id)
    assert victim.exists()


@pytest.mark.parametrize("part", ["entries", "group", "code key"])
def test_links_in_place_of_folders_are_not_followed(
    store: Store, make_entry: MakeEntry, tmp_path: Path, part: str
) -> None:
    entry = make_entry()
    store.put(entry)
    place = manifest_of(store).parent
    place = {"code key": place, "group": place.parent, "entries": place.parent.parent}[part]
    elsewhere = tmp_path / "elsewhere"
    place.rename(elsewhere)
    place.symlink_to(elsewhere)
    before = files_below(elsewhere)
    assert store.entries_for(entry.code_key) == []
    assert store.page() == ([], 0)
    with pytest.raises(OSError):
        store.put(msgspec.structs.replace(entry, created=5.0))
    assert files_below(elsewhere) == before


def test_a_huge_manifest_is_refused_unread(
    store: Store, make_entry: MakeEntry, keys: KeyRing
) -> None:
    stored = store.put(make_entry())
    path = manifest_of(store)
    with path.open("r+b") as file:
        file.truncate(MAX_MANIFEST_BYTES + 1)
    assert store.entries_for(stored.entry.code_key) == []
    assert "larger" in store.problems[0]
    with pytest.raises(StoreError, match="bytes"):
        store.put(make_entry(gaps=("x" * MAX_MANIFEST_BYTES,)))


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../../x", "a/b", "\0", "0" * 31 + "/", "0" * 33, "A" * 32, "*", "0\n"]
)
def test_names_that_no_entry_has_are_refused(
    store: Store, make_entry: MakeEntry, name: str
) -> None:
    store.put(make_entry())
    before = files_below(store.folder)
    for action in (store.get, store.find, store.remove, store.marks.pin, store.marks.is_pinned):
        with pytest.raises(EntryMissing):
            action(name)
    assert store.entries_for(name) == []
    assert store.entries_for(f"ck1-{name}") == []
    assert files_below(store.folder) == before


def test_a_prefix_has_to_be_clear(store: Store, make_entry: MakeEntry) -> None:
    ids = [store.put(make_entry(created=float(n))).id for n in range(40)]
    shared = next(i[0] for i in ids if sum(other[0] == i[0] for other in ids) > 1)
    with pytest.raises(StoreError, match="Several") as caught:
        store.find(shared)
    assert not isinstance(caught.value, EntryMissing)
    missing = next(
        f"{n:04x}" for n in range(65536) if not any(i.startswith(f"{n:04x}") for i in ids)
    )
    with pytest.raises(EntryMissing):
        store.find(missing)


# Any bytes at all

KEYS = KeyRing(SECRET)
DIGEST = "sha256-" + "1" * 64
VALID = Entry(
    code_key=code_key("x"), kernel_name="k", notebook_path="a.ipynb", created=1.0, seconds=1.0,
    provenance="executed", outcome="ok", outputs=DIGEST, notebook=DIGEST, outputs_digest="",
    cells=(CellRecord("a", "b", "c"),), inputs=(Input("file", "s", "f", path="p"),),
)  # fmt: skip
PAYLOAD = encode_payload(VALID)[1]
MANIFEST = encode_manifest(PAYLOAD, KEYS.sign(PAYLOAD))

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=8,
)


def accept_or_refuse(data: bytes) -> StoredEntry | None:
    try:
        return decode_manifest(data, KEYS)[0]
    except InvalidManifest:
        return None


@given(st.binary(max_size=500))
def test_any_bytes_are_refused(data: bytes) -> None:
    assert accept_or_refuse(data) is None
    assert accept_or_refuse(data + b"\n[]\n") is None


@given(st.integers(0, len(MANIFEST) - 1), st.binary(max_size=6), st.integers(0, 6))
def test_no_changed_record_is_trusted(at: int, insert: bytes, drop: int) -> None:
    data = MANIFEST[:at] + insert + MANIFEST[at + drop :]
    stored = accept_or_refuse(data)
    if stored is not None and data.split(b"\n")[0] != PAYLOAD:
        assert not stored.trusted


@settings(max_examples=200)
@given(st.sampled_from(sorted(msgspec.to_builtins(VALID))), json_values)
def test_any_value_in_any_field_is_checked(field: str, value: object) -> None:
    record = json.dumps(msgspec.to_builtins(VALID) | {field: value}).encode()
    stored = accept_or_refuse(record + b"\n[]\n")
    if stored is not None:
        assert stored.id == entry_id(record)
        assert encode_payload(stored.entry)[0].entry == stored.entry
