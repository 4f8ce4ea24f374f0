"""Statistics and metrics of a real server."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from prometheus_client import REGISTRY


def metric(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"jupyterlab_cache_{name}", labels) or 0.0


async def test_executions_and_hits_are_counted(client: Any, write_notebook: Any) -> None:
    by_job, by_restore = metric("hits_total", by="job"), metric("hits_total", by="restore")
    executed = metric("executions_total", result="executed")
    failed = metric("executions_total", result="failed")
    saved = metric("seconds_saved_total")
    observed = metric("execution_seconds_count")
    write_notebook("a.ipynb", "import time; time.sleep(0.3)")
    write_notebook("sub/fails.ipynb", "raise ValueError('no such column')")

    job = await client.run("a.ipynb")
    assert job["seconds_saved"] is None
    again = await client.run("a.ipynb")
    assert (again["result"], again["seconds_saved"] >= 0.3) == ("fresh", True)
    for _ in range(2):
        # The second time it is known to fail, and not executed.
        assert (await client.run("sub/fails.ipynb"))["result"] == "failed"
    resource = f"entries/{job['entry']}/outputs"
    assert (await client.get(resource, path="a.ipynb"))[0] == 200
    assert (await client.get(resource, path="a.ipynb", hit="true"))[0] == 200
    status, answer = await client.get(resource, path="a.ipynb", hit="yes")
    assert status == 400
    assert "'hit'" in answer["message"]

    status, answer = await client.get("stats")
    assert status == 200
    assert (answer["executions"], answer["failed"], answer["hits"]) == (2, 1, 2)
    seconds = {item["path"]: item["seconds"] for item in answer["notebooks"]}
    assert answer["slowest"] == sorted(seconds, key=lambda path: -seconds[path])
    assert answer["failing"] == ["sub/fails.ipynb"]
    a, fails = answer["notebooks"]
    assert a["seconds_saved"] == 2 * again["seconds_saved"] == answer["seconds_saved"]
    assert fails["failure"]["message"] == "no such column"
    _, below = await client.get("stats", path="sub")
    assert [item["path"] for item in below["notebooks"]] == ["sub/fails.ipynb"]

    assert metric("hits_total", by="job") == by_job + 1
    assert metric("hits_total", by="restore") == by_restore + 1
    assert metric("executions_total", result="executed") == executed + 1
    assert metric("executions_total", result="failed") == failed + 1
    assert metric("seconds_saved_total") > saved + 0.6
    assert metric("execution_seconds_count") == observed + 2
    assert metric("jobs_queued") == metric("jobs_running") == 0


async def test_the_metrics_stand_on_the_page_of_the_server(
    client: Any, write_notebook: Any, jp_fetch: Any
) -> None:
    write_notebook("a.ipynb", "1")
    await client.run("a.ipynb")
    text = (await jp_fetch("metrics")).body.decode()
    assert 'jupyterlab_cache_executions_total{result="executed"}' in text
    assert "jupyterlab_cache_execution_seconds_bucket" in text


async def test_jobs_that_wait_and_run_are_counted(client: Any, write_notebook: Any) -> None:
    write_notebook("a.ipynb", "import time; time.sleep(60)")
    write_notebook("b.ipynb", "1")
    _, first = await client.post("jobs", {"path": "a.ipynb"})
    _, second = await client.post("jobs", {"path": "b.ipynb"})
    for _ in range(100):
        if metric("jobs_running"):
            break
        await asyncio.sleep(0.1)
    assert (metric("jobs_running"), metric("jobs_queued")) == (1, 1)
    for job in (second, first):
        await client.send("DELETE", f"jobs/{job['id']}")
        await client.finished(job["id"])
    assert (metric("jobs_running"), metric("jobs_queued")) == (0, 0)


async def test_what_makes_no_sense_is_refused(client: Any, jp_root_dir: Path) -> None:
    assert (await client.get("stats", path="missing.ipynb"))[0] == 404
    assert (await client.get("stats", path="../elsewhere"))[0] == 400
    assert (await client.get("stats", path=""))[0] == 400
    status, answer = await client.get("stats")
    assert (status, answer["notebooks"]) == (200, [])


async def test_a_running_job_tells_how_long_it_will_take(client: Any, write_notebook: Any) -> None:
    cells = ("import time; time.sleep(0.5)", "time.sleep(1.5)")
    write_notebook("a.ipynb", *cells)
    _, job = await client.post("jobs", {"path": "a.ipynb"})
    assert (job["elapsed_seconds"], job["estimated_seconds"], job["seconds_left"]) == (None,) * 3
    first = await client.finished(job["id"])
    assert first["estimated_seconds"] is None
    assert first["elapsed_seconds"] >= 2.0

    write_notebook("a.ipynb", *cells, "'new'")
    _, job = await client.post("jobs", {"path": "a.ipynb"})
    seen = []
    while job["state"] not in ("done", "failed"):
        if job["state"] == "running" and job["estimated_seconds"] is not None:
            seen.append((job["cells_done"], job["seconds_left"]))
        await asyncio.sleep(0.05)
        _, job = await client.get(f"jobs/{job['id']}")
    assert job["state"] == "done"
    assert job["seconds_left"] is None
    # The new cell counts with the mean of the two.
    _, detail = await client.get(f"entries/{first['entry']}", path="a.ipynb")
    one, two = (cell["seconds"] for cell in detail["cell_usage"])
    expected = 1.5 * (one + two)
    assert expected <= job["estimated_seconds"] <= 1.5 * first["elapsed_seconds"]
    left = [seconds for _, seconds in seen]
    assert left == sorted(left, reverse=True)
    in_second = [seconds for done, seconds in seen if done == 1]
    assert 0 < min(in_second) <= max(in_second) <= expected - one + 0.001

    _, detail = await client.get(f"entries/{job['entry']}", path="a.ipynb")
    assert [cell["seconds"] > 0 for cell in detail["cell_usage"]] == [True] * 3
    assert detail["cpu_seconds"] >= 0
    assert detail["peak_memory"] > 10_000_000
    assert detail["cell_usage"][2]["output_bytes"] > 0
