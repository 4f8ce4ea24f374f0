"""Long texts in pieces are kept, digested and sent as those in one; the pieces are tiny here."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyterlab_cache.notebooks import outputs_digest
from jupyterlab_cache.notebooks.outputs_digest import cell_outputs_digest
from jupyterlab_cache.rest import json_pieces
from jupyterlab_cache.store import long_text
from jupyterlab_cache.store import outputs as store_outputs
from jupyterlab_cache.store.base64_text import encoded
from jupyterlab_cache.store.errors import StoreError
from jupyterlab_cache.store.long_text import LongText, pieces_of, together
from jupyterlab_cache.store.outputs import get_outputs, put_outputs, well_formed
from jupyterlab_cache.store.signatures import KeyRing
from jupyterlab_cache.store.store import Store


@pytest.fixture(autouse=True, scope="module")
def tiny_pieces() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_text, "PIECE", 7)
        patch.setattr(long_text, "LONG", 20)
        patch.setattr(store_outputs, "LONG", 20)
        patch.setattr(store_outputs, "SMALLEST_BLOB", 10)
        patch.setattr(outputs_digest, "LONG", 20)
        patch.setattr(json_pieces, "PIECE", 7)
        yield


any_text = st.text(max_size=60) | st.text("\ud83d\ude00\nxé", max_size=40)
base64_like = st.builds(
    lambda data, line, end: "".join(encoded([data], line, end)),
    st.binary(min_size=1, max_size=60),
    st.integers(0, 12),
    st.sampled_from(["", "\n"]),
)
spoilt = st.builds(
    lambda text, at, change: text[: at % (len(text) + 1)] + change + text[at % (len(text) + 1) :],
    base64_like,
    st.integers(0, 100),
    st.sampled_from(["\n", "=", "A", "\n\n", "AAAA", "é", "-"]),
)
texts = any_text | base64_like | spoilt
parts = st.lists(texts, max_size=4)


@given(parts)
def test_pieces_are_the_text(given_parts: list[str]) -> None:
    text, whole = LongText(given_parts), "".join(given_parts)
    assert (len(text), str(text)) == (len(whole), whole)
    assert str(together(given_parts)) == whole
    # What is not text comes out as it would of the whole.
    assert "".join(map(well_formed, pieces_of(text))) == well_formed(whole)
    assert "".join(map(well_formed, pieces_of(whole))) == well_formed(whole)


def exact(text: str) -> bool:
    """Whether a text is the base64 of something, by the simplest means."""
    line = text.find("\n") if 0 <= text.find("\n") < len(text) - 1 else 0
    try:
        data = base64.b64decode(text.replace("\n", ""), validate=True)
    except ValueError:
        return False
    flat = base64.b64encode(data).decode()
    lines = [flat[at : at + line] for at in range(0, len(flat), line)] if line else [flat]
    return "\n".join(lines) + ("\n" if text.endswith("\n") else "") == text


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts)
def test_any_text_comes_back(store: Store, given_parts: list[str]) -> None:
    whole = "".join(given_parts)
    in_pieces: Any = [[{"x": LongText(given_parts)}]]
    digest, sizes = put_outputs(store.blobs, in_pieces)
    assert (digest, sizes) == put_outputs(store.blobs, [[{"x": whole}]])
    assert get_outputs(store.blobs, digest) == [[{"x": well_formed(whole)}]]
    ((found,),) = get_outputs(store.blobs, digest, in_pieces=True)
    assert str(found["x"]) == well_formed(whole)
    assert isinstance(found["x"], LongText) is (len(well_formed(whole)) >= 20)
    reference = json.loads(store.blobs.get(digest))[0][0]["x"]
    if len(whole) >= 10:
        assert (reference["$blob"]["as"] == "base64") is exact(whole)


@given(parts, parts)
def test_digests_do_not_depend_on_pieces(one: list[str], other: list[str]) -> None:
    def outputs(kind: Any) -> list[dict[str, Any]]:
        streams = [
            {"output_type": "stream", "name": "stdout", "text": kind(p)} for p in (one, other)
        ]
        data = {"text/plain": kind(one), "application/json": {"a": [kind(other)]}}
        return [*streams, {"output_type": "display_data", "data": data, "metadata": {}}]

    assert cell_outputs_digest(outputs(LongText)) == cell_outputs_digest(outputs("".join))


values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab"), inner, max_size=3),
    max_leaves=12,
)


@given(values, parts)
def test_json_in_pieces_is_json(value: Any, given_parts: list[str]) -> None:
    text = LongText(map(well_formed, given_parts))
    sent = b"".join(json_pieces.json_pieces({"value": [value, text]}))
    assert json.loads(sent) == {"value": [value, str(text)]}


def test_outputs_that_nobody_could_read_again_are_refused(folder: Any) -> None:
    store = Store(folder, KeyRing(b"key"), max_blob_bytes=1000)
    put_outputs(store.blobs, [[{"a": "é" * 250, "b": "ü" * 250}]])
    with pytest.raises(StoreError, match="larger"):
        put_outputs(store.blobs, [[{"a": "é" * 250, "b": "ü" * 251}]])
