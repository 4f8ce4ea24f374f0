"""A store of a newer version: every verb says what to do, and none touches it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_output

ID = "0" * 32
QUERY = {"path": "a.ipynb"}
VERBS: list[tuple[str, str, dict[str, Any] | None, dict[str, str]]] = [
    ("GET", "status", None, QUERY),
    ("GET", "entries", None, QUERY),
    ("GET", f"entries/{ID}", None, QUERY),
    ("DELETE", f"entries/{ID}", None, QUERY),
    ("PUT", f"entries/{ID}/pin", None, QUERY),
    ("DELETE", f"entries/{ID}/pin", None, QUERY),
    ("GET", f"entries/{ID}/outputs", None, QUERY),
    ("GET", f"entries/{ID}/document", None, QUERY),
    ("GET", f"entries/{ID}/artefact", None, {**QUERY, "artefact": "a.csv"}),
    ("POST", "restorations", {"path": "a.ipynb", "entry": ID}, {}),
    ("GET", "stats", None, QUERY),
    ("POST", "captures", {"path": "a.ipynb"}, {}),
    ("POST", "invalidations", {"path": "a.ipynb"}, {}),
    ("POST", "collections", {"path": "a.ipynb", "preview": False}, {}),
    ("POST", "verifications", {"path": "a.ipynb", "repair": False}, {}),
    ("POST", "verifications", {"path": "a.ipynb", "repair": True}, {}),
]


async def test_every_verb_says_what_to_do_and_touches_nothing(
    client: Any,
    write_notebook: Any,
    jp_root_dir: Path,
    everything: Callable[[Path], dict[str, tuple[bytes, int]]],
) -> None:
    notebook = nbformat.read(write_notebook("a.ipynb", "1 + 1"), 4)
    notebook.cells[1].outputs = [new_output("stream", name="stdout", text="2")]
    notebook.cells[1].execution_count = 1
    nbformat.write(notebook, jp_root_dir / "a.ipynb")
    store = jp_root_dir / ".jupyterlab_cache"
    (store / "entries").mkdir(parents=True)
    (store / "jobs").mkdir()
    (store / "format.json").write_text('{"format": 2, "more": []}')
    (store / "entries" / "unknown").write_text("what a newer program makes")
    (store / "jobs" / "one.json").write_text("what a newer program makes")
    before = everything(store)
    for method, resource, body, query in VERBS:
        status, answer = await client.send(method, resource, body, **query)
        assert status == 409, (method, resource, answer)
        assert "update jupyterlab-cache to use it" in answer["message"], (method, resource)
        assert everything(store) == before, (method, resource)
    # A job is accepted, and says in the end why nothing came of it.
    job = await client.run("a.ipynb")
    assert job["state"] == "failed"
    assert "update jupyterlab-cache to use it" in job["failure"]["message"]
    # The list of all notebooks says it of each.
    status, answer = await client.get("notebooks", path=".")
    assert status in (200, 409), answer
    assert "update jupyterlab-cache" in str(answer)
    assert everything(store) == before
