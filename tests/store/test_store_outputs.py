from __future__ import annotations

import base64
import json
import math
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyterlab_cache.notebooks.code_key import well_formed as well_formed_source
from jupyterlab_cache.store.errors import BlobDamaged, BlobMissing, StoreError
from jupyterlab_cache.store.outputs import get_outputs, payloads_of, put_outputs, well_formed
from jupyterlab_cache.store.signatures import KeyRing
from jupyterlab_cache.store.store import Store

IMAGE = bytes(range(256)) * 20
LONG = "a line of text, ä\n" * 100


def document(store: Store, digest: str) -> Any:
    return json.loads(store.blobs.get(digest))


def output(value: Any) -> list[list[dict[str, Any]]]:
    return [[{"output_type": "display_data", "data": {"x": value}, "metadata": {}}]]


def kept_as(store: Store, value: Any) -> Any:
    """How a value stands in the document; what comes back is the value itself."""
    digest, _ = put_outputs(store.blobs, output(value))
    assert get_outputs(store.blobs, digest) == output(value)
    return document(store, digest)[0][0]["data"]["x"]


def test_small_outputs_stand_in_the_document(store: Store) -> None:
    cells = [
        [],
        [{"output_type": "stream", "name": "stdout", "text": ["a\n", "b"]}],
        [
            {
                "output_type": "execute_result", "execution_count": 3, "metadata": {},
                "data": {"text/plain": "1", "application/json": {"a": [1, 2.5, None, True]}},
            },
            {"output_type": "error", "ename": "E", "evalue": "", "traceback": ["\x1b[0m"]},
        ],
    ]  # fmt: skip
    digest, sizes = put_outputs(store.blobs, cells)
    assert get_outputs(store.blobs, digest) == cells == document(store, digest)
    alone = [put_outputs(store.blobs, [cell])[1] for cell in cells]
    assert [[size] for size in sizes] == alone
    # Brackets and commas of the list itself are nobody's.
    empty = sum(2 for cell in cells if not cell)
    assert sum(sizes) + empty + len(cells) + 1 == len(store.blobs.get(digest))
    assert payloads_of(store.blobs, digest) == ()


def test_large_texts_are_blobs_kept_once(store: Store) -> None:
    digest, sizes = put_outputs(store.blobs, [*output(LONG), *output([LONG, {"a": LONG}])])
    reference = document(store, digest)[0][0]["data"]["x"]
    text = store.blobs.put(LONG.encode())
    assert reference == {"$blob": {"digest": text, "as": "text"}}
    assert payloads_of(store.blobs, digest) == (text,)
    once = len(LONG.encode())
    assert once < sizes[0] < sizes[1] - once < once + 500
    assert get_outputs(store.blobs, digest) == [*output(LONG), *output([LONG, {"a": LONG}])]


@pytest.mark.parametrize("length", [1022, 1023, 1024, 1025])
def test_the_threshold(store: Store, length: int) -> None:
    assert (kept_as(store, "é" * length) == "é" * length) is (length < 1024)


def wrapped(line: int) -> str:
    text = base64.b64encode(IMAGE).decode()
    return "\n".join(text[at : at + line] for at in range(0, len(text), line))


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (wrapped(10**9), {}),
        (wrapped(10**9) + "\n", {"end": "\n"}),
        (wrapped(76), {"line": 76}),
        (wrapped(76) + "\n", {"line": 76, "end": "\n"}),
        (base64.encodebytes(IMAGE).decode(), {"line": 76, "end": "\n"}),
        (wrapped(64), {"line": 64}),
        (wrapped(1), {"line": 1}),
    ],
)
def test_images_are_kept_decoded_and_once(store: Store, text: str, form: dict[str, Any]) -> None:
    image = store.blobs.put(IMAGE)
    assert kept_as(store, text) == {"$blob": {"digest": image, "as": "base64"} | form}


@pytest.mark.parametrize(
    "text",
    [
        wrapped(76) + "\n\n",
        "\n" + wrapped(76),
        wrapped(76).replace("\n", "\r\n"),
        wrapped(76).replace("\n", "", 1),
        wrapped(76).replace("\n", " \n", 1),
        " " + wrapped(10**9),
        wrapped(10**9).rstrip("="),
        wrapped(10**9) + "====",
        wrapped(10**9)[:-5] + "=" + wrapped(10**9)[-4:],
        wrapped(10**9).replace("+", "-"),
        "A" * 2000 + "B=",
        "QR==" * 500,
        "A" * 2001,
        "\n" * 2000,
        "ａ" * 2000,
        "é" * 2000,
    ],
)
def test_base64_that_is_not_exact_is_kept_as_text(store: Store, text: str) -> None:
    assert kept_as(store, text)["$blob"]["as"] == "text"


@pytest.mark.parametrize(
    "value",
    [
        {"$blob": {"digest": "sha256-" + "0" * 64, "as": "text"}},
        {"$object": {"$object": {}}},
        {"$object": 1},
        {"$number": "NaN"},
        {"$": 1},
        {"$later": {"$blob": LONG}},
        {"$blob": 1, "other": 2},
        [{"$blob": LONG}],
        {"\ufffd$": {"$number": 1}},
    ],
)
def test_what_looks_like_ours_survives(store: Store, value: Any) -> None:
    kept_as(store, value)


def test_an_output_may_look_like_ours(store: Store) -> None:
    cells: list[list[dict[str, Any]]] = [[{"$blob": {}}, {"$object": {}}, {"$number": "1"}, {}]]
    digest, _ = put_outputs(store.blobs, cells)
    assert get_outputs(store.blobs, digest) == cells


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (2**64, {"$number": "18446744073709551616"}),
        (-(2**63) - 1, {"$number": "-9223372036854775809"}),
        pytest.param(10**4000, {"$number": "1" + "0" * 4000}, id="many digits"),
        (math.inf, {"$number": "Infinity"}),
        (-math.inf, {"$number": "-Infinity"}),
        (2**64 - 1, 2**64 - 1),
        (-(2**63), -(2**63)),
        (5e-324, 5e-324),
        (0.1 + 0.2, 0.1 + 0.2),
    ],
)
def test_numbers_that_json_lacks(store: Store, value: Any, form: Any) -> None:
    assert kept_as(store, value) == form


def test_kinds_of_numbers_are_kept(store: Store) -> None:
    digest, _ = put_outputs(store.blobs, output([math.nan, -0.0, 1.0, 1, True, 1e22]))
    found = get_outputs(store.blobs, digest)[0][0]["data"]["x"]
    assert math.isnan(found[0])
    assert list(map(repr, found[1:])) == ["-0.0", "1.0", "1", "True", "1e+22"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\ud800b", "a\ufffdb"),
        ("\udc00\ud800", "\ufffd\ufffd"),
        ("\ud83d\ude00", "😀"),
        ("\ud800" * 2000, "\ufffd" * 2000),
        ("\ufeff\ud800", "\ufeff\ufffd"),
    ],
)
def test_lone_surrogates_become_replacement_characters(
    store: Store, text: str, expected: str
) -> None:
    digest, _ = put_outputs(store.blobs, [[{"text": text, text[:50]: 1}]])
    assert get_outputs(store.blobs, digest) == [[{"text": expected, well_formed(text[:50]): 1}]]
    assert well_formed(text) == expected == well_formed_source(text)


@pytest.mark.parametrize(
    "value",
    [object(), b"bytes", {1: 2}, {None: 1}, {1, 2}, 10**6000],
    ids=["object", "bytes", "number as name", "null as name", "set", "too many digits"],
)
def test_what_is_no_json_is_refused(store: Store, value: Any) -> None:
    with pytest.raises(StoreError):
        put_outputs(store.blobs, output(value))


def test_absurd_nesting_is_refused(store: Store) -> None:
    value: Any = 1
    for _ in range(100_000):
        value = [value]
    with pytest.raises(StoreError, match="deep"):
        put_outputs(store.blobs, output(value))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[[1]]",
        b"[[[]]]",
        b"\xff",
        b"[" * 100_000,
        b'[[{"a": ' + b"[" * 100_000,
        b'[[{"a": {"$blob": 1}}]]',
        b'[[{"a": {"$blob": {"digest": "sha256-x"}}}]]',
        b'[[{"a": {"$blob": {"digest": "D", "as": "html"}}}]]',
        b'[[{"a": {"$blob": {"digest": "D", "as": "text", "more": 1}}}]]',
        b'[[{"a": {"$blob": {"digest": "D", "as": "base64", "line": -1}}}]]',
        b'[[{"a": {"$blob": {"digest": "D", "as": "base64", "end": "<script>"}}}]]',
        b'[[{"a": {"$blob": {"digest": "B", "as": "text"}}}]]',
        b'[[{"a": {"$object": 1}}]]',
        b'[[{"a": {"$number": 1}}]]',
        b'[[{"a": {"$number": "1e5"}}]]',
        b'[[{"$number": "1"}]]',
        b'[[{"a": {"$later": 1}}]]',
    ],
)
def test_documents_that_are_none(store: Store, data: bytes) -> None:
    text, binary = store.blobs.put(b"text"), store.blobs.put(b"\xff")
    data = data.replace(b'"D"', f'"{text}"'.encode()).replace(b'"B"', f'"{binary}"'.encode())
    digest = store.blobs.put(data)
    with pytest.raises(BlobDamaged):
        get_outputs(store.blobs, digest)


def test_a_missing_payload_is_told(store: Store) -> None:
    gone = "sha256-" + "0" * 64
    data = msgspec.json.encode([[{"a": {"$blob": {"digest": gone, "as": "text"}}}]])
    with pytest.raises(BlobMissing):
        get_outputs(store.blobs, store.blobs.put(data))
    with pytest.raises(BlobMissing):
        get_outputs(store.blobs, gone)


def test_many_references_to_one_blob_are_bounded(folder: Any) -> None:
    store = Store(folder, KeyRing(b"key"), max_blob_bytes=1_000_000)
    text = store.blobs.put(b"x" * 100_000)
    reference = {"$blob": {"digest": text, "as": "text"}}
    for count, fine in ((10, True), (11, False)):
        digest = store.blobs.put(msgspec.json.encode([[{"a": [reference] * count}]]))
        if fine:
            assert len(get_outputs(store.blobs, digest)[0][0]["a"]) == count
        else:
            with pytest.raises(BlobDamaged, match="large"):
                get_outputs(store.blobs, digest)


texts = (
    st.text(max_size=30)
    | st.text(alphabet=st.characters(codec="utf-8"), max_size=3).map(lambda text: text * 700)
    | st.binary(max_size=60).map(lambda data: base64.encodebytes(data * 40).decode())
    | st.binary(max_size=60).map(lambda data: base64.b64encode(data * 40).decode())
)
names = st.sampled_from(["$blob", "$object", "$number", "$", "text/plain"]) | st.text(max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.dictionaries(names, values, max_size=3), max_size=3), max_size=3))
def test_any_outputs_come_back(store: Store, cells: list[list[dict[str, Any]]]) -> None:
    digest, _ = put_outputs(store.blobs, cells)
    assert get_outputs(store.blobs, digest) == cells
    assert all(map(store.blobs.has, payloads_of(store.blobs, digest)))


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values | st.binary(max_size=50))
def test_any_document_is_read_or_refused(store: Store, value: Any) -> None:
    raw = value if isinstance(value, bytes) else msgspec.json.encode([[{"a": value}]])
    digest = store.blobs.put(raw)
    try:
        get_outputs(store.blobs, digest)
        payloads_of(store.blobs, digest)
    except (BlobDamaged, BlobMissing):
        pass
