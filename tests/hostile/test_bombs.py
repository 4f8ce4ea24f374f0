"""What is small on disk, or in a request for memory, and would be large for us."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import bombs
import pytest
from hostile_support import SOAK

MOST_BYTES = 1_600_000_000
"""Address space, of which Python with all libraries takes a third."""

DEADLINE = 900 if SOAK else 150
"""Seconds for all together, on a busy machine; something that hangs takes for ever."""

FEW = [
    "a frame that says little and holds much",
    "a frame that says nothing",
    "a frame that says too much",
    "a document of lists",
    "a manifest of a gigabyte",
    "an ignore file of a gigabyte",
    "an index of a gigabyte",
    "deep folders",
]


@pytest.mark.timeout(DEADLINE + 20)
def test_memory_and_time_are_bounded() -> None:
    names = list(bombs.BOMBS) if SOAK else FEW
    child = subprocess.run(
        [sys.executable, bombs.__file__, str(MOST_BYTES), *names],
        cwd=Path(bombs.__file__).parent,
        stdout=subprocess.PIPE,
        timeout=DEADLINE,
        check=True,
    )
    told = [json.loads(line) for line in child.stdout.splitlines()]
    assert [line["name"] for line in told] == names
    assert not [line for line in told if "unhandled" in line["outcome"]]
