"""What the tests of observation and verification share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from scenarios import Project


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """An empty project with a cache."""
    made = Project(tmp_path / "project", tmp_path / "machine")
    yield made
    made.cache.close()
