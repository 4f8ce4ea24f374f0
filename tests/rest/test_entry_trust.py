"""Trusting entries from elsewhere on a real server, and the keys that it is given."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_output
from traitlets import TraitError

from jupyterlab_cache.app import STORE_EVENT, CacheApp
from jupyterlab_cache.cache import NotebookCache
from jupyterlab_cache.store.signatures import KeyRing
from jupyterlab_cache.store.team_keys import KEY_VARIABLE

KEY, OTHER = "a1" * 32, "b2" * 32


@pytest.fixture
def jp_server_config(
    jp_server_config: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Any]:
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    file = tmp_path / "other.key"
    file.write_text(OTHER)
    return {**jp_server_config, "CacheApp": {"team_key_files": [str(file)]}}


def put(root: Path, path: Path, *team: str, secret: bytes = b"of a stranger") -> str:
    """Have somebody else store the outputs of a notebook."""
    notebook = nbformat.read(path, 4)
    html = new_output("display_data", {"text/html": f"<b>{secret!r}</b>"})
    notebook.cells[1] |= {"execution_count": 1, "outputs": [html]}
    nbformat.write(notebook, path)
    keys = KeyRing(secret, [key.encode() for key in team])
    return NotebookCache(root, keys=keys).capture(path.name).id


async def test_a_foreign_entry(
    client: Any, jp_serverapp: Any, write_notebook: Any, jp_root_dir: Path
) -> None:
    events: list[Any] = []

    async def note(logger: Any, schema_id: str, data: dict[str, Any]) -> None:
        events.append({name: data[name] for name in ("path", "action", "entry")})

    jp_serverapp.event_logger.add_listener(schema_id=STORE_EVENT, listener=note)
    path = write_notebook("a.ipynb", "show()")
    entry = put(jp_root_dir, path)
    query = {"path": "a.ipynb"}

    async def state() -> tuple[str, bool, bool]:
        _, page = await client.get("entries", **query)
        _, answer = await client.get("status", **query)
        _, outputs = await client.get(f"entries/{entry}/outputs", **query)
        (summary,), (status,) = page["entries"], answer["statuses"]
        assert (status["origin"], status["trusted"]) == (summary["origin"], summary["trusted"])
        return summary["origin"], summary["trusted"], outputs["trusted"]

    assert await state() == ("elsewhere", False, False)
    _, preview = await client.get(f"entries/{entry}/trust", **query)
    assert (preview["entry"], preview["active"], preview["trusted"]) == (
        entry,
        ["text/html"],
        False,
    )
    for _ in range(2):
        assert (await client.send("PUT", f"entries/{entry}/trust", **query))[0] == 204
        assert await state() == ("elsewhere", True, True)
    for _ in range(2):
        assert (await client.send("DELETE", f"entries/{entry}/trust", **query))[0] == 204
        assert await state() == ("elsewhere", False, False)
    assert [event["action"] for event in events] == ["trusted"] * 2 + ["distrusted"] * 2
    for method in ("GET", "PUT", "DELETE"):
        assert (await client.send(method, f"entries/{'0' * 32}/trust", **query))[0] == 404
        assert (await client.send(method, f"entries/{entry}/trust"))[0] == 400
        assert (await client.send(method, f"entries/{entry}/trust", path="../x"))[0] == 400


async def test_what_is_ours(client: Any, write_notebook: Any, jp_root_dir: Path) -> None:
    # The server took the key from the environment; what it starts does not get it.
    assert KEY_VARIABLE not in os.environ
    for number, key in enumerate((KEY, OTHER)):
        path = write_notebook(f"{number}.ipynb", "show()")
        entry = put(jp_root_dir, path, key)
        _, page = await client.get("entries", path=path.name)
        assert [item["origin"] for item in page["entries"]] == ["team"]
        query = {"path": path.name}
        assert (await client.send("PUT", f"entries/{entry}/trust", **query))[0] == 204
        status, answer = await client.send("DELETE", f"entries/{entry}/trust", **query)
        assert (status, "remove it instead" in answer["message"]) == (409, True)
    path = write_notebook("own.ipynb", "show()")
    put(jp_root_dir, path)
    assert (await client.post("captures", {"path": "own.ipynb"}))[0] == 201
    _, page = await client.get("entries", path="own.ipynb")
    assert "here" in [item["origin"] for item in page["entries"]]


def test_settings_tell_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "team.key"
    file.write_text("short")
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    app = CacheApp(team_key_files=[str(file)])
    with pytest.raises(TraitError, match="32 characters") as caught:
        app._team_keys()
    assert "short" not in str(caught.value)
    # Not even then is it left to what the server starts.
    assert KEY_VARIABLE not in os.environ
    file.write_text(OTHER)
    assert app._team_keys() == [OTHER.encode()]
    assert OTHER not in repr({name: getattr(app, name, None) for name in app.trait_names()})
