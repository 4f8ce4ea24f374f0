"""Search, order, pins, collection and verification of a real server's stores."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jupyterlab_cache.app import STORE_EVENT
from jupyterlab_cache.execution.collecting import AutomaticCollection
from jupyterlab_cache.execution.jobs import new_job
from jupyterlab_cache.store import collection as collection_module
from jupyterlab_cache.store import reading

ID = "0" * 32


async def executed(client: Any, write_notebook: Any) -> dict[str, str]:
    """Three notebooks, executed in this order: the entry of each."""
    found = {}
    for name, source in (("b.ipynb", "'b' * 5000"), ("a.ipynb", "1"), ("fails.ipynb", "1 / 0")):
        write_notebook(name, source)
        found[name] = (await client.run(name))["entry"]
    return found


async def names(client: Any, **query: str) -> list[str]:
    status, answer = await client.get("entries", path=".", **query)
    assert status == 200, answer
    return [entry["path"] for entry in answer["entries"]]


async def test_search_and_order(client: Any, write_notebook: Any) -> None:
    entries = await executed(client, write_notebook)
    assert await names(client) == ["fails.ipynb", "a.ipynb", "b.ipynb"]
    assert await names(client, order="ascending") == ["b.ipynb", "a.ipynb", "fails.ipynb"]
    assert await names(client, sort="path", order="ascending") == [
        "a.ipynb",
        "b.ipynb",
        "fails.ipynb",
    ]
    assert (await names(client, sort="bytes"))[0] == "b.ipynb"
    assert await names(client, search="ERROR") == ["fails.ipynb"]
    assert await names(client, search="ipynb OK python3", sort="path") == ["b.ipynb", "a.ipynb"]
    assert await names(client, search=entries["a.ipynb"][5:20]) == ["a.ipynb"]
    assert await names(client, search="nowhere") == []

    resource = f"entries/{entries['b.ipynb']}/outputs"
    assert (await client.get(resource, path="b.ipynb"))[0] == 200
    assert (await names(client, sort="used"))[0] == "b.ipynb"
    _, page = await client.get("entries", path=".", sort="used", limit="1")
    assert page["total"] == 3
    (first,) = page["entries"]
    assert abs(first["used"] - time.time()) < 120
    assert (first["pinned"], first["bytes"] > 5000) == (False, True)


async def test_a_project_is_found_by_its_folder(client: Any, write_notebook: Any) -> None:
    place = write_notebook("Team/sub/c.ipynb", "1")
    (place.parent.parent / "pyproject.toml").touch()
    await client.run("Team/sub/c.ipynb")
    for search, total in (("team/sub", 1), ("TEAM c.ipynb", 1), ("team/c", 0)):
        _, page = await client.get("entries", path="Team", search=search)
        assert (page["total"], page["project"]) == (total, "Team"), search


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"search": "x" * 201}, "200 characters"),
        ({"sort": "size"}, "created, path"),
        ({"order": "up"}, "descending, ascending"),
    ],
)
async def test_a_listing_that_makes_no_sense(
    client: Any, query: dict[str, str], words: str
) -> None:
    status, answer = await client.get("entries", path=".", **query)
    assert status == 400
    assert words in answer["message"]


async def test_pins(client: Any, write_notebook: Any) -> None:
    entries = await executed(client, write_notebook)
    resource = f"entries/{entries['a.ipynb']}"
    for verb, pinned in (("PUT", True), ("PUT", True), ("DELETE", False), ("DELETE", False)):
        assert (await client.send(verb, f"{resource}/pin", path="a.ipynb"))[0] == 204
        assert (await client.get(resource, path="a.ipynb"))[1]["pinned"] is pinned
    for verb in ("PUT", "DELETE"):
        assert (await client.send(verb, f"entries/{ID}/pin", path="a.ipynb"))[0] == 404
        assert (await client.send(verb, f"{resource}/pin"))[0] == 400
        assert (await client.send(verb, f"{resource}/pin", path="../x"))[0] == 400


async def test_a_collection_and_its_preview(
    client: Any, write_notebook: Any, jp_serverapp: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = await executed(client, write_notebook)
    monkeypatch.setattr(collection_module, "GRACE", -100.0)
    told: list[dict[str, Any]] = []

    async def note(logger: Any, schema_id: str, data: dict[str, Any]) -> None:
        told.append(data)

    jp_serverapp.event_logger.add_listener(schema_id=STORE_EVENT, listener=note)
    await client.send("PUT", f"entries/{entries['b.ipynb']}/pin", path=".")
    body = {"path": ".", "max_entries": 2, "preview": True}
    status, preview = await client.post("collections", body)
    assert status == 200
    assert [entry["id"] for entry in preview["removed"]] == [entries["a.ipynb"]]
    assert len(await names(client)) == 3
    assert told == []
    status, done = await client.post("collections", {**body, "preview": False})
    assert (status, done) == (200, preview)
    assert (done["total"], done["kept_entries"], done["freed_bytes"] > 0) == (1, 2, True)
    assert await names(client) == ["fails.ipynb", "b.ipynb"]
    await asyncio.sleep(0.1)
    assert told == [{"path": "a.ipynb", "action": "removed"}]
    assert (await client.get("status", path="b.ipynb"))[1]["statuses"][0]["verdict"] == "fresh"

    # Without a limit only what nobody needs.
    status, answer = await client.post("collections", {"path": "b.ipynb", "preview": False})
    assert (status, answer["total"], answer["kept_entries"]) == (200, 0, 2)
    body = {"path": ".", "max_bytes": 0, "max_age": 0.0, "max_entries": 0, "preview": False}
    status, answer = await client.post("collections", body)
    assert answer["total"] == 1
    assert await names(client) == ["b.ipynb"]


async def test_notebooks_with_a_job_keep_their_entries(
    client: Any, write_notebook: Any, jp_serverapp: Any, jp_root_dir: Path
) -> None:
    await executed(client, write_notebook)
    project, _ = jp_serverapp.web_app.settings["jupyterlab_cache"].cache.locate(".")
    job = new_job(str(jp_root_dir / "a.ipynb"), force=False, timeout=None)
    project.store.job_files.write(job.id, msgspec.json.encode(job))
    body = {"path": ".", "max_entries": 0, "preview": False}
    status, answer = await client.post("collections", body)
    assert (status, answer["total"], answer["kept_entries"]) == (200, 2, 1)
    assert await names(client) == ["a.ipynb"]


BAD_BODIES: list[tuple[str, Any]] = [
    ("collections", {"path": "."}),
    ("collections", {"preview": True}),
    ("collections", {"path": "", "preview": True}),
    ("collections", {"path": "../x", "preview": True}),
    ("collections", {"path": ".", "preview": 1}),
    ("collections", {"path": ".", "preview": True, "max_bytes": -1}),
    ("collections", {"path": ".", "preview": True, "max_bytes": 1.5}),
    ("collections", {"path": ".", "preview": True, "max_entries": 2**53}),
    ("collections", {"path": ".", "preview": True, "max_age": "1d"}),
    ("collections", {"path": ".", "preview": True, "max_size": 1}),
    ("collections", []),
    ("verifications", {"path": "."}),
    ("verifications", {"path": ".", "repair": "yes"}),
    ("verifications", {"path": "/etc", "repair": True}),
    ("verifications", {"path": "a\0b", "repair": True}),
]


@pytest.mark.parametrize(("resource", "body"), BAD_BODIES, ids=str)
async def test_bodies_that_make_no_sense(client: Any, resource: str, body: Any) -> None:
    status, answer = await client.post(resource, body)
    assert status == 400, answer
    assert answer["message"]


async def test_numbers_that_are_none(client: Any) -> None:
    for number in (b"NaN", b"Infinity", b"1e999", b"-1"):
        raw = b'{"path": ".", "preview": true, "max_age": ' + number + b"}"
        status, answer = await client.send("POST", "collections", raw=raw)
        assert status == 400, (number, answer)


def spoil(root: Path, entry: str) -> None:
    (place,) = root.glob(f".jupyterlab_cache/entries/*/*/{entry}.json")
    place.write_bytes(b"{}")


async def test_a_verification(client: Any, write_notebook: Any, jp_root_dir: Path) -> None:
    entries = await executed(client, write_notebook)
    status, answer = await client.post("verifications", {"path": ".", "repair": False})
    assert (status, answer["entries"], answer["total"], answer["problems"]) == (200, 3, 0, [])
    spoil(jp_root_dir, entries["b.ipynb"])
    status, answer = await client.post("verifications", {"path": "a.ipynb", "repair": False})
    (problem,) = answer["problems"]
    assert (problem["kind"], problem["repaired"]) == ("entry-damaged", False)
    status, answer = await client.post("verifications", {"path": ".", "repair": True})
    assert [problem["repaired"] for problem in answer["problems"]] == [True]
    status, answer = await client.post("verifications", {"path": ".", "repair": True})
    assert (answer["entries"], answer["total"]) == (2, 0)
    assert (await client.get("status", path="b.ipynb"))[1]["statuses"][0]["verdict"] == "uncached"


async def test_an_entry_that_cannot_be_read_refuses_a_collection(
    client: Any, write_notebook: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = await executed(client, write_notebook)
    read_file = reading.read_file

    def refuse(folder: Any, name: str, limit: int) -> bytes:
        if name.startswith(entries["a.ipynb"]):
            raise PermissionError(13, "Permission denied")
        return read_file(folder, name, limit)

    with monkeypatch.context() as patch:
        patch.setattr(reading, "read_file", refuse)
        body = {"path": ".", "max_entries": 0, "preview": False}
        status, answer = await client.post("collections", body)
    assert status == 409
    assert "Nothing was removed" in answer["message"]
    assert len(await names(client)) == 3


class TestAutomatically:
    @pytest.fixture
    def jp_server_config(self, jp_server_config: dict[str, Any]) -> dict[str, Any]:
        return jp_server_config | {"CacheApp": {"max_store_bytes": 60_000}}

    async def test_a_store_that_grows_stays_small(
        self, client: Any, write_notebook: Any, jp_serverapp: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(collection_module, "GRACE", -100.0)
        monkeypatch.setattr("jupyterlab_cache.execution.collecting._PAUSE", 0)
        app = jp_serverapp.web_app.settings["jupyterlab_cache"]
        assert isinstance(app.collection, AutomaticCollection)
        store = app.cache.locate(".")[0].store
        for number in range(5):
            # Hexadecimal digits of random bytes: 20,000 bytes on disk.
            source = f"import random; print(random.Random({number}).randbytes(20_000).hex())"
            write_notebook(f"{number}.ipynb", source)
            job = await client.run(f"{number}.ipynb")
            assert job["state"] == "done"
            await asyncio.sleep(0.1)  # the event that ends the job starts the collection
            await app.collection.close()
            assert store.blobs.size_of_all() <= 60_000
        left = [entry.entry.notebook_path for entry in store.page()[0]]
        # The newest ones, but not all.
        assert left == [f"{number}.ipynb" for number in (4, 3, 2, 1, 0)][: len(left)]
        assert 0 < len(left) < 5
        assert all(map(store.has_outputs, store.page()[0]))


async def test_nothing_is_collected_by_itself_unless_wanted(jp_serverapp: Any) -> None:
    assert jp_serverapp.web_app.settings["jupyterlab_cache"].collection is None
