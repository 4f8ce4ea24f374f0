"""Markdown and scripts that are notebooks, and those that are not."""

from __future__ import annotations

import importlib
import subprocess
from pathlib import Path

import pytest
from notebook_support import code, notebook, write

from jupyterlab_cache.notebooks.code_key import cell_digest
from jupyterlab_cache.notebooks.document import code_cells, digests_of, load, put_outputs, save
from jupyterlab_cache.notebooks.errors import NotebookError, NotebookInvalid
from jupyterlab_cache.notebooks.reader import read_digests
from jupyterlab_cache.notebooks.text import is_text_notebook

MYST = """\
---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  name: ir
  display_name: R
---

# Prose

```{code-cell} r
:tags: [raises-exception, hide-input]

x <- 1
x
```

```r
shown <- "not executed"
```

```{code-cell} r
```
"""

PERCENT = """\
# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     name: python3
# ---

# %% [markdown]
# # Prose

# %%
# %matplotlib inline
import os

# %% tags=["skip-execution"]
os.getcwd()
"""


def put(path: Path, text: str) -> Path:
    path.write_bytes(text.encode())
    return path


def test_a_notebook_in_myst_markdown(tmp_path: Path) -> None:
    digests = read_digests(put(tmp_path / "a.md", MYST))
    assert digests.kernel_name == "ir"
    assert [cell.digest for cell in digests.cells] == [
        cell_digest("x <- 1\nx", ["raises-exception"])
    ]
    assert not digests.has_outputs


def test_a_script_with_percent_cells(tmp_path: Path) -> None:
    path = put(tmp_path / "a.py", PERCENT)
    digests = read_digests(path)
    assert digests.kernel_name == "python3"
    assert [cell.digest for cell in digests.cells] == [
        cell_digest("%matplotlib inline\nimport os"),
        cell_digest("os.getcwd()", ["skip-execution"]),
    ]
    assert digests == digests_of(load(path))


def test_a_text_notebook_has_the_key_of_the_same_code_in_json(tmp_path: Path) -> None:
    cells = [
        code("%matplotlib inline\nimport os"),
        code("os.getcwd()", tags=["skip-execution"]),
    ]
    path = write(tmp_path / "a.ipynb", notebook(*cells))
    text = read_digests(put(tmp_path / "a.py", PERCENT))
    assert text.code_key("x") == read_digests(path).code_key("y")


def test_line_ends_of_a_text_notebook_do_not_matter(tmp_path: Path) -> None:
    for name, text in (("a.md", MYST), ("a.py", PERCENT)):
        digests = read_digests(put(tmp_path / name, text))
        assert read_digests(put(tmp_path / name, text.replace("\n", "\r\n"))) == digests


def test_without_a_kernelspec_the_default_counts(tmp_path: Path) -> None:
    header = "# ---\n# jupyter:\n#   jupytext:\n#     formats: py:percent\n# ---\n\n"
    digests = read_digests(put(tmp_path / "a.py", header + "# %%\n1\n"))
    assert digests.kernel_name is None
    assert digests.code_key("python3") != digests.code_key("ir")


def test_outputs_of_a_text_notebook_go_to_a_file_of_their_own(tmp_path: Path) -> None:
    path = put(tmp_path / "a.py", PERCENT)
    loaded = load(path)
    put_outputs(loaded, [([], number) for number, _ in enumerate(code_cells(loaded), 1)])
    with pytest.raises(NotebookInvalid, match=r"a\.py cannot hold outputs.*--output"):
        save(loaded, path)
    assert path.read_text() == PERCENT
    save(loaded, tmp_path / "a.ipynb")
    assert read_digests(tmp_path / "a.ipynb").code_key("x") == read_digests(path).code_key("x")


NOTEBOOKS = {
    "md with a kernelspec": ("a.md", "---\nkernelspec:\n  name: x\n  display_name: X\n---\n"),
    "md with text before its kernelspec": (
        "a.md",
        "---\ntitle: T\nkernelspec:\n  name: x\n  display_name: X\n---\n",
    ),
    "md of jupytext": ("a.md", "---\njupyter:\n  jupytext:\n    formats: ipynb,md\n---\n"),
    "md in a comment": (
        "a.md",
        "<!--\n\n---\njupyter:\n  kernelspec:\n    name: x\n    display_name: X\n---\n\n-->\n",
    ),
    "Rmd": ("a.Rmd", "---\njupyter:\n  kernelspec:\n    name: ir\n    display_name: R\n---\n"),
    "py": ("a.py", PERCENT),
    "py with a shebang": ("a.py", "#!/usr/bin/env python\n" + PERCENT),
    "py with an encoding": ("a.py", "# -*- coding: utf-8 -*-\n" + PERCENT),
    "py with both": ("a.py", "#!/usr/bin/python\n# vim: set fileencoding=utf-8 :\n" + PERCENT),
    "R": ("a.R", PERCENT),
    "R for spin": (
        "a.r",
        "#' ---\n#' jupyter:\n#'   kernelspec:\n#'     name: ir\n#'     display_name: R\n#' ---\n",
    ),
    "Julia": ("a.jl", PERCENT),
    "shell": ("a.sh", PERCENT),
    "CR LF": ("a.md", "---\r\nkernelspec:\r\n  name: x\r\n  display_name: X\r\n---\r\n"),
}

OTHERS = {
    "empty": ("a.md", ""),
    "prose": ("a.md", "# Prose\n"),
    "other front matter": ("a.md", "---\ntitle: T\n---\n\nkernelspec: x\n"),
    "a header that is not first": (
        "a.md",
        "# T\n\n---\nkernelspec:\n  name: x\n  display_name: X\n---\n",
    ),
    "a header without an end": ("a.md", "---\nkernelspec:\n  name: x\n  display_name: X\n"),
    "a header in a block": (
        "a.md",
        "```yaml\n---\nkernelspec:\n  name: x\n  display_name: X\n---\n```\n",
    ),
    "a rule": ("a.md", "---\n\nText\n\n---\n"),
    "a module": ("a.py", "import os\n"),
    "a module about kernels": ("a.py", "class Spec:\n    kernelspec: str\n    jupytext: int\n"),
    "a module with cells but no header": ("a.py", "# %%\nprint(1)\n"),
    "a header in a string": ("a.py", '"""\n---\njupyter:\n  kernelspec: x\n---\n"""\n'),
    "a header after code": ("a.py", "import os\n" + PERCENT),
    "Quarto": ("a.qmd", "---\njupyter:\n  kernelspec:\n    name: x\n    display_name: X\n---\n"),
    "text": ("a.txt", "---\nkernelspec:\n  name: x\n  display_name: X\n---\n"),
    "bytes": ("a.md", "\0\x01\x02"),
}


@pytest.mark.parametrize(("name", "text"), NOTEBOOKS.values(), ids=NOTEBOOKS)
def test_a_header_makes_a_notebook(tmp_path: Path, name: str, text: str) -> None:
    path = put(tmp_path / name, text)
    assert is_text_notebook(path)
    assert read_digests(path) == digests_of(load(path))


@pytest.mark.parametrize(("name", "text"), OTHERS.values(), ids=OTHERS)
def test_without_a_header_text_is_text(tmp_path: Path, name: str, text: str) -> None:
    path = put(tmp_path / name, text)
    assert not is_text_notebook(path)
    with pytest.raises(NotebookInvalid, match="not a notebook"):
        read_digests(path)


def test_blocks_of_jupytext_markdown_are_executed(tmp_path: Path) -> None:
    header = "---\njupyter:\n  kernelspec:\n    name: python3\n    display_name: P\n---\n"
    digests = read_digests(put(tmp_path / "a.md", header + "\n```python\n1 + 1\n```\n"))
    assert [cell.digest for cell in digests.cells] == [cell_digest("1 + 1")]


@pytest.mark.parametrize("name", ["pandoc", "quarto", "marimo"])
def test_reading_never_starts_another_program(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a program was started")

    # When it is loaded, it asks pandoc for its version, where there is one.
    importlib.import_module("jupytext")
    monkeypatch.setattr(subprocess, "Popen", refuse)
    header = f"---\njupyter:\n  jupytext:\n    text_representation:\n      format_name: {name}\n"
    path = put(tmp_path / "a.md", header + "      extension: .md\n---\n\n1\n")
    with pytest.raises(NotebookInvalid, match=f"format {name}, which is not supported; convert it"):
        read_digests(path)


BROKEN = {
    "no display name": "---\nkernelspec:\n  name: python3\n---\n",
    "YAML": "---\nkernelspec: [\n---\n",
    "YAML that makes objects": "---\nkernelspec: !!python/object/apply:os.getcwd []\n---\n",
    "kernelspec is text": "---\njupyter:\n  kernelspec: python3\n---\n\n```python\n1\n```\n",
    "jupytext is text": "---\njupytext: x\n---\n",
    "an unknown format": (
        "---\njupyter:\n  jupytext:\n    text_representation:\n      format_name: nonsense\n---\n"
    ),
    "no UTF-8": "---\nkernelspec:\n  name: \udcff\n---\n",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_broken_header_is_an_error_in_one_line_or_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert is_text_notebook(path)
    try:
        digests = read_digests(path)
    except NotebookError as error:
        assert str(error).startswith("a.md ")
        assert len(str(error).splitlines()) == 1
    else:
        assert digests.kernel_name is None


def test_bytes_that_are_no_text_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"---\nkernelspec:\n  name: x\n  display_name: X\n---\n\xff\xfe")
    with pytest.raises(NotebookInvalid, match=r"a\.md cannot be read as a text notebook .*utf-8"):
        read_digests(path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.md", "---\nkernelspec:\n  name: python3\nother: 1\n---\n```{code-cell}\n1\n```\n"),
        ("b.md", "---\njupyter:\n  kernelspec:\n    name: python3\n---\n\n```python\n1\n```\n"),
        ("c.py", "# ---\n# jupyter:\n#   kernelspec:\n#     name: python3\n# ---\n\n# %%\n1\n"),
    ],
)
def test_a_kernelspec_needs_no_display_name(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    node = load(path)
    assert node.metadata.kernelspec == {"name": "python3", "display_name": "python3"}
    assert [cell["source"] for cell in code_cells(node)] == ["1"]
