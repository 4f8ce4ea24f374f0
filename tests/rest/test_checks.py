"""Checks of repeatability over HTTP, with real kernels."""

from __future__ import annotations

from typing import Any

import pytest


async def test_a_job_checks_a_notebook_and_its_entry_tells_the_cells(
    client: Any, write_notebook: Any, jp_fetch: Any
) -> None:
    write_notebook("a.ipynb", "print(1)", "import random\nprint(random.random())")
    ordinary = await client.run("a.ipynb")
    assert (ordinary["kind"], ordinary["check"]) == ("execute", None)
    job = await client.run("a.ipynb", kind="check")
    assert (job["kind"], job["state"], job["check"]) == ("check", "done", "different")
    assert (job["cells_done"], job["cells_total"]) == (4, 4)
    _, entry = await client.get(f"entries/{job['entry']}", path="a.ipynb")
    check = entry["check"]
    assert check["outcome"] == "different"
    (cell,) = check["cells"]
    assert (cell["cell"], cell["outcome"]) == (1, "different")
    assert [line[:3] for line in cell["changes"]] == ["-0.", "+0."]
    assert check["other"] != ordinary["entry"]
    _, answer = await client.get("status", path="a.ipynb")
    assert answer["statuses"][0]["entry"] == job["entry"]
    text = (await jp_fetch("metrics")).body.decode()
    assert 'jupyterlab_cache_checks_total{outcome="different"}' in text


async def test_a_repeatable_and_a_failing_notebook(client: Any, write_notebook: Any) -> None:
    write_notebook("a.ipynb", "print(alpha)")
    job = await client.run("a.ipynb", kind="check", parameters={"alpha": 2})
    assert (job["check"], job["parameters"]) == ("repeatable", {"alpha": 2})
    job = await client.run("a.ipynb", kind="check")
    assert (job["state"], job["result"], job["check"]) == ("failed", "failed", "failed")
    assert job["failure"]["name"] == "NameError"


async def test_a_check_is_cancelled_and_leaves_no_kernel(
    client: Any, write_notebook: Any, jp_serverapp: Any
) -> None:
    write_notebook("a.ipynb", "import time; time.sleep(600)")
    _, job = await client.post("jobs", {"path": "a.ipynb", "kind": "check"})
    await client.running_with(job["id"], cells_total=2)
    # The same notebook, but another kind of job.
    _, click = await client.post("jobs", {"path": "a.ipynb"})
    assert (click["kind"], click["id"] == job["id"]) == ("execute", False)
    _, answer = await client.get("status", path="a.ipynb")
    assert answer["statuses"][0]["job"]["kind"] == "check"
    await client.send("DELETE", f"jobs/{click['id']}")
    await client.send("DELETE", f"jobs/{job['id']}")
    job = await client.finished(job["id"])
    assert (job["state"], job["check"]) == ("cancelled", None)
    queue = jp_serverapp.web_app.settings["jupyterlab_cache"].queue
    await queue.stop()
    assert jp_serverapp.kernel_manager.list_kernel_ids() == []


@pytest.mark.parametrize("kind", ["", "checks", None, 1, ["check"]])
async def test_an_unknown_kind_is_refused(client: Any, write_notebook: Any, kind: Any) -> None:
    write_notebook("a.ipynb", "1")
    status, answer = await client.post("jobs", {"path": "a.ipynb", "kind": kind})
    assert status == 400
    assert "kind" in answer["message"]
    assert (await client.get("jobs"))[1]["jobs"] == []
