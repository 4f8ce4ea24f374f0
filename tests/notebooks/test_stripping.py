"""Outputs out of a file and into it again: no other byte of it moves."""

from __future__ import annotations

import json
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from notebook_support import Document, notebooks

from jupyterlab_cache.notebooks.document import code_cells, loads, put_outputs, serialise
from jupyterlab_cache.notebooks.reader import digests_of_bytes
from jupyterlab_cache.notebooks.stripping import filled, stripped

STREAM = {"output_type": "stream", "name": "stdout", "text": "ä\n\x1b[31mb\ud800"}
IMAGE = {
    "output_type": "display_data",
    "metadata": {},
    "data": {"text/plain": "a\nb", "application/json": ["a"], "image/png": "aaaa\n"},
}
LAYOUTS: list[dict[str, Any]] = [
    {"indent": 1, "ensure_ascii": False},
    {"indent": 1, "ensure_ascii": True},
    {"indent": 4, "ensure_ascii": False, "sort_keys": True},
    {"indent": "\t", "ensure_ascii": False},
    {"indent": None, "ensure_ascii": False},
]


def document(*sources: str, **more: Any) -> Document:
    cells = [
        {
            "cell_type": "code",
            "source": source,
            "metadata": {"tags": ["kept"]},
            "outputs": [],
            "execution_count": None,
        }
        for source in sources
    ]
    return {"metadata": {"own": "ü"}, "nbformat": 4, "nbformat_minor": 5, "cells": cells, **more}


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
@pytest.mark.parametrize("end", ["", "\n"])
@pytest.mark.parametrize("name", ["ascii", "ümlaut"])
def test_what_was_put_in_comes_out_again(layout: dict[str, Any], end: str, name: str) -> None:
    data = (json.dumps(document(f"'{name}'", " ", "2"), **layout) + end).encode()
    assert stripped(data) is data

    with_outputs = filled(data, [([STREAM, IMAGE], 3), ([], None)])

    assert with_outputs is not None
    assert stripped(with_outputs) == data
    cells = json.loads(with_outputs)["cells"]
    assert cells[0]["outputs"][0]["text"] == ["ä\n", "\x1b[31mb\ud800"]
    assert cells[0]["outputs"][1]["data"]["application/json"] == ["a"]
    assert (cells[0]["execution_count"], cells[1]["outputs"]) == (3, [])


def test_the_file_is_what_jupyter_writes() -> None:
    data = serialise(loads(json.dumps(document("1", "2")).encode(), "a"), "a")
    node = loads(data, "a")
    put_outputs(node, [([IMAGE], 1), ([], 2)])
    assert filled(data, [([IMAGE], 1), ([], 2)]) == serialise(node, "a")


def test_results_in_prose_are_outputs_too() -> None:
    node = document("x = 1")
    prose = {"cell_type": "markdown", "source": "{eval}`x`, {eval}`y`", "metadata": {"own": 1}}
    node["cells"].append(prose)
    data = json.dumps(node, indent=1).encode()
    shown = {"output_type": "display_data", "data": {"text/plain": "1"}, "metadata": {}}
    written = filled(data, [([], 1)], [[shown], []])
    assert written is not None and stripped(written) == data
    (held,) = json.loads(written)["cells"][1]["metadata"]["user_expressions"]
    assert (held["expression"], held["result"]["data"]) == ("x", {"text/plain": "1"})
    assert filled(data, [([], 1)], [[shown]]) is None
    assert filled(data, [([], 1)], [[shown], [], []]) is None


def test_times_and_widgets_are_outputs_too() -> None:
    node = document("1", metadata={"widgets": {"x": 1}, "kernelspec": {"name": "k"}})
    node["cells"][0]["metadata"]["execution"] = {"iopub.status.idle": "2026"}
    found = json.loads(stripped(json.dumps(node).encode()))
    assert found["metadata"] == {"kernelspec": {"name": "k"}}
    assert found["cells"][0]["metadata"] == {"tags": ["kept"]}


@given(notebooks(), st.sampled_from(LAYOUTS))
def test_code_and_declarations_stay(notebook: Document, layout: dict[str, Any]) -> None:
    data = json.dumps(notebook, **layout).encode("utf-8", "surrogatepass")
    bare = stripped(data)
    assert stripped(bare) is bare
    before, after = digests_of_bytes(data), digests_of_bytes(bare)
    assert before.code_key("k") == after.code_key("k")
    assert not after.has_outputs
    node = loads(bare, "a")
    refilled = filled(bare, [([STREAM], 1)] * len(code_cells(node)))
    assert refilled is None or stripped(refilled) == bare
    assert nbformat.from_dict(node).nbformat == 4


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<<<<<<< ours\n{}\n",
        b"[1]",
        b'{"nbformat": 3, "worksheets": []}',
        b'{"nbformat": 4}',
        b'{"nbformat": 4, "cells": [1, {"cell_type": "code"}, {"cell_type": "code", "source": 5}]}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_anything_else_stays_as_it_is(data: bytes) -> None:
    assert stripped(data) is data
    assert filled(data, [([STREAM], 1)]) is None
