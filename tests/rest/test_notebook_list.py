"""All notebooks of a project at once: their verdicts, and their outputs back into the files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat


async def test_each_notebook_has_a_line(
    client: Any, write_notebook: Any, jp_root_dir: Path
) -> None:
    (jp_root_dir / "data.csv").write_text("1")
    write_notebook("a.ipynb", "print(open('data.csv').read())")
    write_notebook("sub/b.ipynb", "print(2)")
    (jp_root_dir / "broken.ipynb").write_text("{")
    await client.run("a.ipynb")
    (jp_root_dir / "data.csv").write_text("changed")
    _, answer = await client.get("notebooks")
    assert {line["path"]: line["verdict"] for line in answer["notebooks"]} == {
        "a.ipynb": "stale",
        "sub/b.ipynb": "uncached",
    }
    first = answer["notebooks"][0]
    assert "data.csv" in first["reason"]["message"]
    assert first["reason"]["values"] == ["data.csv"]
    assert first["reason_count"] == 1
    assert answer["total"] == 2
    (unreadable,) = answer["unreadable"]
    assert "broken.ipynb" in unreadable
    _, answer = await client.get("notebooks", path="sub")
    assert [line["path"] for line in answer["notebooks"]] == ["sub/b.ipynb"]


async def test_folders_outside_and_missing_are_refused(client: Any) -> None:
    code, answer = await client.get("notebooks", path="../..")
    assert code == 400
    assert "outside" in answer["message"]
    code, _ = await client.get("notebooks", path="nowhere")
    assert code == 404


async def test_outputs_come_back_into_a_file(client: Any, write_notebook: Any) -> None:
    path = write_notebook("a.ipynb", "print(40 + 2)")
    _, answer = await client.post("documents", {"path": "a.ipynb"})
    assert (answer["restored"], answer["entry"]) == (False, None)
    assert "uncached" in answer["message"]
    job = await client.run("a.ipynb")
    code, answer = await client.post("documents", {"path": "a.ipynb"})
    assert (code, answer["restored"], answer["entry"]) == (200, True, job["entry"])
    assert nbformat.read(path, 4).cells[-1].outputs[0].text == "42\n"


async def test_a_notebook_that_people_share_is_left_to_them(
    client: Any, write_notebook: Any, jp_serverapp: Any
) -> None:
    shared = {"a.ipynb"}

    class Collaboration:
        async def get_document(self, *, path: str, **kwargs: Any) -> object | None:
            assert kwargs == {"content_type": "notebook", "file_format": "json", "copy": False}
            return object() if path in shared else None

    path = write_notebook("a.ipynb", "print(1)")
    await client.run("a.ipynb")
    before = path.read_bytes()
    jp_serverapp.web_app.settings["jupyter_server_ydoc"] = Collaboration()
    _, answer = await client.post("documents", {"path": "a.ipynb"})
    assert (answer["restored"], path.read_bytes()) == (False, before)
    assert "open" in answer["message"].lower()
    shared.clear()
    _, answer = await client.post("documents", {"path": "a.ipynb"})
    assert answer["restored"]
    assert (await client.post("documents", {"path": "missing.ipynb"}))[0] == 404
