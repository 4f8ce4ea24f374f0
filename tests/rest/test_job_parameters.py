"""Parameters of jobs, and the variant that statuses and entries tell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest

from jupyterlab_cache.store.checks import CellCheck, Check


async def test_a_job_takes_parameters(client: Any, write_notebook: Any) -> None:
    write_notebook("a.ipynb", "print(alpha, beta)")
    given = {"alpha": {"x": [1, 2.5, None, True]}, "beta": "'; 1 / 0 #\n"}
    job = await client.run("a.ipynb", parameters=given)
    assert (job["result"], job["parameters"]) == ("executed", given)
    _, outputs = await client.get(f"entries/{job['entry']}/outputs", path="a.ipynb")
    (cell,) = outputs["cells"]
    assert cell["outputs"][0]["text"] == f"{given['alpha']} {given['beta']}\n"
    assert (await client.run("a.ipynb", parameters=given))["result"] == "fresh"

    _, entry = await client.get(f"entries/{job['entry']}", path="a.ipynb")
    assert entry["variant"] == {"parameters": given}
    _, answer = await client.get("status", path="a.ipynb")
    (status,) = answer["statuses"]
    assert (status["verdict"], status["variant"]) == ("stale", {})
    assert {reason["code"] for reason in status["reasons"]} == {"variant-changed"}


async def test_words_are_taken_for_what_they_look_like(client: Any, write_notebook: Any) -> None:
    write_notebook("a.ipynb", "print(repr(a), repr(b), repr(c), repr(d))")
    words = {"a": "1.0", "b": "9007199254740993", "c": "Bonn", "d": "True"}
    job = await client.run("a.ipynb", parameters={"a": 2, "c": "Köln"}, words=words)
    assert job["result"] == "executed"
    _, outputs = await client.get(f"entries/{job['entry']}/outputs", path="a.ipynb")
    (cell,) = outputs["cells"]
    assert cell["outputs"][0]["text"] == "1.0 9007199254740993 'Bonn' True\n"
    # Tried again with just the same values, though JSON of browsers knows neither of the first two.
    status, again = await client.post(f"jobs/{job['id']}/retries", {})
    assert status == 201
    again = await client.finished(again["id"])
    assert (again["result"], again["parameters"]) == ("executed", job["parameters"])
    assert again["entry"] != job["entry"]


async def test_only_what_is_there_is_tried_again(client: Any) -> None:
    assert (await client.post(f"jobs/{'0' * 32}/retries", {}))[0] == 404


async def test_metadata_tell_which_variant_is_judged(client: Any, write_notebook: Any) -> None:
    path: Path = write_notebook("a.ipynb", "print(alpha)")
    notebook = nbformat.read(path, 4)
    notebook.metadata["jupyterlab_cache"] = {"parameters": {"alpha": "declared"}}
    nbformat.write(notebook, path)
    job = await client.run("a.ipynb")
    assert (job["result"], job["parameters"]) == ("executed", {})
    _, answer = await client.get("status", path="a.ipynb")
    (status,) = answer["statuses"]
    assert status["verdict"] == "fresh"
    assert status["variant"] == {"parameters": {"alpha": "declared"}}


async def test_an_entry_tells_what_a_check_found(
    client: Any, write_notebook: Any, jp_serverapp: Any
) -> None:
    path = write_notebook("a.ipynb", "print(1)")
    job = await client.run("a.ipynb")
    _, entry = await client.get(f"entries/{job['entry']}", path="a.ipynb")
    assert entry["check"] is None
    cache = jp_serverapp.web_app.settings["jupyterlab_cache"].cache
    cell = CellCheck(0, "different", changes=("-1", "+2"))
    check = Check(1.5, "b" * 32, "different", (cell,))
    cache.project_of(path).store.marks.keep_check(job["entry"], check)
    _, entry = await client.get(f"entries/{job['entry']}", path="a.ipynb")
    assert entry["check"] == {
        "time": 1.5,
        "other": "b" * 32,
        "outcome": "different",
        "cells": [{"cell": 0, "outcome": "different", "rules": [], "changes": ["-1", "+2"]}],
        "failure": None,
    }


@pytest.mark.parametrize(
    "parameters", [[], "alpha", None, {"a b": 1}, {"": 1}, {"alpha": 2**70}, {"alpha": "x" * 2**21}]
)
async def test_what_can_be_no_parameters_is_refused(
    client: Any, write_notebook: Any, parameters: Any
) -> None:
    write_notebook("a.ipynb", "1")
    status, answer = await client.post("jobs", {"path": "a.ipynb", "parameters": parameters})
    assert status == 400
    assert "parameters" in answer["message"]
    assert (await client.get("jobs"))[1]["jobs"] == []
