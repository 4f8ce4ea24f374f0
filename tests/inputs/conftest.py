"""What the tests of observation and verification share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from scenarios import REST, Project

from jupyterlab_cache.inputs import stat_cache
from jupyterlab_cache.store import entries


@pytest.fixture(autouse=True)
def short_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Times are relied on after a moment: here clocks are fine enough, and nobody can wait.

    With seconds nothing that a test changes would ever be remembered from one look to the next.
    """
    monkeypatch.setattr(stat_cache, "_RACY_SECONDS", REST)
    monkeypatch.setattr(entries, "_REST", REST)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """An empty project with a cache."""
    made = Project(tmp_path / "project", tmp_path / "machine")
    yield made
    made.cache.close()
