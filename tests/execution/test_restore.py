"""Putting outputs back into a notebook's file: whole and as they were, or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from execution_support import PNG, Project, code_cells

from jupyterlab_cache.notebooks.errors import NotebookError
from jupyterlab_cache.projects import PathRefused

RICH = [
    "import base64\nfrom IPython.display import Image, display\nprint('é' * 2000)",
    f"display(Image(data=base64.b64decode({PNG!r})), metadata={{'isolated': True}})",
    "",
    "display({'application/json': {'a': [1, 2.5, None]}, 'text/html': '<b>\\n</b>\\n'}, raw=True)",
    "6 * 7",
]


def empty(path: Path) -> None:
    """Take the outputs out of a file, as a filter of git would."""
    notebook = nbformat.read(path, 4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
            cell.execution_count = None
    nbformat.write(notebook, path)


def blob_files(project: Project, digest: str) -> list[Path]:
    """The files of a blob, packed or not."""
    name = digest.removeprefix("sha256-")
    found = [
        item
        for item in project.store.folder.rglob("*")
        if item.is_file() and "".join(item.parts[-2:]).removesuffix(".zst").endswith(name)
    ]
    assert found
    return found


async def test_outputs_come_back_byte_for_byte(project: Project) -> None:
    path = project.write("a.ipynb", *RICH)
    stored = await project.execute(path)
    result = project.cache.restore(path)
    assert (result.path, result.restored, result.entry) == ("a.ipynb", True, stored.id)
    first = path.read_bytes()
    cells = [cell for cell in code_cells(path) if cell.source]
    assert [cell.outputs for cell in cells] == project.outputs(stored)
    assert [cell.execution_count for cell in cells] == [1, 2, 3, 4]
    assert cells[1].outputs[0].data["image/png"].strip() == PNG
    nbformat.validate(nbformat.read(path, 4))
    status = project.status(path)
    assert (status.verdict, status.outputs) == ("fresh", "same")

    empty(path)
    assert path.read_bytes() != first
    assert project.status(path).outputs == "none"
    assert project.cache.restore(path).restored
    assert path.read_bytes() == first


async def test_all_but_the_outputs_is_left_as_it_stands(project: Project) -> None:
    path = project.write("a.ipynb", "print(1)", "")
    await project.execute(path)
    node = json.loads(path.read_text())
    node["metadata"]["mine"] = {"kept": [1]}
    node["cells"][0]["source"] = ["Other prose.\n", "More of it."]
    node["cells"][1]["metadata"] = {"collapsed": True, "tags": ["mine"]}
    node["cells"][2] |= {"outputs": [], "execution_count": 99}
    node["cells"].append({"cell_type": "raw", "id": "raw", "metadata": {}, "source": ["raw"]})
    path.write_text(json.dumps(node))
    assert project.cache.restore(path).restored

    after = json.loads(path.read_text())
    (output,) = after["cells"][1]["outputs"]
    assert (output["text"], after["cells"][1]["execution_count"]) == (["1\n"], 1)
    assert after["cells"][2]["execution_count"] is None
    assert without_outputs(after) == without_outputs(node)


def without_outputs(node: dict[str, Any]) -> dict[str, Any]:
    cells = [
        {key: value for key, value in cell.items() if key not in ("outputs", "execution_count")}
        for cell in node["cells"]
    ]
    for cell in cells:
        cell["source"] = "".join(cell["source"])
    return {**node, "cells": cells}


async def test_what_a_failed_execution_left_can_be_restored(project: Project) -> None:
    path = project.write("a.ipynb", "print('before')", "1 / 0", "print('after')")
    stored = await project.execute(path)
    assert stored.entry.outcome == "error"
    assert project.cache.restore(path).restored
    cells = code_cells(path)
    assert cells[0].outputs[0].text == "before\n"
    assert cells[1].outputs[0].ename == "ZeroDivisionError"
    assert cells[2].outputs == []
    assert [cell.execution_count for cell in cells] == [1, 2, None]


async def test_nothing_is_restored_unless_it_is_true(project: Project) -> None:
    module = project.folder / "helper_module.py"
    module.write_text("value = 1\n")
    path = project.write("a.ipynb", "import helper_module\nprint(helper_module.value)")
    before = path.read_bytes()
    result = project.cache.restore(path)
    assert (result.restored, result.entry, result.message) == (False, None, "uncached")

    await project.execute(path)
    module.write_text("value = 2\n")
    result = project.cache.restore(path)
    assert (result.restored, result.entry) == (False, None)
    assert result.message.startswith("stale: ")
    assert "helper_module" in result.message
    assert path.read_bytes() == before

    module.write_text("value = 1\n")
    assert project.cache.restore(path).restored
    project.write("a.ipynb", "import helper_module\nprint(-helper_module.value)")
    before = path.read_bytes()
    assert project.cache.restore(path).message.startswith("stale: ")
    assert path.read_bytes() == before


@pytest.mark.parametrize("which", ["document", "payload"])
@pytest.mark.parametrize("damage", ["changed", "emptied", "removed"])
async def test_damaged_outputs_are_not_restored_and_not_fresh_any_more(
    project: Project, which: str, damage: str
) -> None:
    path = project.write("a.ipynb", "print('x' * 3000)")
    stored = await project.execute(path)
    before = path.read_bytes()
    digest = stored.entry.outputs if which == "document" else stored.entry.payloads[0]
    for file in blob_files(project, digest):
        file.chmod(0o644)
        if damage == "removed":
            file.unlink()
        else:
            file.write_bytes(b"" if damage == "emptied" else file.read_bytes()[:-1] + b"?")
    result = project.cache.restore(path)
    assert not result.restored
    assert result.message
    assert path.read_bytes() == before
    assert project.status(path).verdict == "stale"

    outcome = await project.freshen(path)
    assert outcome.result == "executed"
    assert project.cache.restore(path).restored


async def test_another_file_is_written_by_request(project: Project, tmp_path: Path) -> None:
    path = project.write("a.ipynb", "print(1)")
    await project.execute(path)
    before = path.read_bytes()
    other = tmp_path / "with-outputs.ipynb"
    assert project.cache.restore(path, output=other).restored
    assert path.read_bytes() == before
    assert code_cells(other)[0].outputs[0].text == "1\n"
    assert code_cells(other)[0].id == code_cells(path)[0].id


async def test_a_text_notebook_is_restored_into_another_file_only(project: Project) -> None:
    path = project.folder / "t.md"
    header = "---\nkernelspec:\n  name: python3\n  display_name: p\n  language: python\n---\n"
    path.write_text(f"{header}\n```python\nprint('text')\n```\n")
    await project.execute(path)
    with pytest.raises(NotebookError, match=r"t\.md cannot hold outputs"):
        project.cache.restore(path)
    other = project.folder / "t.ipynb"
    assert project.cache.restore(path, output=other).restored
    assert code_cells(other)[0].outputs[0].text == "text\n"


def test_what_is_missing_or_outside_is_refused(project: Project, tmp_path: Path) -> None:
    with pytest.raises(NotebookError, match="missing"):
        project.cache.restore("missing.ipynb")
    (tmp_path / "outside.ipynb").write_text("{}")
    with pytest.raises(PathRefused, match="outside"):
        project.cache.restore("../outside.ipynb")
