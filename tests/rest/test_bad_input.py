"""Bad input gets an answer in the 400s that says what to do, and nothing is lost."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

ID = "0" * 32


@pytest.fixture
def notebooks(jp_root_dir: Path, write_notebook: Any) -> Path:
    (jp_root_dir / "folder").mkdir()
    (jp_root_dir / "text.txt").write_text("no notebook")
    (jp_root_dir / "invalid.ipynb").write_text("{not json")
    (jp_root_dir / "list.ipynb").write_text("[1, 2]")
    (jp_root_dir / "old.ipynb").write_text(json.dumps({"nbformat": 3, "worksheets": []}))
    (jp_root_dir / "binary.ipynb").write_bytes(b"\xff\xfe\x00")
    (jp_root_dir / "deep.ipynb").write_text("[" * 200_000)
    write_notebook("unknown-kernel.ipynb", "1", kernel="no-such-kernel")
    outside = jp_root_dir.parent / "outside.ipynb"
    outside.write_text("{}")
    (jp_root_dir / "link.ipynb").symlink_to(outside)
    return jp_root_dir


BAD_PATHS = [
    ("missing.ipynb", 404, "does not exist"),
    ("folder", 400, "folder"),
    ("text.txt", 400, "notebook"),
    ("invalid.ipynb", 400, "JSON"),
    ("list.ipynb", 400, "notebook"),
    ("old.ipynb", 400, "format 3"),
    ("binary.ipynb", 400, ""),
    ("deep.ipynb", 400, ""),
    ("../outside.ipynb", 400, "outside"),
    ("/etc/passwd", 400, "outside"),
    ("link.ipynb", 400, "outside"),
    ("x" * 5000, 400, ""),
]


@pytest.mark.parametrize(
    ("path", "expected", "words"), BAD_PATHS, ids=lambda value: str(value)[:20]
)
async def test_a_path_that_is_no_notebook(
    client: Any, notebooks: Path, path: str, expected: int, words: str
) -> None:
    for method, resource, body, query in (
        ("GET", "status", None, {"path": path}),
        ("POST", "jobs", {"path": path}, {}),
        ("POST", "captures", {"path": path}, {}),
    ):
        status, answer = await client.send(method, resource, body, **query)
        assert status == expected, (method, resource, answer)
        assert words in answer["message"]
        assert "Traceback" not in answer["message"]


async def test_a_path_with_a_nul_character(client: Any, notebooks: Path) -> None:
    for resource in ("jobs", "captures"):
        status, answer = await client.post(resource, {"path": "a\0b.ipynb"})
        assert status == 400
        assert "NUL" in answer["message"]


async def test_an_unknown_kernel_is_named(client: Any, notebooks: Path) -> None:
    status, answer = await client.post("jobs", {"path": "unknown-kernel.ipynb"})
    if status == 201:
        answer = (await client.finished(answer["id"]))["failure"]
    assert "no-such-kernel" in answer["message"]
    assert "python3" in answer["message"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"path": 5}',
        b'{"path": ""}',
        b'{"path": "a.ipynb", "surprise": 1}',
        b'{"path": "a.ipynb", "timeout": -1}',
        b'{"path": "\\ud800"}',
        b"\xff",
        b"[" * 100_000,
    ],
    ids=lambda body: body[:20].decode("latin1"),
)
async def test_a_body_that_does_not_fit(client: Any, notebooks: Path, body: bytes) -> None:
    for resource in ("jobs", "captures", "status", "restorations"):
        status, answer = await client.send("POST", resource, raw=body)
        assert status in (400, 404), (resource, answer)
        assert answer["message"]


async def test_entries_and_jobs_that_do_not_exist(client: Any, notebooks: Path) -> None:
    for method, resource in (
        ("GET", f"entries/{ID}"),
        ("DELETE", f"entries/{ID}"),
        ("GET", f"entries/{ID}/outputs"),
        ("GET", f"entries/{ID}/artefact"),
    ):
        status, _ = await client.send(method, resource, path="a.ipynb", artefact="x")
        assert status == 404
    for method in ("GET", "DELETE"):
        status, _ = await client.send(method, f"jobs/{ID}")
        assert status == 404


async def test_query_arguments_that_make_no_sense(client: Any, notebooks: Path) -> None:
    assert (await client.get("status"))[0] == 400
    assert (await client.get(f"entries/{ID}"))[0] == 400
    for name, value in (("limit", "0"), ("limit", "x"), ("limit", "9999"), ("offset", "-1")):
        status, answer = await client.get("entries", path="a.ipynb", **{name: value})
        assert status == 400
        assert name in answer["message"]


async def test_a_notebook_deleted_while_its_job_runs_loses_nothing(
    client: Any, write_notebook: Any
) -> None:
    path = write_notebook("a.ipynb", "import time; time.sleep(1.5); print('kept')")
    _, job = await client.post("jobs", {"path": "a.ipynb"})
    while True:
        _, job = await client.get(f"jobs/{job['id']}")
        if job["kernel_id"]:
            break
        await asyncio.sleep(0.05)
    path.unlink()
    job = await client.finished(job["id"])
    assert (job["state"], job["result"]) == ("done", "executed")
    _, outputs = await client.get(f"entries/{job['entry']}/outputs", path="a.ipynb")
    assert outputs["cells"][0]["outputs"][0]["text"] == "kept\n"
    assert (await client.get("status", path="a.ipynb"))[0] == 404
