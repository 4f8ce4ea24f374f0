"""The Python API, as scripts use it: only what ``jupyterlab_cache`` exports."""

from __future__ import annotations

import asyncio
import inspect
import os
import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest

import jupyterlab_cache
from jupyterlab_cache import (
    AsyncNotebookCache,
    NotebookCache,
    NotebookError,
    PathRefused,
    StoreError,
)
from jupyterlab_cache.store.notary import notary_secret

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "python-api.md").read_text("utf-8")

SCRIPT = """\
# ---
# jupyter:
#   kernelspec:
#     name: python3
#     display_name: Python 3
# ---

# %%
{}
"""

# The table "All verbs".
VERBS = [
    name
    for row in re.findall(r"^\| (`[^|]*) \|", PAGE, re.MULTILINE)
    for name in re.findall(r"`(\w+)`", row)
]


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pyproject.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def until_there(name: str) -> None:
    for _ in range(1200):
        if name in os.listdir():
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{name} did not come")


def write(name: str, code: str) -> None:
    Path(name).write_text(SCRIPT.format(code))


def test_the_examples_of_the_page() -> None:
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert len(blocks) >= 6
    script = "\n".join(blocks)
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert "Cell 1 was changed." in ran.stdout


def test_all_names_are_there_and_none_is_imported_before_it_is_asked_for() -> None:
    for name in jupyterlab_cache.__all__:
        assert getattr(jupyterlab_cache, name)
        assert name in dir(jupyterlab_cache)
    script = (
        "import sys, jupyterlab_cache; "
        "print([name for name in sys.modules if name.startswith('jupyterlab_cache.')])"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert ran.stdout.strip() == "[]"
    with pytest.raises(AttributeError):
        jupyterlab_cache.Nothing  # noqa: B018


def test_types_are_told_to_whoever_installs_it() -> None:
    assert (Path(jupyterlab_cache.__file__).parent / "py.typed").exists()


@pytest.mark.parametrize("name", [name for name in VERBS if name != "readable"])
def test_a_verb_is_the_same_both_ways(name: str) -> None:
    signature = inspect.signature(getattr(NotebookCache, name))
    both = inspect.signature(getattr(AsyncNotebookCache, name))
    if not name.endswith("_each"):
        assert both.parameters == signature.parameters
    assert getattr(AsyncNotebookCache, name).__doc__


def test_every_asynchronous_verb_is_on_the_page() -> None:
    members = [name for name in vars(AsyncNotebookCache) if not name.startswith("_")]
    assert len(VERBS) > 20
    assert {*members} - {"close"} <= {*VERBS}


async def test_running_inside_a_loop_that_runs(project: Path) -> None:
    """As in a notebook: ``asyncio.run`` refuses there."""
    write("a.py", "1 + 1")
    with NotebookCache() as cache:
        (result,) = cache.run()
        assert (result.path, result.result) == ("a.py", "executed")
        with pytest.raises(NotebookError):
            cache.run(["missing.py"])


async def test_the_same_cache_both_ways() -> None:
    write("a.py", "print('once')")
    async with AsyncNotebookCache() as cache:
        results = [result async for result in cache.run_each(["a.py"])]
        assert [result.result for result in results] == ["executed"]
        assert [result.result for result in await cache.run()] == ["fresh"]
        (entry,) = await cache.entries()
        assert (await cache.outputs(entry.id[:8]))[0][0]["text"] == "once\n"
        assert (await cache.show(entry)).id == entry.id
        await cache.restore("a.py", output=Path("a.ipynb"))
        assert cache.cache.status(["a.ipynb"])[0].outputs == "same"
        await cache.remove(entry)
        with pytest.raises(StoreError):
            await cache.show(entry)
        with pytest.raises(PathRefused):
            await cache.status(["../a.py"])


async def test_cancelling_stops_what_is_executed() -> None:
    write("a.py", "open('began', 'w').close()\nimport time\ntime.sleep(600)")
    async with AsyncNotebookCache() as cache:
        task = asyncio.ensure_future(cache.run())
        await until_there("began")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert [status.verdict for status in await cache.status()] != ["fresh"]


def test_a_cache_can_be_sent_to_another_process(project: Path) -> None:
    write("a.py", "1")
    cache = NotebookCache(project, store=project / "elsewhere", default_kernel="python3")
    data = pickle.dumps(cache)
    assert notary_secret() not in data
    script = (
        "import pickle, sys; cache = pickle.loads(sys.stdin.buffer.read()); "
        "print(cache.status()[0].path, cache.projects.store_folder.name)"
    )
    ran = subprocess.run([sys.executable, "-c", script], input=data, capture_output=True)
    assert ran.stdout.split() == [b"a.py", b"elsewhere"], ran.stderr
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(NotebookCache(project, launch_environment=dict))
