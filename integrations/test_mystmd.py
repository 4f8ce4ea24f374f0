"""The execution cache of mystmd, with mystmd itself."""

from __future__ import annotations

import json
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell
from peers_support import Book

# Without a template of its own a site is built with one from the internet.
PROJECT = "version: 1\nproject:\n  title: Book\nsite:\n  template: ./template\n"
PAGE = """---
kernelspec:
  name: python3
  display_name: Python 3
jupytext:
  text_representation:
    extension: .md
    format_name: myst
---
# Page

```{code-cell} python
:tags: [hide-input]

import os
with open(os.path.join(os.environ["COUNTS"], "page"), "a") as counts:
    counts.write("x")
y = 21
print("seen")

```

Inline {eval}`y*2` and {eval}``y + 1`` and again {eval}`y*2`.

:::{note}
Nested {eval}`"in a " + "note"`
:::

```{code-cell} python
:tags: [raises-exception, other]
#| label: some
1/0
```

~~~{code-cell}
%%capture
#| echo: false

"<b>"
~~~
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    book = Book(tmp_path_factory.mktemp("mystmd"))
    (book.folder / "myst.yml").write_text(PROJECT)
    template = book.folder / "template" / "template.yml"
    template.parent.mkdir()
    template.write_text("jtex: v1\ntitle: Ours\n")
    (book.folder / "page.md").write_text(PAGE)
    book.notebook(
        "notebook",
        new_code_cell("'\u2028 \"q\" \\x07 \x07é'\n\n"),
        new_code_cell("never()", metadata={"tags": ["skip-execution"]}),
        new_markdown_cell("A value: {eval}`6 * 7`."),
        new_code_cell("#| label: fig\n# | b: 2\n\n3"),
        new_code_cell(""),
    )
    book.execute()
    return book


def export(book: Book) -> dict[str, Any]:
    """Keys of the notebooks in mystmd."""
    found = book.cache.export(format="mystmd", output=book.folder / "_build")
    assert {result.result for result in found} <= {"written", "unchanged"}, found
    return {result.path: result.key for result in found}


def shown(book: Book, name: str) -> list[str]:
    """What a built page shows of its expressions."""
    page = json.loads((book.folder / "_build" / "site" / "content" / f"{name}.json").read_text())
    texts: list[str] = []
    pending = [page["mdast"]]
    while pending:
        node = pending.pop()
        if node.get("type") == "inlineExpression":
            texts.append(node["children"][0]["value"])
        pending += reversed(node.get("children", []))
    return texts


def build(book: Book) -> str:
    return book.run("myst", "build", "--execute", "--site", "--ci")


def test_a_build_executes_nothing(book: Book) -> None:
    keys = export(book)
    printed = build(book)
    assert printed.count("Adding cached notebook outputs") == 2, printed
    assert "Executing notebook" not in printed and "Jupyter server" not in printed
    assert book.executions() == {"notebook": 1, "page": 1}
    assert shown(book, "page") == ["42", "22", "42", "in a note"]
    assert shown(book, "notebook") == ["42"]
    names = {path.stem for path in (book.folder / "_build" / "execute").iterdir()}
    assert names == set(keys.values())


def test_the_older_form_is_read_as_well(book: Book) -> None:
    export(book)
    for path in (book.folder / "_build" / "execute").glob("*.ipynb"):
        path.unlink()
    printed = build(book)
    assert printed.count("Adding cached notebook outputs") == 2, printed
    assert shown(book, "page") == ["42", "22", "42", "in a note"]


def test_what_it_executes_itself_has_our_keys_and_our_form(book: Book) -> None:
    keys = export(book)
    execute = book.folder / "_build" / "execute"
    ours = {name: json.loads((execute / f"{key}.ipynb").read_text()) for name, key in keys.items()}
    for path in execute.iterdir():
        path.unlink()
    printed = build(book)
    assert printed.count("Executing notebook") == 2, printed
    assert book.executions() == {"notebook": 2, "page": 2}
    assert {path.stem for path in execute.iterdir()} == set(keys.values())
    for name, key in keys.items():
        theirs = json.loads((execute / f"{key}.ipynb").read_text())
        assert set(theirs) == set(ours[name])
        assert _comparable(theirs) == _comparable(ours[name])


def _comparable(cached: Any) -> list[Any]:
    """Cells as far as two executions of them are the same."""
    cells = []
    for cell in cached["cells"]:
        outputs = [
            {name: value for name, value in output.items() if name != "traceback"}
            for output in cell["outputs"]
        ]
        for output in outputs:
            # What a kernel sends of a display beside its content is of that moment.
            output.pop("transient", None)
        cells.append({**cell, "outputs": outputs})
    return cells
