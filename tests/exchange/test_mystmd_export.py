"""What an export writes to the build folder of mystmd, and what it leaves out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from exchange_support import SPEC, Project, files_below, outcome

from jupyterlab_cache.exchange.mystmd.key import Executable, key_of, without_options
from jupyterlab_cache.exchange.mystmd.reading import read_page
from jupyterlab_cache.exchange.other_cache import NotExportable

PAGE = """---
kernelspec:
  name: python3
  display_name: Python 3
---
# Page

```{code-cell} python
:tags: [hide-input]
y = 2
print(y)

```

Inline {eval}`y*2`.

```{code-cell} python
y
```
"""


def block(content: str, raises: bool = False) -> Executable:
    return Executable("block", content, raises, 0)


def write(project: Project, text: str, name: str = "a.md") -> Path:
    path = project.folder / name
    path.write_text(text)
    return path


def test_keys_are_those_of_mystmd(project: Project) -> None:
    # Made by mystmd 1.11; integrations/ compares with the program itself.
    page = read_page(write(project, PAGE), {})
    assert page.key == "dddedc26e41b1ca9cae384b3150a71f3"
    assert [(item.kind, item.content) for item in page.executables] == [
        ("block", "y = 2\nprint(y)"),
        ("inlineExpression", "y*2"),
        ("block", "y"),
    ]
    cells = [
        block("x = 1\nprint('hé', x)"),
        block("1/0\n", raises=True),
        block(""),
        Executable("inlineExpression", "x + 1", raises=False, place=0),
        block("\n\n  \nx\n\n"),
    ]
    assert key_of("python3", cells, {}) == "8b3b8cd10ce49dc39d11315418cc6715"


def test_variables_that_a_page_names_are_part_of_its_key(project: Project) -> None:
    plain = read_page(write(project, PAGE), {"CITY": "Bonn"}).key
    named = (
        PAGE.replace("# Page", "", 1)
        .replace("---\n#", "---\n", 1)
        .replace("kernelspec:", "execute:\n  depends_on_env: [CITY, GONE]\nkernelspec:", 1)
    )
    path = write(project, named)
    keys = {read_page(path, {"CITY": city}).key for city in ("Bonn", "Ulm")}
    assert len(keys | {plain, read_page(path, {}).key}) == 4
    assert read_page(path, {"CITY": "Bonn", "OTHER": "1"}).key in keys


@pytest.mark.parametrize(
    ("source", "content", "options"),
    [
        ("a\n#| tags: [x]", "a\n#| tags: [x]", {}),
        ("#| tags: [x]\n# | b: 1\n\na\n\n", "a\n\n", {"tags": ["x"], "b": 1}),
        ("%%bash\n#| c: 1\nls", "%%bash\nls", {"c": 1}),
        ("#| a: ]\nls", "#| a: ]\nls", {}),
        ("#|no: 1\nls", "#|no: 1\nls", {}),
    ],
)
def test_options_of_a_cell_are_no_part_of_its_code(
    source: str, content: str, options: dict[str, object]
) -> None:
    assert without_options(source) == (content, options)


LEFT_OUT = {
    "nested": (PAGE + "\n- one\n\n  ```{code-cell}\n  1\n  ```\n", "inside another"),
    "nested in a directive": (
        PAGE + "\n````{note}\n```{code-cell}\n1\n```\n````\n",
        "inside another",
    ),
    "tags as a list": (
        PAGE.replace(":tags: [hide-input]", "---\ntags: [skip-execution]\n---"),
        "other tags",
    ),
    "tags in the code": (PAGE.replace("y = 2", "#| tags: [raises-exception]\ny"), "other tags"),
    "no cache": (PAGE.replace("kernelspec:", "execute:\n  cache: false\nkernelspec:"), "cache"),
    "other expressions": (PAGE.replace("Inline", "<!-- {eval}`1` --> Inline"), "expressions"),
}


@pytest.mark.parametrize(("text", "words"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_what_mystmd_would_execute_otherwise_is_left_out(
    project: Project, text: str, words: str
) -> None:
    with pytest.raises(NotExportable, match=words):
        read_page(write(project, text), {})


def test_what_mystmd_never_executes_is_left_out(project: Project) -> None:
    script = "# ---\n# kernelspec:\n#   name: python3\n# ---\n\n# %%\n1\n"
    with pytest.raises(NotExportable, match="only"):
        read_page(write(project, script, "a.py"), {})
    path = project.write("a.ipynb", ("1", ""))
    notebook = json.loads(path.read_text())
    del notebook["metadata"]["kernelspec"]
    path.write_text(json.dumps(notebook))
    with pytest.raises(NotExportable, match="kernelspec"):
        read_page(path, {})
    # The header of the first cell counts before the metadata.
    notebook["metadata"]["kernelspec"] = SPEC
    plain = path.with_name("b.ipynb")
    plain.write_text(json.dumps(notebook))
    notebook["cells"][0]["source"] = "---\nkernelspec:\n  name: other\n---\n"
    path.write_text(json.dumps(notebook))
    assert read_page(path, {}).kernelspec["name"] == "other"
    assert read_page(path, {}).key != read_page(plain, {}).key


def test_what_is_fresh_is_written_once_and_removed_when_it_is_not(project: Project) -> None:
    (project.folder / "data.csv").write_text("1")
    project.captured("a.ipynb", ("open('data.csv')", "1"), ("2", ""))
    (result,) = project.export(format="mystmd")
    assert result.result == "written"
    folder = project.output / "execute"
    names = [f"{result.key}.ipynb", f"{result.key}.json"]
    assert sorted(path.name for path in folder.iterdir()) == names
    held = json.loads((folder / names[0]).read_text("utf-8"))
    outputs = [{"name": "stdout", "output_type": "stream", "text": "1"}]
    assert [cell["outputs"] for cell in held["cells"]] == [outputs, []]
    assert {cell["metadata"]["mystResultType"] for cell in held["cells"]} == {"code"}
    assert json.loads((folder / names[1]).read_text("utf-8")) == [outputs, []]
    before = files_below(project.output)
    assert outcome(project.export(format="mystmd")) == {"a.ipynb": "unchanged"}
    assert files_below(project.output) == before

    theirs = folder / f"{'0' * 32}.ipynb"
    theirs.write_text("{}")
    (project.folder / "data.csv").write_text("2")
    assert outcome(project.export(format="mystmd")) == {"a.ipynb": "left-out"}
    assert list(folder.iterdir()) == [theirs]


def test_what_mystmd_executed_itself_stays(project: Project) -> None:
    project.captured("a.ipynb", ("1", "one"))
    (result,) = project.export(format="mystmd")
    theirs = project.output / "execute" / f"{result.key}.ipynb"
    theirs.write_text(json.dumps({"metadata": {"mystContext": {}}, "cells": []}))
    project.write("b.ipynb", ("1", ""))
    project.store.marks.invalidate_notebook("a.ipynb")
    assert outcome(project.export("a.ipynb", format="mystmd")) == {"a.ipynb": "left-out"}
    assert theirs.exists()


def test_outputs_that_json_cannot_hold_are_left_out(project: Project) -> None:
    path = project.write("a.ipynb", ("1", "one"))
    text = path.read_text().replace('"name": "stdout"', '"name": "stdout", "odd": NaN')
    path.write_text(text)
    project.cache.capture("a.ipynb")
    assert "JSON" in project.export(format="mystmd")[0].message
