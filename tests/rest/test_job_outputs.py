"""The outputs of a running job over HTTP."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

GATE = "import os, time\nwhile not os.path.exists('gate'):\n    time.sleep(0.01)"
UNKNOWN = "0" * 32


async def answer_with(client: Any, job_id: str, cells: int, since: int = 0) -> dict[str, Any]:
    """The first answer that tells of so many cells."""
    for _ in range(1200):
        status, answer = await client.get(f"jobs/{job_id}/outputs", since=str(since))
        assert status == 200, answer
        if len(answer["cells"]) >= cells:
            return dict(answer)
        await asyncio.sleep(0.05)
    raise AssertionError(f"the outputs did not come: {answer}")


async def test_outputs_are_seen_before_the_job_ends(
    client: Any, write_notebook: Any, jp_root_dir: Path
) -> None:
    write_notebook("a.ipynb", "print('early')", f"print('<b>late</b>')\n{GATE}", "3")
    _, job = await client.post("jobs", {"path": "a.ipynb"})
    resource = f"jobs/{job['id']}/outputs"
    answer = await answer_with(client, job["id"], 2)
    while not str(answer["cells"][-1]["outputs"]).count("late</b>\\n"):
        answer = await answer_with(client, job["id"], 2)
    assert (answer["whole"], answer["first_cell"], answer["running"]) == (True, 0, 1)
    early, late = answer["cells"]
    assert (early["cell"], early["line"], early["left_out"]) == (0, "print('early')", 0)
    assert early["outputs"] == [{"output_type": "stream", "name": "stdout", "text": "early\n"}]
    assert late["outputs"][0]["text"] == "<b>late</b>\n"

    status, nothing = await client.get(resource, since=str(answer["revision"]))
    assert status == 200
    assert nothing == {**answer, "whole": False, "cells": []}
    _, again = await client.get(resource, since=str(answer["revision"] - 1))
    assert [cell["cell"] for cell in again["cells"]] == [1]

    (jp_root_dir / "gate").touch()
    job = await client.finished(job["id"])
    assert job["state"] == "done"
    status, refusal = await client.get(resource)
    assert status == 409
    assert job["entry"] in refusal["message"]
    _, stored = await client.get(f"entries/{job['entry']}/outputs", path="a.ipynb")
    assert stored["cells"][1]["outputs"] == late["outputs"]


async def test_a_job_that_waits_has_put_out_nothing(
    client: Any, write_notebook: Any, jp_root_dir: Path, jp_serverapp: Any
) -> None:
    workers = jp_serverapp.web_app.settings["jupyterlab_cache"].queue._worker_count
    for number in range(workers):
        write_notebook(f"{number}.ipynb", GATE)
        await client.post("jobs", {"path": f"{number}.ipynb"})
    write_notebook("last.ipynb", "print('mine')")
    _, job = await client.post("jobs", {"path": "last.ipynb"})
    status, answer = await client.get(f"jobs/{job['id']}/outputs")
    assert (status, answer["cells"], answer["running"]) == (200, [], None)
    (jp_root_dir / "gate").touch()
    await client.finished(job["id"])


async def test_jobs_without_outputs_are_refused_in_words(client: Any, write_notebook: Any) -> None:
    status, answer = await client.get(f"jobs/{UNKNOWN}/outputs")
    assert status == 404
    assert UNKNOWN in answer["message"]
    write_notebook("a.ipynb", "1", kernel="python3")
    job = await client.run("a.ipynb")
    for since in ("-1", "x", "9" * 20, "1.5"):
        status, answer = await client.get(f"jobs/{job['id']}/outputs", since=since)
        assert status == 400
        assert "'since' has to be a whole number" in answer["message"]
