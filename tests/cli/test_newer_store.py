"""A store of a newer version: every command says so, and none touches it."""

from __future__ import annotations

import contextlib
import gc
import io
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from jupyterlab_cache.cli.main import main

Everything = Callable[[Path], dict[str, tuple[bytes, int]]]

ID = "0" * 32
COMMANDS = [
    ("status", "a.ipynb"),
    ("run",),
    ("run", "--force", "--write", "a.ipynb"),
    ("restore", "a.ipynb"),
    ("check", "a.ipynb"),
    ("add", "a.ipynb"),
    ("list",),
    ("show", ID),
    ("stats",),
    ("report",),
    ("invalidate", "a.ipynb"),
    ("remove", ID),
    ("pin", ID),
    ("pin", "--unpin", ID),
    ("gc",),
    ("gc", "--dry-run"),
    ("verify",),
    ("verify", "--repair"),
    ("migrate",),
]


def said(*arguments: str) -> tuple[int, str]:
    """The exit code of a command in this process, and what it printed."""
    output = io.StringIO()
    with (
        contextlib.redirect_stdout(output),
        contextlib.redirect_stderr(output),
        pytest.raises(SystemExit) as end,
    ):
        main(list(arguments))
    gc.unfreeze()
    gc.enable()
    return int(end.value.code or 0), " ".join(output.getvalue().split())


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A notebook with outputs, stored, by what is from now on a newer program."""
    monkeypatch.chdir(tmp_path)
    cell = new_code_cell(
        "1", execution_count=1, outputs=[new_output("stream", name="stdout", text="1")]
    )
    kernelspec = {"name": "python3", "display_name": "Python", "language": "python"}
    nbformat.write(new_notebook(cells=[cell], metadata={"kernelspec": kernelspec}), "a.ipynb")
    (tmp_path / ".jupyterlab_cache").mkdir()
    assert said("add", "a.ipynb")[0] == 0
    (tmp_path / ".jupyterlab_cache" / "format.json").write_text('{"format": 2}')
    return tmp_path


def test_every_command_says_what_to_do_and_touches_nothing(
    project: Path, everything: Everything
) -> None:
    before = everything(project)
    for arguments in COMMANDS:
        code, output = said(*arguments)
        assert code != 0, arguments
        assert "update jupyterlab-cache to use it" in output, (arguments, output)
        assert everything(project) == before, arguments


def test_an_older_store_is_untouched_until_it_is_migrated(
    project: Path, everything: Everything, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / ".jupyterlab_cache" / "format.json").write_text('{"format": 1}')
    monkeypatch.setattr("jupyterlab_cache.store.layout.STORE_FORMAT", 2)
    before = everything(project)
    for arguments in COMMANDS[:-1]:
        code, output = said(*arguments)
        assert code != 0, arguments
        assert "jupyter cache migrate" in output, (arguments, output)
        assert everything(project) == before, arguments


def test_migrating_what_is_new_enough_changes_nothing(
    project: Path, everything: Everything
) -> None:
    (project / ".jupyterlab_cache" / "format.json").write_text('{"format": 1}')
    before = everything(project)
    code, output = said("migrate")
    assert (code, output) == (0, "The store has format 1, the newest.")
    assert everything(project) == before
