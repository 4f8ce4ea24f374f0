from __future__ import annotations

import errno
import io
import os
import stat
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
import zstandard
from store_support import SECRET, files_below, plant

from jupyterlab_cache.store.blobs import BlobStore, blob_digest
from jupyterlab_cache.store.errors import BlobDamaged, BlobMissing, BlobUnreadable, StoreError
from jupyterlab_cache.store.files import StoreFiles
from jupyterlab_cache.store.layout import Layout
from jupyterlab_cache.store.signatures import KeyRing
from jupyterlab_cache.store.store import Store

TEXT = b"the same line again\n" * 500
NOISE = bytes(range(256)) + sha256(b"noise").digest() * 3 + os.urandom(4000)


def path_of(store: Store, digest: str) -> Path:
    name = digest.removeprefix("sha256-")
    (path,) = (store.folder / "objects" / name[:2]).glob(f"{name}*")
    return path


@pytest.mark.parametrize(
    "data",
    [b"", b"x", TEXT, NOISE, os.urandom(3_000_000), b"0" * 5_000_000],
    ids=["empty", "small", "text", "noise", "large noise", "zeros"],
)
def test_what_is_put_comes_back(store: Store, data: bytes) -> None:
    digest = store.blobs.put(data)
    assert digest == "sha256-" + sha256(data).hexdigest() == blob_digest(data)
    assert store.blobs.get(digest) == data
    assert store.blobs.has(digest)


def test_compression_only_where_it_helps(store: Store) -> None:
    text, noise = path_of(store, store.blobs.put(TEXT)), path_of(store, store.blobs.put(NOISE))
    assert text.suffix == ".zst"
    assert text.stat().st_size < len(TEXT) / 20
    assert noise.suffix == ""
    assert noise.read_bytes() == NOISE
    assert zstandard.ZstdDecompressor().decompress(text.read_bytes()) == TEXT


@pytest.mark.parametrize("data", [TEXT, NOISE], ids=["text", "noise"])
def test_a_second_put_writes_nothing_but_the_time(store: Store, data: bytes) -> None:
    path = path_of(store, store.blobs.put(data))
    os.utime(path, (1000, 1000))
    inode = path.stat().st_ino
    store.blobs.put(data)
    assert path.stat().st_ino == inode
    assert path.stat().st_mtime > time.time() - 60


def damage_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


DAMAGE: dict[str, Callable[[Path], object]] = {
    "one bit": damage_bit,
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-3]),
    "emptied": lambda path: path.write_bytes(b""),
    "garbage": lambda path: path.write_bytes(b"garbage"),
    "other content": lambda path: path.write_bytes(zstandard.ZstdCompressor().compress(b"no")),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
@pytest.mark.parametrize("data", [TEXT, NOISE], ids=["compressed", "plain"])
def test_damage_is_found_set_aside_and_healed(
    store: Store, data: bytes, damage: Callable[[Path], object]
) -> None:
    digest = store.blobs.put(data)
    damage(path_of(store, digest))
    with pytest.raises(BlobDamaged):
        store.blobs.get(digest)
    assert not store.blobs.has(digest)
    assert len(list((store.folder / "quarantine").iterdir())) == 1
    assert digest[:19] in store.problems[0]
    with pytest.raises(BlobMissing):
        store.blobs.get(digest)
    store.blobs.put(data)
    assert store.blobs.get(digest) == data


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
@pytest.mark.parametrize("data", [TEXT, NOISE], ids=["compressed", "plain"])
def test_put_heals_what_nobody_has_read(
    store: Store, data: bytes, damage: Callable[[Path], object]
) -> None:
    digest = store.blobs.put(data)
    damage(path_of(store, digest))
    store.blobs.put(data)
    assert store.blobs.get(digest) == data


def test_one_good_file_of_two_is_enough(store: Store) -> None:
    digest = store.blobs.put(TEXT)
    path = path_of(store, digest)
    path.with_suffix("").write_bytes(b"garbage")
    assert store.blobs.get(digest) == TEXT
    assert not path.with_suffix("").exists()


@pytest.mark.parametrize("kind", ["symlink", "dangling", "fifo", "device", "folder"])
@pytest.mark.parametrize("data", [TEXT, NOISE], ids=["compressed", "plain"])
def test_only_regular_files_are_opened(
    store: Store, tmp_path: Path, data: bytes, kind: str
) -> None:
    victim = tmp_path / "victim"
    digest = store.blobs.put(data)
    path = path_of(store, digest)
    victim.write_bytes(path.read_bytes())  # even a link to the right content is not followed
    plant(path, kind, victim)
    assert not store.blobs.has(digest)
    before = victim.stat()
    with pytest.raises(BlobDamaged):
        store.blobs.get(digest)
    plant(path, kind, victim)
    assert store.blobs.put(data) == digest
    assert store.blobs.get(digest) == data
    assert (victim.stat().st_mtime_ns, victim.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    assert not victim.with_name("nowhere").exists()


@pytest.mark.parametrize("part", ["objects", "group"])
def test_links_in_place_of_folders_are_not_followed(
    store: Store, tmp_path: Path, part: str
) -> None:
    digest = store.blobs.put(NOISE)
    folder = path_of(store, digest).parent
    folder = folder.parent if part == "objects" else folder
    elsewhere = tmp_path / "elsewhere"
    folder.rename(elsewhere)
    folder.symlink_to(elsewhere)
    before = files_below(elsewhere)
    with pytest.raises(BlobMissing):
        store.blobs.get(digest)
    with pytest.raises(OSError):
        store.blobs.put(NOISE)
    with pytest.raises(OSError):
        store.blobs.put(NOISE[:-1] if part == "objects" else NOISE)
    assert files_below(elsewhere) == before
    assert list((store.folder / "tmp").iterdir()) == []


@pytest.mark.parametrize(
    "digest",
    [
        "",
        "sha256-",
        "sha256-../../../etc/passwd",
        "sha256-" + "0" * 63 + "/",
        "sha256-" + "0" * 65,
        "sha256-" + "A" * 64,
        "sha256-" + "0" * 64 + "\n",
        "md5-" + "0" * 64,
        "../" * 20 + "etc/passwd",
        "\0",
        "sha256-" + "0" * 32 + "\0" + "0" * 31,
    ],
)
def test_other_names_are_refused(store: Store, digest: str) -> None:
    store.blobs.put(b"something")
    with pytest.raises(BlobMissing):
        store.blobs.get(digest)
    assert not store.blobs.has(digest)
    assert not store.blobs.touch(digest)


def planted(blobs: BlobStore, folder: Path, content: bytes, digest: str) -> str:
    name = digest.removeprefix("sha256-")
    path = folder / "objects" / name[:2] / f"{name}.zst"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return digest


def test_bombs_are_refused_before_they_grow(store: Store) -> None:
    small = Store(store.folder, KeyRing(SECRET), max_blob_bytes=100_000)
    store.blobs.put(b"make the folder")
    bomb = b"0" * 100_001
    packed = zstandard.ZstdCompressor().compress(bomb)
    digest = planted(small.blobs, store.folder, packed, blob_digest(bomb))
    with pytest.raises(BlobDamaged, match="larger"):
        small.blobs.get(digest)
    assert store.blobs.get(digest) == bomb  # others may have another limit: it stays

    large = io.BytesIO()
    with zstandard.ZstdCompressor().stream_writer(large, closefd=False) as writer:
        writer.write(bomb)  # does not say how large it will be
    digest = planted(small.blobs, store.folder, large.getvalue(), blob_digest(b"unsaid"))
    with pytest.raises(BlobDamaged, match="size"):
        small.blobs.get(digest)

    claim = zstandard.ZstdCompressor().compress(b"0" * 1000)
    liar = claim.replace((1000 - 256).to_bytes(2, "little"), (2000 - 256).to_bytes(2, "little"), 1)
    assert zstandard.frame_content_size(liar) == 2000
    digest = planted(small.blobs, store.folder, liar, blob_digest(b"a liar"))
    with pytest.raises(BlobDamaged):
        small.blobs.get(digest)

    parameters = zstandard.ZstdCompressionParameters(window_log=27, compression_level=1)
    stream = io.BytesIO()
    with zstandard.ZstdCompressor(compression_params=parameters).stream_writer(
        stream, size=90_000_000, closefd=False
    ) as writer:
        for _ in range(90):
            writer.write(b"0" * 1_000_000)
    digest = planted(store.blobs, store.folder, stream.getvalue(), blob_digest(b"wide"))
    with pytest.raises(BlobDamaged):
        store.blobs.get(digest)


def test_what_could_not_be_read_again_is_not_written(folder: Path) -> None:
    store = Store(folder, KeyRing(SECRET), max_blob_bytes=1000)
    with pytest.raises(StoreError, match="1001"):
        store.blobs.put(b"x" * 1001)
    assert not folder.exists()


def test_trouble_of_the_system_is_no_damage(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = store.blobs.put(TEXT)

    real = StoreFiles.opened

    def refuse(self: StoreFiles, name: str, limit: int) -> object:
        if name.startswith("objects"):
            raise OSError(errno.EMFILE, "Too many open files")
        return real(self, name, limit)

    with monkeypatch.context() as patch:
        patch.setattr(StoreFiles, "opened", refuse)
        with pytest.raises(BlobUnreadable, match="Too many"):
            store.blobs.get(digest)
    assert store.blobs.get(digest) == TEXT
    assert not store.problems


def test_a_good_file_is_not_set_aside_for_a_bad_one(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = store.blobs.put(NOISE)
    path = path_of(store, digest)
    path.write_bytes(b"garbage")
    real = BlobStore._set_aside

    def later(self: BlobStore, *args: object) -> None:
        good = path.with_name("good")
        good.write_bytes(NOISE)
        good.replace(path)
        real(self, *args)

    monkeypatch.setattr(BlobStore, "_set_aside", later)
    with pytest.raises(BlobDamaged):
        store.blobs.get(digest)
    assert store.blobs.get(digest) == NOISE


@pytest.mark.parametrize(("umask", "file", "place"), [(0o022, 0o644, 0o755), (0o007, 0o660, 0o770)])
def test_modes_follow_the_umask(folder: Path, umask: int, file: int, place: int) -> None:
    before = os.umask(umask)
    try:
        store = Store(folder, KeyRing(SECRET))
        digest = store.blobs.put(TEXT)
        store.marks.pin("0" * 32)
        store.marks.touch_used("0" * 32)
        store.page()
    finally:
        os.umask(before)
    for path in [folder, *folder.rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (place if path.is_dir() else file), path
    assert store.blobs.has(digest)


def test_names_that_leave_the_folder_never_reach_the_system(tmp_path: Path) -> None:
    files = Layout(tmp_path / "store").files
    for name in ("../x", "objects/../../x", "objects//x", "a\0b", "objects/..", "a\\b", "/etc/x"):
        with pytest.raises(ValueError):
            files.write(name, b"")
        with pytest.raises(ValueError):
            files.read(name, 10)
    assert list(tmp_path.iterdir()) == []
