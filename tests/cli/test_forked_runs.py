"""``jupyter cache run`` forks kernels that are alike, if it may."""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
import pytest
from cli_support import answer
from nbformat.v4 import new_code_cell, new_notebook


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="forks are for Linux")
@pytest.mark.parametrize(("option", "has_forks"), [("--fork", True), ("--no-fork", False)])
def test_kernels_are_forked_if_they_may_be(tmp_path: Path, option: str, has_forks: bool) -> None:
    (tmp_path / "pyproject.toml").touch()
    for name in ("a", "b", "c"):
        cell = new_code_cell(f"import os\n{name} = os.getppid()\nprint({name})")
        nbformat.write(new_notebook(cells=[cell]), tmp_path / f"{name}.ipynb")
    results = answer(tmp_path, "run", "--write", option)
    assert [result["result"] for result in results] == ["executed"] * 3
    parents = [
        nbformat.read(tmp_path / f"{name}.ipynb", 4).cells[0].outputs[0].text
        for name in ("a", "b", "c")
    ]
    assert (parents[0] != parents[1]) == has_forks
    assert parents[1] == parents[2]
