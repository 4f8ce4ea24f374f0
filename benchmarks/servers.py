"""JupyterLab servers for benchmarks."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

STARTUP_SECONDS = 60
TOKEN = "benchmark"


@contextmanager
def lab_server(folder: Path, *, extension: bool = True, exposed: bool = False) -> Iterator[str]:
    """A JupyterLab of its own in ``folder``, with or without the extension.

    Args:
        folder: Where its root, settings and data are; made here.
        extension: Whether this extension is there, on the server's side and in the browser; all
            other installed ones are.
        exposed: Whether pages have the application as ``window.jupyterapp``.

    Yields:
        The address of its interface, with the token.
    """
    settings = {
        name: str(folder / name.lower())
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    }
    root = folder / "root"
    root.mkdir(parents=True)
    config = Path(settings["JUPYTER_CONFIG_DIR"])
    config.mkdir()
    server = {"ServerApp": {"jpserver_extensions": {"jupyterlab_cache": extension}}}
    (config / "jupyter_server_config.json").write_text(json.dumps(server))
    # A disabled extension is loaded all the same, so the plain server must not find it at all.
    labextensions = folder / "labextensions"
    labextensions.mkdir()
    for installed in (Path(sys.prefix) / "share" / "jupyter" / "labextensions").iterdir():
        if extension or installed.name != "jupyterlab-cache":
            (labextensions / installed.name).symlink_to(installed.resolve())
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--port=0"]
    command += [f"--LabApp.labextensions_path={labextensions}"]
    command += [f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={root}"]
    command += ["--LabApp.expose_app_in_browser=True"] if exposed else []
    log = folder / "log.txt"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command, env=os.environ | settings, stdout=stream, stderr=stream, start_new_session=True
        )
    try:
        yield f"{address(Path(settings['JUPYTER_RUNTIME_DIR']), process, log)}lab?token={TOKEN}"
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def address(runtime: Path, process: subprocess.Popen[bytes], log: Path) -> str:
    """The address of a server, once it answers.

    Raises:
        RuntimeError: It ended, or did not answer in time.
    """
    deadline = time.monotonic() + STARTUP_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        for path in runtime.glob("jpserver-*.json"):
            try:
                url: str = json.loads(path.read_text())["url"]
                host = urlsplit(url)._replace(netloc=f"127.0.0.1:{urlsplit(url).port}").geturl()
                with urllib.request.urlopen(f"{host}api", timeout=5):
                    return host
            except (OSError, ValueError, urllib.error.URLError):
                pass
        time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text(errors='replace')[-2000:]}")
