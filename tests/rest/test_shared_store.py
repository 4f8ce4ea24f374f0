"""A server with a shared store: verdicts come at once, and what others executed comes after."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import nbformat
import pytest
from nbformat.v4 import new_output

from jupyterlab_cache.app import STORE_EVENT
from jupyterlab_cache.cache import NotebookCache
from jupyterlab_cache.store.signatures import KeyRing
from jupyterlab_cache.store.team_keys import KEY_VARIABLE

KEY = "a1" * 32


@pytest.fixture
def shared(tmp_path: Path) -> str:
    return str(tmp_path / "shared")


@pytest.fixture
def jp_server_config(
    jp_server_config: dict[str, Any], shared: str, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Any]:
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    return {**jp_server_config, "CacheApp": {"shared_store": shared, "shared_store_write": True}}


class Colleague:
    """Somebody who has executed the same notebook elsewhere."""

    def __init__(self, folder: Path, shared: str) -> None:
        self.folder = folder
        folder.mkdir()
        self.cache = NotebookCache(folder, keys=KeyRing(b"a colleague", [KEY.encode()]))
        self.shared = shared

    def executes(self, path: Path, text: str = "42") -> str:
        """As if it had been; returns the entry, which is pushed."""
        notebook = nbformat.read(path, 4)
        cell = next(cell for cell in notebook.cells if cell.cell_type == "code")
        cell |= {"execution_count": 1, "outputs": [new_output("stream", text=text)]}
        mine = self.folder / path.name
        nbformat.write(notebook, mine)
        store = self.cache.projects.of(mine).store
        captured = self.cache.capture(path.name)
        stored = store.put(msgspec.structs.replace(captured.entry, provenance="executed"))
        store.remove(captured.id)
        self.cache.push(self.shared)
        return stored.id


def entries_in(shared: str) -> list[str]:
    return [path.stem for path in Path(shared).glob("entries/*/*/*.json")]


async def test_what_a_colleague_executed_comes_while_nobody_waits(
    client: Any, jp_serverapp: Any, write_notebook: Any, tmp_path: Path, shared: str
) -> None:
    came = asyncio.Event()
    events: list[Any] = []

    async def note(logger: Any, schema_id: str, data: dict[str, Any]) -> None:
        events.append((data["path"], data["action"], data.get("entry")))
        came.set()

    jp_serverapp.event_logger.add_listener(schema_id=STORE_EVENT, listener=note)
    path = write_notebook("a.ipynb", "print(42)")
    assert (await client.get("shared-store"))[1] == {
        "shared_store": {
            "url": shared,
            "state": "unknown",
            "asked": None,
            "error": "",
            "writes": True,
            "unsent": 0,
            "elsewhere": 0,
        }
    }
    entry = Colleague(tmp_path / "colleague", shared).executes(path)
    # The first answer is what is here.
    _, answer = await client.get("status", path="a.ipynb")
    assert answer["statuses"][0]["verdict"] == "uncached"
    await asyncio.wait_for(came.wait(), 60)
    assert events == [("a.ipynb", "added", entry)]
    _, answer = await client.get("status", path="a.ipynb")
    (status,) = answer["statuses"]
    assert (status["verdict"], status["entry"], status["origin"]) == ("fresh", entry, "team")
    _, answer = await client.get("shared-store")
    assert answer["shared_store"]["state"] == "reachable"
    # A click executes nothing.
    job = await client.run("a.ipynb")
    assert (job["result"], job["entry"]) == ("fresh", entry)


async def test_a_click_finds_it_before_any_verdict_was_shown(
    client: Any, write_notebook: Any, tmp_path: Path, shared: str
) -> None:
    path = write_notebook("a.ipynb", "print(42)")
    entry = Colleague(tmp_path / "colleague", shared).executes(path)
    job = await client.run("a.ipynb")
    assert (job["result"], job["entry"]) == ("fresh", entry)


async def test_what_is_executed_here_is_sent_there(
    client: Any, write_notebook: Any, shared: str, jp_serverapp: Any
) -> None:
    write_notebook("a.ipynb", "print(42)")
    job = await client.run("a.ipynb")
    assert job["result"] == "executed"
    app = jp_serverapp.web_app.settings["jupyterlab_cache"]
    assert await asyncio.to_thread(app.cache.send_rest) == 0
    assert entries_in(shared) == [job["entry"]]


async def test_pushing_and_pulling_by_hand(
    client: Any, write_notebook: Any, tmp_path: Path, shared: str
) -> None:
    path = write_notebook("a.ipynb", "print(42)")
    code, answer = await client.post("shared-store/pulls", {"path": ""})
    assert code == 409 and "no shared store" in answer["message"]
    entry = Colleague(tmp_path / "colleague", shared).executes(path)
    code, answer = await client.post("shared-store/pulls", {"path": ""})
    assert (code, answer["total"]) == (200, 1)
    assert answer["entries"] == [
        {"entry": entry, "path": "a.ipynb", "origin": "team", "trusted": True}
    ]
    code, answer = await client.post("shared-store/pushes", {"path": "a.ipynb"})
    assert (code, answer["total"], answer["present"]) == (200, 0, 1)
    for resource in ("shared-store/pulls", "shared-store/pushes"):
        assert (await client.post(resource, {"path": "../x"}))[0] == 400
        assert (await client.post(resource, {"path": 1}))[0] == 400
        assert (await client.post(resource, {"path": "", "url": "s3://other"}))[0] == 400
