"""The code key and the outputs digest against the vectors that both languages share."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notebook_support import SOURCE, TAGS, TEXT, VALUES

from jupyterlab_cache.notebooks.code_key import (
    cell_digest,
    code_key,
    execution_flags,
    is_blank,
    normalise_source,
    prefix_keys,
)
from jupyterlab_cache.notebooks.digests import DocumentDigests
from jupyterlab_cache.notebooks.document import digests_of, load
from jupyterlab_cache.notebooks.outputs_digest import (
    NO_OUTPUTS,
    cell_outputs_digest,
    value_digest,
)
from jupyterlab_cache.notebooks.reader import digests_of_bytes

ROOT = Path(__file__).resolve().parents[2]
VECTORS_FILE = ROOT / "tests" / "vectors" / "code-key.json"
FILE = json.loads(VECTORS_FILE.read_text("ascii"))
VECTORS = {vector["name"]: vector for vector in FILE["vectors"]}


def json_of(vector: dict[str, Any]) -> bytes:
    text = vector["json"] if "json" in vector else json.dumps(vector["notebook"])
    return str(text).encode("ascii")


def found(digests: DocumentDigests) -> dict[str, Any]:
    cells = [cell.digest for cell in digests.cells]
    return {
        "kernel_name": digests.kernel_name,
        "cell_digests": cells,
        "prefix_keys": digests.prefix_keys(FILE["default_kernel"]),
        "code_key": digests.code_key(FILE["default_kernel"]),
        "cell_outputs_digests": [cell.outputs_digest for cell in digests.cells],
        "expressions": [
            {"digest": item.digest, "after": item.after, "outputs": item.outputs_digest}
            for item in digests.expressions
        ],
        "outputs_digest": digests.outputs_digest(),
    }


def test_the_vectors_are_those_of_their_generator(tmp_path: Path) -> None:
    made = tmp_path / "made.json"
    script = ROOT / "scripts" / "make_code_key_vectors.py"
    subprocess.run([sys.executable, str(script), str(made)], check=True)
    assert made.read_bytes() == VECTORS_FILE.read_bytes()


def test_the_vectors_are_many_and_each_has_a_name() -> None:
    assert len(VECTORS) == len(FILE["vectors"]) > 60


@pytest.mark.parametrize("name", VECTORS)
def test_the_reader_gives_what_the_vectors_say(name: str) -> None:
    assert found(digests_of_bytes(json_of(VECTORS[name]))) == VECTORS[name]["expected"]


@pytest.mark.parametrize("name", VECTORS)
def test_a_loaded_notebook_gives_what_the_vectors_say(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_bytes(json_of(VECTORS[name]))
    assert found(digests_of(load(path))) == VECTORS[name]["expected"]


def test_equal_and_different_vectors() -> None:
    """What the specification says in words, seen on the vectors themselves."""
    keys = {name: vector["expected"]["code_key"] for name, vector in VECTORS.items()}
    assert keys["source as a string"] == keys["source as lines"]
    assert keys["source as a string"] == keys["source as lines with an empty one"]
    assert keys["source as a string"] == keys["prose and raw cells around"]
    assert keys["source as a string"] != keys["CR LF"]  # which has one more line end
    assert keys["no cells"] == keys["nothing but blank cells and prose"]
    assert len({keys[f"nbformat 4.{minor}"] for minor in range(6)}) == 1
    assert keys["two cells"] != keys["two cells, the other way round"]
    assert keys["two cells"] != keys["two cells in one"]
    assert keys["another kernel"] != keys["one cell"]
    names = [name for name in keys if name.startswith("kernel")]
    default = [name for name in names if VECTORS[name]["expected"]["kernel_name"] is None]
    assert {keys[name] for name in default} == {keys["kernelspec is missing"]}
    assert len(default) == 6


@given(SOURCE)
def test_the_normal_form_is_normal(source: str) -> None:
    normal = normalise_source(source)
    assert normalise_source(normal) == normal
    assert "\r\n" not in normal
    normal.encode()


def test_a_long_run_of_carriage_returns_takes_no_longer_than_any_text() -> None:
    # Quadratic, either of these would take minutes.
    run = "\r" * 1_000_000
    assert normalise_source(run) == run
    assert normalise_source(run + "\n") == "\n"


@given(st.text())
def test_blank_is_what_python_would_strip_of_ascii(text: str) -> None:
    assert is_blank(text) == (text.strip("\t\n\v\f\r ") == "")


@given(TAGS)
def test_flags_come_once_and_in_one_order(tags: list[str]) -> None:
    assert execution_flags(tags) == execution_flags(sorted(tags))
    assert set(execution_flags(tags)) == set(tags) & {"raises-exception", "skip-execution"}
    assert len(set(execution_flags(tags))) == len(execution_flags(tags))


@pytest.mark.parametrize("tags", [None, "raises-exception", {"raises-exception": 1}, 5, True])
def test_tags_that_are_no_list_are_no_tags(tags: object) -> None:
    assert execution_flags(tags) == ()


@given(TEXT, st.lists(st.builds(cell_digest, TEXT.map(normalise_source)), max_size=4))
def test_prefix_keys_are_the_code_keys_of_the_beginnings(kernel: str, digests: list[str]) -> None:
    keys = prefix_keys(kernel, digests)
    assert ["ck1-" + key for key in keys] == [
        code_key(kernel, digests[:count]) for count in range(1, len(digests) + 1)
    ]


def meaning(value: Any) -> Any:
    """A JSON value in a form that is equal exactly when the specification says so."""
    if isinstance(value, bool) or value is None:
        return repr(value)
    if isinstance(value, str):
        return "text", value.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "replace")
    if isinstance(value, (int, float)):
        try:
            return "number", float(value)
        except OverflowError:
            return "number", math.copysign(math.inf, value)
    if isinstance(value, list):
        return "list", tuple(map(meaning, value))
    return "object", tuple(
        (meaning(key), meaning(value[key]))
        for key in sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
    )


@given(VALUES, VALUES)
def test_digests_of_values_are_equal_exactly_when_the_values_are(one: Any, other: Any) -> None:
    assert (value_digest(one) == value_digest(other)) == (meaning(one) == meaning(other))


@given(VALUES)
def test_digests_of_values_know_neither_order_of_members_nor_json(value: Any) -> None:
    turned = json.loads(json.dumps(value), object_pairs_hook=lambda pairs: dict(pairs[::-1]))
    assert value_digest(turned) == value_digest(value)


def test_numbers_beyond_every_double_are_infinite() -> None:
    assert value_digest(10**400) == value_digest(math.inf) != value_digest(-(10**400))
    assert value_digest(-math.nan) == value_digest(math.nan)


def test_what_is_no_json_has_no_digest() -> None:
    with pytest.raises(TypeError, match="bytes"):
        value_digest([b"x"])


def test_a_cell_that_shows_nothing() -> None:
    assert cell_outputs_digest([]) == NO_OUTPUTS == value_digest([])
    assert cell_outputs_digest([{"output_type": "unknown"}]) == NO_OUTPUTS
