"""Storing outputs that somebody made by hand: what is taken, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from execution_support import PNG, Project, code
from nbformat.v4 import new_output

from jupyterlab_cache.notebooks.errors import CaptureRefused

ERROR = {"ename": "ValueError", "evalue": "no", "traceback": ["line"]}


def ran(source: str, count: int | None, *outputs: Any, tags: tuple[str, ...] = ()) -> Any:
    """A cell as Jupyter leaves it after a run."""
    cell = code(source, *tags)
    cell.execution_count = count
    cell.outputs = list(outputs)
    return cell


def printed(text: str) -> Any:
    return new_output("stream", text=text)


REFUSED = {
    "not run": (["1", "2"], "no outputs"),
    "run without outputs": ([ran("a = 1", 1), ran("b = 2", 2)], "no outputs"),
    "no code": ([], "no outputs"),
    "only blank cells": ([ran("", None, printed("old"))], "no outputs"),
    "out of order": ([ran("1", 2, printed("1")), ran("2", 1, printed("2"))], "top to bottom"),
    "run twice": ([ran("1", 1, printed("1")), ran("2", 3, printed("2"))], "top to bottom"),
    "not from the start": ([ran("1", 2, printed("1")), ran("2", 3)], "top to bottom"),
    "last cell not run": ([ran("1", 1, printed("1")), ran("2", None)], "top to bottom"),
    "same number twice": ([ran("1", 1, printed("1")), ran("2", 1)], "top to bottom"),
    "error": ([ran("1", 1), ran("2", 2, new_output("error", **ERROR))], "Cell 2 ended in an error"),
}


@pytest.mark.parametrize(("cells", "words"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_one_complete_run_is_refused(
    project: Project, cells: list[Any], words: str
) -> None:
    path = project.write("a.ipynb", *cells)
    with pytest.raises(CaptureRefused, match=words):
        project.cache.capture("a.ipynb")
    assert project.store.page()[1] == 0
    assert project.status(path).verdict == "uncached"


def test_the_outputs_of_one_run_in_order_are_taken(project: Project) -> None:
    path = project.write(
        "sub/a.ipynb",
        ran("print(1)", 1, printed("1\n")),
        ran(" \n", None),
        ran("raise ValueError('no')", 2, new_output("error", **ERROR), tags=("raises-exception",)),
        ran("skipped", None, printed("from before"), tags=("skip-execution",)),
        ran("None", 3),
        ran("image", 4, new_output("display_data", data={"image/png": PNG, "text/plain": "é"})),
    )
    before = path.read_bytes()
    stored = project.cache.capture("sub/a.ipynb")
    entry = stored.entry
    assert (entry.provenance, entry.outcome, entry.failure) == ("captured", "ok", None)
    assert entry.notebook_path == "sub/a.ipynb"
    assert stored.trusted
    assert [cell.execution_count for cell in entry.cells] == [1, 2, None, 3, 4]
    assert [cell.seconds for cell in entry.cells] == [None] * 5
    outputs = project.outputs(stored)
    assert project.texts(stored)[0] == "1\n"
    assert outputs[1][0]["ename"] == "ValueError"
    assert outputs[4][0]["data"] == {"image/png": PNG, "text/plain": "é"}
    status = project.status(path)
    assert (status.verdict, status.provenance, status.outputs) == ("fresh", "captured", "same")
    assert path.read_bytes() == before


def test_what_was_taken_can_be_restored(project: Project) -> None:
    path = project.write("a.ipynb", ran("print(1)", 1, printed("1\n")), ran("2", 2))
    before = path.read_bytes()
    project.cache.capture("a.ipynb")
    emptied = json.loads(before)
    emptied["cells"][1] |= {"outputs": [], "execution_count": None}
    path.write_text(json.dumps(emptied))
    assert project.status(path).outputs == "none"
    assert project.cache.restore(path).restored
    assert path.read_bytes() == before


def test_outputs_that_were_taken_become_stale_with_files_that_the_code_names(
    project: Project,
) -> None:
    data = project.folder / "data.csv"
    data.write_text("1\n")
    path = project.write("a.ipynb", ran("print(open('data.csv').read())", 1, printed("1\n\n")))
    project.cache.capture("a.ipynb")
    assert project.status(path).verdict == "fresh"
    data.write_text("2\n")
    status = project.status(path)
    assert status.verdict == "stale"
    assert [reason.subject for reason in status.reasons] == ["data.csv"]


def test_the_count_of_a_cell_that_does_not_count_may_be_anything(project: Project) -> None:
    path = project.write(
        "a.ipynb", ran("1", 1, printed("1")), ran("2", None, tags=("skip-execution",))
    )
    for count in ("many", -5, 2**70, True, 1.5, {"a": 1}):
        node = json.loads(path.read_text())
        node["cells"][2]["execution_count"] = count
        path.write_text(json.dumps(node))
        stored = project.cache.capture("a.ipynb")
        again = project.store.get(stored.id)
        assert [cell.execution_count for cell in again.entry.cells] == [1, None]


async def test_who_asks_for_an_execution_gets_one(project: Project) -> None:
    path = project.write("a.ipynb", ran("print('true')", 1, printed("made up\n")))
    captured = project.cache.capture("a.ipynb")
    outcome = await project.freshen(path)
    assert outcome.result == "executed"
    assert project.texts(outcome.entry) == ["true\n"]
    status = project.status(path)
    assert (status.verdict, status.entry, status.outputs) == ("fresh", outcome.entry, "different")

    # What was observed goes before what was not, also if that is newer.
    newer = project.cache.capture("a.ipynb")
    assert newer.entry.created >= captured.entry.created
    assert project.status(path).entry == outcome.entry


def test_a_text_notebook_has_no_outputs_to_take(project: Project) -> None:
    header = "---\nkernelspec:\n  name: python3\n  display_name: p\n  language: python\n---\n"
    Path(project.folder / "t.md").write_text(f"{header}\n```python\nprint(1)\n```\n")
    with pytest.raises(CaptureRefused, match="no outputs"):
        project.cache.capture("t.md")
