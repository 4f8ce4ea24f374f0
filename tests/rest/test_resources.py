"""Every resource, tried on a real server with real kernels."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import nbformat

from jupyterlab_cache.notebooks.reader import read_digests


def _document(path: Path) -> dict[str, Any]:
    digests = read_digests(path)
    return {
        "kernel_name": digests.kernel_name,
        "cells": [
            {
                "digest": cell.digest,
                "outputs_digest": cell.outputs_digest,
                "has_outputs": cell.has_outputs,
            }
            for cell in digests.cells
        ],
    }


async def test_a_notebook_goes_from_uncached_to_fresh_to_stale_and_back(
    client: Any, write_notebook: Any, jp_root_dir: Path
) -> None:
    (jp_root_dir / "helper_module.py").write_text("value = 1\n")
    write_notebook("a.ipynb", "import helper_module", "print(helper_module.value)")

    _, answer = await client.get("status", path="a.ipynb")
    assert answer["statuses"][0]["verdict"] == "uncached"

    job = await client.run("a.ipynb")
    assert (job["state"], job["result"], job["cells_done"]) == ("done", "executed", 2)

    _, answer = await client.get("status", path="a.ipynb")
    (status,) = answer["statuses"]
    assert (status["verdict"], status["outputs"]) == ("fresh", "none")
    assert status["entry"] == job["entry"]
    assert status["provenance"] == "executed"
    assert "python-audit" in status["coverage"]

    (jp_root_dir / "helper_module.py").write_text("value = 1234\n")
    _, answer = await client.get("status", path="a.ipynb")
    (status,) = answer["statuses"]
    assert status["verdict"] == "stale"
    assert [reason["code"] for reason in status["reasons"]] == ["module-changed"]
    assert "helper_module" in status["reasons"][0]["subject"]

    (jp_root_dir / "helper_module.py").write_text("value = 1\n")
    _, answer = await client.get("status", path="a.ipynb")
    assert answer["statuses"][0]["verdict"] == "fresh"


async def test_the_browser_asks_about_a_document_that_is_not_saved(
    client: Any, write_notebook: Any
) -> None:
    path = write_notebook("a.ipynb", "1 + 1", "2 + 2")
    await client.run("a.ipynb")
    saved = _document(path)
    edited = _document(write_notebook("b.ipynb", "1 + 1", "2 + 3"))

    _, answer = await client.post(
        "status",
        {"notebooks": [{"path": "a.ipynb", "document": document} for document in (saved, edited)]},
    )
    fresh, stale = answer["statuses"]
    assert fresh["verdict"] == "fresh"
    assert stale["verdict"] == "stale"
    assert [(reason["code"], reason["cell"]) for reason in stale["reasons"]] == [
        ("cell-changed", 1)
    ]


async def test_a_document_that_was_never_saved_is_uncached(
    client: Any, write_notebook: Any
) -> None:
    document = _document(write_notebook("a.ipynb", "1"))
    status, answer = await client.post(
        "status", {"notebooks": [{"path": "never-saved.ipynb", "document": document}]}
    )
    assert status == 200
    assert answer["statuses"][0]["verdict"] == "uncached"


async def test_outputs_come_back_cell_by_cell(client: Any, write_notebook: Any) -> None:
    write_notebook("a.ipynb", "print('one')", "", "'t' + 'wo'")
    job = await client.run("a.ipynb")
    status, answer = await client.get(f"entries/{job['entry']}/outputs", path="a.ipynb")
    assert status == 200
    assert answer["trusted"] is True
    first, second = answer["cells"]
    assert first["outputs"] == [{"output_type": "stream", "name": "stdout", "text": "one\n"}]
    assert second["outputs"][0]["data"]["text/plain"] == "'two'"
    assert [cell["execution_count"] for cell in answer["cells"]] == [1, 2]


async def test_entries_are_listed_shown_and_removed(client: Any, write_notebook: Any) -> None:
    write_notebook("a.ipynb", "1")
    first = await client.run("a.ipynb")
    write_notebook("a.ipynb", "2")
    second = await client.run("a.ipynb")

    _, page = await client.get("entries", path="a.ipynb")
    assert [entry["id"] for entry in page["entries"]] == [second["entry"], first["entry"]]
    assert (page["total"], page["project"]) == (2, ".")
    _, page = await client.get("entries", path="a.ipynb", limit="1", offset="1")
    assert [entry["id"] for entry in page["entries"]] == [first["entry"]]

    status, detail = await client.get(f"entries/{first['entry']}", path="a.ipynb")
    assert status == 200
    assert "python" in {item["kind"] for item in detail["inputs"]}

    status, _ = await client.send("DELETE", f"entries/{first['entry']}", path="a.ipynb")
    assert status == 204
    _, page = await client.get("entries", path="a.ipynb")
    assert page["total"] == 1
    status, _ = await client.get(f"entries/{first['entry']}", path="a.ipynb")
    assert status == 404


async def test_a_failing_notebook_is_stored_and_not_run_again_until_asked(
    client: Any, write_notebook: Any
) -> None:
    write_notebook(
        "a.ipynb", "print('before')", "raise ValueError('no such column')", "print('after')"
    )
    job = await client.run("a.ipynb")
    assert (job["state"], job["result"]) == ("failed", "failed")
    assert (job["failure"]["name"], job["failure"]["cell"]) == ("ValueError", 1)

    _, answer = await client.get("status", path="a.ipynb")
    assert answer["statuses"][0]["verdict"] == "failed"
    assert answer["statuses"][0]["failure"]["message"] == "no such column"
    _, outputs = await client.get(f"entries/{job['entry']}/outputs", path="a.ipynb")
    assert outputs["cells"][0]["outputs"][0]["text"] == "before\n"

    again = await client.run("a.ipynb")
    assert (again["result"], again["entry"]) == ("failed", job["entry"])
    forced = await client.run("a.ipynb", force=True)
    assert forced["entry"] != job["entry"]


async def test_a_fresh_notebook_is_not_executed_again(client: Any, write_notebook: Any) -> None:
    write_notebook("a.ipynb", "1")
    first = await client.run("a.ipynb")
    second = await client.run("a.ipynb")
    assert (second["state"], second["result"], second["entry"]) == ("done", "fresh", first["entry"])


async def test_a_running_kernel_is_visible_and_gone_afterwards(
    client: Any, write_notebook: Any, jp_serverapp: Any
) -> None:
    write_notebook("a.ipynb", "import time; time.sleep(2)")
    _, job = await client.post("jobs", {"path": "a.ipynb"})
    for _ in range(100):
        _, job = await client.get(f"jobs/{job['id']}")
        if job["kernel_id"]:
            break
        await asyncio.sleep(0.1)
    assert job["kernel_id"] in jp_serverapp.kernel_manager.list_kernel_ids()
    assert await jp_serverapp.session_manager.list_sessions() == []
    await client.finished(job["id"])
    for _ in range(100):
        if not jp_serverapp.kernel_manager.list_kernel_ids():
            break
        await asyncio.sleep(0.1)
    assert jp_serverapp.kernel_manager.list_kernel_ids() == []


async def test_the_memory_of_a_running_jobs_kernel_is_told(
    client: Any, write_notebook: Any
) -> None:
    write_notebook("a.ipynb", "import time; kept = bytearray(300_000_000); time.sleep(60)")
    _, job = await client.post("jobs", {"path": "a.ipynb"})
    assert job["memory"] is None
    for _ in range(200):
        _, job = await client.get(f"jobs/{job['id']}")
        if (job["memory"] or 0) > 300_000_000:
            break
        await asyncio.sleep(0.1)
    assert job["memory"] > 300_000_000
    await client.send("DELETE", f"jobs/{job['id']}")
    assert (await client.finished(job["id"]))["memory"] is None


async def test_a_job_can_be_cancelled_and_then_forgotten(client: Any, write_notebook: Any) -> None:
    write_notebook("a.ipynb", "import time; time.sleep(60)")
    _, job = await client.post("jobs", {"path": "a.ipynb"})
    status, _ = await client.send("DELETE", f"jobs/{job['id']}")
    assert status == 200
    job = await client.finished(job["id"])
    assert (job["state"], job["result"]) == ("cancelled", "cancelled")
    await client.send("DELETE", f"jobs/{job['id']}")
    status, _ = await client.get(f"jobs/{job['id']}")
    assert status == 404


async def test_all_jobs_can_be_cancelled_at_once(client: Any, write_notebook: Any) -> None:
    jobs = []
    for name in ("a", "b"):
        write_notebook(f"{name}.ipynb", "import time; time.sleep(60)")
        _, job = await client.post("jobs", {"path": f"{name}.ipynb", "batch": True})
        assert job["batch"] is True
        jobs.append(job)
    status, answer = await client.send("DELETE", "jobs")
    assert status == 200
    assert {job["id"] for job in answer["jobs"]} == {job["id"] for job in jobs}
    for job in jobs:
        assert (await client.finished(job["id"]))["state"] == "cancelled"
    assert (await client.send("DELETE", "jobs"))[1] == {"jobs": []}


async def test_progress_is_told_as_events(
    client: Any, write_notebook: Any, jp_serverapp: Any
) -> None:
    seen: list[tuple[str, int]] = []

    async def listen(logger: Any, schema_id: str, data: dict[str, Any]) -> None:
        seen.append((data["state"], data["cells_done"]))

    jp_serverapp.event_logger.add_listener(
        schema_id="https://events.jupyter.org/jupyterlab_cache/job/v1", listener=listen
    )
    write_notebook("a.ipynb", "1", "2", "3")
    await client.run("a.ipynb")
    await asyncio.sleep(0.2)
    running = [done for state, done in seen if state == "running"]
    assert running == sorted(running)
    assert set(running) >= {0, 1, 2, 3}
    assert seen[0][0] == "queued"
    assert seen[-1] == ("done", 3)


async def test_a_change_of_an_input_is_told_at_once(
    client: Any, write_notebook: Any, jp_serverapp: Any, jp_root_dir: Path
) -> None:
    """Only for a notebook whose verdict was asked for, and both ways."""
    told: list[str] = []
    changed = asyncio.Event()

    async def listen(logger: Any, schema_id: str, data: dict[str, Any]) -> None:
        told.append(data["path"])
        changed.set()

    jp_serverapp.event_logger.add_listener(
        schema_id="https://events.jupyter.org/jupyterlab_cache/inputs/v1", listener=listen
    )
    (jp_root_dir / "helper_module.py").write_text("value = 1\n")
    (jp_root_dir / "other.txt").write_text("1")
    write_notebook("a.ipynb", "import helper_module, os", "print(os.path.exists('in/flag'))")
    write_notebook("b.ipynb", "print(open('other.txt').read())")
    await client.run("a.ipynb")
    await client.run("b.ipynb")
    await client.get("status", path="a.ipynb")
    await asyncio.sleep(0.5)
    told.clear()

    async def wait_for_word() -> None:
        await asyncio.wait_for(changed.wait(), 10)
        changed.clear()

    changed.clear()
    for content in ("value = 1234\n", "value = 1\n"):
        (jp_root_dir / "helper_module.py").write_text(content)
        await wait_for_word()
        await client.get("status", path="a.ipynb")
    (jp_root_dir / "in").mkdir()
    await wait_for_word()
    await client.get("status", path="a.ipynb")
    await asyncio.sleep(0.5)
    changed.clear()
    (jp_root_dir / "in" / "flag").touch()
    await wait_for_word()
    (jp_root_dir / "other.txt").write_text("22")
    await asyncio.sleep(0.5)
    assert set(told) == {"a.ipynb"}


async def test_outputs_are_stored_as_they_stand(
    client: Any, write_notebook: Any, jp_root_dir: Path
) -> None:
    path = write_notebook("a.ipynb", "print(6 * 7)")
    status, answer = await client.post("captures", {"path": "a.ipynb"})
    assert status == 400
    assert "outputs" in answer["message"]

    notebook = nbformat.read(path, 4)
    notebook.cells[1].execution_count = 1
    notebook.cells[1].outputs = [nbformat.v4.new_output("stream", name="stdout", text="42\n")]
    nbformat.write(notebook, path)
    status, entry = await client.post("captures", {"path": "a.ipynb"})
    assert status == 201
    assert entry["provenance"] == "captured"
    _, answer = await client.get("status", path="a.ipynb")
    (found,) = answer["statuses"]
    assert (found["verdict"], found["outputs"], found["provenance"]) == (
        "fresh",
        "same",
        "captured",
    )


async def test_the_store_survives_a_restart(
    client: Any, write_notebook: Any, jp_root_dir: Path
) -> None:
    from jupyterlab_cache import NotebookCache

    write_notebook("a.ipynb", "1")
    job = await client.run("a.ipynb")
    other = NotebookCache(jp_root_dir)
    (status,) = await asyncio.to_thread(other.status, ["a.ipynb"])
    assert (status.verdict, status.entry) == ("fresh", job["entry"])


async def test_a_damaged_store_is_a_miss(
    client: Any, write_notebook: Any, jp_root_dir: Path
) -> None:
    write_notebook("a.ipynb", "print('x' * 5000)")
    job = await client.run("a.ipynb")
    for blob in (jp_root_dir / ".jupyterlab_cache" / "objects").rglob("*"):
        if blob.is_file():
            blob.write_bytes(b"garbage")
    status, answer = await client.get(f"entries/{job['entry']}/outputs", path="a.ipynb")
    assert status == 410
    assert answer["message"]
    _, answer = await client.get("status", path="a.ipynb")
    assert answer["statuses"][0]["verdict"] != "fresh"
    assert json.dumps(answer)
