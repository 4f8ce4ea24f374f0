"""Going forwards and back: branches, clones, other folders; and what does not matter at all."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest
from scenarios import Project


def git(project: Project, *arguments: str) -> None:
    identity = ["-c", "user.name=T", "-c", "user.email=t@example.org"]
    subprocess.run(
        ["git", *identity, *arguments], cwd=project.root, check=True, capture_output=True
    )


def test_flipping_between_branches_is_a_hit_both_ways(project: Project) -> None:
    project.write("steps.py", "value = 1\n")
    project.write("data.csv", "1")
    project.notebook("import steps; print(steps.value, open('data' + '.csv').read())")
    git(project, "init", "-q", "-b", "main")
    git(project, "add", ".")
    git(project, "commit", "-qm", "one")
    assert project.run().result == "executed"

    git(project, "checkout", "-qb", "other")
    project.write("steps.py", "value = 2  # on the branch\n")
    project.write("data.csv", "22")
    project.notebook(
        "import steps; print(steps.value, open('data' + '.csv').read())", "print('more')"
    )
    git(project, "commit", "-qam", "two")
    assert project.status().verdict == "stale"
    assert project.run().result == "executed"

    for _ in range(2):
        git(project, "checkout", "-q", "main")
        assert (project.status().verdict, project.printed()) == ("fresh", "1 1\n")
        git(project, "checkout", "-q", "other")
        assert (project.status().verdict, project.printed()) == ("fresh", "2 22\nmore\n")


def test_only_a_module_differs_between_branches(project: Project) -> None:
    """One code key, two entries: each answers on its branch."""
    project.write("steps.py", "value = 1\n")
    project.notebook("import steps; print(steps.value)")
    first = project.run().entry
    project.write("steps.py", "value = 22\n")
    second = project.run().entry
    assert first != second
    project.write("steps.py", "value = 1\n")
    assert project.status().entry == first
    project.write("steps.py", "value = 22\n")
    assert project.status().entry == second


def test_a_copy_of_the_project_is_fresh(project: Project, tmp_path: object) -> None:
    project.write("kit/steps.py", "value = 1\n")
    project.write("data/deep/data.csv", "1")
    project.notebook(
        "import sys; sys.path.insert(0, '..')\nimport kit.steps\n"
        "import os; print(os.listdir('../data'), open('../data/deep/' + 'data.csv').read())",
        name="notebooks/a.ipynb",
    )
    project.run("notebooks/a.ipynb")
    moved = project.root.parent / "moved"
    shutil.copytree(project.root, moved)
    project.root = moved
    project.cache = project.new_cache()
    assert project.status("notebooks/a.ipynb").verdict == "fresh"
    project.write("data/deep/data.csv", "22")
    assert project.status("notebooks/a.ipynb").verdict == "stale"


def touch(project: Project) -> None:
    for path in project.root.glob("*.*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))


def rewrite(project: Project) -> None:
    for path in [*project.root.glob("*.csv"), *project.root.glob("*.py")]:
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content)


HARMLESS = {
    "touch": touch,
    "rewrite": rewrite,
    "other-file": lambda project: project.write("unrelated.csv", "1"),
    "other-module": lambda project: project.write("unrelated.py", "1"),
    "other-notebook": lambda project: project.notebook("1", name="b.ipynb"),
    "checkpoint": lambda project: project.write(".ipynb_checkpoints/a-checkpoint.ipynb", "{}"),
    "bytecode": lambda project: project.write("__pycache__/steps.cpython-311.pyc", b"junk"),
    "permissions": lambda project: (project.root / "data.csv").chmod(0o600),
    "backup": lambda project: project.write("data.csv~", "1"),
    "variable": lambda project: project.environment.update(UNRELATED="1"),
}


@pytest.mark.parametrize("change", HARMLESS.values(), ids=HARMLESS.keys())
def test_what_does_not_matter(change: object, project: Project) -> None:
    project.write("steps.py", "value = 1\n")
    project.write("data.csv", "1")
    project.notebook(
        "import steps, os; print(os.path.exists('x' + 'y'), open('data' + '.csv').read())"
    )
    project.run()
    assert callable(change)
    change(project)
    assert (project.status().verdict, project.status().reasons) == ("fresh", ())
    assert project.run().result == "fresh"


def test_the_books_of_collaboration_are_none_of_a_folder_s_names(project: Project) -> None:
    project.notebook("import os; print(len(os.listdir()), len(list(os.scandir('.'))))")
    project.run()
    project.write(".jupyter_ystore.db", "1")
    project.write(".jupyter_ystore.db-journal", "1")
    project.write(".jupyter/collaboration_sessions.json", "{}")
    assert project.status().verdict == "fresh"
    project.write("data.csv", "1")
    assert project.status().verdict == "stale"
