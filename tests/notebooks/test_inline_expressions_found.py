"""Which inline expressions there are in Markdown, and what they do to the code key."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notebook_support import code, notebook, write

from jupyterlab_cache.notebooks.digests import DocumentDigests
from jupyterlab_cache.notebooks.document import (
    digests_of,
    load,
    put_expressions,
    shown_expressions,
)
from jupyterlab_cache.notebooks.expressions import expression_digest, inline_expressions
from jupyterlab_cache.notebooks.reader import read_digests

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
from expression_vectors import PIECES, expressions_in

MARKDOWN = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


def prose(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


@given(MARKDOWN)
def test_what_is_found_is_what_the_specification_says(text: str) -> None:
    assert inline_expressions(text) == expressions_in(text)


@given(MARKDOWN)
def test_what_is_found_stands_in_the_text(text: str) -> None:
    found = inline_expressions(text)
    assert all("`" + expression + "`" in text and expression.strip() for expression in found)
    assert len(set(found)) == len(found)


@given(MARKDOWN, MARKDOWN)
def test_paragraphs_do_not_know_of_each_other(one: str, other: str) -> None:
    """As long as neither opens what the other closes."""
    if any(mark in one for mark in ("```", "~~~", "<!--")):
        return
    both = inline_expressions(one + "\n\n" + other)
    assert both == list(dict.fromkeys(inline_expressions(one) + inline_expressions(other)))


@pytest.mark.parametrize(
    "piece",
    ["`", "``` ", "{eval}`", "<!--", "<!-- ", "\\", "- ", "> ", "1. ", "{eval}`x", "`a``b", "-->"],
)
@pytest.mark.parametrize("end", ["", "\n"])
def test_no_text_takes_longer_than_its_length(piece: str, end: str) -> None:
    # Quadratic, these would take hours.
    text = "{eval}`x` " + (piece + end) * (600_000 // len(piece))
    assert len(inline_expressions(text)) <= 1_000_000


def test_many_runs_of_many_lengths_without_an_end() -> None:
    runs = " ".join("`" * length for length in range(1, 1200))
    assert inline_expressions(runs + " {eval}`" + "`" * 1300 + "x") == []


def test_many_open_fences_are_no_deeper_than_any() -> None:
    text = "".join("`" * (40_000 - count) + "{note}\n" for count in range(15))
    assert inline_expressions(text + "{eval}`x`") == ["x"]
    deep = "".join("~" * (60_003 - count) + "{note}\n" for count in range(60))
    assert inline_expressions(deep + "{eval}`x`") == []


def test_a_notebook_without_expressions_keeps_its_key(tmp_path: Path) -> None:
    plain = notebook(code("1"), code("2"))
    keys = {
        read_digests(write(tmp_path / "a.ipynb", document)).code_key("python3")
        for document in (
            plain,
            {**plain, "cells": [prose("# `{eval}`"), *plain["cells"], prose("{eval} `x`")]},
        )
    }
    assert len(keys) == 1


@given(st.lists(st.sampled_from(["code", "x", "y", "{eval}`x`", "{eval}`y`"]), max_size=8))
def test_the_key_is_that_of_what_is_executed_in_order(cells: list[str]) -> None:
    def digests(kinds: list[str]) -> DocumentDigests:
        nodes = [code("1") if kind == "code" else prose(kind) for kind in kinds]
        return digests_of(notebook(*nodes))

    executed = [kind for kind in cells if kind == "code" or kind.startswith("{")]
    document = digests(cells)
    assert document.code_key("k") == digests(executed).code_key("k")
    assert len(document.prefix_keys("k")) == cells.count("code")
    changed = [*executed, "{eval}`z`"]
    assert document.code_key("k") != digests(changed).code_key("k")
    if executed[::-1] != executed:
        assert document.code_key("k") != digests(executed[::-1]).code_key("k")


def test_an_expression_and_a_cell_of_the_same_text_are_not_the_same() -> None:
    keys = {
        digests_of(notebook(code("1"), cell)).code_key("k")
        for cell in (code("x"), prose("{eval}`x`"))
    }
    assert len(keys) == 2
    assert len(expression_digest("x")) == 64


def test_results_that_are_put_in_are_those_that_are_shown(tmp_path: Path) -> None:
    path = write(tmp_path / "a.ipynb", notebook(prose("{eval}`x` {eval}`y`"), prose("{eval}`z`")))
    node = load(path)
    shown: dict[str, Any] = {"output_type": "display_data", "metadata": {}}
    error = {"output_type": "error", "ename": "E", "evalue": "v", "traceback": []}
    results = [[{**shown, "data": {"text/plain": "1"}}], [], [error]]
    put_expressions(node, results)
    assert shown_expressions(node) == results
    put_expressions(node, [[], [], []])
    assert "user_expressions" not in node.cells[0].metadata
    with pytest.raises(ValueError, match="3 inline expressions, the results 2"):
        put_expressions(node, results[:2])
