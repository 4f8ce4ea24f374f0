"""What a notebook learns of files without opening them: listings, existence, size, time."""

from __future__ import annotations

import os

import pytest
from scenarios import Project, Scenario, play, removes, writes

FILES: dict[str, str | bytes] = {"in/a.csv": "1", "in/b.csv": "22", "in/deep/c.csv": "333"}
FOLDER = 'folder = "".join(["i", "n"])\nimport glob, os, pathlib'


def listing(name: str, code: str, new: str = "in/new.csv", subject: str = "in") -> Scenario:
    return Scenario(
        name, (FOLDER, code), writes(new, "4"), "directory-changed", subject, files=FILES
    )


LISTINGS = [
    listing("listdir", "print(sorted(os.listdir(folder)))"),
    listing("scandir", "print(sorted(e.name for e in os.scandir(folder)))"),
    listing("glob", "print(sorted(glob.glob(folder + '/*.csv')))"),
    listing("pathlib", "print(sorted(pathlib.Path(folder).glob('*.csv')))"),
    listing("iterdir", "print(sorted(pathlib.Path(folder).iterdir()))"),
    listing(
        "walk", "print([f for _, _, fs in os.walk(folder) for f in fs])", "in/deep/new.csv", "deep"
    ),
    listing(
        "recursive", "print(sorted(pathlib.Path(folder).rglob('*.csv')))", "in/deep/new.csv", "deep"
    ),
    listing(
        "current-folder", "print([n for n in os.listdir() if n.endswith('.csv')])", "new.csv", "."
    ),
    listing("listed-after-another", "os.listdir(folder); print(len(os.listdir(folder)))"),
]


@pytest.mark.parametrize("scenario", LISTINGS, ids=lambda scenario: scenario.name)
def test_a_folder_that_is_listed(scenario: Scenario, project: Project) -> None:
    play(scenario, project)


def test_a_listed_file_that_goes(project: Project) -> None:
    code = "print(sorted(os.listdir(folder)))"
    play(
        Scenario(
            "gone", (FOLDER, code), removes("in/b.csv"), "directory-changed", "in", files=FILES
        ),
        project,
    )


NAME = 'name = "".join(["fl", "ag"])\nimport os, pathlib'

ASKED = [
    ("exists", "print(os.path.exists(name))"),
    ("isfile", "print(os.path.isfile(name))"),
    ("lexists", "print(os.path.lexists(name))"),
    ("pathlib", "print(pathlib.Path(name).exists())"),
    ("pathlib-is-file", "print(pathlib.Path(name).is_file())"),
    ("access", "print(os.access(name, os.R_OK))"),
    ("stat", "try:\n    os.stat(name)\nexcept OSError:\n    print('no')"),
    ("open", "try:\n    open(name)\nexcept OSError:\n    print('no')"),
    ("in-a-module", "import asking; print(asking.there(name))"),
]


@pytest.mark.parametrize("code", [code for _, code in ASKED], ids=[name for name, _ in ASKED])
def test_a_file_that_was_looked_for_appears(code: str, project: Project) -> None:
    module = {"asking.py": "import os\ndef there(name):\n    return os.path.exists(name)\n"}
    play(
        Scenario(
            "appears", (NAME, code), writes("flag", ""), "file-appeared", "flag", files=dict(module)
        ),
        project,
    )


def test_an_empty_path_is_none(project: Project) -> None:
    # Libraries ask for what an unset variable would name.
    project.notebook("import os\nprint(os.path.exists(''), os.access('', os.R_OK))")
    assert project.run().result == "executed"
    assert project.status().verdict == "fresh"


@pytest.mark.parametrize("code", [code for _, code in ASKED[:6]], ids=[n for n, _ in ASKED[:6]])
def test_a_file_that_was_looked_for_goes(code: str, project: Project) -> None:
    play(
        Scenario(
            "goes", (NAME, code), removes("flag"), "file-missing", "flag", files={"flag": "x"}
        ),
        project,
    )


@pytest.mark.parametrize(
    "code",
    [
        "print(os.path.getsize(name))",
        "print(os.stat(name).st_size)",
        "print(pathlib.Path(name).stat().st_size)",
    ],
)
def test_the_size_of_a_file(code: str, project: Project) -> None:
    play(
        Scenario(
            "size", (NAME, code), writes("flag", "xyz"), "file-changed", "flag", files={"flag": "x"}
        ),
        project,
    )


@pytest.mark.parametrize("code", ["print(os.path.getmtime(name))", "print(os.stat(name).st_mtime)"])
def test_the_time_of_a_file(code: str, project: Project) -> None:
    play(
        Scenario(
            "time",
            (NAME, code),
            lambda project: os.utime(project.root / "flag", (1, 1)),
            "file-changed",
            "flag",
            files={"flag": "x"},
        ),
        project,
    )


def link(name: str, target: str) -> None:
    if os.path.lexists(name):
        os.unlink(name)
    os.symlink(target, name)


LINKED = [
    ("target-edited", writes("one.csv", "edited"), "one"),
    ("points-elsewhere", lambda project: link(str(project.root / "flag"), "two.csv"), "flag"),
    ("dangles", removes("one.csv"), "one"),
]


@pytest.mark.parametrize("case", LINKED, ids=lambda case: case[0])
def test_a_file_behind_a_link(case: tuple[str, object, str], project: Project) -> None:
    _, edit, _ = case
    play(
        Scenario(
            "link",
            (NAME, "print(open(name).read())"),
            edit,  # type: ignore[arg-type]
            "file-missing" if case[0] == "dangles" else "file-changed",
            "flag",
            files={"one.csv": "1", "two.csv": "22"},
            prepare=lambda project: link(str(project.root / "flag"), "one.csv"),
        ),
        project,
    )
