"""What a person declares: assets, variables, what is ignored, network and expiry."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import nbformat
import pytest
from scenarios import Project, Scenario, play, removes, writes

from jupyterlab_cache.notebooks.declaration import Declaration
from jupyterlab_cache.notebooks.errors import NotebookError

NOTHING_READ = ("print(1)",)
FILES: dict[str, str | bytes] = {"data/one.csv": "1\n", "data/two.csv": "2\n", "data/x.txt": "x"}


def declare(project: Project, name: str = "a.ipynb", **options: Any) -> None:
    """Write a declaration into a notebook's metadata."""
    path = project.root / name
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata["jupyterlab_cache"] = options
    nbformat.write(notebook, path)


def declare_for_project(**options: Any) -> Callable[[Project], object]:
    """A preparation: the project declares this."""
    lines = [f"{key} = {json.dumps(value)}" for key, value in options.items()]
    text = "\n".join(["[tool.jupyterlab-cache]", *lines, ""])
    return writes("pyproject.toml", text)


GLOB_EDITS = [
    ("changed", writes("data/two.csv", "3\n"), "file-changed", "data/two.csv"),
    ("appeared", writes("data/new.csv", ""), "file-appeared", "data/new.csv"),
    ("missing", removes("data/one.csv"), "file-missing", "data/one.csv"),
]


@pytest.mark.parametrize(
    ("edit", "reason", "subject"), [row[1:] for row in GLOB_EDITS], ids=[r[0] for r in GLOB_EDITS]
)
@pytest.mark.parametrize("pattern", ["data/*.csv", "data", "**/*.csv", "./data/[a-z]*.csv"])
def test_files_of_a_pattern(
    pattern: str,
    edit: Callable[[Project], object],
    reason: str,
    subject: str,
    project: Project,
) -> None:
    prepare = declare_for_project(assets=[pattern])
    play(
        Scenario("glob", NOTHING_READ, edit, reason, subject, files=FILES, prepare=prepare), project
    )


def test_only_the_files_that_differ_are_named(project: Project) -> None:
    for name, content in FILES.items():
        project.write(name, content)
    project.notebook(*NOTHING_READ)
    declare(project, assets=["data/*.csv"])
    project.run()
    project.write("data/x.txt", "y")
    assert project.status().verdict == "fresh"
    project.write("data/two.csv", "3")
    reasons = project.status().reasons
    assert [(reason.code, reason.subject) for reason in reasons] == [
        ("file-changed", "data/two.csv")
    ]
    assert "declared" in project.status().coverage


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (writes("settings.yaml", "b"), "file-changed"),
        (removes("settings.yaml"), "file-missing"),
    ],
)
def test_one_file_from_a_notebook_in_a_folder(
    edit: Callable[[Project], object], reason: str, project: Project
) -> None:
    project.write("settings.yaml", "a")
    project.notebook(*NOTHING_READ, name="deep/a.ipynb")
    declare(project, "deep/a.ipynb", assets=["../settings.yaml"])
    project.run("deep/a.ipynb")
    put_back = project.snapshot()
    edit(project)
    status = project.status("deep/a.ipynb")
    assert [(item.code, item.subject) for item in status.reasons] == [(reason, "../settings.yaml")]
    put_back()
    assert project.status("deep/a.ipynb").verdict == "fresh"


def test_a_file_that_is_not_there_yet(project: Project) -> None:
    scenario = Scenario(
        "absent",
        NOTHING_READ,
        writes("later.csv", "1"),
        "file-appeared",
        "later.csv",
        prepare=declare_for_project(assets=["later.csv"]),
    )
    play(scenario, project)


def test_a_declared_folder_that_the_run_writes_into(project: Project) -> None:
    project.write("data/in.csv", "1")
    project.notebook("import os\nopen(os.path.join('data', 'out' + '.csv'), 'w').write('2')")
    declare(project, assets=["data/*.csv"])
    assert project.run().result == "executed"
    assert project.status().verdict == "fresh"
    (project.root / "data" / "out.csv").unlink()
    assert project.status().verdict == "fresh"
    project.write("data/in.csv", "3")
    assert [reason.subject for reason in project.status().reasons] == ["data/in.csv"]


def test_a_declared_file_that_changes_during_the_run(project: Project) -> None:
    project.write("data/in.csv", "1")
    project.notebook("open('data/' + 'in.csv', 'a').write('2')")
    declare(project, assets=["data/*.csv"])
    project.run()
    status = project.status()
    assert status.verdict == "stale"
    assert ("file-changed", "data/in.csv") in {(item.code, item.subject) for item in status.reasons}


@pytest.mark.parametrize("where", ["notebook", "project", "command"])
@pytest.mark.parametrize(
    ("options", "subject"),
    [({"assets": ("data/*.csv",)}, "data/*.csv"), ({"variables": ("CITY",)}, "CITY")],
    ids=["asset", "variable"],
)
def test_a_new_declaration_asks_for_an_execution(
    where: str, options: dict[str, Any], subject: str, project: Project
) -> None:
    project.write("data/one.csv", "1")
    project.notebook(*NOTHING_READ)
    project.run()
    put_back = project.snapshot()
    lists = {key: list(value) for key, value in options.items()}
    if where == "notebook":
        declare(project, **lists)
    elif where == "project":
        declare_for_project(**lists)(project)
    else:
        project.cache.declared = Declaration(**options)
    status = project.status()
    assert [(item.code, item.subject) for item in status.reasons] == [
        ("declaration-changed", subject)
    ]
    put_back()
    project.cache.declared = Declaration()
    assert project.status().verdict == "fresh"


def test_the_browser_s_question_counts_what_the_saved_file_declares(project: Project) -> None:
    project.notebook(*NOTHING_READ)
    project.run()
    digests = project.cache.digests_of(project.root / "a.ipynb")
    (status,) = project.cache.judge([("a.ipynb", digests)])
    assert status.verdict == "fresh"
    declare(project, variables=["CITY"])
    (status,) = project.cache.judge([("a.ipynb", digests)])
    assert [item.code for item in status.reasons] == ["declaration-changed"]
    (status,) = project.cache.judge([("never-saved.ipynb", digests)])
    assert status.verdict == "fresh"


def test_outputs_that_are_taken_as_they_stand_hold_to_what_is_declared(project: Project) -> None:
    project.write("data/one.csv", "1")
    path = project.notebook("1 + 1")
    notebook = nbformat.read(path, as_version=4)
    output = nbformat.v4.new_output("execute_result", {"text/plain": "2"}, execution_count=1)
    notebook.cells[0].update(outputs=[output], execution_count=1)
    nbformat.write(notebook, path)
    declare(project, assets=["data"], variables=["CITY"])
    project.cache.capture("a.ipynb")
    assert (project.status().verdict, "declared" in project.status().coverage) == ("fresh", True)
    project.write("data/one.csv", "2")
    project.environment["CITY"] = "Bridge"
    reasons = {(item.code, item.subject) for item in project.status().reasons}
    assert reasons == {("file-changed", "data/one.csv"), ("env-changed", "CITY")}


def test_a_text_notebook_declares_in_its_header(project: Project) -> None:
    project.write("data/one.csv", "1")
    header = "---\njupyter:\n  jupyterlab_cache:\n    assets: ['data/*.csv']\n  kernelspec:\n"
    header += "    name: python3\n    display_name: python3\n---\n\n"
    project.write("a.md", header + "```python\nprint(1)\n```\n")
    project.run("a.md")
    put_back = project.snapshot()
    project.write("data/one.csv", "2")
    assert [item.subject for item in project.status("a.md").reasons] == ["data/one.csv"]
    put_back()
    assert project.status("a.md").verdict == "fresh"


@pytest.mark.parametrize("edit", ["other", "gone"])
def test_a_variable_that_is_never_read(edit: str, project: Project) -> None:
    project.environment["CITY"] = "Weir"

    def change(project: Project) -> None:
        project.environment["CITY"] = "Bridge"
        if edit == "gone":
            del project.environment["CITY"]

    prepare = declare_for_project(variables=["CITY"])
    play(Scenario("env", NOTHING_READ, change, "env-changed", "CITY", prepare=prepare), project)


def rewritten(project: Project, **changes: Any) -> None:
    """Replace the only entry by one that differs in this."""
    store = project.cache.project_of(project.root / "a.ipynb").store
    ((stored,), _) = store.page()
    store.remove(stored.id)
    store.put(msgspec.structs.replace(stored.entry, **changes))


# Nothing is sent: a datagram socket only learns its address, which is one for documentation.
CONTACTS = (
    "import socket\nsocket.socket(type=socket.SOCK_DGRAM).connect_ex(('192.0.2.1', 9))\nprint(1)"
)


def test_network_is_refused_unless_allowed(project: Project) -> None:
    project.notebook(CONTACTS)
    project.run()
    assert [item.code for item in project.status().reasons] == ["expired"]
    declare_for_project(network="allow")(project)
    status = project.status()
    assert (status.verdict, "network" in status.gaps) == ("fresh", True)
    declare(project, network="refuse")
    assert project.status().verdict == "stale"
    declare(project, network="allow", expires="1d")
    assert project.status().verdict == "fresh"


def test_what_is_declared_nearer_outdoes_what_is_declared_for_all(project: Project) -> None:
    project.notebook(CONTACTS)
    project.run()
    project.cache.settings = Declaration(network="allow")
    assert project.cache.status()[0].verdict == "fresh"
    declare_for_project(network="refuse")(project)
    assert project.cache.status()[0].verdict == "stale"
    declare(project, network="allow")
    assert project.cache.status()[0].verdict == "fresh"
    project.cache.declared = Declaration(network="refuse")
    assert project.cache.status()[0].verdict == "stale"


def test_allowing_the_network_allows_nothing_else(project: Project) -> None:
    project.notebook(*NOTHING_READ)
    declare(project, network="allow")
    project.run()
    rewritten(project, volatile=True, gaps=("kernel-gone", "network"))
    assert [item.code for item in project.status().reasons] == ["expired"]


def test_outputs_expire(project: Project) -> None:
    project.notebook(*NOTHING_READ)
    project.run()
    store = project.cache.project_of(project.root / "a.ipynb").store
    ((stored,), _) = store.page()
    rewritten(project, created=stored.entry.created - 5 * 86400)
    assert project.status().verdict == "fresh"
    declare_for_project(expires="12h")(project)
    (reason,) = project.status().reasons
    assert (reason.code, "12 hours" in reason.message) == ("expired", True)
    declare(project, expires="7d")
    assert project.status().verdict == "fresh"


@pytest.mark.parametrize(
    "options",
    [
        {"assets": ["../secrets.txt"]},
        {"assets": ["/etc/passwd"]},
        {"assets": ["link/passwd"]},
        {"assets": "data.csv"},
        {"asset": ["data.csv"]},
        {"expires": "soon"},
        {"network": True},
        {"variables": ["A=1"]},
        {"ignore": ["../*.log"]},
    ],
    ids=str,
)
def test_nonsense_is_refused_in_one_line(options: dict[str, Any], project: Project) -> None:
    (project.root / "link").symlink_to("/etc")
    project.notebook(*NOTHING_READ)
    declare(project, **options)
    with pytest.raises(NotebookError) as caught:
        project.status()
    assert str(caught.value).count("\n") == 0
