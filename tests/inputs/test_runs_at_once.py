"""What one notebook makes while another one runs is the doing of that one alone."""

from __future__ import annotations

import os
import sys
import threading
import time

import pytest
from scenarios import Project

from jupyterlab_cache.store.records import Entry

pytestmark = [
    pytest.mark.timeout(60),
    pytest.mark.skipif(
        not sys.platform.startswith("linux"), reason="watching the file system is Linux's"
    ),
]

CHILD = "import os, subprocess\nprint(subprocess.run(['true']).returncode)"
MAKES = "open('out/' + 'made.txt', 'w').write('made')"


def run_both(project: Project, looks: str, makes: str) -> list[str]:
    """Execute two notebooks at once: one, which has a child, looks before the other makes.

    Returns:
        The notebooks that were executed, each as often as it was. One that is stale at the end,
        because of what the other did, is executed again.
    """
    names = ("looked", "go", "made", "end", "recorded")
    pipes = {name: str(project.outside / name) for name in names}
    for pipe in pipes.values():
        os.mkfifo(pipe)  # a pipe is no file, so waiting for each other is none of the inputs

    def take_turns() -> None:
        with open(pipes["looked"]), open(pipes["go"], "w"):
            pass
        with open(pipes["made"]), open(pipes["end"], "w"):
            pass
        # What is read to record one of them would count as read by the other one's child.
        while not entries(project):
            time.sleep(0.02)
        with open(pipes["recorded"], "w"):
            pass
        with open(pipes["looked"]), open(pipes["end"], "w"):
            pass

    threading.Thread(target=take_turns, daemon=True).start()
    project.write("out/keep.txt", "")
    after = f"open({pipes['looked']!r}, 'w').close()\nopen({pipes['end']!r}).close()"
    project.notebook(CHILD, looks, after, name="looks.ipynb")
    before = f"open({pipes['go']!r}).close()"
    after = f"open({pipes['made']!r}, 'w').close()\nopen({pipes['recorded']!r}).close()"
    project.notebook(before, makes, after, name="makes.ipynb")
    results = project.cache.run(jobs=2)
    assert {result.result for result in results} == {"executed"}, results
    assert {status.verdict for status in project.cache.status()} == {"fresh"}
    return sorted(entry.notebook_path or "" for entry in entries(project))


def entries(project: Project) -> list[Entry]:
    """What was executed."""
    page, _ = project.cache.project_of(project.root / "looks.ipynb").store.page()
    return [stored.entry for stored in page]


@pytest.mark.parametrize(
    "looks",
    [
        "print(sorted(os.listdir('o' + 'ut')))",
        "print(os.path.exists('out/ma' + 'de.txt'))",
        "print(open('out/ma' + 'de.txt').read() if os.path.isfile('out/ma' + 'de.txt') else 0)",
        "!ls o''ut",
    ],
    ids=["listing", "existence", "reading-if-there", "listing-by-a-child"],
)
def test_what_was_looked_for_before_another_notebook_made_it(looks: str, project: Project) -> None:
    executed = run_both(project, looks, MAKES)
    assert executed == ["looks.ipynb", "looks.ipynb", "makes.ipynb"]
    assert "made" in project.printed("looks.ipynb") or "True" in project.printed("looks.ipynb")


def test_a_folder_that_another_notebook_made(project: Project) -> None:
    looks = "print(os.path.exists('out/s' + 'ub'))"
    executed = run_both(project, looks, "import os\nos.mkdir('out/s' + 'ub')")
    assert executed == ["looks.ipynb", "looks.ipynb", "makes.ipynb"]
    assert "True" in project.printed("looks.ipynb")


def test_a_file_that_a_child_of_another_notebook_made(project: Project) -> None:
    executed = run_both(
        project, "print(os.path.exists('out/ma' + 'de.txt'))", "!touch out/ma''de.txt"
    )
    assert executed == ["looks.ipynb", "looks.ipynb", "makes.ipynb"]


def test_what_others_make_is_no_artefact_of_who_has_children(project: Project) -> None:
    executed = run_both(project, "print('nothing of the kind')", MAKES)
    assert executed == ["looks.ipynb", "makes.ipynb"]
    artefacts = {
        entry.notebook_path: [artefact.path for artefact in entry.artefacts]
        for entry in entries(project)
    }
    assert artefacts == {"looks.ipynb": [], "makes.ipynb": ["out/made.txt"]}
