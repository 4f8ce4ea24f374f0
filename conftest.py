"""What all Python tests share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# Named here because pytest takes plugins from the topmost conftest only.
pytest_plugins = ["pytest_jupyter.jupyter_server"]

# No deadline: a busy machine is not a failure. In CI every run tries the same examples.
settings.register_profile("project", deadline=None, derandomize=bool(os.environ.get("CI")))
# `make soak` has time for many, and no two rounds try the same.
settings.register_profile("soak", deadline=None, max_examples=2000, print_blob=True)
settings.load_profile("soak" if "JUPYTERLAB_CACHE_SOAK_MINUTES" in os.environ else "project")


@pytest.fixture
def everything() -> Callable[[Path], dict[str, tuple[bytes, int]]]:
    """Tells contents and times of all that is below a folder."""

    def look(folder: Path) -> dict[str, tuple[bytes, int]]:
        found = {}
        for place, folders, names in os.walk(folder):
            for name in [*folders, *names]:
                path = Path(place, name)
                data = path.read_bytes() if path.is_file() else b""
                found[str(path)] = data, path.stat().st_mtime_ns
        return found

    return look
