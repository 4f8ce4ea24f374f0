"""The long forms of the hardest tests: as long as one likes, and the same for the same seed.

``JUPYTERLAB_CACHE_SOAK_MINUTES`` is how long all of them take together (60),
``JUPYTERLAB_CACHE_SOAK_SEED`` repeats a run; it is printed at the beginning.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent.parent / "tests"
MINUTES = float(os.environ.get("JUPYTERLAB_CACHE_SOAK_MINUTES", "60"))
SEED = os.environ.get("JUPYTERLAB_CACHE_SOAK_SEED") or str(random.SystemRandom().randrange(10**9))

sys.path[:0] = [str(TESTS / "faults"), str(TESTS / "store")]


def pytest_report_header() -> str:
    """Say how to repeat this."""
    return f"soak: {MINUTES:g} minutes, JUPYTERLAB_CACHE_SOAK_SEED={SEED}"


@pytest.fixture
def seed() -> str:
    """The seed of this run."""
    return SEED


@pytest.fixture
def time_left(request: pytest.FixtureRequest) -> Iterator[Callable[[], float]]:
    """Seconds that are left of this test's share of the time."""
    end = time.monotonic() + MINUTES * 60 / len(request.session.items)
    yield lambda: end - time.monotonic()
