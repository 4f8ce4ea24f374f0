"""Parameters: one form for equal ones, and where they are set."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from jupyterlab_cache.notebooks.declaration import DeclarationInvalid, declaration_of
from jupyterlab_cache.notebooks.document import load
from jupyterlab_cache.notebooks.parameter_cell import ParameterPlace, place_in, read_place
from jupyterlab_cache.notebooks.parameters import (
    ParametersInvalid,
    guessed,
    merged,
    parameters_of,
    text_of,
    values_of,
)
from jupyterlab_cache.notebooks.variant import shown_variant, with_parameters

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=8,
)
NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,8}", fullmatch=True)


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal, types and all: 1, 1.0 and true are not."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


@given(st.dictionaries(NAMES, VALUES, max_size=5))
def test_what_goes_in_comes_out(values: dict[str, Any]) -> None:
    parameters = parameters_of(values, "here")
    assert same(values_of(parameters), values)
    assert json.loads(text_of(parameters)) == values


@given(st.dictionaries(NAMES, VALUES, max_size=3), st.dictionaries(NAMES, VALUES, max_size=3))
def test_equal_parameters_are_one_variant_and_others_are_not(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    place = ParameterPlace(1)
    variants = [with_parameters({}, parameters_of(each, "here"), place) for each in (one, other)]
    assert (variants[0] == variants[1]) == same(one, other)


def _reversed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _reversed(value[key]) for key in reversed(value)}
    return [_reversed(item) for item in value] if isinstance(value, list) else value


@given(st.dictionaries(NAMES, VALUES))
def test_the_order_of_names_and_keys_means_nothing(values: dict[str, Any]) -> None:
    assert parameters_of(values, "here") == parameters_of(_reversed(values), "here")


@given(st.dictionaries(NAMES, SCALARS), st.dictionaries(NAMES, SCALARS))
def test_a_later_place_outdoes_an_earlier_one(one: dict[str, Any], other: dict[str, Any]) -> None:
    together = merged(parameters_of(one, "one"), parameters_of(other, "other"))
    assert together == parameters_of({**one, **other}, "both")


def test_no_parameters_leave_no_trace() -> None:
    assert with_parameters({}, parameters_of({}, "here"), ParameterPlace(3)) == {}


def test_the_place_is_part_of_the_variant() -> None:
    parameters = parameters_of({"a": 1}, "here")
    places = [ParameterPlace(1), ParameterPlace(2), ParameterPlace(2, replaces=True)]
    variants = [with_parameters({"allow_errors": True}, parameters, place) for place in places]
    assert len({json.dumps(variant) for variant in variants}) == 3
    shown = [shown_variant(variant) for variant in variants]
    assert shown == [{"allow_errors": True, "parameters": {"a": 1}}] * 3


STRANGE = [
    '{"a": NaN}',
    '{"a": "\\ud800"}',
    '{"\\ud800": 1}',
    f'{{"a": {10**30}}}',
    f'{{"a": {"9" * 5000}}}',
    f'{{"a": {"[" * 5000}{"]" * 5000}}}',
]


@pytest.mark.parametrize("text", ["[" * 100_000, "no JSON", "[1]", "", 7, None, *STRANGE])
def test_what_a_stranger_calls_parameters_is_shown_as_none(text: Any) -> None:
    assert shown_variant({"parameters": text}) == {"parameters": {}}


def _bomb() -> list[Any]:
    value: list[Any] = ["x"]
    for _ in range(20):
        value = [value] * 10
    return value


BAD = {
    "no mapping": ["a"],
    "a name with a space": {"a b": 1},
    "code as a name": {"a = 1; b": 1},
    "a name with a line break": {"a\n": 1},
    "an empty name": {"": 1},
    "a number as a name": {1: 1},
    "a name that begins with a digit": {"1a": 1},
    "not a number": {"a": float("nan")},
    "infinity": {"a": [float("inf")]},
    "a huge number": {"a": 2**63},
    "half a character": {"a": "\ud800"},
    "half a character in a key": {"a": {"\ud800": 1}},
    "a key that is no text": {"a": {1: 2}},
    "bytes": {"a": b"x"},
    "a set": {"a": {1}},
    "more than fits": {"a": "x" * 1_000_001},
    "a bomb": {"a": _bomb()},
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_parameters_is_refused(name: str) -> None:
    with pytest.raises(ParametersInvalid, match="here"):
        parameters_of(BAD[name], "here")


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("True", True),
        ("False", False),
        ("None", None),
        ("true", "true"),
        ("5", 5),
        ("-5", -5),
        ("0.6", 0.6),
        ("1e3", 1000.0),
        ("5 apples", "5 apples"),
        ("", ""),
        ("[1]", "[1]"),
    ],
)
def test_words_are_guessed_as_papermill_does(word: str, value: Any) -> None:
    assert same(guessed(word), value)


def test_a_declaration_holds_parameters() -> None:
    declaration = declaration_of({"parameters": {"b": [1], "a": "x"}}, "here")
    assert declaration.parameters == (("a", '"x"'), ("b", "[1]"))
    assert declaration_of({"parameters": {}}, "here").parameters == ()
    for wrong in ([], "a", {"a": float("nan")}, False):
        with pytest.raises(DeclarationInvalid, match="here: parameters"):
            declaration_of({"parameters": wrong}, "here")


def _cell(source: str, *tags: str) -> Any:
    return new_code_cell(source, metadata={"tags": list(tags)})


PLACES = {
    "top": ([_cell("a"), _cell("b")], ParameterPlace(0)),
    "behind the defaults": ([_cell("a"), _cell("b", "parameters"), _cell("c")], ParameterPlace(2)),
    "blank cells do not count": (
        [_cell(" "), _cell("a"), _cell("", "parameters"), _cell("b")],
        ParameterPlace(1),
    ),
    "behind prose": (
        [_cell("a"), new_markdown_cell("p", metadata={"tags": ["parameters"]}), _cell("b")],
        ParameterPlace(1),
    ),
    "the first of several": (
        [_cell("a", "parameters"), _cell("b", "parameters")],
        ParameterPlace(1),
    ),
    "in place of an injected cell": (
        [_cell("a", "parameters"), _cell("b"), _cell("c", "injected-parameters"), _cell("d")],
        ParameterPlace(2, replaces=True),
    ),
    "an injected cell before the defaults": (
        [_cell("a", "injected-parameters"), _cell("b", "parameters")],
        ParameterPlace(0, replaces=True),
    ),
    "a blank injected cell": (
        [_cell("a"), _cell("", "injected-parameters"), _cell("b")],
        ParameterPlace(1),
    ),
}


@pytest.mark.parametrize("name", PLACES)
def test_the_place_is_papermills(name: str, tmp_path: Path) -> None:
    cells, place = PLACES[name]
    path = tmp_path / "a.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    assert read_place(path) == place
    assert place_in(load(path)) == place


def test_a_text_notebook_has_a_place_too(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(
        "# ---\n# jupyter:\n#   kernelspec:\n#     name: python3\n#     display_name: x\n# ---\n\n"
        '# %%\nfirst = 1\n\n# %% tags=["parameters"]\nalpha = 1\n\n# %%\nalpha\n'
    )
    assert read_place(path) == ParameterPlace(2)


def test_tags_that_are_none_are_no_place(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    cells = [
        {"cell_type": "code", "source": "a", "metadata": {"tags": "parameters"}, "outputs": []},
        {"cell_type": "code", "source": ["b"], "metadata": [], "outputs": []},
        {"cell_type": "code", "source": "c", "metadata": {"tags": [["parameters"], None]}},
    ]
    path.write_text(
        json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})
    )
    assert read_place(path) == ParameterPlace(0)
    assert place_in(load(path)) == ParameterPlace(0)
