"""What an entry says of its execution, also for notebooks that are hard to write down."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from execution_support import Project, code, code_cells

import jupyterlab_cache
from jupyterlab_cache.cache import NotebookCache
from jupyterlab_cache.execution.recording import Execution, record
from jupyterlab_cache.inputs.observation import Observation
from jupyterlab_cache.notebooks import document as documents
from jupyterlab_cache.notebooks.code_key import cell_digest, code_key, prefix_keys
from jupyterlab_cache.notebooks.outputs_digest import NO_OUTPUTS
from jupyterlab_cache.projects import Projects
from jupyterlab_cache.store.errors import StoreError
from jupyterlab_cache.store.signatures import KeyRing

LONE = "\ud800"


def change(path: Path, edit: Callable[[dict[str, Any]], None]) -> None:
    """Edit a notebook's JSON in a way that nbformat would not write."""
    node = json.loads(path.read_text())
    edit(node)
    path.write_text(json.dumps(node))


async def test_each_code_cell_that_is_not_blank_has_a_record(project: Project) -> None:
    path = project.write(
        "sub/a.ipynb",
        "value = 1",
        " \n",
        code("1 / 0", "raises-exception"),
        code("'skipped'", "skip-execution"),
        "value",
        "undefined",
        "'never reached'",
    )
    ids = [cell.id for cell in code_cells(path) if cell.source.strip()]
    stored = await project.execute(path)
    cells = stored.entry.cells
    digests = [
        cell_digest("value = 1"),
        cell_digest("1 / 0", ["raises-exception"]),
        cell_digest("'skipped'", ["skip-execution"]),
        cell_digest("value"),
        cell_digest("undefined"),
        cell_digest("'never reached'"),
    ]
    assert [cell.digest for cell in cells] == digests
    assert [cell.prefix_key for cell in cells] == prefix_keys("python3", digests)
    assert stored.entry.code_key == code_key("python3", digests)
    assert [cell.id for cell in cells] == ids
    assert [cell.execution_count for cell in cells] == [1, 2, None, 3, 4, None]
    assert [cell.seconds is None for cell in cells] == [False] * 5 + [True]
    assert sum(cell.seconds or 0 for cell in cells) <= stored.entry.seconds
    assert [cell.outputs_digest == NO_OUTPUTS for cell in cells] == [
        bool(not outputs) for outputs in project.outputs(stored)
    ]
    assert [len(outputs) for outputs in project.outputs(stored)] == [0, 1, 0, 1, 1, 0]
    assert stored.entry.failure is not None
    assert stored.entry.failure.cell == 4


async def test_an_entry_says_what_was_executed_and_by_whom(
    project: Project, open_cache: Callable[[], NotebookCache]
) -> None:
    path = project.write("sub/a.ipynb", "print('x' * 5000)", "", tags_of_mine=["a"])
    stored = await project.execute(path)
    entry = stored.entry
    assert entry.notebook_path == "sub/a.ipynb"
    assert entry.kernel_name == "python3"
    assert entry.software == jupyterlab_cache.__version__
    assert entry.output_bytes > 5000
    assert len(entry.payloads) == 1
    document = project.store.notebook_of(stored)
    assert [cell["source"] for cell in document["cells"]] == ["print('x' * 5000)", ""]
    assert all(cell["outputs"] == [] for cell in document["cells"])
    assert document["metadata"]["tags_of_mine"] == ["a"]

    again = open_cache().project_of(path).store.get(stored.id)
    assert (again.entry, again.trusted) == (entry, True)
    others = Projects(project.folder, KeyRing(b"the secret of somebody else"))
    assert not others.of(path).store.get(stored.id).trusted


async def test_metadata_that_is_no_clean_text_is_in_nobodys_way(project: Project) -> None:
    path = project.write("a.ipynb", "print(1)", "print(2)")

    def spoil(node: dict[str, Any]) -> None:
        node["metadata"] |= {f"key{LONE}": [f"value{LONE}"], "pair": "\ud83d\ude00"}
        node["metadata"] |= {"large": 10**30, "small": -(10**30), "number": float("nan")}
        node["cells"][1]["metadata"] = {"name": LONE}
        node["cells"][1]["id"] = f"id{LONE}"
        node["cells"][2]["id"] = 5

    change(path, spoil)
    outcome = await project.freshen(path)
    assert (outcome.result, outcome.failure) == ("executed", None)
    assert project.texts(outcome.entry) == ["1\n", "2\n"]
    stored = project.store.get(outcome.entry or "")
    assert [cell.id for cell in stored.entry.cells] == ["id\ufffd", None]
    metadata = project.store.notebook_of(stored)["metadata"]
    assert metadata["key\ufffd"] == ["value\ufffd"]
    assert metadata["pair"] == "\U0001f600"
    assert (metadata["large"], metadata["small"]) == (str(10**30), str(-(10**30)))
    assert project.status(path).verdict == "fresh"
    # The file itself keeps what it had.
    assert project.cache.restore(path).restored
    kept = json.loads(path.read_text())["metadata"]
    assert kept[f"key{LONE}"] == [f"value{LONE}"]
    assert kept["large"] == 10**30


async def test_code_that_is_no_clean_text_is_executed_as_its_key_says(project: Project) -> None:
    path = project.write("a.ipynb", "0")

    def spoil(node: dict[str, Any]) -> None:
        node["cells"][1]["source"] = f"text = '{LONE}'\nprint(ascii(text))"

    change(path, spoil)
    outcome = await project.freshen(path)
    assert outcome.result == "executed"
    assert project.texts(outcome.entry) == ["'\\ufffd'\n"]
    stored = project.store.get(outcome.entry or "")
    (cell,) = project.store.notebook_of(stored)["cells"]
    assert cell["source"].startswith("text = '\ufffd'")
    assert cell_digest(cell["source"]) == stored.entry.cells[0].digest
    assert project.status(path).verdict == "fresh"


def test_what_is_nested_beyond_reason_is_refused_in_words(project: Project) -> None:
    path = project.write("a.ipynb", "print(1)")
    notebook = documents.load(path)
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"in": deep}
    # Not by way of the node, which would look into it.
    dict.__setitem__(notebook.metadata, "deep", deep)
    execution = Execution(
        notebook=notebook,
        digests=documents.digests_of(notebook),
        kernel_name="python3",
        outcome="ok",
        failure=None,
        observation=Observation(),
        seconds=0.0,
        cell_seconds=[0.0],
        cell_usages=[None],
        expression_results=[],
        variant={},
        provenance="executed",
    )
    with pytest.raises(StoreError, match="nested too deeply"):
        record(execution, path, project.folder, project.store)
    assert project.store.page()[1] == 0
