"""Run in a process of its own, with little memory: one thing after the other that wants it all.

Prints a line of JSON for each: its name, what came of it, and the most memory so far.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import msgspec
import zstandard
from hostile_support import DOCUMENTED, KEYS, STRANGER, Scene, whole_life

GIGABYTE = 1024**3
FORGED = "sha256-" + "5" * 64


def name_of(data: bytes) -> str:
    return sha256(data).hexdigest()


def plant_blob(scene: Scene, digest: str, file_content: bytes, suffix: str = ".zst") -> None:
    place = scene.store / "objects" / digest[:2] / f"{digest}{suffix}"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(file_content)


def zeros(size: int, claimed: int | None) -> bytes:
    """A frame of so many zeros that says it has so many; None: says nothing."""
    frame = zstandard.ZstdCompressor(level=3).compressobj()
    piece = bytes(1024**2)
    data = b"".join(frame.compress(piece) for _ in range(size // len(piece))) + frame.flush()
    if claimed is None:
        return data
    # A header with another size (8 bytes; a window of 8 MiB), before the blocks of this one.
    header = data[:4] + b"\xc0\x68" + claimed.to_bytes(8, "little")
    return header + data[zstandard.frame_header_size(data) :]


def as_outputs(make: Callable[[Scene], bytes | str]) -> Callable[[Scene], None]:
    """The outputs document of the entry is what somebody has made."""

    def change(scene: Scene) -> None:
        made = make(scene)
        digest = made if isinstance(made, str) else "sha256-" + name_of(made)
        if isinstance(made, bytes):
            packed = zstandard.ZstdCompressor().compress(made)
            plant_blob(scene, digest.removeprefix("sha256-"), packed)
        scene.plant_record(lambda record: record.update(outputs=digest))

    return change


def bomb(size: int, claimed: int | None) -> Callable[[Scene], str]:
    def make(scene: Scene) -> str:
        plant_blob(scene, FORGED.removeprefix("sha256-"), zeros(size, claimed))
        return FORGED

    return make


def many_references(scene: Scene) -> bytes:
    text = b"x" * 1024**2
    plant_blob(scene, name_of(text), zstandard.ZstdCompressor().compress(text))
    one = {"$blob": {"digest": "sha256-" + name_of(text), "as": "text"}}
    output = {"output_type": "display_data", "metadata": {}, "data": {"text/plain": one}}
    return json.dumps([[output] * 20_000]).encode()


def sparse(name: str) -> Callable[[Scene], None]:
    def change(scene: Scene) -> None:
        place = scene.manifest if name == "MANIFEST" else scene.project / name
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("ab") as file:
            file.truncate(GIGABYTE)

    return change


def long_record(scene: Scene) -> None:
    scene.plant_record(lambda record: record.update(variant={f"{n}": n for n in range(2_000_000)}))


def many_signatures(scene: Scene) -> None:
    payload = scene.manifest.read_bytes().split(b"\n")[0]
    (signature,) = KEYS.sign(payload)
    wrong = [msgspec.structs.replace(signature, value=f"{n:064x}") for n in range(200_000)]
    scene.manifest.write_bytes(payload + b"\n" + msgspec.json.encode(wrong) + b"\n")


def many_entries(scene: Scene) -> None:
    place = scene.manifest.parent
    record = json.loads(scene.manifest.read_bytes().split(b"\n")[0])
    for number in range(3000):
        payload = json.dumps(record | {"created": number}).encode()
        signatures = msgspec.json.encode(STRANGER.sign(payload))
        file = place / f"{sha256(payload).hexdigest()[:32]}.json"
        file.write_bytes(payload + b"\n" + signatures + b"\n")


def many_marks(scene: Scene) -> None:
    for kind in ("used", "pinned", "invalidated", "checked"):
        (scene.store / "marks" / kind).mkdir(parents=True, exist_ok=True)
        for number in range(5000):
            (scene.store / "marks" / kind / f"{number:032x}").touch()


def deep_folders(scene: Scene) -> None:
    here = os.open(scene.project, os.O_RDONLY)
    for _ in range(1900):
        os.mkdir("d", dir_fd=here)
        deeper = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    os.close(here)


BOMBS: dict[str, Callable[[Scene], None]] = {
    "a frame that says little and holds much": as_outputs(bomb(GIGABYTE, 1024)),
    "a frame that says nothing": as_outputs(bomb(GIGABYTE, None)),
    "a frame that says the truth": as_outputs(bomb(GIGABYTE, GIGABYTE)),
    "a frame that says too much": as_outputs(bomb(1024**2, 2**60)),
    "many references to one blob": as_outputs(many_references),
    "a document of lists": as_outputs(lambda scene: b"[" + b"[]," * 20_000_000 + b"[]]"),
    "a document of outputs": as_outputs(lambda scene: b"[[" + b"{}," * 20_000_000 + b"{}]]"),
    "a manifest of a gigabyte": sparse("MANIFEST"),
    "a notebook of a gigabyte": sparse("a.ipynb"),
    "a text notebook of a gigabyte": sparse("text.md"),
    "an ignore file of a gigabyte": sparse(".gitignore"),
    "a project file of a gigabyte": sparse("pyproject.toml"),
    "an index of a gigabyte": sparse(".jupyterlab_cache/index.sqlite"),
    "a report of a gigabyte": sparse(f".jupyterlab_cache/reports/{'0' * 16}-00000000.json"),
    "a job of a gigabyte": sparse(".jupyterlab_cache/jobs/x.json"),
    "a format file of a gigabyte": sparse(".jupyterlab_cache/format.json"),
    "a mark of a gigabyte": sparse(f".jupyterlab_cache/marks/invalidated/{'0' * 32}"),
    "a long record": long_record,
    "many signatures": many_signatures,
    "many entries": many_entries,
    "many marks": many_marks,
    "deep folders": deep_folders,
}


def main(names: list[str], most_bytes: int) -> None:
    """Do everything with each, and tell."""
    resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))
    for name in names:
        folder = Path(tempfile.mkdtemp())
        try:
            scene = Scene(folder)
            BOMBS[name](scene)
            outcome = whole_life(scene.opened(), scene.notebook)
        except DOCUMENTED as error:
            outcome = [str(error)]
        except Exception as error:
            outcome = ["unhandled", repr(error)[:300]]
        finally:
            # Not by recursion, as the standard module has it.
            subprocess.run(["rm", "-rf", str(folder)], check=True)
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        sys.stdout.write(json.dumps({"name": name, "outcome": outcome, "bytes": used}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[2:], int(sys.argv[1]))
