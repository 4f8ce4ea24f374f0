"""Executions in a folder of their own: what is in it, what is missing, and what verdicts say."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from execution_support import ENDLESS, Project, until

from jupyterlab_cache.execution.freshening import Outcome
from jupyterlab_cache.execution.isolated_folder import IsolatedFolder, IsolationFailed
from jupyterlab_cache.execution.request import ExecutionSettings
from jupyterlab_cache.inputs.observation import Places
from jupyterlab_cache.notebooks.declaration import Declaration
from jupyterlab_cache.store.records import Input
from jupyterlab_cache.store.signatures import KeyRing
from jupyterlab_cache.store.store import Store


@pytest.fixture(autouse=True)
def temporary(
    runtime_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """The folder for temporary files; nothing of ours may be left in it."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield folder
    assert isolated_folders(folder) == []


def isolated_folders(temporary: Path) -> list[str]:
    return [path.name for path in temporary.iterdir() if path.name.startswith("jupyterlab-cache-i")]


def isolate(project: Project, *assets: str) -> None:
    project.cache.declared = Declaration(assets=assets, isolated=True)


async def run(project: Project, notebook: Path, *assets: str, **wish: Any) -> Outcome:
    isolate(project, *assets)
    return await project.freshen(notebook, **wish)


async def test_it_has_its_assets_in_their_places_and_is_fresh_in_the_project(
    project: Project,
) -> None:
    data = project.folder / "data"
    data.mkdir()
    (data / "x.csv").write_text("1")
    (data / "secret.txt").write_text("not declared")
    os.utime(data / "x.csv", ns=(1, 1_600_000_000_123_456_789))
    path = project.write(
        "notebooks/a.ipynb",
        "print(open('../data/x.csv').read(), end='')",
        "import os; print(os.stat('../data/x.csv').st_mtime_ns)",
        "print(os.path.basename(os.getcwd()), os.getcwd().endswith(NAME))".replace(
            "NAME", repr(str(project.folder / "notebooks"))
        ),
        "os.makedirs('../out', exist_ok=True); open('../out/r.txt', 'w').write('result')",
    )
    outcome = await run(project, path, "../data/x.csv")
    assert (outcome.result, outcome.undeclared) == ("executed", ())
    stored = project.store.get(str(outcome.entry))
    assert project.texts(stored) == ["1", "1600000000123456789\n", "notebooks True\n", ""]
    entry = stored.entry
    assert entry.isolated
    assert entry.notebook_path == "notebooks/a.ipynb"
    assert {item.path for item in entry.inputs if item.kind == "file"} == {"../data/x.csv"}
    assert all(str(project.folder) not in str(item) for item in entry.inputs)
    assert not any("isolated" in str(item) for item in entry.inputs)

    # What it wrote is in the store, and in the project when somebody asks.
    (artefact,) = entry.artefacts
    assert (artefact.path, artefact.size) == ("../out/r.txt", 6)
    assert artefact.content is not None
    assert not (project.folder / "out").exists()
    assert project.status(path).verdict == "fresh"
    (restored,) = project.cache.restore_artefacts(str(path))
    assert restored.result == "restored"
    assert (project.folder / "out" / "r.txt").read_text() == "result"
    assert project.status(path).verdict == "fresh"

    (data / "x.csv").write_text("2")
    status = project.status(path)
    assert (status.verdict, [reason.subject for reason in status.reasons]) == (
        "stale",
        ["../data/x.csv"],
    )


async def test_its_entry_is_that_of_a_normal_run(project: Project) -> None:
    (project.folder / "helper.py").write_text("import os\nvalue = os.environ.get('HELPED', '?')\n")
    (project.folder / "x.txt").write_text("x")
    path = project.write("a.ipynb", "import helper\nprint(helper.value, open('x.txt').read())")
    project.cache.declared = Declaration(assets=("x.txt",))
    normal = project.store.get(str((await project.freshen(path)).entry)).entry
    isolated = project.store.get(str((await run(project, path, "x.txt", force=True)).entry)).entry
    assert isolated.code_key == normal.code_key
    assert isolated.outputs_digest == normal.outputs_digest
    assert isolated.variant == normal.variant

    def compared(entry: Any) -> list[tuple[Any, ...]]:
        # Variables are compared by salted digests.
        return sorted(
            (
                item.kind,
                item.subject,
                item.path,
                item.fingerprint * (item.kind != "env"),
                item.names,
                item.content,
                item.size,
            )
            for item in entry.inputs
        )

    assert compared(isolated) == compared(normal)
    assert ("env", "HELPED") in {(item.kind, item.subject) for item in isolated.inputs}
    assert project.status(path).verdict == "fresh"


async def test_what_the_last_execution_used_goes_along_but_not_what_it_made(
    project: Project,
) -> None:
    (project.folder / "package").mkdir()
    (project.folder / "package" / "__init__.py").write_text("")
    (project.folder / "package" / "inner.py").write_text("value = 5")
    (project.folder / "x.txt").write_text("x")
    (project.folder / "other.txt").write_text("never used")
    path = project.write(
        "a.ipynb",
        "from package.inner import value; print(value, open('x.txt').read())",
        "made = open('made.txt', 'w').write('made'); print(open('made.txt').read())",
        "import subprocess, sys; print(subprocess.run(['find', '.', '-name', '*.*', '-type', 'f'],"
        " capture_output=True, text=True).stdout)",
    )
    await project.freshen(path)
    assert (project.folder / "made.txt").exists()
    isolate(project)
    stored = project.store.get(str((await project.freshen(path, force=True)).entry))
    there = project.texts(stored)[2].split()
    names = {name for name in there if "__pycache__" not in name}
    assert names == {
        "./a.ipynb", "./made.txt", "./x.txt", "./package/__init__.py", "./package/inner.py",
    }  # fmt: skip


async def test_an_undeclared_input_is_told_and_kept(project: Project) -> None:
    (project.folder / "data").mkdir()
    (project.folder / "data" / "x.csv").write_text("1")
    path = project.write("a.ipynb", "print(open('data/x.csv').read())")
    outcome = await run(project, path)
    assert (outcome.result, outcome.undeclared) == ("failed", ("data/x.csv",))
    assert outcome.failure is not None
    assert "data/x.csv" in outcome.failure.message.splitlines()[-1]
    assert "declare it as an asset" in outcome.failure.message
    entry = project.store.get(str(outcome.entry)).entry
    assert entry.undeclared == ("data/x.csv",)
    assert "undeclared-inputs" in entry.gaps
    # The project has it, so this is no result of the project's.
    assert project.status(path).verdict == "stale"

    outcome = await run(project, path, "data")
    assert (outcome.result, outcome.undeclared) == ("executed", ())
    assert project.status(path).verdict == "fresh"


async def test_missing_modules_and_names_of_folders_are_undeclared(project: Project) -> None:
    (project.folder / "helper.py").write_text("value = 6")
    for name in ("one.csv", "two.csv"):
        (project.folder / "data").mkdir(exist_ok=True)
        (project.folder / "data" / name).write_text(name)
    path = project.write(
        "a.ipynb",
        "try:\n    import helper\nexcept ImportError:\n    print('none')",
        "import os; print(os.listdir('data'), os.path.exists('gone.txt'))",
    )
    outcome = await run(project, path, "data/one.csv")
    assert outcome.result == "executed"
    assert outcome.undeclared == ("data/", "helper.py")
    assert project.texts(outcome.entry) == ["none\n", "['one.csv'] False\n"]
    status = project.status(path)
    assert status.verdict == "stale"
    assert "undeclared-inputs" in status.gaps

    outcome = await run(project, path, "data", "helper.py")
    assert (outcome.result, outcome.undeclared) == ("executed", ())
    assert project.status(path).verdict == "fresh"


async def test_the_project_cannot_be_changed(project: Project) -> None:
    asset = project.folder / "x.txt"
    asset.write_text("mine")
    (project.folder / "real").mkdir()
    (project.folder / "real" / "y.txt").write_text("mine")
    (project.folder / "link").symlink_to("real")
    (project.folder / "z.txt").symlink_to(project.folder / "real" / "y.txt")
    path = project.write(
        "a.ipynb",
        "for name in ('x.txt', 'link/y.txt', 'z.txt'):\n"
        "    print(open(name).read())\n"
        "    open(name, 'w').write('changed')",
        "import os; print(os.path.islink('link'), os.path.islink('z.txt'))",
        "os.remove('x.txt')",
    )
    outcome = await run(project, path, "x.txt", "link/y.txt", "z.txt")
    assert outcome.result == "executed"
    assert project.texts(outcome.entry)[:2] == ["mine\n" * 3, "False False\n"]
    assert asset.read_text() == (project.folder / "real" / "y.txt").read_text() == "mine"
    # It used what it changed, as in a normal run.
    assert project.status(path).verdict == "stale"


async def test_links_to_outside_and_special_files_are_not_followed(
    project: Project, tmp_path: Path
) -> None:
    (tmp_path / "outside.txt").write_text("outside")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "inner.txt").write_text("outside")
    data = project.folder / "data"
    data.mkdir()
    (data / "good.txt").write_text("good")
    (data / "link.txt").symlink_to(tmp_path / "outside.txt")
    (data / "folder").symlink_to(tmp_path / "folder")
    os.mkfifo(data / "pipe")
    path = project.write("a.ipynb", "import os; print(sorted(os.listdir('data')))")
    outcome = await run(project, path, "data/*")
    assert project.texts(outcome.entry) == ["['good.txt']\n"]
    assert outcome.undeclared == ("data/",)
    assert project.status(path).verdict == "stale"


async def test_what_lies_above_the_project_is_an_input_where_it_really_is(
    project: Project, tmp_path: Path
) -> None:
    above = project.folder.parent / "above.txt"
    path = project.write("sub/a.ipynb", "import os; print(os.path.exists('../../above.txt'))")
    outcome = await run(project, path)
    assert project.texts(outcome.entry) == ["False\n"]
    assert project.status(path).verdict == "fresh"
    above.write_text("now it is there")
    assert project.status(path).verdict == "stale"


async def test_what_is_used_by_its_absolute_path_is_the_projects(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = project.folder / "src"
    source.mkdir()
    (source / "mine.py").write_text("import os\nvalue = os.environ.get('MINE_READS')\n")
    (project.folder / "x.txt").write_text("x")
    monkeypatch.setenv("PYTHONPATH", str(source))
    path = project.write(
        "a.ipynb", f"import mine; print(open({str(project.folder / 'x.txt')!r}).read())"
    )
    outcome = await run(project, path)
    entry = project.store.get(str(outcome.entry)).entry
    kinds = {(item.kind, item.subject, item.path) for item in entry.inputs}
    assert {
        ("module", "mine", "src/mine.py"),
        ("file", "x.txt", "x.txt"),
        ("import-names", "src", "src"),
        ("env", "MINE_READS", None),
    } <= kinds
    assert project.status(path).verdict == "fresh"
    (project.folder / "x.txt").write_text("y")
    assert project.status(path).verdict == "stale"
    (project.folder / "x.txt").write_text("x")
    assert project.status(path).verdict == "fresh"


async def test_programs_read_the_copies_and_that_is_seen(project: Project) -> None:
    (project.folder / "x.txt").write_text("x")
    (project.folder / "y.txt").write_text("y")
    path = project.write(
        "a.ipynb",
        "import subprocess\n"
        "print(subprocess.run(['sh', '-c', 'cat *.txt; wc -c < x.txt > count.out'],"
        " capture_output=True, text=True).stdout)",
    )
    outcome = await run(project, path, "*.txt")
    assert project.texts(outcome.entry) == ["xy\n"]
    entry = project.store.get(str(outcome.entry)).entry
    assert {item.path for item in entry.inputs if item.kind == "file"} >= {"x.txt", "y.txt"}
    assert [artefact.path for artefact in entry.artefacts] == ["count.out"]
    assert entry.changed_inputs == ()
    (project.folder / "x.txt").write_text("z")
    assert project.status(path).verdict == "stale"


async def test_more_than_may_be_copied_is_refused(project: Project) -> None:
    (project.folder / "large.bin").write_bytes(b"0" * 100_000)
    path = project.write("a.ipynb", "1")
    isolate(project, "large.bin")
    settings = ExecutionSettings(isolated_bytes=50_000)
    with pytest.raises(IsolationFailed, match=r"large\.bin.*50000 bytes.*isolated_bytes"):
        await project.freshen(path, settings=settings)
    assert project.started == []
    assert (await run(project, path, "large.bin")).result == "executed"


async def test_the_folder_is_gone_after_a_cancel_and_after_a_death(
    project: Project, temporary: Path
) -> None:
    path = project.write("a.ipynb", "open('here', 'w'); import os; os.mkdir('d', 0o000)", ENDLESS)
    isolate(project)
    cancelled = asyncio.Event()
    task = asyncio.ensure_future(project.freshen(path, cancelled=cancelled))

    def has_begun() -> bool:
        return any(True for _ in temporary.rglob("here"))

    await until(has_begun)
    cancelled.set()
    assert (await task).result == "cancelled"
    assert isolated_folders(temporary) == []

    task = asyncio.ensure_future(project.freshen(path))
    await until(has_begun)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert isolated_folders(temporary) == []

    dies = project.write("b.ipynb", "import os; os._exit(1)")
    outcome = await project.freshen(dies)
    assert outcome.failure is not None
    assert outcome.failure.name == "KernelDied"
    assert isolated_folders(temporary) == []


async def test_leftovers_of_killed_processes_are_removed_by_the_next_run(
    project: Project, temporary: Path
) -> None:
    code = (
        "import os, signal, pathlib\n"
        "from jupyterlab_cache.execution.isolated_folder import IsolatedFolder\n"
        f"IsolatedFolder(pathlib.Path({str(project.folder)!r}), 1)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
    assert await killed.wait() == -signal.SIGKILL
    (left,) = isolated_folders(temporary)
    stranger = temporary / "jupyterlab-cache-isolated-link"
    stranger.symlink_to(project.folder)
    living = IsolatedFolder(project.folder, 1)
    path = project.write("a.ipynb", "1")
    await run(project, path)
    assert left not in isolated_folders(temporary)
    assert living.root.is_dir()
    assert (project.folder / "a.ipynb").exists()
    living.remove()
    stranger.unlink()


async def test_a_folder_that_cannot_be_observed_is_refused(
    project: Project, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = temporary / ".jupyterlab_cache"
    hidden.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(hidden))
    path = project.write("a.ipynb", "1")
    with pytest.raises(IsolationFailed, match="TMPDIR"):
        await run(project, path)
    assert list(hidden.iterdir()) == []


async def test_foreign_entries_name_nothing_to_copy(project: Project, tmp_path: Path) -> None:
    (project.folder / "x.txt").write_text("x")
    path = project.write("a.ipynb", "import os; print(os.path.exists('x.txt'))")
    stored = await project.execute(path)
    project.store.remove(stored.id)
    strangers = Store(project.store.folder, KeyRing(b"a stranger's"))
    strangers.put(
        msgspec.structs.replace(
            stored.entry, inputs=(Input("file", "x.txt", "sha256-" + "0" * 64, path="x.txt"),)
        )
    )
    outcome = await run(project, path, force=True)
    assert project.texts(outcome.entry) == ["False\n"]
    assert outcome.undeclared == ("x.txt",)


def test_places_of_an_isolated_folder() -> None:
    places = Places(
        Path("/tmp/b/files/home/me/p/nb"), Path("/tmp/b/files/home/me/p"), Path("/home/me/p")
    )
    assert places.written("/tmp/b/files/home/me/p/nb/x") == "x"
    assert places.written("/tmp/b/files/home/me/p/x") == "../x"
    assert places.written("/home/me/p/x") == "../x"
    assert places.written("/tmp/b/files/home/me/other") == "/home/me/other"
    assert places.written("/tmp/b/files/x") == "/x"
    assert places.written("/tmp/other") == "/tmp/other"
    assert places.written("/etc/hosts") == "/etc/hosts"
    assert places.absolute("../x") == "/tmp/b/files/home/me/p/x"
    assert places.original.absolute("../x") == "/home/me/p/x"
