"""The format as ``docs/store.md`` specifies it, read and written without the package."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import zstandard
from store_support import SECRET, code_key

from jupyterlab_cache.store.outputs import put_outputs
from jupyterlab_cache.store.records import Entry, Input
from jupyterlab_cache.store.signatures import KeyRing
from jupyterlab_cache.store.store import Store


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def sign(secret: bytes, record: bytes) -> dict[str, str]:
    return {
        "scheme": "hmac-sha256",
        "key": hmac.digest(secret, b"jupyterlab-cache key id 1\0", "sha256").hex()[:16],
        "value": hmac.digest(secret, b"jupyterlab-cache entry 1\0" + record, "sha256").hex(),
    }


def read_blob(store: Path, name: str) -> bytes:
    digest = name.removeprefix("sha256-")
    path = store / "objects" / digest[:2] / digest
    if path.exists():
        data = path.read_bytes()
    else:
        data = zstandard.decompress(path.with_suffix(".zst").read_bytes())
    assert sha256(data) == digest
    return data


def write_blob(store: Path, data: bytes) -> str:
    digest = sha256(data)
    path = store / "objects" / digest[:2] / f"{digest}.zst"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(zstandard.compress(data))
    return f"sha256-{digest}"


def meaning(store: Path, value: Any) -> Any:
    if isinstance(value, list):
        return [meaning(store, item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((name, inner),) = value.items()
        if name == "$object":
            return {key: meaning(store, item) for key, item in inner.items()}
        if name == "$number":
            return float(inner) if inner.strip("-") in ("NaN", "Infinity") else int(inner)
        if name == "$blob" and inner["as"] == "text":
            return read_blob(store, inner["digest"]).decode()
        if name == "$blob":
            text = base64.b64encode(read_blob(store, inner["digest"])).decode()
            line = inner.get("line", 0) or len(text)
            lines = [text[at : at + line] for at in range(0, len(text), line)]
            return "\n".join(lines) + inner.get("end", "")
        assert not name.startswith("$")
    return {key: meaning(store, item) for key, item in value.items()}


def test_another_program_can_read_a_store(store: Store, make_entry: Callable[..., Entry]) -> None:
    image = os.urandom(5000)
    cells: list[list[dict[str, Any]]] = [
        [
            {"output_type": "stream", "name": "stdout", "text": "many lines\n" * 1000},
            {
                "output_type": "display_data", "metadata": {"$blob": {"digest": "of a person"}},
                "data": {
                    "image/png": base64.encodebytes(image).decode(),
                    "image/x-one-line": base64.b64encode(image).decode(),
                    "application/json": {"x": [10**30, float("inf"), {"$object": {}}, None]},
                },
            },
        ]
    ]  # fmt: skip
    outputs, _ = put_outputs(store.blobs, cells)
    inputs = (Input("file", "data.csv", "sha256-00", path="data.csv"),)
    stored = store.put(make_entry(outputs=outputs, inputs=inputs))
    folder = store.folder
    assert json.loads((folder / "format.json").read_text())["format"] == 1
    key = code_key("1 + 1")
    (path,) = (folder / "entries" / key[4:6] / key).iterdir()
    line, signatures, end = path.read_bytes().split(b"\n")
    assert end == b""
    assert path.name == f"{sha256(line)[:32]}.json" == f"{stored.id}.json"
    assert json.loads(signatures) == [sign(SECRET, line)]
    record = json.loads(line)
    assert record["code_key"] == key
    assert record["inputs"][0]["path"] == "data.csv"
    document = json.loads(read_blob(folder, record["outputs"]))
    assert meaning(folder, document) == cells
    for name in record["payloads"]:
        read_blob(folder, name)


def test_another_program_can_write_an_entry(store: Store, open_again: Callable[..., Store]) -> None:
    store.blobs.put(b"make the store")
    image = bytes(range(256)) * 8
    document = [[{
        "output_type": "display_data", "metadata": {},
        "data": {"image/png": {"$blob": {
            "digest": write_blob(store.folder, image), "as": "base64", "line": 76, "end": "\n",
        }}},
    }]]  # fmt: skip
    key = code_key("written elsewhere")
    record = json.dumps(
        {
            "code_key": key, "kernel_name": "ir", "notebook_path": "r.ipynb", "created": 12,
            "seconds": 0.5, "provenance": "imported", "outcome": "ok", "outputs_digest": "x",
            "outputs": write_blob(store.folder, json.dumps(document).encode()),
            "notebook": write_blob(store.folder, b'{"nbformat": 4}'),
            "cells": [{"digest": "a", "prefix_key": "b", "outputs_digest": "c"}],
            "a member of later": {"that": ["is", "ignored"]},
        }
    ).encode()  # fmt: skip
    place = store.folder / "entries" / key[4:6] / key
    place.mkdir(parents=True)
    signatures = json.dumps([{"scheme": "x", "key": "y", "value": "z"}, sign(b"team", record)])
    path = place / f"{sha256(record)[:32]}.json"
    path.write_bytes(record + b"\n" + signatures.encode() + b"\n")
    for folder in (place.parent, place.parent.parent):
        os.utime(folder)
    (stored,) = store.entries_for(key)
    assert not stored.trusted
    assert store.latest_of("r.ipynb") == stored
    assert open_again(keys=KeyRing(SECRET, [b"team"])).get(stored.id).trusted
    ((output,),) = store.outputs_of(stored)
    assert output["data"]["image/png"] == base64.encodebytes(image).decode()
    assert store.notebook_of(stored) == {"nbformat": 4}
    assert not store.problems
