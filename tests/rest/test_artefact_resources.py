"""Artefacts over HTTP: told of, downloaded, and restored with a person's yes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError

PAGE = "<script>alert(document.domain)</script>"
WRITE = f"open('page.html', 'w').write({PAGE!r})\nopen('big', 'w').write('x' * 3_000_000)"


@pytest.fixture
def jp_server_config(jp_server_config: dict[str, Any]) -> dict[str, Any]:
    return {**jp_server_config, "CacheApp": {"artefact_bytes": 4_000_000}}


async def test_artefacts_are_told_downloaded_and_restored(
    client: Any, write_notebook: Any, jp_root_dir: Path, jp_fetch: Any
) -> None:
    write_notebook("sub/a.ipynb", WRITE)
    write_notebook("sub/b.ipynb", "print(open('page.html').read())")
    job = await client.run("sub/a.ipynb")
    await client.run("sub/b.ipynb")
    entry = job["entry"]
    _, detail = await client.get(f"entries/{entry}", path="sub/a.ipynb")
    assert [
        (item["path"], item["size"], item["state"], item["stored"]) for item in detail["artefacts"]
    ] == [("page.html", len(PAGE), "present", True), ("big", 3_000_000, "present", True)]
    assert detail["artefacts_total"] == 2

    for name, content in (("page.html", PAGE.encode()), ("big", b"x" * 3_000_000)):
        params = {"path": "sub/a.ipynb", "artefact": name}
        response = await jp_fetch("jupyterlab-cache", "entries", entry, "artefact", params=params)
        assert response.body == content
        assert response.headers["Content-Type"] == "application/octet-stream"
        assert response.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''{name}"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"

    (jp_root_dir / "sub" / "page.html").unlink()
    (jp_root_dir / "sub" / "big").write_text("mine")
    _, answer = await client.get("status", path="sub/a.ipynb")
    (status,) = answer["statuses"]
    assert status["verdict"] == "fresh"
    assert {item["path"]: item["state"] for item in status["artefacts"]} == {
        "page.html": "missing",
        "big": "changed",
    }
    _, answer = await client.get("status", path="sub/b.ipynb")
    assert answer["statuses"][0]["verdict"] == "stale"

    request = {"path": "sub/a.ipynb", "entry": entry}
    status, answer = await client.post("restorations", request)
    assert status == 200
    results = {item["path"]: item["result"] for item in answer["files"]}
    assert results == {"page.html": "restored", "big": "differs"}
    assert (jp_root_dir / "sub" / "page.html").read_text() == PAGE
    assert (jp_root_dir / "sub" / "big").read_text() == "mine"
    _, answer = await client.get("status", path="sub/b.ipynb")
    assert answer["statuses"][0]["verdict"] == "fresh"

    _, answer = await client.post("restorations", {**request, "overwrite": True})
    results = {item["path"]: item["result"] for item in answer["files"]}
    assert results == {"page.html": "same", "big": "overwritten"}
    _, answer = await client.get("status", path="sub/a.ipynb")
    assert answer["statuses"][0]["artefacts"] == []


async def test_names_of_downloads_cannot_break_out_of_their_header(
    client: Any, write_notebook: Any, jp_fetch: Any
) -> None:
    name = 'a";\té; filename=evil.html'
    write_notebook("a.ipynb", f"open({name!r}, 'w').write('1')")
    job = await client.run("a.ipynb")
    _, detail = await client.get(f"entries/{job['entry']}", path="a.ipynb")
    # A tab is passed over by some systems, so it is none that would be written again.
    assert [item["left_out"] for item in detail["artefacts"]] == ["not-writable"]
    name = name.replace("\t", "")
    write_notebook("a.ipynb", f"open({name!r}, 'w').write('1')")
    job = await client.run("a.ipynb")
    response = await jp_fetch(
        "jupyterlab-cache",
        "entries",
        job["entry"],
        "artefact",
        params={"path": "a.ipynb", "artefact": name},
    )
    header = response.headers["Content-Disposition"]
    assert header == "attachment; filename*=UTF-8''a%22%3B%C3%A9%3B%20filename%3Devil.html"


async def test_what_was_not_stored_or_is_not_there(
    client: Any, write_notebook: Any, jp_root_dir: Path
) -> None:
    write_notebook("a.ipynb", "open('huge', 'w').write('x' * 5_000_000)\nopen('fine', 'w')")
    job = await client.run("a.ipynb")
    _, answer = await client.get("status", path="a.ipynb")
    assert answer["statuses"][0]["artefacts"] == [
        {"path": "huge", "state": "present", "stored": False, "left_out": "too-large"}
    ]
    resource = f"entries/{job['entry']}/artefact"
    status, answer = await client.get(resource, path="a.ipynb", artefact="huge")
    assert status == 410
    assert "too-large" in answer["message"]
    assert (await client.get(resource, path="a.ipynb", artefact="../a"))[0] == 404
    assert (await client.get(resource, path="a.ipynb"))[0] == 400
    for path in (jp_root_dir / ".jupyterlab_cache" / "objects").rglob("*"):
        if path.is_file():
            path.write_bytes(b"damaged")
    status, _ = await client.get(resource, path="a.ipynb", artefact="fine")
    assert status == 410


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"path": "missing.ipynb", "entry": "0" * 32}, 404),
        ({"path": "a.ipynb", "entry": "0" * 32}, 404),
        ({"path": "a.ipynb", "entry": "x"}, 400),
        ({"path": "a.ipynb"}, 400),
        ({"path": "../a.ipynb", "entry": "0" * 32}, 400),
        ({"path": "", "entry": "0" * 32}, 400),
        ({"path": "folder", "entry": "0" * 32}, 400),
        ({"path": "a.ipynb", "entry": "0" * 32, "overwrite": "yes"}, 400),
    ],
    ids=str,
)
async def test_requests_that_make_no_sense(
    client: Any, write_notebook: Any, jp_root_dir: Path, body: dict[str, Any], expected: int
) -> None:
    write_notebook("a.ipynb", "1")
    (jp_root_dir / "folder").mkdir()
    status, answer = await client.post("restorations", body)
    assert status == expected
    assert answer["message"]


async def test_a_download_is_for_reading_only(
    client: Any, jp_fetch: Any, write_notebook: Any
) -> None:
    write_notebook("a.ipynb", "open('x', 'w').write('1')")
    job = await client.run("a.ipynb")
    with pytest.raises(HTTPClientError) as refused:
        await jp_fetch(
            "jupyterlab-cache", "entries", job["entry"], "artefact", method="POST", body=b"{}"
        )
    assert refused.value.code == 405
