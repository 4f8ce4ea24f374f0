"""Invalidating notebooks, and what they declare, on a real server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import nbformat

from jupyterlab_cache.notebooks.reader import read_digests


def _document(path: Path) -> Any:
    return msgspec.to_builtins(read_digests(path))


async def test_invalidating_a_notebook(client: Any, write_notebook: Any, jp_root_dir: Path) -> None:
    write_notebook("a.ipynb", "print(1)")
    job = await client.run("a.ipynb")
    assert await client.post("invalidations", {"path": "a.ipynb"}) == (204, None)
    _, answer = await client.get("status", path="a.ipynb")
    (status,) = answer["statuses"]
    assert [reason["code"] for reason in status["reasons"]] == ["invalidated"]
    assert status["entry"] == job["entry"]
    (jp_root_dir / "folder").mkdir()
    for path, code in [("missing.ipynb", 404), ("../a.ipynb", 400), ("folder", 400), ("", 400)]:
        assert (await client.post("invalidations", {"path": path}))[0] == code, path


async def test_a_declaration_counts_as_it_is_saved(
    client: Any, write_notebook: Any, jp_root_dir: Path
) -> None:
    path = write_notebook("a.ipynb", "print(1)")
    (jp_root_dir / "data.csv").write_text("1")
    await client.run("a.ipynb")
    query = {"notebooks": [{"path": "a.ipynb", "document": _document(path)}]}

    async def declare(*assets: str) -> tuple[int, Any]:
        notebook = nbformat.read(path, as_version=4)
        notebook.metadata["jupyterlab_cache"] = {"assets": list(assets)}
        nbformat.write(notebook, path)
        return await client.post("status", query)

    _, answer = await declare("*.csv")
    (reason,) = answer["statuses"][0]["reasons"]
    assert (reason["code"], reason["subject"]) == ("declaration-changed", "*.csv")
    status, answer = await declare("../../*.csv")
    assert (status, "outside the project" in answer["message"]) == (400, True)
    assert (await client.post("jobs", {"path": "a.ipynb"}))[0] == 400
