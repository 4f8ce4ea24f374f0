"""Modules that a notebook imports, those it looks for in vain, and those that get in the way."""

from __future__ import annotations

import importlib.util
import os
import py_compile
import threading
import time
from pathlib import Path

import pytest
from scenarios import Project, Scenario, play, removes, writes

ONE, TWO = "value = 1\n", "value = 22  # edited\n"


def module(name: str, cell: str, file: str, **more: object) -> Scenario:
    """A notebook that uses a module of the project, which is then edited."""
    files = {file: ONE, **more}  # type: ignore[dict-item]
    return Scenario(
        name=name,
        cells=(cell,),
        files=files,  # type: ignore[arg-type]
        edit=writes(file, TWO),
        reason="module-changed",
        subject=file.removesuffix(".py").removesuffix("/__init__").rpartition("/")[2],
    )


IMPORTS = [
    module("plain", "import steps; print(steps.value)", "steps.py"),
    module("from", "from steps import value; print(value)", "steps.py"),
    module(
        "in-a-function",
        "def f():\n    import steps\n    return steps.value\nprint(f())",
        "steps.py",
    ),
    module(
        "computed-name",
        "import importlib; print(importlib.import_module('st' + 'eps').value)",
        "steps.py",
    ),
    module("package", "import kit; print(kit.value)", "kit/__init__.py"),
    module(
        "submodule",
        "from kit.deep import steps; print(steps.value)",
        "kit/deep/steps.py",
        **{"kit/__init__.py": "", "kit/deep/__init__.py": ""},
    ),
    module("namespace-package", "import kit.steps; print(kit.steps.value)", "kit/steps.py"),
    module(
        "through-another",
        "import first; print(first.value)",
        "second.py",
        **{"first.py": "from second import value\n"},
    ),
    module(
        "relative",
        "import kit.first; print(kit.first.value)",
        "kit/second.py",
        **{"kit/__init__.py": "", "kit/first.py": "from .second import value\n"},
    ),
    module(
        "path-added",
        "import sys; sys.path.insert(0, 'li' + 'b')\nimport steps; print(steps.value)",
        "lib/steps.py",
    ),
    module(
        "reloaded",
        "import steps, importlib; importlib.reload(steps); print(steps.value)",
        "steps.py",
    ),
    module(
        "by-its-file",
        "import importlib.util as u\n"
        "spec = u.spec_from_file_location('any', 'st' + 'eps.py')\n"
        "m = u.module_from_spec(spec); spec.loader.exec_module(m); print(m.value)",
        "steps.py",
    ),
    module(
        "autoreload",
        "%load_ext autoreload\n%autoreload 2\nimport steps; print(steps.value)",
        "steps.py",
    ),
    module(
        "in-a-thread",
        "import threading\ndef f():\n    import steps\n    print(steps.value)\n"
        "t = threading.Thread(target=f); t.start(); t.join()",
        "steps.py",
    ),
]


@pytest.mark.parametrize("scenario", IMPORTS, ids=lambda scenario: scenario.name)
def test_a_module_of_the_project(scenario: Scenario, project: Project) -> None:
    if scenario.name == "by-its-file":
        scenario = Scenario(**{**vars(scenario), "reason": "file-changed", "subject": "steps.py"})
    play(scenario, project)


APPEARING = [
    Scenario(
        "optional-module",
        ("try:\n    import local_settings as s\nexcept ImportError:\n    s = None\nprint(s)",),
        writes("local_settings.py", ONE),
        "module-changed",
        "local_settings",
    ),
    Scenario(
        "shadows-the-standard-library",
        ("import colorsys; print(colorsys.rgb_to_hls(0, 0, 0))",),
        writes("colorsys.py", "def rgb_to_hls(*_):\n    return 'shadow'\n"),
        "module-changed",
        "colorsys",
    ),
    Scenario(
        "shadows-an-installed-package",
        ("import yaml; print(yaml.__name__)",),
        writes("yaml/__init__.py", "shadow = True\n"),
        "module-changed",
        "yaml",
    ),
    Scenario(
        "package-beside-a-module",
        ("import steps; print(steps.value)",),
        writes("steps/__init__.py", TWO),
        "module-changed",
        "steps",
        files={"steps.py": ONE},
    ),
    Scenario(
        "submodule-that-was-missing",
        ("try:\n    import kit.extra\nexcept ImportError:\n    print('without')",),
        writes("kit/extra.py", ONE),
        "module-changed",
        "kit/extra",
        files={"kit/__init__.py": ""},
    ),
    Scenario(
        "earlier-on-the-path",
        ("import sys; sys.path[:0] = ['first', 'second']\nimport steps; print(steps.value)",),
        writes("first/steps.py", TWO),
        "module-changed",
        "first/steps",
        files={"first/readme": "", "second/steps.py": ONE},
    ),
]


@pytest.mark.parametrize("scenario", APPEARING, ids=lambda scenario: scenario.name)
def test_a_module_that_appears(scenario: Scenario, project: Project) -> None:
    play(scenario, project)


def test_a_module_that_goes(project: Project) -> None:
    play(
        Scenario(
            "gone",
            ("import steps; print(steps.value)",),
            removes("steps.py"),
            "file-missing",
            "steps",
            files={"steps.py": ONE},
        ),
        project,
    )


def test_an_old_bytecode_file_does_not_run_instead_of_its_source(project: Project) -> None:
    """CPython runs a stale .pyc after an edit of equal size within the same second."""
    source = project.write("steps.py", "value = 1\n")
    cached = py_compile.compile(str(source))
    assert cached is not None
    before = source.stat()
    source.write_text("value = 2\n")
    os.utime(source, ns=(before.st_atime_ns, before.st_mtime_ns))
    project.notebook("import steps; print(steps.value)")
    project.run()
    assert project.printed() == "2\n"


def compiled_later(project: Project, source: str, content: str) -> Path:
    """A module with bytecode that is as old as it is to be relied on, and tells who it is.

    The bytecode is of another content than the source: a test sees which of them runs.
    """
    path = project.write(source, content.replace("from source", "from pyc"))
    time.sleep(2.2)
    cached = Path(str(py_compile.compile(str(path))))
    data = cached.read_bytes()
    path.write_text(content)
    # The header names the source's time and size, as CPython compares them.
    size = path.stat().st_size.to_bytes(4, "little")
    modified = int(path.stat().st_mtime).to_bytes(4, "little")
    cached.write_bytes(data[:8] + modified + size + data[16:])
    return cached


@pytest.mark.parametrize("age", ["rested", "racy", "by digest"])
def test_bytecode_runs_only_where_it_is_surely_that_of_the_source(
    project: Project, age: str
) -> None:
    cached = compiled_later(project, "steps.py", "value = 'from source'\n")
    if age == "rested":
        time.sleep(2.2)
        cached.write_bytes(cached.read_bytes())
    if age == "by digest":
        time.sleep(2.2)
        data = cached.read_bytes()
        unchecked = importlib.util.source_hash(b"whatever")
        cached.write_bytes(data[:4] + (1).to_bytes(4, "little") + unchecked + data[16:])
    project.notebook("import steps; print(steps.value)")
    project.run()
    assert project.printed() == ("from pyc\n" if age == "rested" else "from source\n")


def test_bytecode_of_what_a_link_led_to_before(project: Project) -> None:
    times = []
    for name in "ab":
        path = project.write(f"conf_{name}.py", f"value = {name!r}\n")
        times.append(int(path.stat().st_mtime))
    for name in "ab":
        os.utime(project.root / f"conf_{name}.py", (times[0], times[0]))
    link = project.root / "conf.py"
    link.symlink_to("conf_a.py")
    time.sleep(2.2)
    py_compile.compile(str(link))
    link.unlink()
    link.symlink_to("conf_b.py")
    project.notebook("import conf; print(conf.value)")
    project.run()
    assert project.printed() == "b\n"


def test_a_module_that_changes_after_it_was_loaded_from_bytecode(project: Project) -> None:
    source = project.write("steps.py", "value = 1\n")
    time.sleep(2.2)
    py_compile.compile(str(source))
    wait = "import time, pathlib\npathlib.Path('loaded').touch()\n"
    wait += "while not pathlib.Path('changed').exists():\n    time.sleep(0.02)"
    project.notebook("import steps; print(steps.value)", wait)

    def change() -> None:
        while not (project.root / "loaded").exists():
            time.sleep(0.02)
        source.write_text("value = 2\n")
        (project.root / "changed").touch()

    editor = threading.Thread(target=change)
    editor.start()
    project.run()
    editor.join()
    # What was computed belongs to no state of the module, so it was executed once more.
    entries, _ = project.cache.project_of(project.root / "a.ipynb").store.page()
    assert [stored.entry.changed_inputs for stored in entries] == [(), ("steps.py",)]
    assert (project.status().verdict, project.printed()) == ("fresh", "2\n")


def test_a_module_that_the_notebook_writes_itself(project: Project) -> None:
    project.notebook("%%writefile made.py\nvalue = 1", "import made; print(made.value)")
    project.run()
    assert project.status().verdict == "fresh"
    (project.root / "made.py").unlink()
    assert project.status().verdict == "fresh"
    assert project.run().result == "fresh"
