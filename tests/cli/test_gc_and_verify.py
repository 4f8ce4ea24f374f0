"""``list`` with search and order, ``gc`` and ``verify``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from cli_support import answer, jupyter_cache

from jupyterlab_cache import NotebookCache
from jupyterlab_cache.store.records import CellRecord, Entry
from jupyterlab_cache.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    (tmp_path / "pyproject.toml").touch()
    store = NotebookCache(tmp_path).locate(".")[0].store
    for number in range(4):
        content = os.urandom(1000)
        digest = "0" * 64
        outputs = store.blobs.put(b'[[{"output_type": "stream"}]]')
        store.put(
            Entry(
                code_key=f"ck1-{number:064x}",
                kernel_name="python3",
                notebook_path=f"sub/{'dcba'[number]}.ipynb",
                created=1e9 + number,
                seconds=float(number % 3),
                provenance="executed",
                outcome="error" if number == 3 else "ok",
                outputs=outputs,
                notebook=store.blobs.put(content),
                outputs_digest=digest,
                cells=(CellRecord(digest, digest, digest),),
                output_bytes=100 * number,
            )
        )
    return store


def listed(folder: Path, *arguments: str) -> list[str]:
    return [entry["path"][4] for entry in answer(folder, "list", *arguments)]


def test_list_by_words_and_order(tmp_path: Path, store: Store) -> None:
    assert listed(tmp_path) == ["a", "b", "c", "d"]
    assert listed(tmp_path, "--reverse") == ["d", "c", "b", "a"]
    assert listed(tmp_path, "--sort", "path") == ["d", "c", "b", "a"]
    assert listed(tmp_path, "--sort", "seconds", "--limit", "1") == ["b"]
    assert listed(tmp_path, "--sort", "bytes", "--reverse") == ["d", "c", "b", "a"]
    assert listed(tmp_path, "--search", "OK sub/B") == ["b"]
    (oldest,) = [entry for entry in store.page()[0] if entry.entry.created == 1e9]
    store.marks.touch_used(oldest.id)
    store.marks.pin(oldest.id)
    first = answer(tmp_path, "list", "--sort", "used")[0]
    assert (first["entry"], first["pinned"]) == (oldest.id, True)
    assert first["used"] > 1e9
    shown = jupyter_cache(tmp_path, "list", "--search", "d.ipynb")
    assert "pinned" in shown.stdout
    assert shown.stdout.endswith("1 entry\n")


def test_gc_and_its_dry_run(tmp_path: Path, store: Store) -> None:
    options = ("--max-entries", "2", "--max-size", "1.5 GB")
    told = answer(tmp_path, "gc", *options, "--dry-run")
    assert listed(tmp_path) == ["a", "b", "c", "d"]
    done = answer(tmp_path, "gc", *options)
    assert told | {"dry_run": False} == done
    assert [entry["path"] for entry in done["removed"]] == ["sub/d.ipynb", "sub/c.ipynb"]
    assert (done["total"], done["kept_entries"], done["waiting_bytes"]) == (2, 2, 2000)
    assert listed(tmp_path) == ["a", "b"]
    shown = jupyter_cache(tmp_path, "gc", "--max-age", "30d")
    assert shown.returncode == 0
    assert "of sub/b.ipynb" in shown.stdout
    assert "0 entries" in jupyter_cache(tmp_path, "gc").stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("--max-size", "much"), ("--max-size", "-1"), ("--max-size", "2XB"), ("--max-size", ""),
        ("--max-age", "soon"), ("--max-age", "1"), ("--max-entries", "-1"), ("extra",),
    ],
)  # fmt: skip
def test_what_makes_no_sense(tmp_path: Path, store: Store, arguments: tuple[str, ...]) -> None:
    done = jupyter_cache(tmp_path, "gc", *arguments)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1 or "Usage" in done.stderr
    assert listed(tmp_path) == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0", 0), ("12", 12), ("1kB", 1000), ("1.5 MB", 1_500_000), ("2GiB", 2**31), ("1tb", 10**12)],
)
def test_sizes(text: str, expected: int) -> None:
    from jupyterlab_cache.cli.upkeep import _bytes

    assert _bytes(text) == expected


def test_verify_and_repair(tmp_path: Path, store: Store) -> None:
    assert answer(tmp_path, "verify")["total"] == 0
    shown = jupyter_cache(tmp_path, "verify")
    assert "4 entries (0 not signed here)" in shown.stdout
    assert "no problems" in shown.stdout
    (place,) = store.folder.glob(f"entries/*/*/{store.page()[0][0].id}.json")
    place.write_bytes(b"nothing")
    (problem,) = answer(tmp_path, "verify", code=1)["problems"]
    assert (problem["kind"], problem["repaired"]) == ("entry-damaged", False)
    (problem,) = answer(tmp_path, "verify", "--repair")["problems"]
    assert problem["repaired"] is True
    assert answer(tmp_path, "verify")["total"] == 0
    (blob,) = store.folder.glob(f"objects/*/{store.page()[0][0].entry.outputs[7:]}*")
    blob.unlink()
    remaining: Any = answer(tmp_path, "verify", "--repair", code=1)["problems"]
    assert {problem["kind"] for problem in remaining} == {"entry-incomplete"}
