"""Every verb of ``openapi.yaml`` against a real server: who gets in, and how much is taken."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from live_server import DENIED, MAX_REQUEST_BYTES, PREFIX, LiveServer
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.web import RequestHandler
from tornado.websocket import websocket_connect

import jupyterlab_cache
from jupyterlab_cache.rest import HANDLERS

pytestmark = pytest.mark.xdist_group("live")

CONTRACT = yaml.safe_load(
    (Path(jupyterlab_cache.__file__).parent / "openapi.yaml").read_text("utf-8")
)
VERBS = ("get", "post", "put", "patch", "delete")
OPERATIONS = [
    (verb.upper(), path)
    for path, resource in CONTRACT["paths"].items()
    for verb in VERBS
    if verb in resource
]
WITH_BODY = [
    (verb, path)
    for verb, path in OPERATIONS
    if "requestBody" in CONTRACT["paths"][path][verb.lower()]
]
CHANGING = [(verb, path) for verb, path in OPERATIONS if verb != "GET"]


def filled(path: str) -> str:
    """A path with something in place of what is in braces."""
    return path.replace("{entry}", "0" * 32).replace("{job}", "0" * 32) + "?path=a.ipynb"


def message(answer: Any) -> str:
    """What an answer says."""
    text: str = answer.json()["message"]
    return text


def handled() -> Iterator[tuple[str, str]]:
    for pattern, handler in HANDLERS:
        path = pattern.removeprefix(PREFIX)
        name = "{job}" if path.startswith("/jobs") else "{entry}"
        for verb in VERBS:
            if getattr(handler, verb) is not getattr(RequestHandler, verb):
                yield verb.upper(), path.replace("([^/]+)", name)


def test_the_contract_is_all_that_is_answered() -> None:
    assert sorted(handled()) == sorted(OPERATIONS)


@pytest.mark.parametrize(("verb", "path"), OPERATIONS)
def test_nobody_gets_in_who_may_not(live: LiveServer, verb: str, path: str) -> None:
    resource = filled(path)
    for headers in (
        {"Authorization": ""},
        {"Authorization": "token wrong"},
        {"Authorization": f"Bearer {live.token}x"},
        {"Authorization": "token "},
        {DENIED: "yes"},
    ):
        answer = live.send(verb, resource, headers=headers, data=b"{}")
        assert answer.status_code == 403, headers
        assert message(answer)
    wrong = live.send(verb, f"{resource}&token=wrong", headers={"Authorization": ""}, data=b"{}")
    assert wrong.status_code == 403


def test_a_page_of_somebody_else_changes_nothing(live: LiveServer) -> None:
    with live.browser() as browser, live.browser() as other:
        assert browser.get(live.url + "/jobs", timeout=60).status_code == 200, "signed in"
        known = browser.cookies.get("_xsrf")
        assert known
        for verb, path in CHANGING:
            url = live.url + filled(path)
            for headers in ({}, {"X-XSRFToken": "wrong"}, {"X-XSRFToken": other.cookies["_xsrf"]}):
                answer = browser.request(verb, url, headers=headers, data=b"{}", timeout=60)
                assert answer.status_code == 403, (verb, path, headers)
            elsewhere = {"X-XSRFToken": known, "Origin": "http://evil.example"}
            answer = browser.request(verb, url, headers=elsewhere, data=b"{}", timeout=60)
            assert answer.status_code in (403, 404), (verb, path)
        allowed = browser.post(
            live.url + "/status",
            headers={"X-XSRFToken": known},
            json={"notebooks": [{"path": "a.ipynb"}]},
            timeout=60,
        )
        assert allowed.status_code == 200


def test_other_origins_and_hosts_are_not_answered(live: LiveServer) -> None:
    for path in ("/jobs", "/status?path=a.ipynb"):
        with live.browser() as browser:
            elsewhere = {"Origin": "http://evil.example"}
            answer = browser.get(live.url + path, headers=elsewhere, timeout=60)
            assert answer.status_code == 404
            assert "Access-Control-Allow-Origin" not in answer.headers
        # Whose name leads here is not whom we serve: DNS can be made to lie.
        answer = live.send("GET", path, headers={"Host": "evil.example"})
        assert answer.status_code == 403
    asked = {"Origin": "http://evil.example", "Access-Control-Request-Headers": "authorization"}
    preflight = requests.options(live.url + "/jobs", headers=asked, timeout=60)
    assert "Access-Control-Allow-Origin" not in preflight.headers


def test_verbs_that_there_are_not(live: LiveServer) -> None:
    for path in CONTRACT["paths"]:
        for verb in {v.upper() for v in VERBS} | {"PROPFIND"}:
            if (verb, path) not in OPERATIONS:
                answer = live.send(verb, filled(path), data=b"{}")
                assert answer.status_code == 405, (verb, path)


@pytest.mark.parametrize(("verb", "path"), OPERATIONS)
def test_more_than_is_allowed_is_refused_unread(live: LiveServer, verb: str, path: str) -> None:
    with socket.create_connection(("127.0.0.1", live.port), 60) as connection:
        head = (
            f"{verb} /{PREFIX}{filled(path)} HTTP/1.1\r\nHost: 127.0.0.1:{live.port}\r\n"
            f"Authorization: token {live.token}\r\nContent-Length: 400000000\r\n\r\n"
        )
        connection.sendall(head.encode())
        # Nothing more is sent, and there is an answer.
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")
    pieces = (b" " * 10_000 for _ in range(MAX_REQUEST_BYTES // 10_000 + 1))
    answer = live.send(verb, filled(path), data=pieces)
    assert answer.status_code == 413
    assert str(MAX_REQUEST_BYTES) in message(answer)


@pytest.mark.parametrize(("verb", "path"), WITH_BODY)
def test_bodies_that_are_nothing_we_know(live: LiveServer, verb: str, path: str) -> None:
    deep = b"[" * 30_000 + b"]" * 30_000
    for body in (
        b"",
        b"{}",
        b"null",
        b"[]",
        b"\xff\xfe",
        b'{"path": "\xff"}',
        b'{"path": 1e400}',
        b'{"path": ' + b"9" * 5000 + b"}",
        b'{"path": "a.ipynb", "path": NaN}',
        deep,
        b'{"path": "a.ipynb", "parameters": {"x": ' + deep + b"}}",
        b'{"path": "a.ipynb", "words": {"x": ' + deep + b"}}",
        b'{"path": "a.ipynb", "surprise": ' + deep + b"}",
        b'{"notebooks": [{"path": "a.ipynb", "document": ' + deep + b"}]}",
        b'{"path": "a.ipynb", "timeout": 1e400}',
    ):
        answer = live.send(verb, path, data=body)
        assert 400 <= answer.status_code < 500, (body[:80], answer.text)
        assert message(answer)


def test_a_query_that_is_too_long_is_refused(live: LiveServer) -> None:
    paths = "&path=".join(["x" * 100] * 2000)
    # What is longer than headers may be is not even answered.
    with contextlib.suppress(requests.ConnectionError):
        assert 400 <= live.send("GET", f"/status?path={paths}").status_code < 500
    few = "&path=".join(["x"] * 1001)
    assert live.send("GET", f"/status?path={few}").status_code == 400


@pytest.mark.parametrize("query", ["%ff", "%00", "a%0d%0aX: y", "%ed%a0%80", "..%2f..%2fetc"])
def test_queries_that_are_no_paths(live: LiveServer, query: str) -> None:
    for verb, path in OPERATIONS:
        answer = live.send(verb, filled(path).replace("a.ipynb", query), data=b"{}")
        assert answer.status_code < 500, (verb, path)
        assert "X" not in answer.headers


def test_identifiers_that_are_none(live: LiveServer) -> None:
    for verb, path in OPERATIONS:
        if "{" not in path:
            continue
        for name in ("0", "0" * 31, "G" * 32, "%2e%2e%2f%2e%2e", "%00", "*", "x" * 5000):
            written = filled(path).replace("0" * 32, name)
            answer = live.send(verb, written, data=b"{}")
            assert answer.status_code in (400, 404), (verb, written[:80])


def test_the_events_are_for_those_who_may_see_them(live: LiveServer) -> None:
    url = live.base.replace("http", "ws") + "api/events/subscribe"

    async def connect(**headers: str) -> int:
        try:
            (await websocket_connect(HTTPRequest(url, headers=headers))).close()
        except HTTPClientError as error:
            return error.code
        return 101

    token = {"Authorization": f"token {live.token}"}
    assert asyncio.run(connect(**token)) == 101
    # Who is not known is sent to sign in.
    assert asyncio.run(connect()) in (302, 403)
    assert asyncio.run(connect(Authorization="token wrong")) in (302, 403)
    with live.browser() as browser:
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    elsewhere = {"Cookie": cookies, "Origin": "http://evil.example"}
    assert asyncio.run(connect(**elsewhere)) == 403
