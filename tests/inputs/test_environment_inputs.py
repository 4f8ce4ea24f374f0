"""Environment variables that a notebook reads, and those it does not."""

from __future__ import annotations

import pytest
from scenarios import Project, Scenario, play

READS = [
    ("index", "print(os.environ[name])"),
    ("get", "print(os.environ.get(name))"),
    ("getenv", "print(os.getenv(name, 'nothing'))"),
    ("contains", "print(name in os.environ)"),
    ("expandvars", "print(os.path.expandvars('$' + name))"),
    ("in-a-module", "import asking; print(asking.value(name))"),
]
NAME = 'import os\nname = "".join(["CIT", "Y"])'
MODULE: dict[str, str | bytes] = {
    "asking.py": "import os\ndef value(name):\n    return os.environ.get(name)\n"
}


@pytest.mark.parametrize("code", [code for _, code in READS], ids=[name for name, _ in READS])
@pytest.mark.parametrize("edit", ["other", "gone"])
def test_a_variable_that_is_read(code: str, edit: str, project: Project) -> None:
    project.environment["CITY"] = "Weir"

    def change(project: Project) -> None:
        if edit == "other":
            project.environment["CITY"] = "Bridge"
        else:
            del project.environment["CITY"]

    play(Scenario("variable", (NAME, code), change, "env-changed", "CITY", files=MODULE), project)


def test_a_variable_that_was_not_set(project: Project) -> None:
    project.environment.pop("CITY", None)
    play(
        Scenario(
            "unset",
            (NAME, "print(os.environ.get(name))"),
            lambda project: project.environment.update(CITY="Weir"),
            "env-changed",
            "CITY",
        ),
        project,
    )


def test_a_variable_that_nobody_reads_does_not_matter(project: Project) -> None:
    project.notebook("print(1)")
    project.run()
    project.environment["CITY"] = "Bridge"
    assert project.status().verdict == "fresh"


def test_a_variable_that_the_notebook_sets_itself_does_not_matter(project: Project) -> None:
    project.notebook(NAME, "os.environ[name] = 'Weir'; print(os.environ[name])")
    project.run()
    project.environment["CITY"] = "Bridge"
    assert project.status().verdict == "fresh"


def test_what_only_our_kernels_are_given_does_not_make_stale(project: Project) -> None:
    project.notebook("import os; print(os.environ.get('PYTHONDONTWRITEBYTECODE', 'unset') != '')")
    project.environment.pop("PYTHONDONTWRITEBYTECODE", None)
    project.run()
    assert project.status().verdict == "fresh"


def test_values_are_not_in_the_store(project: Project) -> None:
    project.environment["CITY"] = "a very secret word"
    project.notebook(NAME, "print(len(os.environ[name]))")
    project.run()
    store = project.root / ".jupyterlab_cache"
    for path in store.rglob("*"):
        if path.is_file():
            assert b"very secret" not in path.read_bytes(), path
