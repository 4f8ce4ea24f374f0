"""Parameters on the command line, as papermill takes them."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from cli_support import answer, jupyter_cache
from nbformat.v4 import new_code_cell, new_notebook


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    cells = [
        new_code_cell("a = b = c = d = None", metadata={"tags": ["parameters"]}),
        new_code_cell("print([a, b, c, d])"),
    ]
    spec = {"name": "python3", "display_name": "x", "language": "python"}
    notebook = new_notebook(cells=cells, metadata={"kernelspec": spec})
    nbformat.write(notebook, tmp_path / "a.ipynb")
    return tmp_path


def test_run_status_restore_show_with_parameters(folder: Path) -> None:
    (folder / "p.yaml").write_text("a: file\nb: {x: [1, 2.5]}\nc: 2020-01-02\n")
    words = ["-y", "{a: yaml, d: 0}", "-f", "p.yaml", "-p", "d", "0.6", "-r", "c", "5"]
    ((result),) = answer(folder, "run", "a.ipynb", *words)
    assert result["result"] == "executed"
    values = {"a": "yaml", "b": {"x": [1, 2.5]}, "c": "5", "d": 0.6}

    (status,) = answer(folder, "status", *words)
    assert (status["verdict"], status["variant"]) == ("fresh", {"parameters": values})
    (other,) = answer(folder, "status", "-p", "a", "yaml")
    assert {item["subject"] for item in other["reasons"]} == {"b", "c", "d"}
    assert "d = 0.6" in jupyter_cache(folder, "status", *words).stdout

    shown = answer(folder, "show", result["entry"][:12])
    assert shown["variant"] == {"parameters": values}
    text = jupyter_cache(folder, "show", result["entry"]).stdout
    assert 'variant   b = {"x": [1, 2.5]}\n' in text
    assert answer(folder, "list")[0]["variant"] == {"parameters": values}

    assert answer(folder, "restore", "a.ipynb", code=1)[0]["restored"] is False
    assert answer(folder, "restore", "a.ipynb", *words)[0]["restored"] is True
    cells = nbformat.read(folder / "a.ipynb", 4).cells
    assert [len(cell.outputs) for cell in cells] == [0, 1]
    assert cells[1].outputs[0].text == "['yaml', {'x': [1, 2.5]}, '5', 0.6]\n"


def test_a_json_file_gives_parameters(folder: Path) -> None:
    (folder / "p.json").write_text('{"a": null, "b": [true]}')
    (folder / "q.json").write_text('{"b": "last"}')
    answer(folder, "run", "-f", "p.json", "-f", "q.json")
    (status,) = answer(folder, "status", "-p", "a", "None", "-p", "b", "last")
    assert status["verdict"] == "fresh"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-p", "a b", "1"], "no name of a variable"),
        (["-p", "a", "nan"], "-p: a is nan"),
        (["-p", "a"], "-p"),
        (["-y", "[1]"], "-y has to be a mapping"),
        (["-y", "{a"], "-y is no valid YAML"),
        (["-y", "a: !!python/object/apply:os.getcwd []"], "-y is no valid YAML"),
        (["-f", "missing.yaml"], "missing.yaml cannot be read"),
        (["-f", "bad.json"], "bad.json is no valid JSON"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(
    folder: Path, words: list[str], message: str
) -> None:
    (folder / "bad.json").write_text("{")
    for command in (["run"], ["status"], ["restore", "a.ipynb"]):
        done = jupyter_cache(folder, *command, *words)
        assert (done.returncode, done.stdout) == (2, "")
        assert message in done.stderr and done.stderr.count("\n") == 1


def test_a_name_that_the_language_does_not_have_fails_the_notebook(folder: Path) -> None:
    (result,) = answer(folder, "run", "-p", "lambda", "1", code=1)
    assert (result["result"], result["failure"]["name"]) == ("failed", "ParametersInvalid")
