"""Jobs of a server whose settings isolate notebooks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def jp_server_config(jp_server_config: dict[str, Any]) -> dict[str, Any]:
    return {**jp_server_config, "CacheApp": {"isolated": True, "isolated_bytes": 10_000}}


async def test_jobs_are_isolated_and_say_what_they_lacked(
    client: Any, write_notebook: Any, jp_root_dir: Path
) -> None:
    (jp_root_dir / "x.csv").write_text("1")
    write_notebook("a.ipynb", "print(open('x.csv').read())")
    job = await client.run("a.ipynb")
    assert job["result"] == "failed"
    assert "x.csv, which the project has" in job["failure"]["message"]
    _, answer = await client.get("status", path="a.ipynb")
    (status,) = answer["statuses"]
    assert status["verdict"] == "stale"
    assert "undeclared-inputs" in status["gaps"]


async def test_what_needs_too_much_fails_in_words(
    client: Any, write_notebook: Any, jp_root_dir: Path
) -> None:
    (jp_root_dir / "large.bin").write_bytes(b"0" * 20_000)
    (jp_root_dir / "pyproject.toml").write_text("[tool.jupyterlab-cache]\nassets = ['large.bin']\n")
    write_notebook("b.ipynb", "1")
    job = await client.run("b.ipynb")
    assert job["state"] == "failed"
    assert job["failure"]["name"] == "IsolationFailed"
    assert "isolated_bytes" in job["failure"]["message"]


async def test_a_job_can_want_it_otherwise(
    client: Any, write_notebook: Any, jp_root_dir: Path
) -> None:
    (jp_root_dir / "x.csv").write_text("1")
    write_notebook("a.ipynb", "print(open('x.csv').read())")
    assert (await client.run("a.ipynb", isolated=True))["result"] == "failed"
    job = await client.run("a.ipynb", isolated=False)
    assert (job["result"], job["isolated"]) == ("executed", False)
    # Where it is executed does not change what is wanted of it.
    job = await client.run("a.ipynb")
    assert (job["result"], job["isolated"]) == ("fresh", None)
