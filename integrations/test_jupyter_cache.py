"""The folder of jupyter-cache, with the programs that use it: myst-nb, jcache, its Python API."""

from __future__ import annotations

import logging
import sqlite3
import threading
from pathlib import Path
from typing import Any

import nbformat
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.cli.commands import cmd_cache, cmd_notebook  # noqa: F401 - they add themselves
from jupyter_cache.cli.commands.cmd_main import jcache
from myst_nb.core.read import read_myst_markdown_notebook
from nbformat.v4 import new_code_cell, new_notebook
from peers_support import Book

from jupyterlab_cache.exchange.jupyter_cache.key import key_of
from jupyterlab_cache.exchange.jupyter_cache.reading import read
from jupyterlab_cache.exchange.other_cache import NotExportable

FOLDER = "_build/.jupyter_cache"
CONF = f"""
extensions = ["myst_nb"]
nb_execution_mode = "cache"
nb_execution_cache_path = "{FOLDER}"
exclude_patterns = ["_build"]
"""
PAGES = ["first", "second", "third", "fourth"]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """A book whose notebooks were executed once, by us, and exported."""
    book = Book(tmp_path_factory.mktemp("peers"))
    (book.folder / "conf.py").write_text(CONF)
    toctree = "\n".join(PAGES)
    (book.folder / "index.md").write_text(f"# Book\n```{{toctree}}\n{toctree}\n```\n")
    for name in PAGES[:2]:
        book.notebook(name)
    for name in PAGES[2:]:
        book.page(name)
    (book.folder / "pyproject.toml").write_text(
        f'[tool.jupyterlab-cache]\nexports = {{ jupyter-cache = "{FOLDER}" }}\n'
    )
    book.execute()
    assert book.executions() == dict.fromkeys(sorted(PAGES), 1)
    return book


def build(book: Book, jobs: int, name: str = "html") -> str:
    sphinx = ("sphinx-build", "-j", str(jobs), "-E", "-b", "html", ".", f"_build/{name}")
    return book.run(*sphinx)


@pytest.mark.parametrize("jobs", [1, 4])
def test_a_build_with_myst_nb_executes_nothing(book: Book, jobs: int) -> None:
    printed = build(book, jobs)
    assert printed.count("Using cached notebook") == len(PAGES), printed
    assert "Executing" not in printed and "Executed" not in printed
    assert book.executions() == dict.fromkeys(sorted(PAGES), 1)
    for name in PAGES:
        html = (book.folder / "_build" / "html" / f"{name}.html").read_text()
        assert f"printed by {name}" in html and "ZeroDivisionError" in html
        assert 'class="highlight-ipython3' in html
    assert "<b>bold</b>" in (book.folder / "_build" / "html" / "first.html").read_text()


def jcache_says(*arguments: str) -> str:
    """What the command of jupyter-cache prints."""
    done = CliRunner().invoke(jcache, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_jcache_lists_tells_and_merges(book: Book, tmp_path: Path) -> None:
    folder = str(book.folder / FOLDER)
    listed = jcache_says("cache", "-p", folder, "list", "--hashkeys")
    records = get_cache(folder).list_cache_records()
    assert len(records) == len(PAGES)
    for record in records:
        assert record.hashkey in listed
        assert record.data["execution_seconds"] > 0
        assert record.uri in jcache_says("cache", "-p", folder, "info", str(record.pk))
    first, merged = str(book.folder / "first.ipynb"), tmp_path / "merged.ipynb"
    jcache_says("notebook", "-p", folder, "add", first)
    jcache_says("notebook", "-p", folder, "merge", first, str(merged))
    cells = nbformat.read(merged, 4).cells
    assert cells[0].source == "# first"
    assert cells[1].outputs[0].text == "printed by first – é\n"


@pytest.mark.parametrize("name", ["first.ipynb", "third.md"])
def test_its_python_interface_gives_our_outputs(book: Book, name: str) -> None:
    cache = get_cache(book.folder / FOLDER)
    path = book.folder / name
    if name.endswith(".md"):
        notebook = read_myst_markdown_notebook(path.read_text("utf8"), path=path)
    else:
        notebook = nbformat.read(path, 4)
    _, merged = cache.merge_match_into_notebook(notebook)
    assert merged.metadata["language_info"]["name"] == "python"
    (output,) = next(cell for cell in merged.cells if cell.cell_type == "code").outputs
    assert output.text.startswith(f"printed by {path.stem}")
    nbformat.validate(merged)


def export(book: Book, *paths: str, output: str = FOLDER) -> dict[str, str]:
    found = book.cache.export(paths, format="jupyter-cache", output=book.folder / output)
    return {result.path: result.result for result in found}


def test_only_what_changed_is_executed_and_comes_back(book: Book) -> None:
    path = book.folder / "fourth.md"
    text = path.read_text()
    path.write_text(text.replace("printed by fourth", "edited in fourth"))
    assert export(book)["fourth.md"] == "left-out"
    printed = build(book, 1)
    assert printed.count("Using cached notebook") == len(PAGES) - 1, printed
    assert book.executions() == {**dict.fromkeys(sorted(PAGES), 1), "fourth": 2}

    # What myst-nb executed is taken in, with its outputs.
    taken = {result.path: result.result for result in book.cache.import_(book.folder / FOLDER)}
    known = dict.fromkeys(("first.ipynb", "second.ipynb", "third.md"), "known")
    assert taken == {**known, "fourth.md": "imported"}
    (status,) = book.cache.status(["fourth.md"])
    assert (status.verdict, status.provenance, status.trusted) == ("fresh", "imported", False)
    # From elsewhere, until somebody trusts it.
    assert export(book, "fourth.md", output="_build/out") == {"fourth.md": "left-out"}
    book.cache.import_(book.folder / FOLDER, trust=True)
    assert export(book, "fourth.md", output="_build/out") == {"fourth.md": "written"}
    theirs = get_cache(book.folder / FOLDER)
    ours = get_cache(book.folder / "_build" / "out")
    (record,) = ours.list_cache_records()
    match = theirs.match_cache_notebook(ours.get_cache_bundle(record.pk).nb)
    assert _outputs(theirs.get_cache_bundle(match.pk).nb) == _outputs(
        ours.get_cache_bundle(record.pk).nb
    )
    path.write_text(text)
    assert export(book) == {**dict.fromkeys(known, "unchanged"), "fourth.md": "written"}


def _outputs(notebook: Any) -> list[Any]:
    return [(cell.source, cell.execution_count, cell.outputs) for cell in notebook.cells]


def test_writers_at_the_same_time_lose_nothing(book: Book) -> None:
    """jupyter-cache stores notebooks while exports go on, as a build beside a server does.

    It has one writer here: two of them lose records of each other without us.
    """
    cache = get_cache(book.folder / FOLDER)
    troubles: list[BaseException] = []
    stored: list[str] = []

    def store() -> None:
        try:
            other = get_cache(book.folder / FOLDER)
            for number in range(20):
                cell = new_code_cell(f"{number}", execution_count=1)
                bundle = CacheBundleIn(new_notebook(cells=[cell]), f"/n{number}.ipynb", data={})
                stored.append(other.cache_notebook_bundle(bundle).hashkey)
        except BaseException as error:
            troubles.append(error)

    thread = threading.Thread(target=store)
    thread.start()
    while thread.is_alive():
        # Each time it is written anew.
        with sqlite3.connect(book.folder / FOLDER / "global.db", timeout=60) as connection:
            connection.execute("UPDATE nbcache SET uri = uri || 'x' WHERE data LIKE '%entry%'")
        assert export(book, "first.ipynb") == {"first.ipynb": "written"}
    thread.join()
    assert troubles == []
    export(book)
    records = cache.list_cache_records()
    assert len(stored) == 20 and set(stored) <= {record.hashkey for record in records}
    assert {Path(record.uri).stem for record in records} >= set(PAGES)
    for record in records:
        cache.get_cache_bundle(record.pk)


# Keys


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return get_cache(tmp_path_factory.mktemp("keys"))


TEXT = st.text(
    st.characters(exclude_categories=("Cs",)) | st.sampled_from("\n\r\t\x0b\x0c\u2028\"'\\:-`{}")
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
METADATA = st.dictionaries(st.sampled_from(["tags", "trusted", "collapsed", "é"]) | TEXT, JSON)


@st.composite
def notebooks(draw: st.DrawFn) -> Any:
    cells = []
    for _ in range(draw(st.integers(0, 3))):
        cell: dict[str, Any] = {"source": draw(TEXT), "metadata": draw(METADATA)}
        code = {"cell_type": "code", "execution_count": None, "outputs": []}
        cells.append({**cell, **(code if draw(st.booleans()) else {"cell_type": "markdown"})})
    spec = draw(st.none() | METADATA)
    metadata = {"language_info": {"name": "x"}, **({} if spec is None else {"kernelspec": spec})}
    minor = draw(st.integers(0, 5))
    return nbformat.from_dict(
        {"nbformat": 4, "nbformat_minor": minor, "cells": cells, "metadata": metadata}
    )


@settings(max_examples=100, deadline=None)
@given(notebook=notebooks())
def test_keys_are_those_of_the_program(theirs: Any, notebook: Any) -> None:
    # It says what is wrong with the metadata, and takes them all the same.
    logging.getLogger("traitlets").setLevel(logging.CRITICAL)
    assert key_of(notebook) == theirs.create_hashed_notebook(notebook)[1]


LINES = st.lists(
    st.sampled_from(
        [
            *("```{code-cell} python", "```{code-cell}", "~~~{code-cell} x", "```", "~~~", "````"),
            *(":tags: [a, b]", ":name: 1", "---", "a: 1", "x = 1", "", "  ", "+++", '+++ {"a": 1}'),
            *("- one", "  two", "> quoted", "    code", "# Title", "[^1]: note", "$$", ":::{note}"),
            *("| a | b |", "|---|---|", "````{note}", ":::", "  ```{code-cell}", "%%bash", "text"),
        ]
    ),
    max_size=14,
)


@settings(max_examples=150, deadline=None)
@given(lines=LINES)
def test_keys_of_markdown_are_those_of_myst_nb(
    theirs: Any, tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    header = "---\nfile_format: mystnb\nkernelspec:\n  name: python3\n---\n"
    path = tmp_path_factory.getbasetemp() / "page.md"
    path.write_text(header + "\n".join(lines))
    try:
        ours = read(path).key
    except NotExportable:
        with pytest.raises(Exception):  # noqa: B017 - whatever ends their build
            theirs.create_hashed_notebook(read_myst_markdown_notebook(path.read_text(), path=path))
        return
    notebook = read_myst_markdown_notebook(path.read_text(), path=path)
    assert ours == theirs.create_hashed_notebook(notebook)[1]
