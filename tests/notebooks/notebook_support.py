"""Notebooks for tests: written to files, and made up by hypothesis."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

Document = dict[str, Any]

# Lone surrogates too: JSON has an escape for them, and JavaScript's strings hold them.
TEXT = st.text(st.characters(exclude_categories=()), max_size=12)
BLANK = st.text("\t\n\v\f\r ", max_size=4)
SOURCE = st.one_of(
    st.text("ab\n\r \t;#'%\u00a0\u2028\ud83d\ude00", max_size=10),
    TEXT,
    BLANK,
    st.sampled_from(["1", "%matplotlib inline", "a = 1\na", "a = 1\r\na", "# only a comment"]),
)
KERNEL_NAMES = st.sampled_from(["python3", "ir", "bash", "python3 ", "\ud800"])
TAGS = st.lists(
    st.sampled_from(["raises-exception", "skip-execution", "hide-input", "x"]), max_size=4
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, width=64) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
LINES = TEXT | st.lists(TEXT, max_size=3)
MIMES = st.sampled_from(["text/plain", "image/png", "application/json", "application/x+json"])
BUNDLES = st.dictionaries(MIMES, LINES | VALUES, max_size=3)
OUTPUTS = st.one_of(
    st.fixed_dictionaries(
        {
            "output_type": st.just("stream"),
            "name": st.sampled_from(["stdout", "stderr"]),
            "text": LINES,
        }
    ),
    st.fixed_dictionaries(
        {
            "output_type": st.just("display_data"),
            "data": BUNDLES,
            "metadata": st.dictionaries(TEXT, VALUES, max_size=2),
        }
    ),
    st.fixed_dictionaries(
        {
            "output_type": st.just("execute_result"),
            "execution_count": st.none() | st.integers(1, 9),
            "data": BUNDLES,
            "metadata": st.just({}),
        }
    ),
    st.fixed_dictionaries(
        {
            "output_type": st.just("error"),
            "ename": TEXT,
            "evalue": TEXT,
            "traceback": st.lists(TEXT, max_size=2),
        }
    ),
)


def code(source: Any, outputs: Any = (), tags: Any = None, **more: Any) -> Document:
    """A code cell."""
    return {
        "cell_type": "code",
        "metadata": {} if tags is None else {"tags": tags},
        "source": source,
        "outputs": list(outputs),
        "execution_count": None,
        **more,
    }


def prose(source: Any = "# Prose", **more: Any) -> Document:
    """A Markdown cell."""
    return {"cell_type": "markdown", "metadata": {}, "source": source, **more}


def notebook(*cells: Document, kernel: str | None = "python3", **metadata: Any) -> Document:
    """A notebook in format 4.4, which has no cell ids."""
    if kernel is not None:
        metadata["kernelspec"] = {"name": kernel, "display_name": "K", "language": "x"}
    return {"nbformat": 4, "nbformat_minor": 4, "metadata": metadata, "cells": list(cells)}


def write(path: Path, document: Any) -> Path:
    """Write a notebook's JSON to a file, its folders too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(json.dumps(document).encode())
    return path


def joined(source: str | list[str]) -> str:
    """A source as one string."""
    return source if isinstance(source, str) else "".join(source)


@st.composite
def lines_of(draw: st.DrawFn, text: str) -> str | list[str]:
    """A text as it is, or cut into pieces anywhere."""
    if draw(st.booleans()):
        return text
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=4)))
    return [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]


@st.composite
def code_cells(draw: st.DrawFn) -> Document:
    """A code cell, blank or not, with tags and outputs."""
    return code(
        draw(lines_of(draw(SOURCE))),
        draw(st.lists(OUTPUTS, max_size=3)),
        draw(st.none() | TAGS),
    )


@st.composite
def notebooks(draw: st.DrawFn) -> Document:
    """A notebook with cells of all kinds."""
    text_cells = st.builds(
        lambda kind, source: {"cell_type": kind, "metadata": {}, "source": source},
        st.sampled_from(["markdown", "raw"]),
        TEXT,
    )
    cells = draw(st.lists(code_cells() | text_cells, max_size=6))
    return notebook(*cells, kernel=draw(st.none() | KERNEL_NAMES))
