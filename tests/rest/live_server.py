"""A server in a process of its own, shared by all tests that only look at its surface."""

from __future__ import annotations

import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import requests
from jupyter_server.auth import Authorizer
from nbformat.v4 import new_code_cell, new_notebook

PREFIX = "jupyterlab-cache"
MAX_REQUEST_BYTES = 64 * 1024
DENIED = "X-Denied"
"""A request with this header comes from somebody who may use the server, but nothing of ours."""


class DenyOurResource(Authorizer):
    """Lets people use the server; some of them nothing of this extension."""

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        return not (DENIED in handler.request.headers and resource == "jupyterlab_cache")


class LiveServer:
    """Where a server listens, and how to get in.

    Args:
        port: On loopback.
        token: What lets in.
        root: The server's root folder.
    """

    def __init__(self, port: int, token: str, root: Path) -> None:
        self.base = f"http://127.0.0.1:{port}/"
        self.url = f"{self.base}{PREFIX}"
        self.port = port
        self.token = token
        self.root = root

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        """Ask as somebody who is let in, unless the headers say otherwise."""
        headers = {"Authorization": f"token {self.token}"} | options.pop("headers", {})
        return requests.request(
            method, self.url + path, headers=headers, timeout=60, allow_redirects=False, **options
        )

    def browser(self) -> requests.Session:
        """Somebody who has signed in, and has the cookie."""
        session = requests.Session()
        session.get(f"{self.base}login?token={self.token}", timeout=60)
        session.get(f"{self.base}api/status?token={self.token}", timeout=60)
        return session


@contextmanager
def live_server(folder: Path) -> Iterator[LiveServer]:
    """Start one, and end it."""
    root = folder / "root"
    root.mkdir()
    kernel = {"name": "python3", "display_name": "Python", "language": "python"}
    notebook = new_notebook(cells=[new_code_cell("1")], metadata={"kernelspec": kernel})
    nbformat.write(notebook, root / "a.ipynb")
    token = secrets.token_hex(16)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = {
        "ServerApp": {
            "jpserver_extensions": {"jupyterlab_cache": True},
            "authorizer_class": f"{__name__}.{DenyOurResource.__name__}",
            "root_dir": str(root),
            "port": port,
            "port_retries": 0,
            "open_browser": False,
            "allow_root": True,
            # Without the server's own net, so that what our handlers say counts.
            "allow_unauthenticated_access": True,
        },
        "IdentityProvider": {"token": token},
        "CacheApp": {"max_request_bytes": MAX_REQUEST_BYTES, "workers": 1},
    }
    (folder / "jupyter_server_config.json").write_text(json.dumps(config))
    places = {
        "JUPYTER_CONFIG_DIR": str(folder),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "PYTHONPATH": str(Path(__file__).parent),
    }
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyter_server"],
        env=os.environ | places,
        cwd=root,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    server = LiveServer(port, token, root)
    try:
        _wait_until_ready(server, process, folder / "log")
        yield server
    finally:
        process.terminate()
        process.wait(30)
        log.close()
    _check_log((folder / "log").read_text("utf-8", "replace"))


def _wait_until_ready(server: LiveServer, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        try:
            if server.send("GET", "/jobs").status_code == 200:
                return
        except requests.ConnectionError:
            pass
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise AssertionError(f"the server did not start: {log.read_text()}")


def _check_log(text: str) -> None:
    found = re.findall(r"^Traceback .*?(?=^\[)", text, re.MULTILINE | re.DOTALL)
    assert not found, "the server had unhandled errors:\n" + "\n".join(found)
