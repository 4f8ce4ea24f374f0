"""The filter with git itself: what is committed, and what is in the files after a checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from cli_support import answer, jupyter_cache
from nbformat.v4 import new_code_cell, new_notebook

from jupyterlab_cache import NotebookCache
from jupyterlab_cache.cli.git_install import RULE
from jupyterlab_cache.cli.main import cli
from jupyterlab_cache.notebooks.document import put_outputs

KERNEL = {"name": "python3", "display_name": "P", "language": "python"}
NOBODY = {
    **{f"GIT_{who}_{what}": "a" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}


class Repository:
    """A repository with the filter, and git in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def git(self, *words: str) -> str:
        done = subprocess.run(
            ["git", *words],
            cwd=self.folder,
            env=os.environ | NOBODY,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def write(self, name: str, *sources: str) -> None:
        cells = [new_code_cell(source, id=f"c{i}") for i, source in enumerate(sources)]
        notebook = new_notebook(cells=cells, metadata={"kernelspec": KERNEL})
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        nbformat.write(notebook, path)

    def show(self, name: str, text: str) -> None:
        """Have a notebook show something in its first cell, and store that."""
        path = self.folder / name
        node = nbformat.read(path, 4)
        output = {"output_type": "stream", "name": "stdout", "text": text}
        cells: list[Any] = [([output], 1), *[([], i + 2) for i in range(len(node.cells) - 1)]]
        put_outputs(node, cells)
        nbformat.write(node, path)
        cache = NotebookCache(self.folder)
        cache.capture(name)
        cache.close()

    def install(self, *words: str) -> None:
        """Install the filter; in this process, since each start takes its time."""
        words = ("git-filter", "install", "--root", str(self.folder), *words)
        assert cli.main(list(words), standalone_mode=False) == 0

    def texts(self, name: str) -> list[str]:
        """What the cells of a notebook's file show."""
        cells = nbformat.read(self.folder / name, 4).cells
        return ["".join(output.text for output in cell.outputs) for cell in cells]

    def commit(self, message: str = "more") -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "-m", message)

    def is_clean(self) -> bool:
        return self.git("status", "--porcelain") == ""


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    repository = Repository(tmp_path / "here")
    repository.folder.mkdir()
    repository.git("init", "--quiet", "-b", "main")
    repository.install()
    return repository


def test_branches_have_their_outputs_and_git_has_none(repository: Repository) -> None:
    # Comes before its input in every order that git knows.
    repository.write("a.ipynb", "open('z.txt').read()")
    (repository.folder / "z.txt").write_text("one")
    repository.show("a.ipynb", "shown one\n")
    repository.commit()
    assert repository.is_clean()
    assert "shown" not in repository.git("show", "HEAD:a.ipynb")

    repository.git("checkout", "--quiet", "-b", "other")
    (repository.folder / "z.txt").write_text("two")
    repository.write("a.ipynb", "open('z.txt').read()", "2")
    repository.show("a.ipynb", "shown two\n")
    repository.commit()

    repository.git("checkout", "--quiet", "main")
    assert (repository.texts("a.ipynb"), repository.is_clean()) == (["shown one\n"], True)
    repository.git("checkout", "--quiet", "other")
    assert (repository.texts("a.ipynb"), repository.is_clean()) == (["shown two\n", ""], True)

    # Only the input goes back: what was true for the other one is not put in.
    repository.git("checkout", "--quiet", "main", "--", "z.txt")
    (repository.folder / "a.ipynb").unlink()
    repository.git("checkout", "--quiet", "--", "a.ipynb")
    assert repository.texts("a.ipynb") == ["", ""]


def test_outputs_are_no_change_and_code_is_one(repository: Repository) -> None:
    repository.write("a.ipynb", "1")
    repository.commit()
    repository.show("a.ipynb", "something\n")
    # Git's status tells of another size without a look at the content; adding settles that.
    assert repository.git("diff") == ""
    repository.git("add", "a.ipynb")
    assert repository.is_clean()
    repository.write("a.ipynb", "2")
    assert repository.git("diff", "--name-only") == "a.ipynb\n"
    repository.git("stash", "--quiet")
    assert (repository.texts("a.ipynb"), repository.is_clean()) == (["something\n"], True)


def test_a_clone_gets_outputs_when_it_has_filter_and_entries(
    repository: Repository, tmp_path: Path
) -> None:
    for number in range(30):
        repository.write(f"n/{number}.ipynb", f"{number}")
        repository.show(f"n/{number}.ipynb", f"shows {number}\n") if number < 3 else None
    repository.commit()
    repository.git("clone", "--quiet", ".", str(tmp_path / "there"))
    clone = Repository(tmp_path / "there")
    assert clone.texts("n/1.ipynb") == [""]

    store = repository.folder / ".jupyterlab_cache"
    clone.install("--store", str(store))
    assert (clone.folder / ".gitattributes").read_text() == f"{RULE}\n"
    for number in range(30):
        (clone.folder / f"n/{number}.ipynb").unlink()
    # One process serves them all.
    counting = clone.folder / "count.py"
    command = clone.git("config", "filter.jupyterlab-cache.process").strip()
    counting.write_text(f"open({str(tmp_path / 'starts')!r}, 'a').write('x')\n")
    clone.git(
        "config",
        "filter.jupyterlab-cache.process",
        f"{sys.executable} {counting} && exec {command}",
    )
    clone.git("checkout", "--quiet", "--", "n")
    assert (tmp_path / "starts").read_text() == "x"
    assert [clone.texts(f"n/{number}.ipynb") for number in (0, 2, 3)] == [
        ["shows 0\n"],
        ["shows 2\n"],
        [""],
    ]


def test_what_a_stranger_stored_is_not_put_in(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.write("a.ipynb", "1")
    repository.commit()
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "stranger"))
    repository.show("a.ipynb", "planted\n")
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "own"))

    def check_out() -> list[str]:
        (repository.folder / "a.ipynb").unlink()
        repository.git("checkout", "--quiet", "--", "a.ipynb")
        return repository.texts("a.ipynb")

    assert check_out() == [""]
    answer(repository.folder, "trust", "--all", "--yes")
    assert check_out() == ["planted\n"]


def test_declared_parameters_of_what_comes_count(repository: Repository) -> None:
    """The file is not there while git asks: what it declares is read from what will be in it."""
    repository.write("a.ipynb", "1")
    repository.show("a.ipynb", "without\n")
    node = nbformat.read(repository.folder / "a.ipynb", 4)
    node.metadata["jupyterlab_cache"] = {"parameters": {"city": "Bonn"}}
    nbformat.write(node, repository.folder / "a.ipynb")
    repository.commit()
    (repository.folder / "a.ipynb").unlink()
    repository.git("checkout", "--quiet", "--", "a.ipynb")
    assert repository.texts("a.ipynb") == [""]


def test_a_checkout_never_fails(repository: Repository) -> None:
    repository.write("a.ipynb", "1")
    (repository.folder / "broken.ipynb").write_text("<<<<<<< ours\n")
    (repository.folder / "empty.ipynb").touch()
    (repository.folder / "odd\n.ipynb").write_text('{"nbformat": 4, "cells": 3}')
    repository.commit()
    repository.show("a.ipynb", "shown\n")
    names = ["a.ipynb", "broken.ipynb", "empty.ipynb", "odd\n.ipynb"]

    def check_out() -> None:
        for name in names:
            (repository.folder / name).unlink()
        repository.git("checkout", "--quiet", "--", ".")
        assert all((repository.folder / name).exists() for name in names)
        assert repository.is_clean()

    check_out()
    assert repository.texts("a.ipynb") == ["shown\n"]
    # A store of a format to come.
    form = repository.folder / ".jupyterlab_cache" / "format.json"
    form.write_text(form.read_text().replace("1", "99", 1))
    check_out()
    # No Python any more.
    repository.git("config", "filter.jupyterlab-cache.process", "/nonexistent/python")
    check_out()


def test_install_says_what_to_do_and_remove_undoes_it(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    refused = jupyter_cache(tmp_path, "git-filter", "install")
    assert refused.returncode == 2 and "git init" in refused.stderr
    repository.git("init", "--quiet")
    repository.write("a.ipynb", "1")
    repository.show("a.ipynb", "in git\n")
    (tmp_path / ".gitattributes").write_text("*.csv text")
    repository.commit()

    assert answer(tmp_path, "git-filter", "install")["to_commit"] == ["a.ipynb"]
    assert answer(tmp_path, "git-filter", "install", "--local")["to_commit"] == ["a.ipynb"]
    assert (tmp_path / ".gitattributes").read_text() == f"*.csv text\n{RULE}\n"
    repository.git("add", "--renormalize", ".")
    repository.commit()
    assert "in git" not in repository.git("show", "HEAD:a.ipynb")
    assert repository.texts("a.ipynb") == ["in git\n"]

    answer(tmp_path, "git-filter", "remove")
    assert (tmp_path / ".gitattributes").read_text() == "*.csv text\n"
    assert (tmp_path / ".git" / "info" / "attributes").read_text() == ""
    assert "filter" not in repository.git("config", "--local", "--list")


def test_a_link_in_place_of_the_attributes_is_refused(tmp_path: Path) -> None:
    Repository(tmp_path).git("init", "--quiet")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("mine")
    (tmp_path / ".gitattributes").symlink_to(elsewhere)
    assert jupyter_cache(tmp_path, "git-filter", "install").returncode == 2
    assert elsewhere.read_text() == "mine"


def test_the_process_is_not_for_people(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "jupyterlab_cache.cli.main", "git-filter", "process"],
        cwd=tmp_path,
        input="hello",
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "not" in done.stderr


def test_the_verb_gives_outputs_for_what_is_not_on_disk(repository: Repository) -> None:
    repository.write("a.ipynb", "1")
    place = repository.folder / "a.ipynb"
    data = place.read_bytes()
    repository.show("a.ipynb", "shown\n")
    place.unlink()
    cache = NotebookCache(repository.folder)
    root = cache.projects.root
    found = cache.with_outputs({root / "a.ipynb": data, root / "b.ipynb": b"no notebook"})
    assert list(found) == [root / "a.ipynb"]
    assert b"shown" in found[root / "a.ipynb"]
