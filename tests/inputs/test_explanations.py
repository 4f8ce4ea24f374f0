"""Reasons that show what exactly changed, and never what must not be shown."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenarios import Project

from jupyterlab_cache.inputs.kept_text import suggests_secret
from jupyterlab_cache.inputs.observation import Places
from jupyterlab_cache.inputs.text_changes import MOST_LINES, changed_lines, changed_names

READ = "print(open('da' + 'ta.csv').read())"


def changes(project: Project, code: str) -> tuple[str, ...]:
    (reason,) = [reason for reason in project.status().reasons if reason.code == code]
    return reason.changes


def test_lines_of_a_small_text(project: Project) -> None:
    project.write("data.csv", "a,b\n1,2\n3,4\n")
    project.notebook(READ)
    project.run()
    project.write("data.csv", "a,b\n1,22\n3,4\n5,6\n")
    assert changes(project, "file-changed") == ("-1,2", "+1,22", "+5,6")


def test_lines_of_a_module(project: Project) -> None:
    project.write("steps.py", "def f():\n    return 1\n")
    project.notebook("import steps; print(steps.f())")
    project.run()
    project.write("steps.py", "def f():\n    return 2  # more\n")
    assert changes(project, "module-changed") == ("-    return 1", "+    return 2  # more")


def test_names_of_a_listing(project: Project) -> None:
    project.write("in/a.csv", "1")
    project.write("in/b.csv", "1")
    project.notebook("import os; print(len(os.listdir('i' + 'n')))")
    project.run()
    (project.root / "in" / "a.csv").rename(project.root / "in" / "c.csv")
    assert changes(project, "directory-changed") == ("-a.csv", "+c.csv")


def test_a_file_that_sounds_secret_is_not_shown_and_not_kept(project: Project) -> None:
    project.write("api_token.txt", "swordfish-one")
    project.notebook("print(len(open('api_' + 'token.txt').read()))")
    project.run()
    project.write("api_token.txt", "swordfish-and-more")
    assert changes(project, "file-changed") == ()
    for path in (project.root / ".jupyterlab_cache").rglob("*"):
        assert path.is_dir() or b"swordfish" not in path.read_bytes()


def test_a_binary_or_large_file_is_not_shown(project: Project) -> None:
    for content in (b"\x00\xff\x00", b"x\n" * 50_000):
        project.write("data.csv", content)
        project.notebook("print(len(open('da' + 'ta.csv', 'rb').read()))")
        project.run()
        project.write("data.csv", content + b"more")
        assert changes(project, "file-changed") == ()
        assert "bytes" in (project.status().reasons[0].before or "")


def test_many_causes_are_all_there(project: Project) -> None:
    for number in range(30):
        project.write(f"in/{number}.csv", "1")
    project.notebook("for n in range(30):\n    print(open(f'in/{n}' + '.csv').read())")
    project.run()
    for number in range(30):
        project.write(f"in/{number}.csv", "22")
    subjects = {reason.subject for reason in project.status().reasons}
    assert subjects == {f"in/{number}.csv" for number in range(30)}


def test_lines_of_cells(project: Project) -> None:
    path = project.notebook("a = 1\nb = 2", "gone = True", "print(a)")
    project.run()
    project.notebook("a = 1\nb = 3", "print(a)", "new = 1")
    reasons = {reason.code: reason for reason in project.status().reasons}
    assert reasons["cell-changed"].changes == ("-b = 2", "+b = 3")
    assert reasons["cell-removed"].changes == ("-gone = True",)
    assert reasons["cell-added"].changes == ("+new = 1",)
    # Of what is not saved only digests are known.
    document = project.cache.digests_of(path)
    project.notebook("c = 1")
    (status,) = project.cache.judge([("a.ipynb", document)])
    changes = {reason.code: reason.changes for reason in status.reasons}
    assert changes == {"cell-changed": (), "cell-removed": ("-gone = True",), "cell-added": ()}


def test_changed_code_and_changed_inputs_are_told_together(project: Project) -> None:
    project.write("data.csv", "one")
    project.environment["CITY"] = "x"
    project.notebook(READ, "import os; print(os.environ['CI' + 'TY'])")
    project.run()
    project.notebook(READ, "import os; print(os.environ['CI' + 'TY'], 1)")
    project.write("data.csv", "two")
    project.environment["CITY"] = "y"
    found = [(reason.code, reason.subject) for reason in project.status().reasons]
    assert found == [
        ("cell-changed", "cell 2"),
        ("file-changed", "data.csv"),
        ("env-changed", "CITY"),
    ]


def test_size_and_time_that_were_asked_for(project: Project) -> None:
    path = project.write("data.csv", "12")
    os.utime(path, (1_000_000_000, 1_000_000_000))
    project.notebook("import os\nname = 'da' + 'ta.csv'\nprint(os.path.getsize(name))")
    project.run()
    project.write("data.csv", "12345")
    (reason,) = project.status().reasons
    assert (reason.before, reason.after) == ("2 bytes", "5 bytes")


def test_modules_that_get_in_the_way_are_named(project: Project) -> None:
    project.write("steps.py", "x = 1\n")
    project.notebook("import colorsys, steps")
    project.run()
    messages = {}
    for name in ("colorsys.py", "steps/__init__.py"):
        project.write(name, "")
        (reason,) = project.status().reasons
        messages[reason.subject] = reason.message
        (project.root / name).unlink()
    where = "can be imported from the notebook's folder now, before what was imported."
    assert messages == {name: f"{name} {where}" for name in ("colorsys", "steps")}


def test_what_could_hide_something_is_made_visible() -> None:
    (line,) = changed_lines("", "x\u202ey\x1b[0m\x08\ud800")
    assert line == "+x\ufffdy\ufffd[0m\ufffd?"


@given(st.lists(st.text("ab-+@ ", max_size=3)), st.lists(st.text("ab-+@ ", max_size=3)))
def test_changed_lines_are_those_that_differ(before: list[str], after: list[str]) -> None:
    lines = changed_lines("\n".join(before), "\n".join(after))
    assert len(lines) <= MOST_LINES + 1
    old, new = "\n".join(before).splitlines(), "\n".join(after).splitlines()
    assert (lines == ()) == (old == new)
    if len(lines) <= MOST_LINES:
        gone = [line[1:] for line in lines if line[0] == "-"]
        came = [line[1:] for line in lines if line[0] == "+"]
        assert sorted([*old, *came]) == sorted([*new, *gone])


@given(st.sets(st.text("abc", max_size=2)), st.sets(st.text("abc", max_size=2)))
def test_changed_names_are_those_that_differ(before: set[str], after: set[str]) -> None:
    names = changed_names(before, after)
    if len(names) <= MOST_LINES:
        assert {name[1:] for name in names} == before ^ after


SECRET = [
    *(".env", ".env.local", ".envrc", ".npmrc", ".pypirc", ".htpasswd", "passwd.txt", "auth.json"),
    *("passphrase.txt", ".aws/config", ".my.cnf", "kubeconfig", "service_account.json", "x.jks"),
    *("id_rsa", "id_ed25519.bak", "secrets/prod/db/conf.txt", "server.pem", "key.pem.old"),
    *("API-KEY.txt", "tokens.csv", "my_private_key", "login_password.yaml", ".ssh/known", "a.gpg"),
]
PLAIN = [
    *("data.csv", "keys.csv", "environment.yml", "author.json", "auth.py", "idea.txt"),
    *("monkey.txt", "passes.csv", "ssh.txt", "valid_rsa.csv", "envelope.txt", "deep/er/a.txt"),
]


@pytest.mark.parametrize("name", SECRET + PLAIN)
def test_what_suggests_a_secret(tmp_path: Path, name: str) -> None:
    root = tmp_path / "secret project"  # of no interest: the person called it so
    path = root / name
    path.parent.mkdir(parents=True)
    path.write_text("x")
    link = root / "notes.txt"
    link.symlink_to(path)
    places = Places(root, root)
    for place in (path, link):
        assert suggests_secret(str(place), places) == (name in SECRET)
