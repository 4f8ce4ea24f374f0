"""The command line as a person or a program uses it: real processes, real kernels, no server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook


class Project:
    """A folder of notebooks, and the command in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, *sources: str, kernel: str = "python3") -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        kernelspec = {"name": kernel, "display_name": kernel, "language": "python"}
        cells = [new_markdown_cell("Prose."), *map(new_code_cell, sources)]
        nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernelspec}), path)
        return path

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "jupyterlab_cache.cli.main", *arguments],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )

    def run(self, *arguments: str) -> tuple[int, str, str]:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def json(self, *arguments: str, code: int = 0) -> Any:
        returncode, out, err = self.run(*arguments, "--json")
        assert returncode == code, err
        return json.loads(out)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_run_status_restore_on_one_store(project: Project) -> None:
    (project.folder / "helper_module.py").write_text("value = 6\n")
    path = project.write("a.ipynb", "import helper_module", "helper_module.value * 7")

    assert [item["verdict"] for item in project.json("status")] == ["uncached"]
    (result,) = project.json("run")
    assert (result["path"], result["result"]) == ("a.ipynb", "executed")
    assert result["seconds"] > 0

    (status,) = project.json("status")
    assert (status["verdict"], status["outputs"], status["entry"]) == (
        "fresh",
        "none",
        result["entry"],
    )
    assert status["reasons"] == []

    (restored,) = project.json("restore", "a.ipynb")
    assert restored["restored"] is True
    notebook = nbformat.read(path, 4)
    assert notebook.cells[2].outputs[0]["data"]["text/plain"] == "42"
    assert [cell.get("execution_count") for cell in notebook.cells[1:]] == [1, 2]
    assert project.json("status")[0]["outputs"] == "same"

    (project.folder / "helper_module.py").write_text("value = 6000\n")
    (status,) = project.json("status")
    assert status["verdict"] == "stale"
    assert [(item["code"], item["subject"]) for item in status["reasons"]] == [
        ("module-changed", "helper_module")
    ]
    (project.folder / "helper_module.py").write_text("value = 6\n")
    assert project.json("run")[0]["result"] == "fresh"


def test_check_tells_ci(project: Project) -> None:
    project.write("a.ipynb", "1")
    assert project.run("status", "--check")[0] == 1
    project.run("run")
    assert project.run("status", "--check")[0] == 0
    assert project.run("status")[0] == 0


def test_a_failing_notebook_fails_the_run_and_is_not_repeated(project: Project) -> None:
    project.write("a.ipynb", "print('before')", "1 / 0")
    (result,) = project.json("run", code=1)
    assert (result["result"], result["failure"]["name"]) == ("failed", "ZeroDivisionError")
    (again,) = project.json("run", code=1)
    assert again["entry"] == result["entry"]
    (retried,) = project.json("run", "--retry-failed", code=1)
    assert retried["entry"] != result["entry"]
    assert project.json("status")[0]["verdict"] == "failed"
    assert project.run("status", "--check")[0] == 1


def test_run_goes_on_behind_a_failure_and_runs_several_at_once(project: Project) -> None:
    project.write("a.ipynb", "1 / 0")
    for name in "bcd":
        project.write(f"sub/{name}.ipynb", f"{name!r}")
    results = project.json("run", "--jobs", "3", code=1)
    assert [(item["path"], item["result"]) for item in results] == [
        ("a.ipynb", "failed"),
        ("sub/b.ipynb", "executed"),
        ("sub/c.ipynb", "executed"),
        ("sub/d.ipynb", "executed"),
    ]
    assert {item["verdict"] for item in project.json("status", "sub")} == {"fresh"}


def test_allowed_errors_are_another_variant(project: Project) -> None:
    project.write("a.ipynb", "1 / 0", "print('after')")
    (result,) = project.json("run", "--allow-errors")
    assert result["result"] == "executed"
    (strict,) = project.json("run", code=1)
    assert strict["result"] == "failed"


def test_write_puts_outputs_into_the_files(project: Project) -> None:
    path = project.write("a.ipynb", "print('written')")
    project.run("run", "--write")
    assert nbformat.read(path, 4).cells[1].outputs[0]["text"] == "written\n"


def test_a_time_limit_ends_the_run(project: Project) -> None:
    project.write("a.ipynb", "import time; time.sleep(60)")
    (result,) = project.json("run", "--timeout", "1", code=1)
    assert result["failure"]["name"] == "Timeout"
    (status,) = project.json("status")
    assert [reason["code"] for reason in status["reasons"]] == ["execution-incomplete"]


def test_text_notebooks_run_and_restore_into_another_file(project: Project) -> None:
    (project.folder / "t.md").write_text(
        "---\nkernelspec:\n  name: python3\n  display_name: p\n  language: python\n---\n\n"
        "# Title\n\n```python\nprint('from text')\n```\n"
    )
    (project.folder / "prose.md").write_text("# No notebook\n")
    (result,) = project.json("run")
    assert (result["path"], result["result"]) == ("t.md", "executed")
    assert project.run("restore", "t.md")[0] == 2
    assert project.run("restore", "t.md", "--output", "out.ipynb")[0] == 0
    (cell,) = [
        c for c in nbformat.read(project.folder / "out.ipynb", 4).cells if c.cell_type == "code"
    ]
    assert cell.outputs[0]["text"] == "from text\n"


def test_list_and_show(project: Project) -> None:
    (project.folder / "data.csv").write_text("a\n1\n")
    project.write("a.ipynb", "open('da' + 'ta.csv').read()")
    (result,) = project.json("run")
    (listed,) = project.json("list")
    assert (listed["entry"], listed["path"], listed["outcome"]) == (
        result["entry"],
        "a.ipynb",
        "ok",
    )
    shown = project.json("show", result["entry"][:8])
    assert "data.csv" in {item["subject"] for item in shown["inputs"]}
    code, out, _ = project.run("show", result["entry"][:8])
    assert code == 0
    assert "data.csv" in out
    assert project.json("list", "--limit", "1", "--offset", "1") == []


def test_outputs_are_added_as_they_stand(project: Project) -> None:
    path = project.write("a.ipynb", "print(1)")
    assert project.run("add", "a.ipynb")[0] == 2
    notebook = nbformat.read(path, 4)
    notebook.cells[1].execution_count = 1
    notebook.cells[1].outputs = [nbformat.v4.new_output("stream", text="1\n")]
    nbformat.write(notebook, path)
    project.json("add", "a.ipynb")
    (status,) = project.json("status")
    assert (status["verdict"], status["provenance"]) == ("fresh", "captured")
    assert project.run("status", "--check")[0] == 1
    assert project.run("status", "--check", "--accept-unobserved")[0] == 0


def test_another_store_and_another_root(project: Project, tmp_path: Path) -> None:
    project.write("sub/a.ipynb", "1")
    store = tmp_path / "elsewhere"
    project.json("run", "--root", "sub", "--store", str(store))
    assert store.is_dir()
    assert not (project.folder / "sub" / ".jupyterlab_cache").exists()
    (status,) = project.json("status", "--root", "sub", "--store", str(store))
    assert (status["path"], status["verdict"]) == ("a.ipynb", "fresh")


BAD = {
    "missing": (["status", "missing.ipynb"], "missing.ipynb"),
    "folder with the name of a notebook": (["restore", "--output", "x.ipynb", "."], "one notebook"),
    "no notebook": (["status", "text.txt"], "notebook"),
    "invalid JSON": (["run", "invalid.ipynb"], "JSON"),
    "format 3": (["run", "old.ipynb"], "format 3"),
    "outside": (["status", "../outside.ipynb"], "outside"),
    "link to the outside": (["status", "link.ipynb"], "outside"),
    "unknown command": (["frobnicate"], "frobnicate"),
    "unknown option": (["status", "--frobnicate"], "frobnicate"),
    "no entry": (["show", "abcd"], "abcd"),
    "not an entry": (["show", "../x"], "../x"),
    "no root": (["status", "--root", "nowhere"], "nowhere"),
}


@pytest.mark.parametrize(("arguments", "words"), BAD.values(), ids=BAD)
def test_bad_input_is_one_line_and_exit_code_2(
    project: Project, arguments: list[str], words: str
) -> None:
    for name in "ab":
        project.write(f"{name}.ipynb", "1")
    (project.folder / "text.txt").write_text("no notebook")
    (project.folder / "invalid.ipynb").write_text("{")
    (project.folder / "old.ipynb").write_text('{"nbformat": 3, "worksheets": []}')
    outside = project.folder.parent / "outside.ipynb"
    outside.write_text("{}")
    (project.folder / "link.ipynb").symlink_to(outside)
    code, out, err = project.run(*arguments)
    assert code == 2
    assert out == ""
    assert len(err.strip().splitlines()) == 1
    assert words in err


def test_an_unknown_kernel_is_named(project: Project) -> None:
    project.write("a.ipynb", "1", kernel="no-such-kernel")
    code, out, _ = project.run("run")
    assert code == 1
    assert "no-such-kernel" in out
    assert "python3" in out


def test_an_interrupted_run_leaves_no_kernel_behind(project: Project) -> None:
    project.write("a.ipynb", "import time; time.sleep(100)")
    process = project.start("run", start_new_session=True)
    children: list[psutil.Process] = []
    for _ in range(200):
        children = [
            child
            for child in psutil.Process(process.pid).children(recursive=True)
            if "ipykernel" in " ".join(child.cmdline())
        ]
        if children:
            break
        time.sleep(0.1)
    assert children
    time.sleep(1)
    os.kill(process.pid, signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []


def test_a_newer_store_is_refused_and_left_alone(project: Project) -> None:
    project.write("a.ipynb", "1")
    project.run("run")
    store = project.folder / ".jupyterlab_cache"
    (version,) = [path for path in store.iterdir() if path.name.startswith(("format", "version"))]
    version.write_text(version.read_text().replace("1", "999"))
    before = sorted(str(path) for path in store.rglob("*"))
    code, _, err = project.run("run", "--force")
    assert code in (1, 2)
    assert "999" in err or code == 1
    assert sorted(str(path) for path in store.rglob("*")) == before


def test_help_teaches(project: Project) -> None:
    code, out, _ = project.run("--help")
    assert code == 0
    for command in ("status", "run", "restore", "add", "list", "show"):
        assert command in out
        assert project.run(command, "--help")[0] == 0
    assert "--root" in project.run("status", "--help")[1]
    assert project.run("--version")[1].startswith("jupyter-cache")


def test_one_bad_file_is_not_in_the_way_of_others(project: Project) -> None:
    project.write("a.ipynb", "1")
    (project.folder / "bad.ipynb").write_text("{")
    code, out, err = project.run("run")
    assert code == 1
    assert "executed  a.ipynb" in out
    assert "bad.ipynb" in err
    assert [item["path"] for item in project.json("status")] == ["a.ipynb"]
    assert project.run("status", "--check")[0] == 1


HEAVY = ("nbformat", "jsonschema", "nbclient", "jupyter_client", "jupyter_server", "zmq", "rich")


@pytest.mark.parametrize(
    ("arguments", "heavy"),
    [
        (["status"], [*HEAVY, "numpy", "tornado", "asyncio", "jupyterlab_cache.exchange"]),
        (["run", "--force"], ["lark", "jupyter_server", "numpy"]),
        (["restore", "a.ipynb"], ["lark", "jupyter_client", "jupyter_server", "zmq", "numpy"]),
    ],
    ids=["status", "run", "restore"],
)
def test_a_command_imports_no_heavy_library_that_it_does_not_need(
    project: Project, arguments: list[str], heavy: list[str]
) -> None:
    project.write("a.ipynb", "1")
    project.run("run")
    code = (
        "import sys\n"
        "from jupyterlab_cache.cli.main import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit:\n    pass\n"
        f"print(sorted(set({heavy!r}) & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=project.folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stderr.strip().endswith("[]")


def test_a_check_can_include_what_the_files_show(project: Project) -> None:
    path = project.write("a.ipynb", "print(1)")
    assert project.run("run", "--write")[0] == 0
    assert project.run("status", "--check", "--outputs")[0] == 0
    document = nbformat.read(path, as_version=4)
    document.cells[1]["outputs"][0]["text"] = "2\n"
    nbformat.write(document, path)
    assert project.run("status", "--check")[0] == 0
    assert project.run("status", "--check", "--outputs")[0] == 1
    # A file that shows nothing shows nothing wrong.
    document.cells[1]["outputs"] = []
    nbformat.write(document, path)
    assert project.run("status", "--check", "--outputs")[0] == 0


def test_what_a_command_declares_holds_for_it(project: Project) -> None:
    project.write("a.ipynb", "print(1)")
    assert project.run("run")[0] == 0
    assert project.run("status", "--check", "--expires", "1d", "--network", "allow")[0] == 0
    assert project.run("status", "--check", "--packages", "content")[0] == 1
    for option in (("--expires", "soon"), ("--packages", "x"), ("--network", "maybe")):
        code, out, err = project.run("status", *option)
        assert (code, out, len(err.splitlines())) == (2, "", 1)


def test_many_reasons_of_one_kind_are_told_in_short(project: Project) -> None:
    for number in range(30):
        (project.folder / f"{number}.csv").write_text("1")
    project.write("a.ipynb", "for n in range(30):\n    print(open(f'{n}' + '.csv').read())")
    assert project.run("run")[0] == 0
    for number in range(30):
        (project.folder / f"{number}.csv").write_text("22")
    _, out, _ = project.run("status")
    assert out.count("was changed") == 5
    assert "and 25 more of this kind (file-changed)" in out
    _, out, _ = project.run("status", "--json")
    assert len(json.loads(out)[0]["reasons"]) == 30
