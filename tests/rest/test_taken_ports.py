"""Kernels whose ports another program took between their choice and the kernel's start."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from jupyter_client.connect import LocalPortCache


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


async def test_a_kernel_whose_port_was_taken_meanwhile_is_started_again(
    client: Any, write_notebook: Any, taken_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose = LocalPortCache.find_available_port
    chosen: list[int] = []

    def port_that_is_taken(self: LocalPortCache, ip: str) -> int:
        chosen.append(taken_port if not chosen else choose(self, ip))
        return chosen[-1]

    monkeypatch.setattr(LocalPortCache, "find_available_port", port_that_is_taken)
    write_notebook("a.ipynb", "print('executed')")
    job = await client.run("a.ipynb")
    assert taken_port in chosen
    assert (job["state"], job["result"]) == ("done", "executed"), job
    assert len(chosen) == 10


async def test_a_port_that_is_taken_every_time_is_told(
    client: Any, write_notebook: Any, taken_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LocalPortCache, "find_available_port", lambda *_: taken_port)
    write_notebook("a.ipynb", "print('executed')")
    job = await client.run("a.ipynb")
    assert job["state"] == "failed"
    assert "Address already in use" in job["failure"]["message"]
