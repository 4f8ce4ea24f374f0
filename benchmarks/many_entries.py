"""Stores with many entries, and notebooks of 180 kB to put into them."""

from __future__ import annotations

import json
import os
import resource
import sys
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from random import Random

from jupyterlab_cache.store.manifest import encode_manifest, encode_payload
from jupyterlab_cache.store.records import CellRecord, Entry, Input
from jupyterlab_cache.store.signatures import KeyRing
from jupyterlab_cache.store.store import Store

KEYS = KeyRing(b"bench")
CELLS = 10
_PICTURE_BYTES = 13_000
_INPUTS = 18


def executed_notebook(number: int) -> bytes:
    """A notebook of 180 kB with outputs, a tenth of which no other number has.

    Its code differs, too: jupyter-cache keeps one execution for each code.
    """
    cells = []
    for cell in range(CELLS):
        chance = Random(number + 1000 if cell == CELLS - 1 else -1 - cell)
        picture = b64encode(chance.randbytes(_PICTURE_BYTES)).decode() + "\n"
        figure = {
            "data": {"image/png": picture, "text/plain": "<Figure size 640x480 with 1 Axes>"},
            "metadata": {},
            "output_type": "display_data",
        }
        printed = {"name": "stdout", "output_type": "stream", "text": f"step {cell}: done\n" * 10}
        cells.append(
            {
                "cell_type": "code",
                "execution_count": cell + 1,
                "id": f"cell-{cell}",
                "metadata": {},
                "outputs": [printed, figure],
                "source": f"seed = {number}\nplot(seed, {cell})" if cell else f"seed = {number}",
            }
        )
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {"cells": cells, "metadata": {"kernelspec": spec}, "nbformat": 4}
    return json.dumps(notebook | {"nbformat_minor": 5}, indent=1).encode()


def fill(store: Store, count: int) -> None:
    """Put entries into a store past it, since syncing each to disk would take an hour.

    Each has outputs of its own, every third was used, and a thousand notebooks share them.
    """
    notebook = store.blobs.put(b'{"cells": []}')
    digest = "0" * 64
    inputs = tuple(
        Input("file", f"data/{n}.csv", f"sha256-{digest}", path=f"data/{n}.csv")
        for n in range(_INPUTS)
    )
    for number in range(count):
        outputs = json.dumps([[{"number": number}]]).encode()
        name = sha256(outputs).hexdigest()
        code_key = f"ck1-{sha256(str(number).encode()).hexdigest()}"
        entry = Entry(
            code_key=code_key,
            kernel_name=("python3", "ir")[number % 3 == 0],
            notebook_path=f"folder{number % 50}/notebook{number % 1000}.ipynb",
            created=1.7e9 + number,
            seconds=float(number % 77),
            provenance="executed",
            outcome="ok",
            outputs=f"sha256-{name}",
            notebook=notebook,
            outputs_digest=digest,
            cells=(CellRecord(digest, digest, digest),),
            inputs=inputs,
            output_bytes=number % 1013,
        )
        stored, payload = encode_payload(entry)
        manifest = encode_manifest(payload, KEYS.sign(payload))
        _write(store.folder / "objects" / name[:2] / name, outputs)
        place = store.folder / "entries" / code_key[4:6] / code_key
        _write(place / f"{stored.id}.json", manifest)
        if number % 3 == 0:
            mark = store.folder / "marks" / "used" / stored.id
            _write(mark, b"")
            used = 1.7e9 + number * 7 % 100_000
            os.utime(mark, (used, used))


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def disk_use(folder: Path) -> tuple[int, int]:
    """Bytes of all files below a folder, and what its blocks with those of folders take."""
    size = blocks = 0
    for place, _, names in os.walk(folder):
        blocks += os.lstat(place).st_blocks * 512
        for name in names:
            status = os.lstat(os.path.join(place, name))
            size += status.st_size
            blocks += status.st_blocks * 512
    return size, blocks


def peak_memory() -> int:
    """Most bytes that were resident in this process."""
    try:
        # What getrusage says begins with the memory of the process that started this one.
        status = Path("/proc/self/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024
    except (OSError, IndexError, ValueError):
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
