"""The verbs of shared stores, as scripts and the command line have them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import nbformat
import pytest

from jupyterlab_cache import NotebookCache
from jupyterlab_cache.exchange.shared_store.place import NotShared
from jupyterlab_cache.store.signatures import KeyRing
from jupyterlab_cache.store.team_keys import (
    SHARED_STORE_VARIABLE,
    SHARED_STORE_WRITE_VARIABLE,
    without_team_keys,
)

TEAM = b"0123456789abcdef" * 4


def clone(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        cell = nbformat.v4.new_code_cell(
            # Nothing that could be the name of a file, which would count as an input.
            f"{int.from_bytes(name.encode(), 'big')} + 1",
            execution_count=1,
            outputs=[nbformat.v4.new_output("stream", text=name)],
        )
        nbformat.write(nbformat.v4.new_notebook(cells=[cell]), folder / name)
    (folder / ".git").mkdir(exist_ok=True)
    return folder


def cache(folder: Path, secret: bytes) -> NotebookCache:
    return NotebookCache(folder, keys=KeyRing(secret, [TEAM]))


def store_all(cache: NotebookCache, *names: str) -> None:
    """As if they had been executed."""
    for name in names:
        stored = cache.capture(name)
        store = cache.locate(name)[0].store
        store.put(msgspec.structs.replace(stored.entry, provenance="executed"))
        store.remove(stored.id)


@pytest.fixture
def shared(tmp_path: Path) -> str:
    return str(tmp_path / "shared")


def test_chosen_notebooks_are_pushed_and_pulled(tmp_path: Path, shared: str) -> None:
    names = ["a.ipynb", "sub/b.ipynb", "sub/c.ipynb"]
    anna = cache(clone(tmp_path / "anna", *names), b"anna")
    store_all(anna, *names)
    sent = anna.push(shared, ["sub"])
    assert sorted(item.path for item in sent.entries) == ["sub/b.ipynb", "sub/c.ipynb"]
    assert len(anna.push(shared).entries) == 1
    told: list[tuple[int, int]] = []
    ben = cache(clone(tmp_path / "ben", "a.ipynb", "sub/b.ipynb"), b"ben")
    got = ben.pull(shared, ["a.ipynb"], tell=lambda done, total: told.append((done, total)))
    assert [item.path for item in got.entries] == ["a.ipynb"]
    assert told == [(1, 1)]
    # c is not here.
    assert [item.path for item in ben.pull(shared).entries] == ["sub/b.ipynb"]
    assert [item.path for item in ben.pull(shared, everything=True).entries] == ["sub/c.ipynb"]
    assert [status.verdict for status in ben.status()] == ["fresh", "fresh"]


def test_it_is_asked_by_itself_only_where_it_was_named(
    tmp_path: Path, shared: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = cache(clone(tmp_path / "anna", "a.ipynb"), b"anna")
    assert anna.shared is None
    with pytest.raises(NotShared, match=SHARED_STORE_VARIABLE):
        anna.push()
    store_all(anna, "a.ipynb")
    anna.push(shared)
    # What a project says of it is not listened to: it may come from anywhere.
    ben = cache(clone(tmp_path / "ben", "a.ipynb"), b"ben")
    assert ben.shared is None and ben.run(["a.ipynb"])[0].result == "executed"
    monkeypatch.setenv(SHARED_STORE_VARIABLE, shared)
    carl = cache(clone(tmp_path / "carl", "a.ipynb"), b"carl")
    assert carl.shared is not None and not carl.shared.writes
    assert carl.run(["a.ipynb"])[0].result == "fresh"
    monkeypatch.setenv(SHARED_STORE_WRITE_VARIABLE, "1")
    writer = cache(tmp_path / "carl", b"carl")
    assert writer.shared is not None and writer.shared.writes
    writer.use_shared_store(None)
    assert writer.shared is None


def test_kernels_are_not_told_where_it_is() -> None:
    environment = {"A": "1", SHARED_STORE_VARIABLE: "x://u:p@h", SHARED_STORE_WRITE_VARIABLE: "1"}
    assert without_team_keys(environment) == {"A": "1"}


def test_what_is_executed_is_sent_at_the_end_of_a_run(tmp_path: Path, shared: str) -> None:
    anna = cache(clone(tmp_path / "anna", "a.ipynb"), b"anna")
    anna.use_shared_store(shared, writes=True)
    (result,) = anna.run()
    assert result.result == "executed"
    assert [path.stem for path in Path(shared).glob("entries/*/*/*.json")] == [result.entry]
    anna.use_shared_store("http://127.0.0.1:9/nobody", writes=True)
    (result,) = anna.run(force=True)
    assert result.result == "executed"
    assert anna.send_rest() == 1


# The command line


def command(folder: Path, *arguments: str, code: int = 0, **variables: str) -> tuple[str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "jupyterlab_cache.cli.main", *arguments],
        cwd=folder,
        env=os.environ | {"JUPYTERLAB_CACHE_TEAM_KEY": TEAM.decode()} | variables,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == code, done.stderr
    return done.stdout, done.stderr


def answer(folder: Path, *arguments: str, **variables: str) -> Any:
    return json.loads(command(folder, *arguments, "--json", **variables)[0])


def test_the_commands(tmp_path: Path, shared: str) -> None:
    anna = clone(tmp_path / "anna", "a.ipynb", "b.ipynb")
    store_all(cache(anna, b"anna"), "a.ipynb", "b.ipynb")
    planned = answer(anna, "push", shared, "--dry-run")
    assert (planned["total"], planned["dry_run"], Path(shared).exists()) == (2, True, False)
    out, _ = command(anna, "push", shared, "--notebook", "a.ipynb")
    assert "sent 1 entries" in out and "a.ipynb (by the team)" in out
    ben = clone(tmp_path / "ben", "a.ipynb", "b.ipynb")
    variable = {SHARED_STORE_VARIABLE: shared}
    (a, b) = answer(ben, "status", "--offline", **variable)
    assert (a["verdict"], b["verdict"]) == ("uncached", "uncached")
    (a, b) = answer(ben, "status", **variable)
    assert (a["verdict"], a["origin"], b["verdict"]) == ("fresh", "team", "uncached")
    command(anna, "push", **variable)
    assert answer(ben, "pull", **variable)["total"] == 1
    carl = clone(tmp_path / "carl", "a.ipynb")
    out, _ = command(carl, "pull", shared, "--all", JUPYTERLAB_CACHE_TEAM_KEY="")
    assert "2 are from elsewhere" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["push"], "Name the shared store"),
        (["pull", "nowhere"], "There is no shared store at nowhere"),
        (["pull", "http://anna:secret@127.0.0.1:9/x"], "cannot be read"),
        (["pull", "x", "--all", "--notebook", "a.ipynb"], "either --all or --notebook"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(
    tmp_path: Path, arguments: list[str], words: str
) -> None:
    folder = clone(tmp_path / "anna", "a.ipynb")
    out, err = command(folder, *arguments, code=2)
    assert (out, len(err.splitlines())) == ("", 1)
    assert words in err and "secret" not in err
