"""A real server with the extension, its answers held against openapi.yaml."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from live_server import LiveServer, live_server
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from openapi_core import OpenAPI
from openapi_core.datatypes import RequestParameters
from tornado.httpclient import HTTPClientError, HTTPResponse
from werkzeug.datastructures import Headers, ImmutableMultiDict

import jupyterlab_cache

PREFIX = "jupyterlab-cache"


@pytest.fixture
def jp_server_config() -> dict[str, Any]:
    return {
        "ServerApp": {
            "jpserver_extensions": {"jupyterlab_cache": True},
            "allow_unauthenticated_access": False,
        },
    }


@pytest.fixture(scope="session")
def openapi() -> OpenAPI:
    return OpenAPI.from_file_path(Path(jupyterlab_cache.__file__).parent / "openapi.yaml")


class _Request:
    """A request in the shape that openapi-core validates responses for."""

    def __init__(self, method: str, path: str, query: dict[str, str]) -> None:
        self.method = method.lower()
        self.host_url = "http://localhost"
        self.path = f"/{PREFIX}/{path}"
        self.content_type = "application/json"
        self.body = None
        self.parameters = RequestParameters(query=ImmutableMultiDict(query), header=Headers())


class _Response:
    def __init__(self, response: HTTPResponse) -> None:
        self.status_code = response.code
        self.content_type = response.headers.get("Content-Type", "").split(";")[0]
        self.data = response.body or b""
        self.headers = dict(response.headers)


class Client:
    """Sends requests and checks that every answer is what the contract says."""

    def __init__(self, fetch: Any, openapi: OpenAPI) -> None:
        self._fetch = fetch
        self._openapi = openapi

    async def send(
        self,
        method: str,
        resource: str,
        body: Any = None,
        /,
        *,
        raw: bytes | None = None,
        **query: str,
    ) -> tuple[int, Any]:
        """Status and decoded answer."""
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        if method in ("POST", "PUT", "PATCH") and data is None:
            data = b""
        try:
            response = await self._fetch(
                PREFIX, *resource.split("/"), method=method, body=data, params=query
            )
        except HTTPClientError as error:
            assert error.response is not None
            response = error.response
        self._openapi.validate_response(_Request(method, resource, query), _Response(response))
        return response.code, json.loads(response.body) if response.body else None

    async def get(self, resource: str, /, **query: str) -> tuple[int, Any]:
        return await self.send("GET", resource, **query)

    async def post(self, resource: str, body: Any) -> tuple[int, Any]:
        return await self.send("POST", resource, body)

    async def run(self, path: str, **options: Any) -> dict[str, Any]:
        """Submit a job and wait for its end."""
        status, job = await self.post("jobs", {"path": path, **options})
        assert status == 201, job
        return await self.finished(job["id"])

    async def finished(self, job_id: str) -> dict[str, Any]:
        return await self._job_that(_has_ended, job_id)

    async def running_with(self, job_id: str, **values: Any) -> dict[str, Any]:
        """Wait until a job that has not ended has these values."""
        job = await self._job_that(
            lambda job: _has_ended(job) or values.items() <= job.items(), job_id
        )
        assert not _has_ended(job), job
        return job

    async def _job_that(
        self, is_so: Callable[[dict[str, Any]], bool], job_id: str
    ) -> dict[str, Any]:
        for _ in range(600):
            status, job = await self.get(f"jobs/{job_id}")
            assert status == 200
            if is_so(job):
                return dict(job)
            await asyncio.sleep(0.1)
        raise AssertionError(f"waited in vain: {job}")


def _has_ended(job: dict[str, Any]) -> bool:
    return job["state"] in ("done", "failed", "cancelled")


@pytest.fixture
def client(jp_serverapp: Any, jp_fetch: Any, openapi: OpenAPI) -> Client:
    return Client(jp_fetch, openapi)


@pytest.fixture
def write_notebook(jp_root_dir: Path) -> Any:
    def write(name: str, *sources: str, kernel: str = "python3", prose: str = "Prose.") -> Path:
        path = jp_root_dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        notebook = new_notebook(
            cells=[new_markdown_cell(prose), *map(new_code_cell, sources)],
            metadata={"kernelspec": {"name": kernel, "display_name": kernel, "language": "python"}},
        )
        nbformat.write(notebook, path)
        return path

    return write


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("live")) as server:
        yield server
