"""What several threads use at once is noted of each of them."""

from __future__ import annotations

from scenarios import Project

from jupyterlab_cache.store.records import Input

MANY = 300


def inputs(project: Project) -> list[Input]:
    (stored,) = project.cache.project_of(project.root / "a.ipynb").store.page()[0]
    assert stored.entry.gaps == ()
    return list(stored.entry.inputs)


def test_a_pool_of_threads_that_read_look_and_ask(project: Project) -> None:
    for number in range(MANY):
        (project.outside / f"f{number}.csv").write_text("x" * 2000)
    # Outside the project, where no watch on the file system would notice in their place.
    project.notebook(
        f"""import os
from concurrent.futures import ThreadPoolExecutor
base = {str(project.outside)!r}
def use(number):
    os.environ.get(f"NAME{{number}}")
    os.path.exists(base + f"/g{{number}}")
    return len(open(base + f"/f{{number}}.csv").read())
with ThreadPoolExecutor(8) as pool:
    print(sum(pool.map(use, range({MANY}))))"""
    )
    project.run()
    found = inputs(project)
    assert sum(item.kind == "file" and "/f" in item.subject for item in found) == MANY
    assert sum(item.kind == "absent" and "/g" in item.subject for item in found) == MANY
    assert sum(item.kind == "env" and "NAME" in item.subject for item in found) == MANY


def test_imports_in_one_thread_beside_reads_in_another(project: Project) -> None:
    for number in range(60):
        project.write(f"mod{number}.py", f"X = {number}\n")
        (project.outside / f"f{number}.csv").write_text("x")
    (project.outside / "late.csv").write_text("1")
    project.environment["CITY"] = "x"
    project.notebook(
        f"""import importlib, os, threading
base = {str(project.outside)!r}
def read():
    for _ in range(20):
        for number in range(60):
            open(base + f"/f{{number}}.csv").read()
def load():
    for number in range(60):
        importlib.import_module(f"mod{{number}}")
threads = [threading.Thread(target=read), threading.Thread(target=load)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]""",
        "print(open(base + '/la' + 'te.csv').read(), os.environ.get('CI' + 'TY'))",
    )
    project.run()
    found = inputs(project)
    assert sum(item.kind == "module" for item in found) == 60
    read = [item.subject for item in found if item.kind == "env" and not item.names]
    assert read == ["CITY"]
    assert sum(item.kind == "file" for item in found) == 61


def test_a_folder_that_is_changed_past_python(project: Project) -> None:
    for name in ("one", "two"):
        (project.outside / name).mkdir()
        (project.outside / name / "x.csv").write_text(name)
    project.notebook(
        f"""import ctypes
native = ctypes.CDLL(None)
for name in ("one", "two"):
    native.chdir(({str(project.outside)!r} + "/" + name).encode())
    print(open("x.csv").read())"""
    )
    project.run()
    read = [item.subject for item in inputs(project) if item.kind == "file"]
    assert read == [str(project.outside / name / "x.csv") for name in ("one", "two")]


def test_an_event_that_the_user_makes_up_is_harmless(project: Project) -> None:
    project.notebook(
        "import sys\nsys.audit('open')\nsys.audit('open', [], None, 0)\n"
        "sys.audit('open', 'x', [], 0)\nprint('fine')"
    )
    project.run()
    assert project.printed() == "fine\n"
