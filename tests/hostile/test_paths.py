"""Whatever path stands in whichever field of a record: nothing outside the project is touched."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hostile_support import CONTENT, DOCUMENTED, Scene, untouched, whole_life

from jupyterlab_cache.store.blobs import blob_digest
from jupyterlab_cache.store.records import Entry, InputKind

HOSTILE = [
    "../../elsewhere/victim",
    "../../elsewhere/deeper",
    "x/../../../elsewhere/victim",
    "{victim}",
    "//{victim}",
    "/proc/self/root{victim}",
    "file://{victim}",
    "link/victim",
    "../../elsewhere/*",
    "../../**",
    "pipe",
    "/dev/zero",
    "/dev/stdin",
    "..",
    ".",
    "",
    "~/victim",
    "x" * 4096,
    "a\\..\\..\\elsewhere\\victim",
]

Steps = tuple[str | int, ...]


def path_fields(kind: Any = Entry, name: str = "") -> Iterator[Steps]:
    """Where a record holds a path: by the type that paths have, or by what a field is called."""
    info = msgspec.inspect.type_info(kind) if isinstance(kind, type) else kind
    if isinstance(info, msgspec.inspect.StructType):
        for field in info.fields:
            for steps in path_fields(field.type, field.name):
                yield (field.encode_name, *steps)
    elif isinstance(info, msgspec.inspect.VarTupleType):
        for steps in path_fields(info.item_type, name):
            yield (0, *steps)
    elif isinstance(info, msgspec.inspect.UnionType):
        for part in info.types:
            yield from path_fields(part, name)
    elif isinstance(info, msgspec.inspect.StrType) and (
        info.max_length == 4096 or "path" in name or "file" in name
    ):
        yield ()


FIELDS = sorted(set(path_fields()), key=str)
KINDS = [str(kind) for kind in InputKind.__args__]


def test_the_fields_are_found() -> None:
    assert set(FIELDS) == {
        ("notebook_path",),
        ("inputs", 0, "path"),
        ("artefacts", 0, "path"),
        ("undeclared", 0),
    }, "docs/store.md says that these are all paths; tell there of a new one"


def put(record: dict[str, Any], steps: Steps, value: str) -> None:
    place: Any = record
    for step, following in itertools.pairwise(steps):
        if isinstance(step, str):
            place = place.setdefault(step, [] if isinstance(following, int) else {})
        else:
            place = place[step]
    if isinstance(place, list):
        place.append(value)
    else:
        place[steps[-1]] = value


def plant_everywhere(scene: Scene, path: str) -> None:
    """Put a path into every field of every record that holds one."""

    def change(record: dict[str, Any]) -> None:
        for steps in FIELDS:
            if steps not in (("inputs", 0, "path"), ("notebook_path",)):
                put(record, steps, path)
        record["inputs"] = [an_input(kind, path) for kind in KINDS]

    scene.plant_record(change)
    files = {
        f"marks/invalidated-notebooks/{'0' * 64}": json.dumps({"time": 1, "path": path}),
        "jobs/x.json": "[]\n" + json.dumps({"id": "x", "notebook": path}),
        f"reports/{'0' * 16}-00000000.json": json.dumps(
            {
                "started": 1,
                "seconds": 1,
                "notebooks": [{"path": path, "result": "fresh", "seconds": 1}],
            }
        ),
    }
    for name, text in files.items():
        place = scene.store / name
        place.parent.mkdir(parents=True)
        place.write_text(text)


def an_input(kind: str, path: str) -> dict[str, Any]:
    """An input with the fingerprint that it has."""
    fingerprints = {"file": blob_digest(CONTENT), "stat": "file", "directory": "absent"}
    fingerprint = fingerprints.get(kind, "absent")
    return {"kind": kind, "subject": path, "fingerprint": fingerprint, "path": path}


@pytest.mark.parametrize("path", HOSTILE, ids=lambda path: path[:30])
def test_no_path_of_a_record_leads_outside(tmp_path: Path, path: str) -> None:
    scene = Scene(tmp_path)
    (scene.project / "link").symlink_to(scene.elsewhere)
    os.mkfifo(scene.project / "pipe")
    written = path.replace("{victim}", str(scene.victim))
    plant_everywhere(scene, written)
    with untouched(scene.elsewhere):
        before, _ = whole_life(scene.opened(), scene.notebook)
    assert before in ("stale", "uncached")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "absent"])
def test_what_lies_outside_cannot_be_verified_for_a_stranger(tmp_path: Path, kind: str) -> None:
    scene = Scene(tmp_path)
    (scene.project / "link").symlink_to(scene.elsewhere)
    for path in ("../../elsewhere/victim", str(scene.victim), "link/victim", "link"):
        scene.plant_record(lambda record, path=path: record.update(inputs=[an_input(kind, path)]))
        with untouched(scene.elsewhere):
            assert scene.opened().look().status(scene.notebook).verdict == "stale"


def test_a_notebook_path_that_leads_outside_makes_no_entry(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    for path in ("../a.ipynb", "/a.ipynb", str(scene.victim), "x/../../a.ipynb", "a\0b"):
        scene.plant_record(lambda record, path=path: record.update(notebook_path=path), ours=True)
        assert scene.opened().look().status(scene.notebook).verdict == "uncached"


@pytest.mark.parametrize("path", HOSTILE, ids=lambda path: path[:30])
def test_no_path_of_a_request_leads_outside(tmp_path: Path, path: str) -> None:
    scene = Scene(tmp_path)
    (scene.root / "link").symlink_to(scene.elsewhere)
    written = path.replace("{victim}", str(scene.victim)).replace("../../", "../")
    cache = scene.opened()
    with untouched(scene.elsewhere):
        for ask in (
            cache.capture,
            cache.restore,
            cache.restore_artefacts,
            cache.executable,
            cache.collect,
            lambda path: cache.survey([path]),
            lambda path: cache.statistics([path]),
            lambda path: cache.verify(path, tell=lambda problem: None),
            lambda path: cache.judge([(path, None)], cache.look()),
        ):
            try:
                ask(written)
            except DOCUMENTED as error:
                assert str(error)
