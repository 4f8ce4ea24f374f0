"""``jupyter cache diff``: what is told, by the rules that say what is the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from jupyterlab_cache.cli.main import cli

KERNEL = {"name": "python3", "display_name": "P", "language": "python"}
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
ERROR = new_output("error", ename="E", evalue="no", traceback=["one", "two"])


def write(path: Path, *cells: tuple[str, list[Any]]) -> None:
    written = [
        new_code_cell(source, outputs=outputs, execution_count=number)
        for number, (source, outputs) in enumerate(cells, 1)
    ]
    nbformat.write(new_notebook(cells=written, metadata={"kernelspec": KERNEL}), path)


def stream(text: str) -> Any:
    return new_output("stream", name="stdout", text=text)


def display(kind: str = "display_data", **data: Any) -> Any:
    return new_output(kind, data={key.replace("_", "/"): item for key, item in data.items()})


class Project:
    """A folder, and the command in it; in this process, since each start takes its time."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys

    def __truediv__(self, name: str) -> Path:
        return self.folder / name

    def text(self, *arguments: str) -> tuple[int, str]:
        code = cli.main([*arguments, "--root", str(self.folder)], standalone_mode=False)
        return code, self._capsys.readouterr().out

    def answer(self, *arguments: str, code: int = 0) -> Any:
        got, out = self.text(*arguments, "--json")
        assert got == code
        return json.loads(out)


@pytest.fixture
def project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Project:
    (tmp_path / "pyproject.toml").touch()
    project = Project(tmp_path, capsys)
    write(
        tmp_path / "a.ipynb",
        ("print(1)", [stream("one\ntwo\nthree\n")]),
        ("plot()", [display(image_png=PNG, text_plain="<Figure>")]),
        ("f()", [display("execute_result", application_json={"a": [1, 2]})]),
        ("last", []),
    )
    project.answer("add", "a.ipynb")
    return project


def test_the_same_whatever_pieces_and_counts(project: Project) -> None:
    path = project / "a.ipynb"
    notebook = json.loads(path.read_text())
    notebook["cells"][0]["outputs"] = [stream("one\nt"), stream("wo\nthree\n")]
    notebook["cells"][0]["execution_count"] = 77
    notebook["cells"][1]["outputs"][0]["data"]["text/plain"] = ["<Fig", "ure>"]
    path.write_text(json.dumps(notebook))

    found = project.answer("diff", "a.ipynb")
    assert (found["same"], found["cells"], found["total"], found["after"]) == (True, [], 4, None)
    assert "are the same" in project.text("diff", "a.ipynb")[1]


def test_every_kind_of_difference(project: Project) -> None:
    write(
        project / "a.ipynb",
        ("print(1)", [stream("one\nTWO\nthree\n")]),
        ("plot(2)", [display(image_png=PNG[:-8] + "AAAA", text_plain="<Figure>")]),
        ("f()", [display(application_json={"a": [1, 2]})]),
    )
    found = project.answer("diff", "a.ipynb", code=1)
    changes = {
        (cell["before"], cell["after"], cell["state"]): (cell["code"], cell["outputs"])
        for cell in found["cells"]
    }
    assert list(changes) == [
        (0, 0, "changed"),
        (1, 1, "changed"),
        (2, 2, "changed"),
        (3, None, "removed"),
    ]
    code, (text,) = changes[0, 0, "changed"]
    assert code == [] and text["form"] == "stdout"
    assert [line for line in text["changes"] if line[0] in "+-"] == ["-two", "+TWO"]
    code, (image,) = changes[1, 1, "changed"]
    assert code[1:] == ["-plot()", "+plot(2)"]
    assert (image["form"], image["changes"]) == ("image/png", [])
    assert image["before"]["bytes"] == 68
    assert image["before"]["digest"] != image["after"]["digest"]
    # Shown, no longer the cell's result: another output, though it looks the same.
    _, (went, came) = changes[2, 2, "changed"]
    assert (went["after"], came["before"]) == (None, None)
    assert went["before"] == came["after"]
    assert changes[3, None, "removed"] == (["@@ -1 +0,0 @@", "-last"], [])

    code, out = project.text("diff", "a.ipynb")
    assert code == 1
    for line in ("cell 1", "  stdout", "    -two", "    +TWO", "cell 4 (removed)"):
        assert line in out.splitlines()
    assert "image/png  68 B (" in out


def test_two_entries_and_one_of_them_beside_the_file(project: Project) -> None:
    (old,) = (item["entry"] for item in project.answer("list"))
    write(project / "a.ipynb", ("print(1)", [stream("other\n")]))
    project.answer("add", "a.ipynb")
    new = project.answer("list")[0]["entry"]

    assert project.answer("diff", "a.ipynb")["before"] == new
    found = project.answer("diff", "--entry", old[:8], "--entry", new[:8], code=1)
    assert (found["before"], found["after"], found["path"]) == (old, new, "a.ipynb")
    assert project.answer("diff", "a.ipynb", "--entry", old, code=1)["cells"] == found["cells"]

    write(project / "a.ipynb", ("print(1)", [stream("other\n"), ERROR]))
    found = project.answer("diff", "a.ipynb", code=1)
    error = [item for cell in found["cells"] for item in cell["outputs"] if item["form"] == "error"]
    assert error[0]["changes"][1:] == ["+E: no", "+one", "+two"]


def test_a_text_notebook_has_its_code_compared(project: Project) -> None:
    header = "---\njupyter:\n  kernelspec:\n    name: python3\n    display_name: P\n---\n"
    write(project / "a.ipynb", ("print(1)", [stream("1\n")]))
    project.answer("add", "a.ipynb")
    entry = project.answer("list", "a.ipynb")[0]["entry"]
    (project / "b.md").write_text(f"{header}\n```python\nprint(1)\n```\n")
    assert project.answer("diff", "b.md", "--entry", entry)["same"]
    (project / "b.md").write_text(f"{header}\n```python\nprint(2)\n```\n")
    (cell,) = project.answer("diff", "b.md", "--entry", entry, code=1)["cells"]
    assert cell["code"][1:] == ["-print(1)", "+print(2)"] and cell["outputs"] == []


def test_inline_expressions_are_compared(project: Project) -> None:
    path = project / "a.ipynb"

    def write_prose(value: str) -> None:
        result = {"status": "ok", "data": {"text/plain": value}, "metadata": {}}
        held = [{"expression": "x", "result": result}]
        cells = [
            new_code_cell("x = 1", outputs=[stream("1")], execution_count=1),
            new_markdown_cell("It is {eval}`x`.", metadata={"user_expressions": held}),
        ]
        nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": KERNEL}), path)

    write_prose("1")
    project.answer("add", "a.ipynb")
    assert project.answer("diff", "a.ipynb")["same"]
    write_prose("2")
    (found,) = project.answer("diff", "a.ipynb", code=1)["cells"]
    assert (found["expression"], found["state"]) == ("x", "changed")
    assert found["outputs"][0]["changes"][1:] == ["-1", "+2"]
    assert "expression x" in project.text("diff", "a.ipynb")[1].splitlines()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "Name a notebook"),
        (["--entry", "3f"], "Name a notebook"),
        (["missing.ipynb"], "Nothing is stored of missing.ipynb"),
        (["a.ipynb", "--entry", "0" * 32], "There is no entry"),
        (["."], "Nothing is stored of ."),
        (["../a.ipynb"], "outside the root"),
    ],
)
def test_what_cannot_be_compared(project: Project, arguments: list[str], says: str) -> None:
    with pytest.raises(click.ClickException) as refused:
        project.text("diff", *arguments)
    assert refused.value.exit_code == 2
    assert says in refused.value.format_message()
