"""Blobs that are written and read in pieces."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from store_support import SECRET, files_below

from jupyterlab_cache.store.blobs import blob_digest
from jupyterlab_cache.store.errors import BlobDamaged, BlobMissing, ContentChanged, StoreError
from jupyterlab_cache.store.files import StoreFiles
from jupyterlab_cache.store.signatures import KeyRing
from jupyterlab_cache.store.store import Store

TEXT = b"the same line again\n" * 200_000  # 4 MB, several pieces
NOISE = os.urandom(3_000_000)


def pieces_of(data: bytes, size: int = 100_000) -> Iterator[bytes]:
    yield from (data[start : start + size] for start in range(0, len(data), size))


def file_of(store: Store, digest: str) -> Path:
    name = digest.removeprefix("sha256-")
    (path,) = (store.folder / "objects" / name[:2]).glob(f"{name}*")
    return path


def put(store: Store, data: bytes) -> str:
    digest = blob_digest(data)
    store.blobs.put_stream(digest, len(data), lambda: pieces_of(data))
    return digest


@pytest.mark.parametrize("data", [b"", b"x", TEXT, NOISE], ids=["empty", "small", "text", "noise"])
def test_what_is_put_in_pieces_comes_back_in_both_ways(store: Store, data: bytes) -> None:
    digest = put(store, data)
    assert b"".join(store.blobs.stream(digest)) == store.blobs.get(digest) == data
    assert list((store.folder / "tmp").iterdir()) == []


@given(st.lists(st.binary(max_size=400), max_size=6))
def test_how_content_is_cut_makes_no_difference(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]
) -> None:
    store = Store(tmp_path_factory.mktemp("project") / ".jupyterlab_cache", KeyRing(SECRET))
    data = b"".join(pieces)
    store.blobs.put_stream(blob_digest(data), len(data), lambda: iter(pieces))
    assert store.blobs.get(blob_digest(data)) == data
    assert store.blobs.put(data) == blob_digest(data)


def test_compression_only_where_it_helps(store: Store) -> None:
    text, noise = file_of(store, put(store, TEXT)), file_of(store, put(store, NOISE))
    assert (text.suffix, noise.suffix) == (".zst", "")
    assert text.stat().st_size < len(TEXT) / 20
    assert zstandard.ZstdDecompressor().decompress(text.read_bytes()) == TEXT
    assert zstandard.frame_content_size(text.read_bytes()) == len(TEXT)


@pytest.mark.parametrize("data", [TEXT, NOISE], ids=["text", "noise"])
@pytest.mark.parametrize(
    "change",
    [lambda data: data[:-1], lambda data: data + b"more", lambda data: data[:-1] + b"?"],
    ids=["shorter", "longer", "other"],
)
def test_content_that_changed_is_not_kept(store: Store, data: bytes, change: object) -> None:
    assert callable(change)
    digest, now = blob_digest(data), change(data)
    with pytest.raises(ContentChanged):
        store.blobs.put_stream(digest, len(data), lambda: pieces_of(now))
    assert not store.blobs.has(digest)
    assert [
        name for name in files_below(store.folder) if name.startswith(("objects/", "tmp/"))
    ] == []


def test_content_without_an_end_is_not_read_for_ever(store: Store) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(1000):
            yield NOISE[:1000]
        raise AssertionError("far more was read than was announced")

    with pytest.raises(ContentChanged):
        store.blobs.put_stream(blob_digest(b"x" * 5000), 5000, endless)


def test_what_is_there_is_not_read_again_unless_it_is_damaged(store: Store) -> None:
    digest = put(store, NOISE)
    path = file_of(store, digest)
    os.utime(path, (1000, 1000))
    inode = path.stat().st_ino

    def unread() -> Iterator[bytes]:
        raise AssertionError("it is there")
        yield b""

    store.blobs.put_stream(digest, len(NOISE), unread)
    assert path.stat().st_ino == inode
    assert path.stat().st_mtime > 1000
    path.write_bytes(NOISE[:-1] + bytes([NOISE[-1] ^ 1]))
    assert put(store, NOISE) == digest
    assert store.blobs.get(digest) == NOISE
    assert len(list((store.folder / "quarantine").iterdir())) == 1


def test_an_error_of_the_source_leaves_nothing(store: Store) -> None:
    def failing() -> Iterator[bytes]:
        yield NOISE[:1000]
        raise PermissionError("no more of it")

    with pytest.raises(PermissionError):
        store.blobs.put_stream(blob_digest(NOISE), len(NOISE), failing)
    assert list((store.folder / "tmp").iterdir()) == []


def test_damage_shows_at_the_end_of_a_stream(store: Store) -> None:
    digest = put(store, NOISE)
    file_of(store, digest).write_bytes(NOISE[:-1] + bytes([NOISE[-1] ^ 1]))
    with pytest.raises(BlobDamaged):
        list(store.blobs.stream(digest))
    with pytest.raises(BlobMissing):
        list(store.blobs.stream(digest))


def test_more_than_the_limit_is_refused(store: Store) -> None:
    store.blobs.max_bytes = 1000
    with pytest.raises(StoreError, match="1001"):
        store.blobs.put_stream(blob_digest(b"x" * 1001), 1001, lambda: pieces_of(b"x" * 1001))


def test_large_content_passes_through_little_memory(store: Store) -> None:
    piece, count = os.urandom(1024**2), 48
    data = piece * count
    digest, size = blob_digest(data), len(data)
    del data
    tracemalloc.start()
    store.blobs.put_stream(digest, size, lambda: (piece for _ in range(count)))
    total = sum(map(len, store.blobs.stream(digest)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert total == size
    assert peak < 8 * 1024**2


def test_a_new_file_takes_the_place_of_nothing(tmp_path: Path) -> None:
    files = StoreFiles(tmp_path, has_temporary=False)
    files.write_pieces("sub/a.txt", lambda: [b"one", b"two"], replace=False)
    with pytest.raises(FileExistsError):
        files.write_pieces("sub/a.txt", lambda: [b"three"], replace=False)
    assert (tmp_path / "sub" / "a.txt").read_bytes() == b"onetwo"
    files.write_pieces("sub/a.txt", lambda: [b"three"])
    assert files_below(tmp_path) == {"sub": None, "sub/a.txt": b"three"}


def test_a_new_file_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_link(*_: object, **__: object) -> None:
        raise PermissionError("this file system has no hard links")

    monkeypatch.setattr(os, "link", no_link)
    files = StoreFiles(tmp_path, has_temporary=False)
    files.write_pieces("a.txt", lambda: [b"one"], replace=False)
    with pytest.raises(FileExistsError):
        files.write_pieces("a.txt", lambda: [b"two"], replace=False)
    assert files_below(tmp_path) == {"a.txt": b"one"}
