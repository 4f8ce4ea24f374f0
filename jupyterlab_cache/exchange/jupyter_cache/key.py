"""The key under which jupyter-cache finds a notebook's outputs, computed without jupyter-cache."""

from __future__ import annotations

import json
from hashlib import md5
from typing import Any

from ...notebooks.document import code_cells_with_blank
from ..other_cache import NotExportable

NEWEST_MINOR = 5
"""The newest minor version of format 4 that jupyter-cache 1.0 takes."""

_UNSEEN = ("trusted",)
"""Metadata of cells that nbformat never writes."""


def key_of(node: Any) -> str:
    """The key of a notebook, from its code cells and the whole kernelspec.

    Args:
        node: An nbformat 4 node, with the code as it stands in the file.

    Raises:
        NotExportable: jupyter-cache has none for it.
    """
    minor = node.get("nbformat_minor", 0)
    if not isinstance(minor, int) or minor > NEWEST_MINOR:
        raise NotExportable(f"jupyter-cache does not take notebooks of format 4.{minor}.")
    metadata = node.get("metadata", {})
    hashed = {
        "cells": [
            {
                "cell_type": "code",
                "execution_count": None,
                "metadata": {
                    name: value for name, value in cell["metadata"].items() if name not in _UNSEEN
                },
                "outputs": [],
                "source": cell["source"].splitlines(keepends=True),
            }
            for cell in code_cells_with_blank(node)
        ],
        "metadata": {name: metadata[name] for name in ("kernelspec",) if name in metadata},
        "nbformat": 4,
        "nbformat_minor": 4,
    }
    try:
        text = json.dumps(
            hashed, ensure_ascii=False, indent=1, sort_keys=True, separators=(",", ": ")
        )
        return md5(text.encode(), usedforsecurity=False).hexdigest()
    except (TypeError, ValueError, RecursionError):
        # A date in the options of a cell, or half a character: nbformat cannot write that either.
        raise NotExportable("jupyter-cache cannot hold its metadata or code.") from None
