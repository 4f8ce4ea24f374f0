"""Outputs taken without validation are those that nbclient makes, and large ones stop nobody."""

from __future__ import annotations

import asyncio
import json
import math
import time
from typing import Any

import nbformat
import pytest
from execution_support import Project
from hypothesis import given
from hypothesis import strategies as st
from jupyter_client.session import json_unpacker
from nbformat.v4 import output_from_msg

from jupyterlab_cache.execution.long_json import unpack
from jupyterlab_cache.execution.output_client import plain_output

texts = st.text(max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
bundles = st.dictionaries(st.sampled_from(["text/plain", "text/html", "application/json"]), values)
contents = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["stdout", "stderr"]) | values,
        "text": texts | values,
        "data": bundles | values,
        "metadata": st.dictionaries(texts, values, max_size=2) | values,
        "execution_count": st.integers(-1, 5) | values,
    },
)


@given(st.sampled_from(["stream", "display_data", "execute_result", "error", "clear"]), contents)
def test_a_plain_output_is_the_one_that_nbformat_makes(kind: str, content: Any) -> None:
    message = {"header": {"msg_type": kind}, "content": content}
    ours = plain_output(message)
    if ours is not None:
        assert ours == output_from_msg(message)
        nbformat.validate(ours, ref=kind, version=4)


@given(values)
def test_messages_are_parsed_as_jupyter_client_does(value: Any) -> None:
    data = json.dumps(value).encode()
    assert _same(unpack(data), json_unpacker(data))


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and math.isnan(one):
        return isinstance(other, float) and math.isnan(other)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    return type(one) is type(other) and bool(one == other)


MUCH = {
    "stream": "print('x' * 50_000_000)",
    "display": "from IPython.display import HTML, display\ndisplay(HTML('x' * 50_000_000))",
    "result": "'x' * 50_000_000",
    "lines": "import sys\nfor i in range(10_000):\n    print(i)\n    sys.stdout.flush()",
    "updates": "from IPython.display import display\nshown = display('a', display_id=True)\n"
    "for i in range(500):\n    shown.update(i)",
}
LENGTHS = {"stream": 50_000_001, "display": 50_000_000, "result": 50_000_002}


@pytest.mark.parametrize("name", MUCH)
async def test_much_output_leaves_the_event_loop_alone(project: Project, name: str) -> None:
    """How long the loop was held up is measured by the benchmarks; here that it went on at all."""
    path = project.write("a.ipynb", MUCH[name])
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            await asyncio.sleep(0.01)
            beats += 1

    heart = asyncio.ensure_future(beat())
    started = time.monotonic()
    stored = await project.execute(path)
    seconds = time.monotonic() - started
    heart.cancel()
    assert stored.entry.outcome == "ok"
    assert beats > seconds / 0.1
    if name in ("stream", "display", "result"):
        (output,) = project.outputs(stored)[0]
        data = output.get("data", {})
        text = output.get("text", "") or data.get("text/html", "") or data.get("text/plain", "")
        assert (len(text), text.count("x")) == (LENGTHS[name], 50_000_000)
        assert stored.entry.output_bytes > 50_000_000
    elif name == "lines":
        assert project.texts(stored) == ["".join(f"{i}\n" for i in range(10_000))]
    else:
        (output,) = project.outputs(stored)[0]
        assert output["data"]["text/plain"] == "499"
