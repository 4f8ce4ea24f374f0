"""Measuring in turns, so that what is compared shares the machine's mood."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median


def in_turns(rounds: int, **measured: Callable[[], object]) -> dict[str, list[float]]:
    """Seconds that each of some functions takes, called one after the other in each round."""
    times: dict[str, list[float]] = {name: [] for name in measured}
    for _ in range(rounds):
        for name, function in measured.items():
            times[name].append(seconds_of(function))
    return times


def seconds_of(function: Callable[[], object]) -> float:
    """Seconds that one call takes."""
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def process(
    command: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> Callable[[], object]:
    """A function that runs a command to its end."""
    return lambda: subprocess.run(
        command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL
    )


def milliseconds(seconds: Sequence[float]) -> str:
    """The median, for a table."""
    return f"{median(seconds) * 1000:,.1f}"
