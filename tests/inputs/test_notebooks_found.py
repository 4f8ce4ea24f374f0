"""Notebooks are found again and again without a look at folders that did not change."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from scenarios import REST, Project

from jupyterlab_cache import moment

TEXT = "# ---\n# jupyter:\n#   kernelspec:\n#     name: python3\n# ---\n# %%\n1\n"


@pytest.fixture
def found(project: Project) -> Callable[[], list[str]]:
    project.notebook("1", name="sub/a.ipynb")
    project.write("text.py", TEXT)
    project.write("module.py", "x = 1\n")
    time.sleep(2 * REST)

    def names() -> list[str]:
        return [path.relative_to(project.root).as_posix() for path in project.cache.notebooks()]

    assert names() == ["sub/a.ipynb", "text.py"]
    return names


def refuse(*_: object) -> None:
    raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))


def test_what_did_not_change_is_not_read_again(
    found: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moment, "read_folder", refuse)
    monkeypatch.setattr(moment, "has_header", refuse)
    assert found() == ["sub/a.ipynb", "text.py"]


def test_what_changes_is_found(project: Project, found: Callable[[], list[str]]) -> None:
    project.notebook("1", name="sub/b.ipynb")
    project.write("module.py", TEXT)
    (project.root / "text.py").write_text("x = 1\n")
    assert found() == ["module.py", "sub/a.ipynb", "sub/b.ipynb"]
    (project.root / "sub").rename(project.root / "other")
    assert found() == ["module.py", "other/a.ipynb", "other/b.ipynb"]
    project.write(".gitignore", "other/b.ipynb\n")
    assert found() == ["module.py", "other/a.ipynb"]
    (project.root / "other/a.ipynb").unlink()
    (project.root / "other/a.ipynb").mkdir()
    assert found() == ["module.py"]


@pytest.mark.parametrize("what", ["read_folder", "has_header"])
def test_what_cannot_be_read_just_now_is_found_later(
    project: Project, found: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    for cache in (project.cache, project.new_cache()):
        project.write("new.py", TEXT)
        (project.root / "new.py").rename(project.root / "text.py")
        time.sleep(2 * REST)
        with monkeypatch.context() as patch:
            patch.setattr(moment, what, refuse)
            assert "text.py" not in [Path(path).name for path in cache.notebooks()]
        assert "text.py" in [Path(path).name for path in cache.notebooks()]
        cache.close()
    assert found() == ["sub/a.ipynb", "text.py"]
