"""The preprocessor does what nbconvert's own does, and executes once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_client.kernelspec import NoSuchKernel
from nbconvert.preprocessors import CellExecutionError, ExecutePreprocessor
from nbformat.v4 import new_code_cell, new_notebook

from jupyterlab_cache import NotebookCache
from jupyterlab_cache.builders.nbconvert import CachedExecutePreprocessor

CONFIG = """
from jupyterlab_cache.builders.nbconvert import execute_with_cache

execute_with_cache(c)
"""
FIGURE = """
import matplotlib.pyplot as plt
plt.plot([1, 2]);
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "data.csv").write_text("1,2")
    return tmp_path


def notebook(*sources: str) -> Any:
    node = new_notebook(cells=[new_code_cell(source) for source in sources])
    node.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    return node


def saved(project: Path, *sources: str) -> Any:
    node = notebook(*sources)
    nbformat.write(node, project / "a.ipynb")
    return node


def resources(project: Path, name: str = "a") -> dict[str, Any]:
    return {"metadata": {"path": str(project), "name": name}}


def executions(project: Path) -> int:
    cache = NotebookCache(project)
    return cache.projects.of_folder(cache.projects.root).store.page()[1]


def without_times(node: Any) -> Any:
    for cell in node.cells:
        cell.metadata.pop("execution", None)
    return node


def test_the_same_as_nbconvert_gives_and_once(project: Path) -> None:
    node = saved(project, "print(open('data.csv').read())", "", "6 * 7")
    expected, _ = ExecutePreprocessor().preprocess(nbformat.from_dict(node), resources(project))

    for _ in range(2):
        given = nbformat.from_dict(node)
        found, after = CachedExecutePreprocessor().preprocess(given, resources(project))
        assert found is given
        assert found == without_times(expected)
        assert after["metadata"]["path"] == str(project)
    assert executions(project) == 1

    (project / "data.csv").write_text("3,4")
    found, _ = CachedExecutePreprocessor().preprocess(nbformat.from_dict(node), resources(project))
    assert found.cells[0].outputs[0].text == "3,4\n"
    assert executions(project) == 2


def test_an_error_is_raised_as_nbconvert_does_and_not_executed_again(project: Path) -> None:
    node = saved(project, "print(1)", "raise ValueError('no')", "print(3)")
    errors = []
    for preprocessor in (ExecutePreprocessor, CachedExecutePreprocessor, CachedExecutePreprocessor):
        given = nbformat.from_dict(node)
        with pytest.raises(CellExecutionError) as raised:
            preprocessor().preprocess(given, resources(project))
        shown = [len(cell.outputs) for cell in given.cells]
        errors.append((raised.value.ename, raised.value.evalue, str(raised.value), shown))
    assert errors[0][:2] == ("ValueError", "no")
    assert errors[1:] == [errors[0]] * 2
    assert executions(project) == 1

    allowing = CachedExecutePreprocessor(allow_errors=True)
    found, _ = allowing.preprocess(nbformat.from_dict(node), resources(project))
    assert found.cells[2].outputs[0].text == "3\n"


async def test_a_document_that_is_not_what_is_saved_is_cached_as_it_is(project: Path) -> None:
    saved(project, "print('saved')")
    before = (project / "a.ipynb").read_bytes()
    # In a running event loop, as in a server.
    for name in ("a", "a", "never-saved", "never-saved"):
        given = notebook("print('in memory')", "print(open('data.csv').read())")
        CachedExecutePreprocessor().preprocess(given, resources(project, name))
        assert [cell.outputs[0].text for cell in given.cells] == ["in memory\n", "1,2\n"]
    # Both lie in the same folder and execute the same, so one execution serves both.
    assert executions(project) == 1
    assert (project / "a.ipynb").read_bytes() == before
    assert not (project / "never-saved.ipynb").exists()


def test_what_the_cache_does_not_do_is_executed_as_nbconvert_does(project: Path) -> None:
    started = []
    hooked = CachedExecutePreprocessor(on_cell_start=lambda cell, **_: started.append(cell.source))
    found, _ = hooked.preprocess(saved(project, "print(1)"), resources(project))
    assert (started, found.cells[0].outputs[0].text) == (["print(1)"], "1\n")
    assert executions(project) == 0


def test_an_unknown_kernel_is_told_as_nbconvert_does(project: Path) -> None:
    with pytest.raises(NoSuchKernel):
        CachedExecutePreprocessor(kernel_name="none-such").preprocess(
            saved(project, "print(1)"), resources(project)
        )


def test_the_command_takes_outputs_from_the_cache_with_one_line_of_configuration(
    project: Path,
) -> None:
    saved(project, FIGURE)
    (project / "config.py").write_text(CONFIG)
    for form in ("markdown", "notebook"):
        subprocess.run(
            [
                *(sys.executable, "-m", "nbconvert", "--config", "config.py", "--execute"),
                *("--to", form, "--output", f"out-{form}", "a.ipynb"),
            ],
            cwd=project,
            check=True,
        )
    # Pictures are taken out of outputs, which is done behind the execution.
    assert [path.suffix for path in (project / "out-markdown_files").iterdir()] == [".png"]
    executed = json.loads((project / "out-notebook.ipynb").read_text())
    assert "image/png" in executed["cells"][0]["outputs"][0]["data"]
    assert executions(project) == 1
