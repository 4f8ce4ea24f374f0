"""Entries to put into a store, and ways to spoil one."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from typing import Any

from jupyterlab_cache.store.outputs import put_outputs
from jupyterlab_cache.store.records import CellRecord, Entry
from jupyterlab_cache.store.store import Store

SECRET = b"the secret of these tests"


def code_key(text: str) -> str:
    return f"ck1-{sha256(text.encode()).hexdigest()}"


def entry_for(
    store: Store,
    code: str = "1 + 1",
    *,
    path: str = "a.ipynb",
    created: float = 1_700_000_000.0,
    text: str = "2",
    **fields: Any,
) -> Entry:
    """An entry of one cell whose blobs are in the store."""
    output = {"output_type": "stream", "name": "stdout", "text": text}
    outputs, (size,) = put_outputs(store.blobs, [[output]])
    digest = sha256(code.encode()).hexdigest()
    values: dict[str, Any] = {
        "code_key": code_key(code),
        "kernel_name": "python3",
        "notebook_path": path,
        "created": created,
        "seconds": 1.5,
        "provenance": "executed",
        "outcome": "ok",
        "outputs": outputs,
        "notebook": store.blobs.put(b'{"cells": []}'),
        "outputs_digest": digest,
        "cells": (CellRecord(digest, digest, digest),),
        "output_bytes": size,
    }
    return Entry(**(values | fields))


def files_below(folder: Path) -> dict[str, bytes | None]:
    """Everything below a folder: names, with the content of regular files."""
    found: dict[str, bytes | None] = {}
    for place, folders, names in os.walk(folder):
        for name in [*folders, *names]:
            path = Path(place, name)
            regular = path.is_file() and not path.is_symlink()
            found[str(path.relative_to(folder))] = path.read_bytes() if regular else None
    return found


def only_file(folder: Path, pattern: str) -> Path:
    (path,) = folder.glob(pattern)
    return path


def plant(path: Path, kind: str, victim: Path) -> None:
    """Put something that is no regular file where a file or folder was."""
    if path.is_dir() and not path.is_symlink():
        path.rename(path.with_name(path.name + "-away"))
    else:
        path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == "symlink":
        path.symlink_to(victim)
    elif kind == "dangling":
        path.symlink_to(victim.with_name("nowhere"))
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        path.mkdir()
        (path / "inside").write_text("something")
