"""Sphinx with myst-nb takes its outputs from the cache, and executes by way of it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from books_support import CONF, Book

JUPYTER_BOOK = str(Path(sys.executable).with_name("jupyter-book"))

# Programs start often here, each with a builder to load.
pytestmark = pytest.mark.timeout(600)

MYST = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  name: python3
  display_name: Python 3
---
# Text

```{code-cell}
x = 6
x * 7
```

Here x is {eval}`x`.

```{code-cell}
x = 8
```

Now x is {eval}`x`.
"""


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path / "project", tmp_path / "machine")


def test_all_is_executed_once_and_only_what_an_input_changed_is_built_anew(book: Book) -> None:
    book.index(
        *("text", "data", "module", "glued", "broken", "prose", "figure"),
        more="```{nb-exec-table}\n```",
    )
    book.write("text.md", MYST)
    book.write("prose.md", "# Prose")
    book.notebook("data", "print(open('data.csv').read())")
    book.notebook("module", "import helper", "print(helper.NAME)")
    book.notebook(
        "glued", "from myst_nb import glue\nglue('answer', 42)", "# It is {glue:}`answer`."
    )
    book.notebook("broken", "print('before')", "raise ValueError('no ' + 'luck')", "print('after')")
    book.notebook("figure", "import sys\nprint('to stderr', file=sys.stderr)", "1 + 1")
    book.write("data.csv", "first")
    book.write("helper.py", "NAME = 'first'")
    executed = ["broken", "data", "figure", "glued", "module", "text"]

    # More than five documents are read by several processes.
    first = book.build("-j", "4", "-D", "nb_output_stderr=remove")
    assert book.executions() == executed
    assert [line.partition("WARNING: ")[2] for line in first.warnings] == [
        "Executing notebook failed: CellExecutionError [mystnb.exec]",
        f"Notebook exception traceback saved in: {book.docs}/_build/html/reports/broken.err.log "
        "[mystnb.exec]",
    ]
    text = book.page("text")
    assert 'Here x is <span class="output text_plain">6</span>' in text
    assert 'Now x is <span class="output text_plain">8</span>' in text
    assert 'It is <span class="pasted-inline">' in book.page("glued") or "42" in book.page("glued")
    broken = book.page("broken")
    assert "before" in broken and "no luck" in broken and ">after<" not in broken
    assert "ValueError" in (book.docs / "_build/html/reports/broken.err.log").read_text()
    assert "to stderr" not in book.page("figure").partition("2</span>")[2]
    table = book.page("index")
    assert table.count("jupyterlab-cache") == 6 and table.count("❌") == 1

    # From scratch: nothing is executed again, not even what had failed, and pages are the same.
    pages = {name: book.page(name) for name in executed}
    assert len(book.build("-E", "-j", "4", "-D", "nb_output_stderr=remove").read()) == 8
    assert {name: book.page(name) for name in executed} == pages
    assert book.build("-D", "nb_output_stderr=remove").read() == set()
    assert book.executions() == executed

    # No document changed, but what they use.
    book.write("data.csv", "second")
    book.write("helper.py", "NAME = 'second'")
    assert book.build("-D", "nb_output_stderr=remove").read() >= {"data", "module"}
    assert "second" in book.page("data") and "second" in book.page("module")
    assert book.executions() == sorted([*executed, "data", "module"])


def test_without_executions_what_is_not_cached_is_told(book: Book) -> None:
    book.index("data")
    book.notebook("data", "print(open('data.csv').read())")
    book.write("data.csv", "<b>first</b>")
    only = ("-D", "jupyterlab_cache_execution=cache-only")

    (line,) = book.build(*only).warnings
    assert "data.ipynb is not cached. Shown are the outputs in the file. [mystnb.exec]" in line
    book.command("jupyterlab_cache.cli.main", "run")
    assert (book.build(*only).read(), book.executions()) == ({"data"}, ["data"])
    assert "first" in book.page("data")

    # To somebody else that entry is from elsewhere, until it is trusted.
    book.as_somebody_else()
    (line,) = book.build(*only).warnings
    assert "data.ipynb has outputs from elsewhere" in line
    assert "first" not in book.page("data")
    book.command("jupyterlab_cache.cli.main", "trust", "docs/data.ipynb", "--yes")
    assert book.build(*only).warnings == []
    assert "first" in book.page("data")
    assert book.executions() == ["data"]

    book.write("data.csv", "second")
    (line,) = book.build(*only).warnings
    assert "data.ipynb is stale: data.csv was changed" in line


def test_what_is_said_to_myst_nb_holds(tmp_path: Path) -> None:
    book = Book(
        tmp_path / "project",
        tmp_path / "machine",
        CONF
        + """
nb_execution_excludepatterns = ["excluded*"]
nb_execution_timeout = 2
nb_kernel_rgx_aliases = {"old-.*": "python3"}
nb_execution_show_tb = True
""",
    )
    book.index("excluded", "off", "allowing", "slow", "old", "loading", "live")
    book.notebook("excluded", "print('not ' + 'executed')")
    book.notebook("off", "print('not ' + 'executed')", mystnb={"execution_mode": "off"})
    allowing = {"execution_allow_errors": True}
    book.notebook("allowing", "1 / 0", "print('went ' + 'on')", mystnb=allowing)
    book.notebook("slow", "print('began ' + 'well')\nimport time; time.sleep(60)")
    kernel = {"name": "old-name", "display_name": "Old", "language": "python"}
    book.notebook("old", "print('by its ' + 'alias')", kernelspec=kernel)
    # Only myst-nb knows this option.
    loading = MYST.partition("# Text")[0] + "# Loading\n```{code-cell}\n:load: loaded.py\n```\n"
    book.write("loading.md", loading)
    book.write("loaded.py", "print('was ' + 'loaded')")
    # Only myst-nb executes directives, with a kernel that stays.
    live = MYST.replace("\n---\n# Text", "\nmystnb:\n  execution_mode: inline\n---\n# Live")
    book.write("live.md", live + "\n```{eval} x\n```\n")

    built = book.build()
    assert book.executions() == ["allowing", "loading", "old", "slow"]
    assert "not executed" not in book.page("excluded") + book.page("off")
    assert "went on" in book.page("allowing")
    assert "began well" in book.page("slow")
    assert any("CellTimeoutError" in line for line in built.warnings)
    assert "by its alias" in book.page("old")
    assert "was loaded" in book.page("loading")
    assert "Now x is" in book.page("live") and "42" in book.page("live")

    # What ran out of time is tried again, all else is there.
    assert "slow" in book.build().read()
    assert book.executions() == ["allowing", "loading", "old", "slow", "slow"]

    book.notebook("broken", "raise ValueError('no luck')")
    book.index("broken")
    for name in ("slow", "live"):
        next(book.docs.glob(f"{name}.*")).unlink()
    book.build("-D", "nb_execution_raise_on_error=1", code=2)


def test_jupyter_book_executes_nothing_that_was_executed(tmp_path: Path) -> None:
    book = Book(tmp_path / "project", tmp_path / "machine")
    (book.docs / "conf.py").unlink()
    book.write(
        "_config.yml",
        "title: Book\n"
        "execute:\n  execute_notebooks: cache\n"
        "sphinx:\n  extra_extensions: [jupyterlab_cache.builders.sphinx]\n",
    )
    book.write("_toc.yml", "format: jb-book\nroot: text\nchapters:\n- file: data\n")
    book.write("text.md", MYST)
    book.notebook("data", "print(open('data.csv').read())")
    book.write("data.csv", "first")
    book.command("jupyterlab_cache.cli.main", "run", "docs")
    assert book.executions() == ["data", "text"]

    book.program(JUPYTER_BOOK, "build", "docs")
    assert "first" in book.page("data") and "Now x is" in book.page("text")
    assert book.executions() == ["data", "text"]
    assert not (book.docs / "_build/.jupyter_cache").exists()

    book.write("data.csv", "second")
    book.program(JUPYTER_BOOK, "build", "docs")
    assert "second" in book.page("data")
    assert book.executions() == ["data", "data", "text"]
