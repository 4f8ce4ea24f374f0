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


COPIES = {
    "copy": "os.environ.copy()",
    "dict": "dict(os.environ)",
    "unpacking": "{**os.environ, 'ANOTHER': '1'}",
    "items": "[name for name, value in os.environ.items()]",
    "bytes": "dict(os.environb)",
}


@pytest.mark.parametrize("code", COPIES.values(), ids=COPIES)
def test_a_copy_of_the_environment_is_a_gap_and_no_input(code: str, project: Project) -> None:
    project.environment["CITY"] = "Weir"
    project.notebook(NAME, f"all_of_them = {code}\nprint(len(all_of_them) > 1)")
    project.run()
    project.environment["CITY"] = "Bridge"
    status = project.status()
    assert (status.verdict, status.gaps) == ("fresh", ("environment-copied",))


def test_a_variable_that_is_read_as_bytes(project: Project) -> None:
    project.environment["CITY"] = "Weir"
    play(
        Scenario(
            "bytes",
            (NAME, "print(os.environb[name.encode()], [key for key in ()])"),
            lambda project: project.environment.update(CITY="Bridge"),
            "env-changed",
            "CITY",
        ),
        project,
    )


def test_another_copy_does_not_hide_what_is_read_after_it(project: Project) -> None:
    project.environment["CITY"] = "Weir"
    project.notebook(NAME, "names = dict(os.environ)", "print(os.environ[name])")
    project.run()
    project.environment["CITY"] = "Bridge"
    assert [reason.code for reason in project.status().reasons] == ["env-changed"]


@pytest.mark.parametrize("name", ["TZ", "PYTHONHASHSEED", "OMP_NUM_THREADS", "PYTHONPATH"])
@pytest.mark.parametrize("former", [None, "1"], ids=["unset", "set"])
def test_a_variable_that_native_code_obeys(name: str, former: str | None, project: Project) -> None:
    """Nobody hears of it when the C library reads the time zone, or Python its own settings."""
    project.environment.pop(name, None)
    if former is not None:
        project.environment[name] = former
    play(
        Scenario(
            "obeyed",
            ("import time\nprint(time.localtime(0).tm_hour, sorted({'a', 'b'}))",),
            lambda project: project.environment.update({name: "2"}),
            "env-changed",
            name,
        ),
        project,
    )


STARTUP = "profile_default/startup/00-names.py"


@pytest.mark.parametrize("edit", ["changed", "added", "configured"])
def test_what_ipython_starts_with_in_a_persons_home(edit: str, project: Project) -> None:
    """Where it usually is: in the folder that is otherwise taken for libraries' own."""
    home = project.outside / "home"
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR"):
        project.environment.pop(name, None)
    project.environment["HOME"] = str(home)
    startup = home / ".ipython" / STARTUP
    startup.parent.mkdir(parents=True)
    startup.write_text("given = 1\n")

    def change(_: Project) -> None:
        if edit == "changed":
            startup.write_text("given = 2  # another\n")
        elif edit == "added":
            startup.with_name("01-more.py").write_text("given = 3\n")
        else:
            config = home / ".ipython/profile_default/ipython_config.py"
            config.write_text("c.InteractiveShellApp.exec_lines = ['given = 4']\n")

    play(
        Scenario("startup", ("print(given)",), change, "python-changed", "IPython start-up"),
        project,
    )


def _at_start(project: Project, text: str) -> None:
    """Have IPython run a start-up file, which can import from the project."""
    folder = project.outside / "ipython" / "profile_default" / "startup"
    folder.mkdir(parents=True)
    (folder / "00-ours.py").write_text(text)
    project.environment["IPYTHONDIR"] = str(project.outside / "ipython")
    project.environment["PYTHONPATH"] = str(project.root)


def test_a_module_that_a_start_up_file_imports(project: Project) -> None:
    _at_start(project, "import places")
    project.write("places.py", "city = 'Rome'")
    project.notebook("print(places.city)")
    project.run()
    assert project.status().verdict == "fresh"
    put_back = project.snapshot()
    project.write("places.py", "city = 'Paris'")
    assert [reason.code for reason in project.status().reasons] == ["module-changed"]
    put_back()
    assert project.status().verdict == "fresh"


def test_packages_that_a_start_up_file_imports(project: Project) -> None:
    _at_start(project, "import pandas as pd")
    project.notebook("print(pd.Series([1, 2]).sum())")
    project.run()
    store = project.cache.project_of(project.root / "a.ipynb").store
    entry = store.get(project.status().entry or "").entry
    packages = {item.subject for item in entry.inputs if item.kind == "package"}
    assert {"pandas", "numpy"} <= packages
    assert not {"jedi", "ipykernel", "pyzmq"} & packages
