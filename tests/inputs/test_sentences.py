"""Sentences that a front end can translate: each in the template, with a value for each place."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import jupyterlab_cache
from jupyterlab_cache.inputs.sentence import Sentence, say

PACKAGE = Path(jupyterlab_cache.__file__).parent


def calls() -> Iterator[tuple[str, ast.Call]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        text = path.read_text("utf-8")
        # Others may call something else so.
        for node in ast.walk(ast.parse(text)) if "sentence import" in text else ():
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say":
                yield f"{path.relative_to(PACKAGE)}:{node.lineno}", node


CALLS = list(calls())


def test_there_are_sentences() -> None:
    assert len(CALLS) > 30


@pytest.mark.parametrize("call", [call for _, call in CALLS], ids=[place for place, _ in CALLS])
def test_a_sentence_is_plain_text_with_a_value_for_each_place(call: ast.Call) -> None:
    text, *values = call.args
    assert isinstance(text, ast.Constant)
    assert isinstance(text.value, str)
    places = [int(place) for place in re.findall(r"%(\d+)", text.value)]
    assert sorted(set(places)) == list(range(1, len(values) + 1))


def test_all_sentences_are_in_the_template() -> None:
    """Else: make translations."""
    with (PACKAGE / "locale" / "jupyterlab_cache.pot").open("rb") as file:
        known = {message.id for message in read_po(file)}
    texts = {call.args[0].value for _, call in CALLS if isinstance(call.args[0], ast.Constant)}
    assert sorted(texts - known) == []


def test_values_are_never_taken_for_places() -> None:
    assert str(say("%1 and %2 (%1)", "%2", 3)) == "%2 and 3 (%2)"
    assert str(Sentence("100 % sure")) == "100 % sure"
