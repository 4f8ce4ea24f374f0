"""Any bytes in any file of a store or project: a documented error or a miss, never a false hit."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hostile_support import DOCUMENTED, KEYS, Scene
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from jupyterlab_cache.cli.report import rendered
from jupyterlab_cache.execution.batch_report import latest_report
from jupyterlab_cache.notebooks import document
from jupyterlab_cache.notebooks.declaration import read_declaration, read_project_declaration
from jupyterlab_cache.notebooks.errors import NotebookError
from jupyterlab_cache.notebooks.reader import digests_of_bytes
from jupyterlab_cache.store.errors import BlobDamaged, BlobMissing
from jupyterlab_cache.store.manifest import InvalidManifest, decode_manifest
from jupyterlab_cache.store.outputs import get_outputs
from jupyterlab_cache.store.store import Store

MORE = settings(
    max_examples=settings.default.max_examples if settings.default.max_examples > 100 else 60,
    suppress_health_check=list(HealthCheck),
)

DEEP = sys.getrecursionlimit() * 40
FOUND_OUT = [
    b"",
    b"\xff\xfe\x00",
    b"[" * DEEP,
    b"[" * DEEP + b"]" * DEEP,
    b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    b'{"format": 1e400}',
    b'{"format": ' + b"9" * 5000 + b"}",
    b'{"format": NaN, "time": NaN, "nbformat": NaN}',
    b'{"format": 1, "format": 2}',
    b'{"time": 1e308, "path": "\\ud800"}',
    b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": {}}]}',
    b'{"nbformat": 4, "metadata": ' + b"[" * 900 + b"]" * 900 + b', "cells": []}',
]

plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
values = st.recursive(
    plain,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)


def changed(valid: Any) -> st.SearchStrategy[bytes]:
    """A valid JSON value, of which something is another value, gone, or there twice."""
    places = list(_places(valid))

    def change(place: tuple[Any, ...], value: object, how: str) -> bytes:
        copy = json.loads(json.dumps(valid))
        if not place:
            return json.dumps(value).encode()
        inside = copy
        for step in place[:-1]:
            inside = inside[step]
        if how == "gone":
            del inside[place[-1]]
        else:
            inside[place[-1]] = value
        return json.dumps(copy).encode()

    mutated = st.builds(
        change, st.sampled_from(places), values, st.sampled_from(["other", "other", "gone"])
    )
    data = json.dumps(valid).encode()
    cut = st.builds(
        lambda at, insert, drop: data[:at] + insert + data[at + drop :],
        st.integers(0, len(data)),
        st.binary(max_size=5),
        st.integers(0, 6),
    )
    return mutated | cut | st.binary(max_size=60) | st.sampled_from(FOUND_OUT)


def _places(value: Any) -> Iterator[tuple[Any, ...]]:
    yield ()
    inside = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for name, item in inside:
        for rest in _places(item):
            yield (name, *rest)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return Scene(tmp_path_factory.mktemp("scene"))


@pytest.fixture(scope="module")
def store(scene: Scene) -> Store:
    return scene.opened().projects.of(scene.notebook).store


def record_of(scene: Scene) -> Any:
    return json.loads(scene.manifest.read_bytes().split(b"\n")[0])


@MORE
@given(st.data())
def test_no_manifest_is_taken_for_ours(scene: Scene, data: st.DataObject) -> None:
    line = scene.manifest.read_bytes().split(b"\n")[0]
    payload = data.draw(changed(json.loads(line)))
    signatures = data.draw(st.sampled_from([b"[]", msgspec.json.encode(KEYS.sign(line))]))
    signatures = data.draw(st.just(signatures) | changed(json.loads(signatures)))
    try:
        stored, _ = decode_manifest(payload + b"\n" + signatures + b"\n", KEYS)
    except InvalidManifest as error:
        assert str(error)
    else:
        assert not stored.trusted or payload == line


DIGEST = "sha256-" + "0" * 64
OUTPUTS = [
    [
        {
            "output_type": "display_data",
            "metadata": {"a": {"$number": "NaN"}},
            "data": {
                "text/plain": {"$blob": {"digest": DIGEST, "as": "text"}},
                "image/png": {"$blob": {"digest": DIGEST, "as": "base64", "line": 76, "end": ""}},
                "application/json": {"$object": {"$blob": 1}},
            },
        }
    ]
]


@MORE
@given(st.data(), st.booleans())
@example(None, True)
def test_any_outputs_document(store: Store, data: st.DataObject | None, in_pieces: bool) -> None:
    text = json.dumps(OUTPUTS)
    blob = store.blobs.put(b"\xff" * 100)
    if data is not None:
        text = data.draw(changed(OUTPUTS)).decode("latin1")
    digest = store.blobs.put(text.replace(DIGEST, blob).encode("latin1"))
    try:
        outputs = get_outputs(store.blobs, digest, in_pieces=in_pieces)
    except (BlobDamaged, BlobMissing) as error:
        assert str(error)
    else:
        assert all(isinstance(output, dict) for cell in outputs for output in cell)


MARK = {"time": 5.5, "path": "a.ipynb"}
CHECK = {
    "time": 1,
    "other": "0" * 32,
    "outcome": "different",
    "cells": [{"cell": 0, "outcome": "different", "rules": ["x"], "changes": ["-a"]}],
    "failure": {"name": "E", "message": "m", "cell": 1, "traceback": ["t"]},
}


@MORE
@given(changed(MARK), changed(CHECK))
@example(b'{"time": 1e308}', b'{"time": 1e308}')
def test_any_mark(scene: Scene, store: Store, mark: bytes, check: bytes) -> None:
    (stored,) = store.page()[0]
    for kind, content in (("invalidated", mark), ("pinned", mark), ("checked", check)):
        place = scene.store / "marks" / kind / stored.id
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    # It stands, whatever it says.
    assert store.marks.is_invalidated(stored)
    assert store.marks.is_pinned(stored.id)
    found = store.marks.check_of(stored.id)
    assert found is None or msgspec.json.encode(found)
    assert scene.opened().look().status(scene.notebook).verdict == "stale"


@MORE
@given(changed({"id": "x", "notebook": "a.ipynb", "state": "queued"}), changed([]))
def test_no_job_is_taken_for_ours(scene: Scene, store: Store, job: bytes, head: bytes) -> None:
    (scene.store / "jobs").mkdir(exist_ok=True)
    (scene.store / "jobs" / "x.json").write_bytes(head + b"\n" + job)
    assert store.job_files.read_all() == {}


REPORT = {
    "started": 1.0,
    "seconds": 2.0,
    "interrupted": False,
    "notebooks": [
        {
            "path": "a.ipynb",
            "result": "failed",
            "seconds": 1.0,
            "entry": "0" * 32,
            "seconds_saved": 1.0,
            "failure": {"name": "E", "message": "m", "cell": 0, "traceback": "t"},
        }
    ],
    "left_out": ["b"],
    "software": "1",
    "python": "3",
}


@MORE
@given(changed(REPORT))
@example(json.dumps(REPORT | {"started": -62_135_510_400}).encode())
@example(json.dumps(REPORT | {"seconds": 1e308}).encode())
def test_any_report(scene: Scene, store: Store, data: bytes) -> None:
    (scene.store / "reports").mkdir(exist_ok=True)
    (scene.store / "reports" / f"{'0' * 16}-00000000.json").write_bytes(data)
    report = latest_report(store)
    if report is not None:
        for form in ("markdown", "junit", "json"):
            assert rendered(report, form)


@MORE
@given(changed({"format": 1}))
def test_any_format_file(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("format") / ".jupyterlab_cache"
    folder.mkdir()
    (folder / "format.json").write_bytes(data)
    store = Store(folder, KEYS)
    try:
        store.check()
    except DOCUMENTED:
        with pytest.raises(DOCUMENTED):
            store.blobs.put(b"x" * 10)
        assert [place.name for place in folder.iterdir()] == ["format.json"]
    else:
        assert type(json.loads(data)["format"]) is int


NOTEBOOK = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {"kernelspec": {"name": "python3"}, "jupyterlab_cache": {"assets": ["*.csv"]}},
    "cells": [
        {
            "cell_type": "code",
            "id": "a",
            "source": ["1\n", "2"],
            "metadata": {"tags": ["parameters"]},
            "execution_count": 1,
            "outputs": [
                {"output_type": "stream", "name": "stdout", "text": ["1"]},
                {"output_type": "display_data", "metadata": {}, "data": {"text/plain": "x"}},
                {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["t"]},
            ],
        },
        {"cell_type": "markdown", "source": "x", "metadata": {}, "attachments": {"a": {"b": "c"}}},
    ],
}


@MORE
@given(changed(NOTEBOOK))
def test_any_notebook(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    try:
        digests = digests_of_bytes(data)
    except NotebookError as error:
        assert str(error)
        with pytest.raises(NotebookError):
            document.loads(data, "a.ipynb")
    else:
        try:
            assert document.digests_of(document.loads(data, "a.ipynb")) == digests
        except NotebookError as error:
            # Digests pass over what they do not need, such as bytes that are no text.
            assert str(error)
    path = tmp_path_factory.mktemp("notebook") / "a.ipynb"
    path.write_bytes(data)
    try:
        read_declaration(path)
    except NotebookError as error:
        assert str(error)


@MORE
@given(
    st.text(max_size=60)
    | st.text(max_size=30).map(lambda text: f"[tool.jupyterlab-cache]\n{text}")
    | st.just("[tool.jupyterlab-cache]\nassets = " + "[" * DEEP)
    | st.just("[tool.jupyterlab-cache]\nparameters = {x = " + "9" * 5000 + "}")
    | st.just("[tool.jupyterlab-cache]\nexpires = 1e400\nignore = ['['*9]")
)
def test_any_project_file(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path: Path = tmp_path_factory.mktemp("project") / "pyproject.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        read_project_declaration(path)
    except NotebookError as error:
        assert str(error)
