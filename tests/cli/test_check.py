"""``jupyter cache check``: real kernels, twice for each notebook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from cli_support import answer, jupyter_cache
from nbformat.v4 import new_code_cell, new_notebook


def write(folder: Path, name: str, *sources: str, **metadata: Any) -> None:
    spec = {"name": "python3", "display_name": "x", "language": "python"}
    cells = [new_code_cell(source) for source in sources]
    notebook = new_notebook(cells=cells, metadata={"kernelspec": spec, **metadata})
    nbformat.write(notebook, folder / name)


def test_a_repeatable_notebook_with_harmless_differences(tmp_path: Path) -> None:
    write(
        tmp_path,
        "a.ipynb",
        "import warnings, os\nwarnings.warn('old')",
        "print(object())",
        "%time x = 1",
        "from IPython.display import HTML\nimport uuid\nHTML(f'<p id=\"{uuid.uuid4()}\"></p>')",
        "print('mine', os.getpid())",
        "6 * 7",
        jupyterlab_cache={"varying": [r"mine \d+"]},
    )
    (result,) = answer(tmp_path, "check", "a.ipynb")
    assert result["result"] == "repeatable" and result["failure"] is None
    assert [(cell["outcome"], cell["rules"]) for cell in result["cells"]] == [
        ("harmless", ["kernel-path"]),
        ("harmless", ["memory-address"]),
        ("harmless", ["timing"]),
        ("harmless", ["element-id"]),
        ("harmless", ["declared: mine \\d+"]),
        ("same", []),
    ]
    # Both are entries as any execution makes them, and the newest decides.
    entries = answer(tmp_path, "list")
    assert [entry["entry"] for entry in entries] == [result["entry"], result["other"]]
    (status,) = answer(tmp_path, "status")
    assert (status["verdict"], status["entry"]) == ("fresh", result["entry"])


def test_what_differs_is_told_cell_by_cell_and_kept(tmp_path: Path) -> None:
    write(tmp_path, "a.ipynb", "import random", "print('equal')\nprint(random.random())")
    write(tmp_path, "b.ipynb", "print(1)")
    done = jupyter_cache(tmp_path, "check", "a.ipynb", "b.ipynb")
    assert done.returncode == 1
    assert "different  a.ipynb" in done.stdout and "repeatable b.ipynb" in done.stdout
    assert "  cell 2 is different\n    -0." in done.stdout

    one, two = answer(tmp_path, "check", ".", code=1)
    assert (one["result"], two["result"]) == ("different", "repeatable")
    assert [cell["outcome"] for cell in one["cells"]] == ["same", "different"]
    assert [line[:3] for line in one["cells"][1]["changes"]] == ["-0.", "+0."]

    shown = answer(tmp_path, "show", one["entry"])["check"]
    assert (shown["outcome"], shown["other"]) == ("different", one["other"])
    assert [cell["cell"] for cell in shown["cells"]] == [1]
    assert answer(tmp_path, "show", one["other"])["check"] is None
    text = jupyter_cache(tmp_path, "show", one["entry"]).stdout
    assert "check     different, " in text and "  cell 2 is different\n" in text
    jupyter_cache(tmp_path, "remove", one["entry"])
    marks = list((tmp_path / ".jupyterlab_cache" / "marks" / "checked").rglob(one["entry"]))
    assert marks == []


def test_failures_are_told_apart(tmp_path: Path) -> None:
    write(tmp_path, "dies.ipynb", "print(1)", "import os\nos._exit(1)", "print(2)")
    write(tmp_path, "error.ipynb", "1 / 0", "print(2)")
    write(tmp_path, "nokernel.ipynb", "1", kernelspec={"name": "nope", "display_name": "nope"})
    write(tmp_path, "zgood.ipynb", "print(1)")
    dies, error, no_kernel, good = answer(tmp_path, "check", ".", code=1)
    assert (dies["result"], dies["failure"]["name"]) == ("failed", "KernelDied")
    assert [cell["outcome"] for cell in dies["cells"]] == ["same", "same", "not-executed"]
    assert (error["result"], error["failure"]["name"]) == ("failed", "ZeroDivisionError")
    assert [cell["outcome"] for cell in error["cells"]] == ["same", "not-executed"]
    assert (no_kernel["result"], no_kernel["failure"]["name"]) == ("failed", "UnknownKernel")
    assert (no_kernel["entry"], no_kernel["cells"]) == (None, [])
    assert good["result"] == "repeatable"

    (allowed,) = answer(tmp_path, "check", "error.ipynb", "--allow-errors")
    assert allowed["result"] == "repeatable"


def test_a_check_takes_parameters(tmp_path: Path) -> None:
    write(tmp_path, "a.ipynb", "print(alpha)")
    (result,) = answer(tmp_path, "check", "a.ipynb", "-p", "alpha", "3")
    assert result["result"] == "repeatable"
    assert answer(tmp_path, "status", "-p", "alpha", "3")[0]["entry"] == result["entry"]


def test_bad_input_is_refused_in_one_line(tmp_path: Path) -> None:
    write(tmp_path, "a.ipynb", "1", jupyterlab_cache={"varying": ["("]})
    for arguments in (["a.ipynb"], ["missing.ipynb"], []):
        done = jupyter_cache(tmp_path, "check", *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.count("\n") == 1
