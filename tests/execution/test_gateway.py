"""Kernels that a real kernel gateway runs, on another port of this machine."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from execution_support import ENDLESS, Project, until
from jupyter_server.gateway.gateway_client import GatewayClient
from jupyter_server.gateway.managers import GatewayKernelSpecManager, GatewayMappingKernelManager

from jupyterlab_cache.execution.engine import launch_of
from jupyterlab_cache.execution.kernels import Kernels


class Gateway:
    """A gateway in a process of its own."""

    def __init__(self, folder: Path, port: int, **variables: str) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "kernel_gateway"),
                *(f"--KernelGatewayApp.port={port}", "--KernelGatewayApp.ip=127.0.0.1"),
                "--KernelGatewayApp.port_retries=0",
                "--KernelGatewayApp.env_process_whitelist=CITY",
                "--JupyterWebsocketPersonality.list_kernels=True",
            ],
            cwd=folder,
            env={**os.environ, **variables},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        until_there = time.monotonic() + 60
        while time.monotonic() < until_there:
            try:
                urllib.request.urlopen(f"{self.url}/api/kernels", timeout=5).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("the gateway did not start")

    def kernels(self) -> int:
        """How many kernels it runs."""
        with urllib.request.urlopen(f"{self.url}/api/kernels", timeout=5) as answer:
            return answer.read().count(b'"id"')

    def kill(self) -> None:
        """End it at once, with its kernels."""
        with contextlib.suppress(ProcessLookupError):  # a test has done it
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def gateway(
    project: Project, free_tcp_port: int, jp_asyncio_loop: asyncio.AbstractEventLoop
) -> Iterator[Gateway]:
    gateway = Gateway(project.folder, free_tcp_port, CITY="Rome")
    GatewayClient.clear_instance()
    client = GatewayClient.instance()
    client.url = gateway.url
    client.request_timeout = 20
    specs = GatewayKernelSpecManager()
    manager = GatewayMappingKernelManager(kernel_spec_manager=specs)
    project.kernels = Kernels(manager, project.cache.stat_cache)
    yield gateway
    jp_asyncio_loop.run_until_complete(project.kernels.close())
    gateway.kill()
    GatewayClient.clear_instance()


def gaps_of(project: Project, entry: str | None) -> set[str]:
    return set(project.store.get(entry or "").entry.gaps)


async def test_a_notebook_is_executed_and_observed_there(
    project: Project, gateway: Gateway
) -> None:
    data = project.folder / "data.csv"
    data.write_text("1")
    path = project.write("a.ipynb", f"print(open({str(data)!r}[:-4] + '.csv').read())")
    outcome = await project.freshen(path)
    assert outcome.result == "executed"
    assert project.texts(outcome.entry) == ["1\n"]
    assert "remote-kernel" in gaps_of(project, outcome.entry)
    assert project.status(path).verdict == "fresh"
    data.write_text("2")
    assert [reason.code for reason in project.status(path).reasons] == ["file-changed"]
    await until(lambda: gateway.kernels() == 0)


async def test_no_kernel_is_started_there_ahead(project: Project, gateway: Gateway) -> None:
    path = project.write("a.ipynb", "1")
    launch = launch_of(path, "python3", project.cache.launch_environment())
    await project.kernels.expect([launch])
    await project.freshen(path)
    assert len(project.started) == 1
    await until(lambda: gateway.kernels() == 0)


async def test_variables_of_the_gateway_are_no_inputs_that_can_be_compared(
    project: Project, gateway: Gateway
) -> None:
    path = project.write("a.ipynb", "import os\nprint(os.environ.get('CITY'))")
    outcome = await project.freshen(path)
    assert project.texts(outcome.entry) == ["Rome\n"]
    assert "remote-variables" in gaps_of(project, outcome.entry)
    assert project.status(path).verdict == "stale"


async def test_an_execution_there_can_be_cancelled(project: Project, gateway: Gateway) -> None:
    cancelled = asyncio.Event()
    path = project.write("a.ipynb", ENDLESS)
    work = asyncio.ensure_future(project.freshen(path, cancelled=cancelled))
    await until(lambda: len(project.started) == 1)
    await asyncio.sleep(0.5)
    cancelled.set()
    assert (await work).result == "cancelled"
    await until(lambda: gateway.kernels() == 0)


async def test_a_gateway_that_dies_in_the_middle_ends_the_execution(
    project: Project, gateway: Gateway
) -> None:
    marker = project.folder / "running"
    source = f"open({str(marker)!r}, 'w').close()\n{ENDLESS}"
    path = project.write("a.ipynb", source)
    work: asyncio.Future[Any] = asyncio.ensure_future(project.freshen(path))
    await until(marker.exists)
    gateway.kill()
    outcome = await asyncio.wait_for(work, 90)
    assert outcome.result == "failed"
    assert outcome.failure is not None
    assert outcome.failure.name == "KernelDied"
    assert project.status(path).verdict == "stale"
