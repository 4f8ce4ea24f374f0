"""Files that a notebook writes: artefacts, not inputs, unless it depends on what was there."""

from __future__ import annotations

import os
import time

import pytest
from scenarios import Project, Scenario, play, writes

NAME = 'import os\nname = "".join(["res", "ult"])'


def artefacts(project: Project) -> list[str]:
    status = project.status()
    assert status.entry is not None
    stored = project.cache.project_of(project.root / "a.ipynb").store.get(status.entry)
    return [artefact.path for artefact in stored.entry.artefacts]


def test_a_written_file_is_an_artefact_and_no_input(project: Project) -> None:
    project.notebook(NAME, "open(name, 'w').write('1')")
    project.run()
    assert artefacts(project) == ["result"]
    project.write("result", "something else")
    assert project.status().verdict == "fresh"
    (project.root / "result").unlink()
    assert project.status().verdict == "fresh"


def test_an_overwritten_file_is_an_artefact_and_no_input(project: Project) -> None:
    project.write("result", "of the last run")
    project.notebook(NAME, "open(name, 'w').write('1')")
    project.run()
    assert artefacts(project) == ["result"]
    assert project.status().verdict == "fresh"


def test_a_file_that_is_written_and_read_again(project: Project) -> None:
    project.notebook(NAME, "open(name, 'w').write('1')", "print(open(name).read())")
    project.run()
    assert project.status().verdict == "fresh"
    (project.root / "result").unlink()
    assert project.status().verdict == "fresh"


@pytest.mark.parametrize(
    "test", ["os.path.exists(name)", "os.path.isfile(name)", "os.access(name, os.R_OK)"]
)
def test_make_it_if_it_is_not_there(test: str, project: Project) -> None:
    """Being absent, or being what the run made, gives the same outputs; anything else may not."""
    play(
        Scenario(
            "download-once",
            (
                NAME,
                f"if not {test}:\n    open(name, 'w').write('made')\nprint(open(name).read())",
            ),
            writes("result", "made by someone else"),
            "file-changed",
            "result",
        ),
        project,
    )
    (project.root / "result").unlink()
    assert project.status().verdict == "fresh"


def test_a_file_that_is_appended_to_makes_a_run_that_is_not_reused(project: Project) -> None:
    project.write("result", "1\n")
    project.notebook(NAME, "open(name, 'a').write('2')\nprint(open(name).read())")
    project.run()
    status = project.status()
    assert status.verdict == "stale"
    assert [(reason.code, reason.subject) for reason in status.reasons] == [
        ("file-changed", "result")
    ]


def test_a_file_that_is_read_and_then_changed_makes_a_run_that_is_not_reused(
    project: Project,
) -> None:
    project.write("result", "1")
    project.notebook(
        NAME, "n = int(open(name).read())\nopen(name, 'w').write(str(n + 1))\nprint(n)"
    )
    project.run()
    assert project.status().verdict == "stale"
    project.run()
    assert project.status().verdict == "stale"


def test_a_file_that_is_read_and_then_written_with_the_same_is_an_input(project: Project) -> None:
    path = project.write("result", "1")
    os.utime(path, (1_000_000_000, 1_000_000_000))
    project.notebook(NAME, "text = open(name).read()\nopen(name, 'w').write(text)\nprint(text)")
    time.sleep(2.1)  # the inode's own time has to be at rest as well
    project.run()
    assert project.status().verdict == "fresh"
    project.write("result", "22")
    assert project.status().verdict == "stale"


@pytest.mark.parametrize("how", ["copyfile", "copy", "copy2", "move", "copytree", "rmtree"])
def test_what_is_made_anew_by_each_execution(how: str, project: Project) -> None:
    make = {
        "move": "open('new', 'w').write('1')\nshutil.move('new', out)",
        "copytree": "shutil.copytree('in', out, dirs_exist_ok=True)",
        "rmtree": "shutil.rmtree(out, ignore_errors=True)\nshutil.copytree('in', out)",
    }.get(how, f"shutil.{how}('in/data.csv', out)")
    project.write("in/data.csv", "1")
    project.notebook("import shutil\nout = 'o' + 'ut'", make)
    for _ in range(3):
        (result,) = project.cache.run([project.root / "a.ipynb"], force=True)
        assert (result.result, project.status().reasons) == ("executed", ())


def test_a_file_that_someone_else_changes_during_the_run(project: Project) -> None:
    """Here a child process, which nobody observes, is that someone."""
    project.write("result", "before")
    swap = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', "
    swap += "\"open('res' + 'ult', 'w').write('another content')\"])"
    project.notebook(NAME, "print(open(name).read())", swap)
    project.run()
    assert project.status().verdict == "stale"


def test_artefacts_are_not_part_of_a_listing(project: Project) -> None:
    project.notebook(NAME, "open(name, 'w').write('1')", "print(sorted(os.listdir()))")
    project.run()
    assert project.status().verdict == "fresh"
    (project.root / "result").unlink()
    assert project.status().verdict == "fresh"
    project.write("other", "")
    assert project.status().verdict == "stale"


def test_a_temporary_file_leaves_no_trace(project: Project) -> None:
    project.notebook(
        "import tempfile\nwith tempfile.NamedTemporaryFile('w+', dir='.') as f:\n"
        "    f.write('1'); f.flush(); print(open(f.name).read())"
    )
    project.run()
    assert project.status().verdict == "fresh"
    assert artefacts(project) == []


def test_a_file_that_is_replaced_atomically(project: Project) -> None:
    project.notebook(NAME, "open('part', 'w').write('1')\nos.replace('part', name)")
    project.run()
    assert artefacts(project) == ["result"]
    (project.root / "result").unlink()
    assert project.status().verdict == "fresh"


def test_a_new_folder_is_no_input(project: Project) -> None:
    code = "os.makedirs('out', exist_ok=True)\nopen('out/a.txt', 'w').write('1')"
    project.notebook(NAME, code, "print(os.listdir('out'))")
    project.run()
    assert project.status().verdict == "fresh"
    (project.root / "out" / "a.txt").unlink()
    (project.root / "out").rmdir()
    assert project.status().verdict == "fresh"
