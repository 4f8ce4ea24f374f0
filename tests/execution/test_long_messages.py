"""Large messages are parsed in pieces as they would be at once; the pieces are tiny here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_joined_streams import PARTS, as_nbclient

from jupyterlab_cache.execution import long_json
from jupyterlab_cache.execution.long_json import unpack_large
from jupyterlab_cache.execution.output_client import StreamText, with_whole_texts
from jupyterlab_cache.execution.output_limit import OutputLimit, memory_of
from jupyterlab_cache.execution.streams import joined_streams
from jupyterlab_cache.store import long_text
from jupyterlab_cache.store.long_text import LongText


@pytest.fixture(autouse=True, scope="module")
def tiny_pieces() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_text, "PIECE", 3)
        patch.setattr(long_text, "LONG", 5)
        patch.setattr(long_json, "_CHUNK", 16)
        patch.setattr(long_json, "_BREATH", 30)
        yield


texts = st.text(max_size=40) | st.text('"\\/\n\x00\x7fé€😀\ud83d\ude00u', max_size=40)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


@given(values, st.booleans(), st.sampled_from([None, 1]))
def test_a_message_in_pieces_is_the_message(value: Any, ascii_only: bool, indent: Any) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    try:
        data = text.encode()
    except UnicodeEncodeError:  # only escaped can they be sent at all
        data = json.dumps(value).encode()
    calls: list[int] = []
    found = unpack_large(memoryview(data), lambda: calls.append(1))
    assert with_whole_texts(found) == json.loads(data)
    assert len(calls) >= len(data) // 100


def test_what_consists_of_many_texts_is_parsed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_json, "_MOST_STRINGS", 10)
    value = {"many": ["a"] * 20, "long": "x" * 100}
    assert unpack_large(memoryview(json.dumps(value).encode())) == value


@pytest.mark.parametrize("data", [b'{"a": "xxxxxxxxxxxxxxxxxxxxxxxxx', b'["\\ux"]', b"", b"[1"])
def test_what_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        unpack_large(memoryview(data))


@given(PARTS)
def test_streams_in_pieces_are_joined_as_in_one(outputs: list[dict[str, Any]]) -> None:
    in_pieces = [
        {**output, "text": LongText([output["text"]])} if "text" in output else output
        for output in outputs
    ]
    assert with_whole_texts(joined_streams(in_pieces)) == as_nbclient(outputs)


def test_an_error_quotes_the_end_of_what_was_printed() -> None:
    assert StreamText(["one\n", "two\n", "\n"]).rstrip() in ("one\ntwo", "two", "o", "")
    assert StreamText().rstrip() == ""


def test_what_was_replaced_counts_no_longer() -> None:
    limit, kept = OutputLimit(100), 0
    limit.measure_by(lambda: kept)
    for _ in range(10):
        assert limit.admits(60)
        limit.note_read(60)
    assert not limit.passed.is_set()
    kept = 50
    assert not limit.admits(60)
    assert limit.passed.is_set()
    assert not limit.admits(1)


def test_what_waits_is_read_before_the_end_is_told() -> None:
    limit = OutputLimit(100)
    assert limit.admits(60)
    assert not limit.admits(60)
    assert not limit.passed.is_set()
    limit.note_read(60)
    assert limit.passed.is_set()


def test_without_a_limit_all_is_admitted() -> None:
    assert OutputLimit(0).admits(10**12)


def test_memory_of_outputs_is_at_least_that_of_their_texts() -> None:
    outputs = [{"text": "x" * 1000, "more": ["y" * 1000, LongText(["z" * 1000])]}]
    assert 3000 < memory_of(outputs) < 50_000
