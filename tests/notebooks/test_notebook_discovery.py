"""Finding notebooks in folders, and the project that they belong to."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest
from notebook_support import code, notebook, write

from jupyterlab_cache.notebooks.discovery import find_notebooks
from jupyterlab_cache.notebooks.errors import NotebookInvalid, NotebookMissing
from jupyterlab_cache.notebooks.project import find_project_root

TEXT = "---\nkernelspec:\n  name: python3\n---\n"


def fill(folder: Path, names: Iterable[str]) -> None:
    for name in names:
        if name.endswith(".ipynb"):
            write(folder / name, notebook(code("1")))
        else:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(TEXT if name.endswith(".md") else "")


def found(folder: Path, *names: str, root: Path | None = None) -> list[str]:
    paths = [folder / name for name in names] or [folder]
    return [
        path.relative_to(folder).as_posix() for path in find_notebooks(paths, root=root or folder)
    ]


def test_folders_are_searched_for_what_people_wrote(tmp_path: Path) -> None:
    fill(
        tmp_path,
        [
            *[
                "b.ipynb",
                "a.md",
                "sub/c.ipynb",
                "sub/deep/er/d.ipynb",
                "env/e.ipynb",
                "x y/\u00e9.ipynb",
            ],
            *[".hidden.ipynb", ".hidden/a.ipynb", "sub/.ipynb_checkpoints/c-checkpoint.ipynb"],
            *[
                "_build/a.ipynb",
                "docs/_build/a.ipynb",
                "node_modules/a.ipynb",
                "__pycache__/a.ipynb",
            ],
            *["lib/site-packages/a.ipynb", "venv/a.ipynb", "venv/pyvenv.cfg"],
            *["out/executed/0/base.ipynb", "out/global.db", "out/__version__.txt"],
            *["module.py", "notes.txt", "a.ipynb.bak", "data.json"],
        ],
    )
    (tmp_path / "README.md").write_text("# Prose\n")
    (tmp_path / "folder.ipynb").mkdir()
    os.mkfifo(tmp_path / "pipe.ipynb")
    os.mkfifo(tmp_path / "pipe.md")
    assert found(tmp_path) == [
        *[
            "a.md",
            "b.ipynb",
            "env/e.ipynb",
            "sub/c.ipynb",
            "sub/deep/er/d.ipynb",
            "x y/\u00e9.ipynb",
        ]
    ]


def test_names_come_once_and_in_the_order_in_which_they_are_given(tmp_path: Path) -> None:
    fill(tmp_path, ["a.ipynb", "sub/b.ipynb", "sub/c.ipynb"])
    assert found(tmp_path, "sub/c.ipynb", "sub", "", "a.ipynb") == [
        *["sub/c.ipynb", "sub/b.ipynb", "a.ipynb"]
    ]


def test_a_file_that_is_named_is_taken_wherever_it_is(tmp_path: Path) -> None:
    fill(tmp_path, ["_build/a.ipynb", ".hidden/b.ipynb", "c.ipynb"])
    (tmp_path / ".gitignore").write_text("*.ipynb\n")
    assert found(tmp_path, "_build/a.ipynb", ".hidden/b.ipynb", "c.ipynb") == [
        *["_build/a.ipynb", ".hidden/b.ipynb", "c.ipynb"]
    ]


def test_a_file_that_is_named_must_be_a_notebook(tmp_path: Path) -> None:
    fill(tmp_path, ["a.ipynb", "module.py", "notes.txt"])
    with pytest.raises(NotebookMissing, match=r"missing\.ipynb does not exist"):
        found(tmp_path, "a.ipynb", "missing.ipynb")
    for name in ("module.py", "notes.txt"):
        with pytest.raises(NotebookInvalid, match=f"{name} is not a notebook"):
            found(tmp_path, "a.ipynb", name)


def test_a_damaged_notebook_is_found_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text("{")
    assert found(tmp_path) == ["a.ipynb"]


def test_an_empty_folder_holds_none(tmp_path: Path) -> None:
    assert found(tmp_path) == []


IGNORED: dict[str, tuple[dict[str, str], list[str]]] = {
    "folders": ({".gitignore": "out/\n"}, ["a.ipynb", "sub/b.ipynb"]),
    "names": ({".gitignore": "# comment\n\nb.*\n"}, ["a.ipynb", "out/c.ipynb", "sub/out/d.ipynb"]),
    "anchored": ({".gitignore": "/out\n"}, ["a.ipynb", "sub/b.ipynb", "sub/out/d.ipynb"]),
    "below": ({"sub/.gitignore": "*\n"}, ["a.ipynb", "out/c.ipynb"]),
    "all but one": ({".gitignore": "*.ipynb\n!a.ipynb\n"}, ["a.ipynb"]),
    "inner rules come first": (
        {".gitignore": "*.ipynb\n", "sub/.gitignore": "!b.ipynb\n"},
        ["sub/b.ipynb"],
    ),
    "inside an ignored folder no rule helps": (
        {".gitignore": "sub/\n", "sub/.gitignore": "!b.ipynb\n"},
        ["a.ipynb", "out/c.ipynb"],
    ),
    "lines that are no patterns": ({".gitignore": "!\nout/\n"}, ["a.ipynb", "sub/b.ipynb"]),
    "rules of the clone": ({".git/info/exclude": "out/\n"}, ["a.ipynb", "sub/b.ipynb"]),
    "spaces and CR LF": ({".gitignore": "out/  \r\n"}, ["a.ipynb", "sub/b.ipynb"]),
}


@pytest.mark.parametrize(("rules", "left"), IGNORED.values(), ids=IGNORED)
def test_what_git_ignores_is_passed_over(
    tmp_path: Path, rules: dict[str, str], left: list[str]
) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    fill(tmp_path, ["a.ipynb", "sub/b.ipynb", "out/c.ipynb", "sub/out/d.ipynb"])
    for name, text in rules.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(text.encode())
    assert found(tmp_path) == left
    # Git itself agrees.
    listed = subprocess.run(
        ["git", "ls-files", "--others", "--exclude-standard", "*.ipynb"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    assert sorted(listed.stdout.splitlines()) == sorted(left)


def test_rules_above_a_folder_count_up_to_the_root(tmp_path: Path) -> None:
    fill(tmp_path, ["project/sub/a.ipynb", "project/sub/b.ipynb"])
    (tmp_path / ".gitignore").write_text("a.ipynb\n")
    (tmp_path / "project/.gitignore").write_text("/sub/b.ipynb\n")
    folder = tmp_path / "project/sub"
    assert found(folder, root=tmp_path) == []
    assert found(folder, root=tmp_path / "project") == ["a.ipynb"]
    assert found(folder, root=folder) == ["a.ipynb", "b.ipynb"]


def test_a_repository_in_another_one_has_rules_of_its_own(tmp_path: Path) -> None:
    fill(tmp_path, ["a.ipynb", "inner/a.ipynb", "inner/sub/a.ipynb"])
    (tmp_path / ".gitignore").write_text("a.ipynb\n")
    (tmp_path / "inner/.git").mkdir()
    assert found(tmp_path) == ["inner/a.ipynb", "inner/sub/a.ipynb"]
    assert found(tmp_path / "inner/sub", root=tmp_path) == ["a.ipynb"]


def test_an_ignored_folder_that_is_named_is_searched(tmp_path: Path) -> None:
    fill(tmp_path, ["out/a.ipynb", "out/sub/b.ipynb"])
    (tmp_path / ".gitignore").write_text("out/\n")
    assert found(tmp_path) == []
    assert found(tmp_path / "out", root=tmp_path) == ["a.ipynb", "sub/b.ipynb"]


def test_an_ignore_file_that_cannot_be_read_ignores_nothing(tmp_path: Path) -> None:
    fill(tmp_path, ["a.ipynb"])
    os.mkfifo(tmp_path / ".gitignore")
    assert found(tmp_path) == ["a.ipynb"]
    (tmp_path / ".gitignore").unlink()
    (tmp_path / ".gitignore").write_bytes(b"\xff\xfe\n")
    assert found(tmp_path) == ["a.ipynb"]


def test_links_are_followed_to_files_within_the_root_only(tmp_path: Path) -> None:
    fill(tmp_path, ["root/sub/a.ipynb", "outside.ipynb"])
    root = tmp_path / "root"
    (root / "inside.ipynb").symlink_to("sub/a.ipynb")
    (root / "outside.ipynb").symlink_to(tmp_path / "outside.ipynb")
    (root / "dangling.ipynb").symlink_to("nowhere.ipynb")
    (root / "loop.ipynb").symlink_to("loop.ipynb")
    (root / "up").symlink_to("..")
    (root / "sub/round").symlink_to(".")
    assert found(root) == ["inside.ipynb", "sub/a.ipynb"]
    (tmp_path / "link").symlink_to(root)
    assert found(tmp_path / "link") == ["inside.ipynb", "sub/a.ipynb"]


def test_a_folder_that_may_not_be_read_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path, ["a.ipynb", "closed/b.ipynb"])
    scan = os.scandir

    def refuse(path: Path) -> object:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert found(tmp_path) == ["a.ipynb"]


@pytest.mark.parametrize("mark", [".jupyterlab_cache", ".git", "pyproject.toml"])
def test_the_project_root_is_the_nearest_folder_with_a_mark(tmp_path: Path, mark: str) -> None:
    path = tmp_path / "a/b/c/n.ipynb"
    path.parent.mkdir(parents=True)
    assert find_project_root(path.parent, tmp_path) == tmp_path
    (tmp_path / "a" / mark).write_text("")
    assert find_project_root(path.parent, tmp_path) == tmp_path / "a"
    (tmp_path / "a/b/c" / mark).mkdir()
    assert find_project_root(path.parent, tmp_path) == tmp_path / "a/b/c"
    assert find_project_root(tmp_path / "a", tmp_path) == tmp_path / "a"


def test_marks_above_the_boundary_do_not_count(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    path = tmp_path / "a/b/n.ipynb"
    assert find_project_root(path.parent, tmp_path / "a") == tmp_path / "a"
    assert find_project_root(path.parent, tmp_path / "a/b") == tmp_path / "a/b"


def test_a_notebook_that_does_not_exist_has_a_project_too(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    assert find_project_root(tmp_path / "x/y", tmp_path / "x") == tmp_path / "x"
    assert find_project_root(tmp_path / "x", tmp_path) == tmp_path
