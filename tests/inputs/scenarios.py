"""Edit → stale with the right reason → revert → fresh: one way to say such a scenario."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from jupyterlab_cache.cache import NotebookCache
from jupyterlab_cache.execution.batch import RunResult
from jupyterlab_cache.inputs.stat_cache import StatCache
from jupyterlab_cache.inputs.verdict import Status
from jupyterlab_cache.notebooks.declaration import NOTHING, Declaration
from jupyterlab_cache.store.signatures import KeyRing

_OWN = ".jupyterlab_cache"
REST = 0.04
"""Seconds after which times are relied on in these tests."""


class Project:
    """A project in a folder of its own, with its cache.

    Args:
        root: Its folder, not yet there.
        machine: A folder outside it, for what belongs to the machine.
    """

    def __init__(self, root: Path, machine: Path) -> None:
        self.root = root
        self.outside = machine / "outside"
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")
        }
        self._machine = machine
        root.mkdir()
        self.outside.mkdir(parents=True, exist_ok=True)
        self.write("pyproject.toml", "")
        self.cache = self.new_cache()

    def new_cache(self, declared: Declaration = NOTHING) -> NotebookCache:
        """The cache as another process would see it, with nothing in memory."""
        return NotebookCache(
            self.root,
            keys=KeyRing(b"the key of these tests"),
            stat_cache=StatCache(self._machine / "stat-cache.sqlite"),
            launch_environment=lambda: dict(self.environment),
            declared=declared,
        )

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def notebook(self, *sources: str, name: str = "a.ipynb", kernel: str = "python3") -> Path:
        """Write a notebook."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        spec = {"name": kernel, "display_name": kernel}
        cells = [new_code_cell(source) for source in sources]
        nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": spec}), path)
        return path

    def run(self, name: str = "a.ipynb") -> RunResult:
        """Execute a notebook unless it is fresh; it must not fail."""
        (result,) = self.cache.run([self.root / name])
        assert result.failure is None, result.failure
        return result

    def status(self, name: str = "a.ipynb") -> Status:
        """The verdict on a notebook."""
        (status,) = self.cache.status([self.root / name])
        # What was remembered from earlier looks must not show.
        assert self.new_cache(self.cache.declared).status([self.root / name]) == [status]
        return status

    def rest(self) -> None:
        """Wait until times can be relied on, and have everything looked at until it stands."""
        time.sleep(2 * REST)
        self.cache.status()
        self.cache.status()

    def printed(self, name: str = "a.ipynb") -> str:
        """What the cells of the matching entry printed."""
        status = self.status(name)
        assert status.entry is not None
        store = self.cache.project_of(self.root / name).store
        outputs = store.outputs_of(store.get(status.entry))
        return "".join(output.get("text", "") for cell in outputs for output in cell)

    def snapshot(self) -> Callable[[], None]:
        """Remember all files as they are; the result puts them back, with their times."""
        kept = {path: _state(path) for path in self._files()}
        environment = dict(self.environment)

        def put_back() -> None:
            for path in self._files():
                if path not in kept:
                    path.unlink()
                elif _state(path) != kept[path]:
                    path.unlink()
                    _restore(path, kept[path])
            for folder in self._folders():
                if folder in kept:
                    folder.rmdir()
            for path, state in kept.items():
                if not os.path.lexists(path):
                    _restore(path, state)
            for folder in sorted(self._folders(), reverse=True):
                if not any(folder in path.parents for path in kept):
                    folder.rmdir()
            self.environment.clear()
            self.environment.update(environment)

        return put_back

    def _files(self) -> list[Path]:
        return [
            path
            for top in (self.root, self.outside)
            for path in top.rglob("*")
            if _OWN not in path.parts and (path.is_symlink() or not path.is_dir())
        ]

    def _folders(self) -> list[Path]:
        return [
            path
            for top in (self.root, self.outside)
            for path in top.rglob("*")
            if _OWN not in path.parts and path.is_dir() and not path.is_symlink()
        ]


State = tuple[str, bytes, int]


def _state(path: Path) -> State:
    if path.is_symlink():
        return "link", os.fsencode(os.readlink(path)), 0
    return "file", path.read_bytes(), path.stat().st_mtime_ns


def _restore(path: Path, state: State) -> None:
    kind, content, modified = state
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == "link":
        path.symlink_to(os.fsdecode(content))
        return
    path.write_bytes(content)
    os.utime(path, ns=(modified, modified))


@dataclass(frozen=True)
class Scenario:
    """What a notebook uses, and a change of it.

    Attributes:
        name: For the test's name.
        cells: The notebook's cells. Names of files are put together by the code, so that nothing
            can be learned from literals.
        edit: The change.
        reason: The code of the reason that has to be given for it.
        subject: What the reason's subject has to contain.
        files: The files that are there, by path.
        notebook: Where the notebook is.
        prepare: What else has to be there.
    """

    name: str
    cells: tuple[str, ...]
    edit: Callable[[Project], object]
    reason: str
    subject: str
    files: dict[str, str | bytes] = field(default_factory=dict)
    notebook: str = "a.ipynb"
    prepare: Callable[[Project], object] = lambda _: None


def play(scenario: Scenario, project: Project, kernel: str = "python3") -> None:
    """Execute, edit, revert, and look at the verdict each time."""
    for name, content in scenario.files.items():
        project.write(name, content)
    scenario.prepare(project)
    project.notebook(*scenario.cells, name=scenario.notebook, kernel=kernel)
    result = project.run(scenario.notebook)
    assert result.result == "executed"
    status = project.status(scenario.notebook)
    assert (status.verdict, status.reasons) == ("fresh", ())

    put_back = project.snapshot()
    project.rest()
    scenario.edit(project)
    status = project.status(scenario.notebook)
    assert status.verdict == "stale"
    reasons = [(reason.code, reason.subject) for reason in status.reasons]
    matching = [
        subject
        for code, subject in reasons
        if code == scenario.reason and scenario.subject in subject
    ]
    assert matching, reasons

    put_back()
    status = project.status(scenario.notebook)
    assert (status.verdict, status.reasons) == ("fresh", ())


def writes(name: str, content: str | bytes) -> Callable[[Project], object]:
    """An edit: a file gets this content."""
    return lambda project: project.write(name, content)


def removes(name: str) -> Callable[[Project], object]:
    """An edit: a file goes."""
    return lambda project: (project.root / name).unlink()
