"""A format that does not exist, to migrate to: records lie in one folder and say their format."""

from __future__ import annotations

import json

from jupyterlab_cache.store.files import StoreFiles
from jupyterlab_cache.store.migration import Step
from jupyterlab_cache.store.signatures import KeyRing

LIMIT = 2**26


def old_entries(files: StoreFiles) -> dict[str, str]:
    """Identifier → file of all entries of format 1."""
    found = {}
    for group, _ in files.subfolders("entries"):
        for key, _ in files.subfolders(f"entries/{group}"):
            folder = f"entries/{group}/{key}"
            _, names = files.listing(folder) or (None, [])
            found.update({name.removesuffix(".json"): f"{folder}/{name}" for name in names})
    return found


def copy(files: StoreFiles, keys: KeyRing) -> None:
    for identifier, name in old_entries(files).items():
        to = f"records/{identifier}.json"
        if files.status(to) is None:
            try:
                record, signatures, _ = files.read(name, LIMIT).decode().split("\n")
            except FileNotFoundError:
                continue  # it was collected meanwhile
            data = {"format": 2, "record": record, "signatures": json.loads(signatures)}
            files.write(to, json.dumps(data).encode())


def names(files: StoreFiles) -> frozenset[str]:
    return frozenset(old_entries(files))


def problem(files: StoreFiles, wanted: frozenset[str]) -> str | None:
    _, copied = files.listing("records") or (None, [])
    missing = {f"{name}.json" for name in wanted} - set(copied)
    return f"{len(missing)} entries are not copied" if missing else None


def back(files: StoreFiles) -> None:
    """Make the store one of format 1 again, so that it can be looked at."""
    _, names = files.listing("records") or (None, [])
    for name in names:
        data = json.loads(files.read(f"records/{name}", LIMIT))
        assert data["format"] == 2
        key = json.loads(data["record"])["code_key"]
        line = json.dumps(data["signatures"], separators=(",", ":"))
        files.write(f"entries/{key[4:6]}/{key}/{name}", f"{data['record']}\n{line}\n".encode())
    files.write("format.json", b'{"format": 1}\n')
    files.remove_tree("records")


STEPS = (Step(1, ("entries",), ("records",), names, copy, problem),)
