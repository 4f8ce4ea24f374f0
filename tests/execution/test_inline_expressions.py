"""Inline expressions: executed in document order, cached, restored, and part of the key."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from execution_support import ENDLESS, Project, code
from nbformat.v4 import new_markdown_cell, new_output

from jupyterlab_cache.execution.expressions import expression_results
from jupyterlab_cache.execution.freshening import Wish
from jupyterlab_cache.execution.request import ExecutionSettings
from jupyterlab_cache.execution.trusting import trust_preview
from jupyterlab_cache.notebooks.parameters import parameters_of
from jupyterlab_cache.store.store import StoredEntry


def held(path: Path) -> list[Any]:
    """What the Markdown cells of a file hold of their expressions, in order."""
    cells = nbformat.read(path, 4).cells
    return [item for cell in cells for item in cell.metadata.get("user_expressions", [])]


def texts(project: Project, stored: StoredEntry) -> list[str | None]:
    """What came of the expressions of an entry."""
    outputs = [item.output for item in expression_results(project.store, stored)]
    return [
        None if output is None else output.get("ename") or output["data"]["text/plain"]
        for output in outputs
    ]


def prose(text: str, **metadata: Any) -> Any:
    return new_markdown_cell(text, metadata=metadata)


async def test_expressions_are_executed_between_the_cells_they_stand_between(
    project: Project,
) -> None:
    path = project.write(
        "a.ipynb",
        prose("Before all: {eval}`'x' in globals()`."),
        "x = 1",
        prose("Now {eval}`x` and {eval}`x + 1`."),
        prose("A cell of its own: {eval}`x`"),
        "x = 10\nx",
        prose("At the end {eval}`x`, {eval}`x`, and ``{eval}`not this` ``."),
    )
    stored = await project.execute(path)
    assert [item.record.expression for item in expression_results(project.store, stored)] == [
        "'x' in globals()",
        "x",
        "x + 1",
        "x",
        "x",
    ]
    assert texts(project, stored) == ["False", "1", "2", "1", "10"]
    assert [item.after for item in stored.entry.expressions] == [0, 1, 1, 1, 2]
    assert [cell.execution_count for cell in stored.entry.cells] == [1, 2]
    assert len(project.outputs(stored)) == 2


async def test_results_are_restored_into_the_file(project: Project) -> None:
    path = project.write("a.ipynb", "x = 6", prose("It is {eval}`x * 7`.", keep=1))
    stored = await project.execute(path)
    assert project.status(path).outputs == "none"
    assert project.cache.restore(path).restored
    assert held(path) == [
        {
            "expression": "x * 7",
            "result": {"status": "ok", "data": {"text/plain": "42"}, "metadata": {}},
        }
    ]
    nbformat.validate(nbformat.read(path, 4))
    status = project.status(path)
    assert (status.verdict, status.outputs, status.entry) == ("fresh", "same", stored.id)
    document = json.loads(path.read_text("utf-8"))
    assert document["cells"][-1]["metadata"]["keep"] == 1
    document["cells"][-1]["metadata"]["user_expressions"][0]["result"]["data"]["text/plain"] = "41"
    path.write_text(json.dumps(document), "utf-8")
    assert project.status(path).outputs == "different"


async def test_an_error_is_a_result_and_does_not_fail_the_notebook(project: Project) -> None:
    path = project.write("a.ipynb", "x = 1", prose("{eval}`1 / 0` {eval}`x =` {eval}`x`"), "x")
    outcome = await project.freshen(path)
    assert outcome.result == "executed"
    stored = project.store.get(outcome.entry or "")
    assert texts(project, stored) == ["ZeroDivisionError", "SyntaxError", "1"]
    project.cache.restore(path)
    assert [item["result"]["status"] for item in held(path)] == ["error", "error", "ok"]
    assert held(path)[0]["result"]["evalue"] == "division by zero"
    assert (await project.freshen(path)).result == "fresh"


async def test_what_does_not_run_has_no_result(project: Project) -> None:
    path = project.write("a.ipynb", "x = 1", prose("{eval}`x`"), "1 / 0", prose("{eval}`x`"))
    stored = await project.execute(path)
    assert stored.entry.outcome == "error"
    assert texts(project, stored) == ["1", None]


async def test_what_expressions_print_and_display_belongs_to_no_cell(project: Project) -> None:
    show = "__import__('IPython').display.display('shown', display_id='d')"
    path = project.write(
        "a.ipynb",
        "from IPython.display import display, update_display",
        prose(f"{{eval}}`print('printed')` {{eval}}`{show}`"),
        "update_display('other', display_id='d')\nprint('own')",
    )
    stored = await project.execute(path)
    assert stored.entry.outcome == "ok"
    assert project.texts(stored) == ["", "own\n"]


async def test_prose_around_an_expression_changes_nothing_and_all_else_is_another_key(
    project: Project,
) -> None:
    first = project.write("a.ipynb", "x = 1", prose("It is {eval}`x`."))
    await project.execute(first)
    project.write("a.ipynb", "x = 1", prose("# Title\n\nLook: {eval}`x`, as I said."))
    assert project.status(first).verdict == "fresh"
    project.write("a.ipynb", "x = 1", prose("Look:"), prose("{eval}`x`, as I said."))
    assert project.status(first).verdict == "fresh"
    assert project.cache.restore(first).restored
    assert [item["expression"] for item in held(first)] == ["x"]
    others: list[tuple[Any, ...]] = [
        ("x = 1", prose("It is {eval}`x + 1`.")),
        ("x = 1", prose("It is {eval}`x` {eval}`x + 1`.")),
        ("x = 1", prose("It is.")),
        (prose("It is {eval}`x`."), "x = 1"),
    ]
    for cells in others:
        project.write("a.ipynb", *cells)
        status = project.status(first)
        assert status.verdict == "stale"
        assert [reason.code for reason in status.reasons] == ["expression-changed"]


async def test_what_an_expression_uses_is_an_input(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOOD", "good")
    (project.folder / "data.txt").write_text("1")
    path = project.write(
        "a.ipynb",
        "import os",
        prose("{eval}`open('data.txt').read()` {eval}`os.environ['MOOD']`"),
    )
    stored = await project.execute(path)
    assert texts(project, stored) == ["'1'", "'good'"]
    (project.folder / "data.txt").write_text("2")
    assert project.status(path).verdict == "stale"
    (project.folder / "data.txt").write_text("1")
    assert project.status(path).verdict == "fresh"
    monkeypatch.setenv("MOOD", "bad")
    assert project.status(path).verdict == "stale"


async def test_expressions_see_the_parameters_that_are_injected(project: Project) -> None:
    path = project.write(
        "a.ipynb", code("alpha = 1", "parameters"), prose("{eval}`alpha`"), prose("{eval}`alpha`")
    )
    wish = Wish(parameters=parameters_of({"alpha": 5}, "here"))
    (result,) = [item async for item in project.cache.run_each([path], wish=wish)]
    assert texts(project, project.store.get(result.entry or "")) == ["5", "5"]


async def test_an_endless_expression_is_ended(project: Project) -> None:
    path = project.write("a.ipynb", "x = 1", prose(f"{{eval}}`exec({ENDLESS!r})`"))
    stored = await project.execute(path, settings=ExecutionSettings(cell_timeout=1))
    assert (stored.entry.outcome, texts(project, stored)) == ("timeout", [None])
    assert stored.entry.failure is not None
    assert stored.entry.failure.message == "The inline expressions took longer than 1 s."


async def test_an_expression_that_ends_the_kernel(project: Project) -> None:
    path = project.write("a.ipynb", "import os", prose("{eval}`os._exit(1)`"), "1")
    stored = await project.execute(path)
    assert (stored.entry.outcome, texts(project, stored)) == ("died", [None])


async def test_a_kernel_without_expressions_gives_errors(
    project: Project, add_kernelspec: Callable[..., None]
) -> None:
    add_kernelspec(
        "bash", sys.executable, "-m", "bash_kernel", "-f", "{connection_file}", language="bash"
    )
    path = project.write("a.ipynb", "echo 1", prose("{eval}`x`"), kernel="bash")
    stored = await project.execute(path)
    assert (stored.entry.outcome, texts(project, stored)) == ("ok", ["NoResult"])


def test_captured_outputs_have_the_results_that_stand_in_the_document(project: Project) -> None:
    result = {"status": "ok", "data": {"text/html": "<b>1</b>"}, "metadata": {}}
    cell = code("x = 1\nx")
    cell.execution_count = 1
    cell.outputs = [new_output("execute_result", {"text/plain": "1"}, execution_count=1)]
    shown = [{"expression": "x", "result": result}]
    path = project.write("a.ipynb", cell, prose("{eval}`x` {eval}`y`", user_expressions=shown))
    stored = project.cache.capture("a.ipynb")
    first, second = expression_results(project.store, stored)
    assert first.output is not None
    assert first.output["data"] == {"text/html": "<b>1</b>"}
    assert second.output is None
    assert project.status(path).outputs == "same"
    own = project.cache.project_of(path)
    assert "text/html" in trust_preview(own, stored, "a.ipynb").active
