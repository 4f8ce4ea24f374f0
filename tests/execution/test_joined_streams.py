"""Joining the parts of streams: what nbclient makes of them, without its cost."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from nbformat import NotebookNode

from jupyterlab_cache.execution.streams import joined_streams

PARTS = st.lists(
    st.one_of(
        st.builds(
            lambda name, text: {"output_type": "stream", "name": name, "text": text},
            st.sampled_from(["stdout", "stderr"]),
            st.text("ab\r\n\b\x85\u2028", max_size=8),
        ),
        st.just({"output_type": "display_data", "data": {}, "metadata": {}}),
    ),
    max_size=6,
)


def as_nbclient(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What nbclient 0.10 does at the end of a cell, with its own expression."""
    new: list[dict[str, Any]] = []
    streams: dict[str, dict[str, Any]] = {}
    for output in outputs:
        if output["output_type"] == "stream" and output["name"] in streams:
            streams[output["name"]]["text"] += output["text"]
        else:
            new.append(dict(output))
            if output["output_type"] == "stream":
                streams[output["name"]] = new[-1]
    for stream in streams.values():
        stream["text"] = re.sub(r".*\r(?=[^\n])", "", stream["text"])
    names = [output.get("name") for output in new]
    for place in range(len(new) - 1):
        if names[place : place + 2] == ["stderr", "stdout"]:
            new[place], new[place + 1] = new[place + 1], new[place]
    return new


@given(PARTS)
def test_parts_are_joined_as_nbclient_joins_them(outputs: list[dict[str, Any]]) -> None:
    before = [dict(output) for output in outputs]
    assert joined_streams(outputs) == as_nbclient(outputs)
    assert outputs == before


def test_nodes_stay_nodes() -> None:
    part = NotebookNode(output_type="stream", name="stdout", text="a\rb")
    (joined,) = joined_streams([part])
    assert isinstance(joined, NotebookNode)
    assert joined.text == "b"


def test_a_long_line_without_end_is_joined_in_linear_time() -> None:
    # By nbclient's expression this would take an hour, and pytest's limit would end it.
    text = "x" * 3_000_000
    (joined,) = joined_streams([{"output_type": "stream", "name": "stdout", "text": f"{text}\r"}])
    assert str(joined["text"]) == f"{text}\r"
