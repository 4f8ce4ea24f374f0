"""A project in a temporary folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from exchange_support import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").touch()
    return Project(folder, tmp_path)
