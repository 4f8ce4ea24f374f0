"""Which edits of a notebook change its code key, and which never do."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from notebook_support import (
    BLANK,
    KERNEL_NAMES,
    OUTPUTS,
    SOURCE,
    TEXT,
    VALUES,
    Document,
    code,
    code_cells,
    joined,
    lines_of,
    notebooks,
    prose,
    write,
)

from jupyterlab_cache.notebooks.code_key import execution_flags, is_blank, normalise_source
from jupyterlab_cache.notebooks.document import digests_of, load
from jupyterlab_cache.notebooks.errors import NotebookError
from jupyterlab_cache.notebooks.reader import digests_of_bytes, read_code_key, read_digests

Draw = Callable[[st.SearchStrategy[Any]], Any]
Edit = Callable[[Document, Draw], None]


def key_of(notebook: Document) -> str:
    return digests_of_bytes(json.dumps(notebook).encode()).code_key("python3")


def codes(notebook: Document) -> list[Document]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def filled(notebook: Document) -> list[Document]:
    return [cell for cell in codes(notebook) if not is_blank(normalise_source(cell["source"]))]


def some_code(notebook: Document, draw: Draw) -> Document:
    """One of the code cells; without any the example is of no use."""
    assume(codes(notebook))
    cell: Document = draw(st.sampled_from(codes(notebook)))
    return cell


def some_filled(notebook: Document, draw: Draw) -> Document:
    assume(filled(notebook))
    cell: Document = draw(st.sampled_from(filled(notebook)))
    return cell


def insert(notebook: Document, draw: Draw, cell: Document) -> None:
    notebook["cells"].insert(draw(st.integers(0, len(notebook["cells"]))), cell)


def insert_text_cell(notebook: Document, draw: Draw) -> None:
    insert(notebook, draw, prose(draw(TEXT), cell_type=draw(st.sampled_from(["markdown", "raw"]))))


def change_text_cells(notebook: Document, draw: Draw) -> None:
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            cell["source"] = draw(TEXT)
            cell["metadata"] = {"tags": ["raises-exception"]}


def remove_text_cells(notebook: Document, draw: Draw) -> None:
    notebook["cells"] = codes(notebook)


def turn_text_cells(notebook: Document, draw: Draw) -> None:
    for cell in notebook["cells"]:
        cell["cell_type"] = {"markdown": "raw", "raw": "markdown"}.get(cell["cell_type"], "code")


def insert_blank_cell(notebook: Document, draw: Draw) -> None:
    insert(notebook, draw, code(draw(BLANK), tags=["skip-execution"]))


def remove_blank_cells(notebook: Document, draw: Draw) -> None:
    notebook["cells"] = filled(notebook)


def change_outputs(notebook: Document, draw: Draw) -> None:
    some_code(notebook, draw)["outputs"] = draw(st.lists(OUTPUTS, max_size=2))


def clear_outputs(notebook: Document, draw: Draw) -> None:
    for cell in codes(notebook):
        cell["outputs"] = []


def change_execution_count(notebook: Document, draw: Draw) -> None:
    some_code(notebook, draw)["execution_count"] = draw(st.none() | st.integers(0, 99))


def give_ids(notebook: Document, draw: Draw) -> None:
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = f"{draw(st.integers())}-{number}"


def change_cell_metadata(notebook: Document, draw: Draw) -> None:
    metadata = some_code(notebook, draw)["metadata"]
    metadata |= {"collapsed": draw(st.booleans()), "trusted": draw(st.booleans())}
    metadata["execution"] = {"iopub.status.idle": draw(TEXT)}
    metadata["jupyter"] = {"source_hidden": True, "tags": ["skip-execution"]}


def change_notebook_metadata(notebook: Document, draw: Draw) -> None:
    notebook["metadata"]["widgets"] = draw(VALUES)
    notebook["metadata"]["language_info"] = {"name": draw(TEXT), "version": draw(TEXT)}
    notebook["metadata"]["tags"] = ["skip-execution"]


def change_kernel_display_name(notebook: Document, draw: Draw) -> None:
    kernelspec = notebook["metadata"].get("kernelspec")
    assume(kernelspec)
    kernelspec |= {"display_name": draw(TEXT), "language": draw(TEXT), "env": draw(VALUES)}


def change_minor_version(notebook: Document, draw: Draw) -> None:
    notebook["nbformat_minor"] = draw(st.integers(0, 5))


def change_other_tags(notebook: Document, draw: Draw) -> None:
    cell = some_code(notebook, draw)
    kept = [*execution_flags(cell["metadata"].get("tags")), "hide-input", draw(TEXT)]
    cell["metadata"]["tags"] = draw(st.permutations(kept + kept))


def change_line_ends(notebook: Document, draw: Draw) -> None:
    end = draw(st.sampled_from(["\n", "\r\n", "\r\r\n"]))
    for cell in codes(notebook):
        cell["source"] = normalise_source(cell["source"]).replace("\n", end)


def cut_sources(notebook: Document, draw: Draw) -> None:
    for cell in notebook["cells"]:
        cell["source"] = draw(lines_of(joined(cell["source"])))


def repair_surrogates(notebook: Document, draw: Draw) -> None:
    for cell in codes(notebook):
        cell["source"] = normalise_source(cell["source"])


OUTSIDE: list[Edit] = [
    insert_text_cell,
    change_text_cells,
    remove_text_cells,
    turn_text_cells,
    insert_blank_cell,
    remove_blank_cells,
    change_outputs,
    clear_outputs,
    change_execution_count,
    give_ids,
    change_cell_metadata,
    change_notebook_metadata,
    change_kernel_display_name,
    change_minor_version,
    change_other_tags,
    change_line_ends,
    cut_sources,
    repair_surrogates,
]


@pytest.mark.parametrize("edit", OUTSIDE)
@settings(max_examples=50)
@given(notebook=notebooks(), data=st.data())
def test_an_edit_outside_the_key_never_changes_it(
    edit: Edit, notebook: Document, data: st.DataObject
) -> None:
    edited = copy.deepcopy(notebook)
    edit(edited, data.draw)
    assert key_of(edited) == key_of(notebook)


@given(notebooks(), st.lists(st.sampled_from(OUTSIDE), max_size=5), st.data())
def test_many_edits_outside_the_key_never_change_it(
    notebook: Document, edits: list[Edit], data: st.DataObject
) -> None:
    edited = copy.deepcopy(notebook)
    for edit in edits:
        edit(edited, data.draw)
    assert key_of(edited) == key_of(notebook)


def insert_character(notebook: Document, draw: Draw) -> None:
    cell = some_filled(notebook, draw)
    source = joined(cell["source"])
    place = draw(st.integers(0, len(source)))
    cell["source"] = source[:place] + draw(st.characters()) + source[place:]
    assume(normalise_source(cell["source"]) != normalise_source(source))


def remove_character(notebook: Document, draw: Draw) -> None:
    cell = some_filled(notebook, draw)
    source = joined(cell["source"])
    place = draw(st.integers(0, len(source) - 1))
    cell["source"] = source[:place] + source[place + 1 :]
    assume(normalise_source(cell["source"]) != normalise_source(source))


def add_cell(notebook: Document, draw: Draw) -> None:
    insert(notebook, draw, code(draw(SOURCE) + "x"))


def remove_cell(notebook: Document, draw: Draw) -> None:
    cell = some_filled(notebook, draw)
    notebook["cells"] = [other for other in notebook["cells"] if other is not cell]


def repeat_cell(notebook: Document, draw: Draw) -> None:
    insert(notebook, draw, copy.deepcopy(some_filled(notebook, draw)))


def split_cell(notebook: Document, draw: Draw) -> None:
    cell = some_filled(notebook, draw)
    cells = notebook["cells"]
    place = next(index for index, other in enumerate(cells) if other is cell)
    source = normalise_source(cell["source"])
    cut = draw(st.integers(0, len(source)))
    halves = [source[:cut], source[cut:]]
    assume(not any(is_blank(half) for half in halves))
    cells[place : place + 1] = [{**cell, "source": half} for half in halves]


def swap_cells(notebook: Document, draw: Draw) -> None:
    cells = filled(notebook)
    assume(len(cells) > 1)
    one, other = draw(st.permutations(cells))[:2]
    assume(normalise_source(one["source"]) != normalise_source(other["source"]))
    one["source"], other["source"] = other["source"], one["source"]
    tags = [cell["metadata"].get("tags") for cell in (one, other)]
    one["metadata"]["tags"], other["metadata"]["tags"] = tags[::-1]


def toggle_flag(notebook: Document, draw: Draw) -> None:
    cell = some_filled(notebook, draw)
    flag = draw(st.sampled_from(["raises-exception", "skip-execution"]))
    tags = cell["metadata"].get("tags") or []
    without = [tag for tag in tags if tag != flag]
    cell["metadata"]["tags"] = without if flag in tags else [*tags, flag]


def make_code_prose(notebook: Document, draw: Draw) -> None:
    some_filled(notebook, draw)["cell_type"] = "markdown"


def change_kernel(notebook: Document, draw: Draw) -> None:
    before = notebook["metadata"].get("kernelspec", {}).get("name", "python3")
    name = draw(KERNEL_NAMES)
    assume(name != before)
    notebook["metadata"]["kernelspec"] = {"name": name}


INSIDE: list[Edit] = [
    insert_character,
    remove_character,
    add_cell,
    remove_cell,
    repeat_cell,
    split_cell,
    swap_cells,
    toggle_flag,
    make_code_prose,
    change_kernel,
]


@pytest.mark.parametrize("edit", INSIDE)
@settings(max_examples=50)
@given(notebook=notebooks().filter(filled), data=st.data())
def test_an_edit_inside_the_key_always_changes_it(
    edit: Edit, notebook: Document, data: st.DataObject
) -> None:
    edited = copy.deepcopy(notebook)
    edit(edited, data.draw)
    assert key_of(edited) != key_of(notebook)


def executed(notebook: Document) -> tuple[str, list[tuple[tuple[str, ...], str]]]:
    """What is executed, said without digests."""
    kernelspec = notebook["metadata"].get("kernelspec") or {"name": "python3"}
    return normalise_source(kernelspec["name"]), [
        (execution_flags(cell["metadata"].get("tags")), normalise_source(cell["source"]))
        for cell in filled(notebook)
    ]


@given(notebooks(), notebooks())
def test_keys_are_equal_exactly_when_the_same_is_executed(one: Document, other: Document) -> None:
    assert (key_of(one) == key_of(other)) == (executed(one) == executed(other))


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("notebooks") / "a.ipynb"


@given(notebook=notebooks())
def test_the_fast_reader_agrees_with_the_loaded_notebook(file: Path, notebook: Document) -> None:
    write(file, notebook)
    digests = read_digests(file)
    assert digests == digests_of(load(file))
    assert read_code_key(file, "python3") == digests.code_key("python3")


@st.composite
def damaged(draw: st.DrawFn) -> Any:
    """A notebook in which one value, however deep, is another one or is gone."""
    notebook = draw(
        notebooks() | st.builds(lambda cell: {"nbformat": 4, "cells": [cell]}, code_cells())
    )
    place: Any = notebook
    while place:
        key = draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if isinstance(place[key], (dict, list)) and draw(st.integers(0, 3)):
            place = place[key]
        elif draw(st.booleans()):
            place[key] = draw(VALUES)
            break
        else:
            del place[key]
            break
    return notebook


@given(document=damaged())
def test_reader_and_loader_refuse_the_same_and_agree_on_the_rest(file: Path, document: Any) -> None:
    write(file, document)
    try:
        digests = read_digests(file)
        assert read_code_key(file, "python3") == digests.code_key("python3")
    except NotebookError as error:
        with pytest.raises(type(error)) as refused:
            load(file)
        assert str(refused.value) == str(error)
        assert len(str(error).splitlines()) == 1
        return
    try:
        notebook = load(file)
    except NotebookError as error:
        # Only what the digests need no look at.
        assert "not a valid notebook" in str(error)
    else:
        assert digests_of(notebook) == digests
