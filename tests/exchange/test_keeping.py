"""Folders of other programs that are kept up to date."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest
from exchange_support import Project
from traitlets import TraitError

from jupyterlab_cache.app import CacheApp
from jupyterlab_cache.exchange.keeping import ExportKeeper
from jupyterlab_cache.notebooks.declaration import Declaration, DeclarationInvalid, declaration_of

EXPORTS = '[tool.jupyterlab-cache]\nexports = {{ jupyter-cache = "{}" }}\n'


def declare(project: Project, folder: str = "_build/cache") -> None:
    (project.folder / "pyproject.toml").write_text(EXPORTS.format(folder))


def test_a_declared_folder_is_brought_up_to_date(project: Project) -> None:
    declare(project)
    project.captured("a.ipynb", ("1", "one"))
    assert project.cache.keep_exports(["a.ipynb"]) == []
    assert len(project.records()) == 1
    project.write("a.ipynb", ("2", ""))
    (line,) = project.cache.keep_exports(["a.ipynb"])
    assert line.startswith("a.ipynb is not in _build/cache: stale")
    assert project.records() == []


@pytest.mark.parametrize(
    "folder", ["../outside", "/tmp/outside", ".", ".jupyterlab_cache/x", ".git/hooks", "a/../.."]
)
def test_a_project_s_settings_name_no_place_outside(project: Project, folder: str) -> None:
    declare(project, folder)
    project.captured("a.ipynb", ("1", "one"))
    before = sorted(project.scratch.rglob("global.db"))
    (line,) = project.cache.keep_exports(["a.ipynb"])
    assert "name" in line and folder in line
    assert sorted(project.scratch.rglob("global.db")) == before == []


def test_trouble_is_told_and_nothing_else(project: Project) -> None:
    declare(project)
    project.captured("a.ipynb", ("1", "one"))
    project.output.mkdir(parents=True)
    (project.output / "global.db").write_text("no database")
    (line,) = project.cache.keep_exports(["a.ipynb", "gone.ipynb"])
    assert "not up to date" in line and "not a database" in line


def test_what_a_project_says_counts_before_the_server(project: Project) -> None:
    server = Declaration(exports=(("jupyter-cache", "x"), ("mystmd", "_build")))
    project.cache.settings = server
    path = project.captured("a.ipynb", ("1", "one"))
    assert dict(project.cache.declared_for(path).exports) == dict(server.exports)
    declare(project)
    assert dict(project.cache.declared_for(path).exports) == {
        "jupyter-cache": "_build/cache",
        "mystmd": "_build",
    }


@pytest.mark.parametrize(
    "value", [["x"], {"quarto": "x"}, {"mystmd": ""}, {"mystmd": 1}, {"mystmd": ["x"]}, "x"]
)
def test_exports_that_make_no_sense_are_refused(value: object) -> None:
    with pytest.raises(DeclarationInvalid, match="exports"):
        declaration_of({"exports": value}, "Here")


def test_a_notebook_cannot_name_a_folder(project: Project) -> None:
    path = project.write("a.ipynb", jupyterlab_cache={"exports": {"mystmd": "_build"}})
    with pytest.raises(DeclarationInvalid, match=r"pyproject\.toml"):
        project.cache.declared_for(path)


def test_a_server_takes_the_setting() -> None:
    app = CacheApp(exports={"mystmd": "_build"})
    assert app.declaration().exports == (("mystmd", "_build"),)
    with pytest.raises(TraitError, match="quarto"):
        CacheApp(exports={"quarto": "x"}).declaration()


def test_a_server_keeps_up_with_its_jobs(
    project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    declare(project)
    paths = [project.captured(f"{name}.ipynb", (f"'{name}'", name)) for name in "abc"]
    failing = project.write("d.ipynb", ("4", ""))

    async def work() -> None:
        keeper = ExportKeeper(project.cache)
        for path in (*paths, failing):
            keeper.note(path)
            await asyncio.sleep(0)
        await keeper.close()

    asyncio.run(work())
    assert len(project.records()) == 3
    assert "d.ipynb is not in _build/cache" in caplog.text


def jupyter_cache(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "jupyterlab_cache.cli.main", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_command_line_from_an_execution_to_an_import(project: Project) -> None:
    declare(project)
    project.write("a.ipynb", ("print(6 * 7)", ""))
    (project.folder / "note.ipynb").write_text("no notebook")
    done = jupyter_cache(project.folder, "run", "a.ipynb")
    assert (done.returncode, done.stderr) == (0, "")
    ((key, _, _),) = project.records()
    assert project.base(key)["cells"][0]["outputs"][0]["text"] == ["42\n"]
    assert project.base(key)["metadata"]["language_info"]["name"] == "python"

    arguments = ("export", "--format", "jupyter-cache", "--output", "out")
    assert jupyter_cache(project.folder, *arguments, "a.ipynb").returncode == 0
    project.write("b.ipynb", ("1", ""))
    done = jupyter_cache(project.folder, *arguments, "a.ipynb", "b.ipynb")
    assert (done.returncode, done.stdout) == (
        1,
        "unchanged a.ipynb\nleft-out  b.ipynb: uncached\n",
    )
    done = jupyter_cache(project.folder, *arguments, "--json")
    assert done.returncode == 0
    assert [item["result"] for item in json.loads(done.stdout)] == ["unchanged", "left-out"]
    (project.folder / "link").symlink_to("out")
    done = jupyter_cache(project.folder, *arguments[:-1], "link")
    assert done.returncode == 2 and "is a link" in done.stderr

    done = jupyter_cache(project.folder, "import", "--format", "jupyter-cache", "out")
    assert (done.returncode, done.stdout) == (0, "known     a.ipynb\n")
    done = jupyter_cache(project.folder, "import", "--format", "jupyter-cache", "_build")
    assert done.returncode == 2 and "no folder of jupyter-cache" in done.stderr
