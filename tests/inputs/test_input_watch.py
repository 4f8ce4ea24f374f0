"""Whoever looks at a verdict is told when something changes that it depends on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from jupyterlab_cache.inputs import input_watch
from jupyterlab_cache.inputs.input_watch import InputWatch
from jupyterlab_cache.inputs.stat_cache import Signature, StatCache
from jupyterlab_cache.inputs.stat_pass import StatPass

SOON = 1.0  # seconds
SET_UP = 0.8  # seconds after which nothing is looked at once more


class Told:
    """What was told, to be waited for."""

    def __init__(self) -> None:
        self.watch = InputWatch(self._tell)
        self._names: asyncio.Queue[str] = asyncio.Queue()

    def _tell(self, name: str) -> None:
        self._names.put_nowait(name)

    async def next(self) -> str:
        return await asyncio.wait_for(self._names.get(), SOON)

    async def nothing(self) -> None:
        with pytest.raises(asyncio.TimeoutError):
            await self.next()


@asynccontextmanager
async def watching() -> AsyncIterator[Told]:
    told = Told()
    try:
        yield told
    finally:
        await told.watch.stop()


def states(folder: Path, *names: str) -> dict[str, Signature | None]:
    look = StatPass(StatCache(folder.parent / "cache.sqlite"))
    return {str(folder / name): look.state(str(folder / name)) for name in names}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "project"
    (made / "data").mkdir(parents=True)
    (made / "data/a.csv").write_text("one")
    (made / "mod.py").write_text("x = 1")
    return made


EDITS: dict[str, Callable[[Path], object]] = {
    "content": lambda f: (f / "data/a.csv").write_text("two"),
    "replaced": lambda f: (f / "mod.py").replace(f / "data/a.csv"),
    "removed": lambda f: (f / "data/a.csv").unlink(),
    "appears": lambda f: (f / "missing.csv").write_text(""),
    "appears with its folder": lambda f: _make(f / "gone/deep/x.csv"),
    "listing": lambda f: (f / "data/b.csv").write_text(""),
    "folder removed": lambda f: (f / "data").rename(f / "other"),
}
NAMES = ("data", "data/a.csv", "missing.csv", "gone/deep/x.csv")


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_text("")


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
async def test_a_change_is_told_at_once(folder: Path, edit: Callable[..., object]) -> None:
    async with watching() as told:
        await told.watch.show("n.ipynb", states(folder, *NAMES))
        await asyncio.sleep(SET_UP)
        edit(folder)
        assert await told.next() == "n.ipynb"


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
async def test_a_change_before_the_watch_is_there_is_told_as_well(
    folder: Path, edit: Callable[..., object]
) -> None:
    async with watching() as told:
        seen = states(folder, *NAMES)
        edit(folder)
        await told.watch.show("n.ipynb", seen)
        assert await told.next() == "n.ipynb"


async def test_a_change_while_the_watch_is_set_up_anew_is_told(folder: Path) -> None:
    async with watching() as told:
        await told.watch.show("a.ipynb", states(folder, "mod.py"))
        await asyncio.sleep(SET_UP)
        await told.watch.show("b.ipynb", states(folder, "data/a.csv"))
        await asyncio.sleep(0)
        (folder / "data/a.csv").write_text("two")
        assert await told.next() == "b.ipynb"


async def test_what_nothing_depends_on_is_not_told(folder: Path) -> None:
    async with watching() as told:
        await told.watch.show("n.ipynb", states(folder, "data/a.csv"))
        await asyncio.sleep(SET_UP)
        (folder / "data/other.csv").write_text("")
        (folder / "mod.py").write_text("x = 2")
        await told.nothing()


async def test_each_is_told_of_its_own(folder: Path) -> None:
    async with watching() as told:
        await told.watch.show("a.ipynb", states(folder, "mod.py"))
        await told.watch.show("b.ipynb", states(folder, "data/a.csv"))
        await asyncio.sleep(SET_UP)
        (folder / "mod.py").write_text("x = 2")
        assert await told.next() == "a.ipynb"
        (folder / "data/a.csv").write_text("two")
        assert await told.next() == "b.ipynb"


async def test_what_nobody_asked_for_in_a_while_is_forgotten(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watching() as told:
        await told.watch.show("a.ipynb", states(folder, "mod.py"))
        monkeypatch.setattr(input_watch, "_REMEMBERED_SECONDS", 0.0)
        await told.watch.show("b.ipynb", states(folder, "data/a.csv"))
        await asyncio.sleep(SET_UP)
        (folder / "mod.py").write_text("x = 2")
        await told.nothing()


async def test_nothing_is_left_when_it_was_stopped(folder: Path) -> None:
    told = Told()
    before = asyncio.all_tasks()
    await told.watch.show("a.ipynb", states(folder, "mod.py"))
    await told.watch.stop()
    await asyncio.sleep(0.1)
    assert asyncio.all_tasks() == before
