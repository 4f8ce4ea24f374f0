"""Two people who share a bucket: a real S3 server, real kernels, and users of their own."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

TEAM_KEY = "0123456789abcdef" * 4
BUCKET = "team"
URL = f"s3://{BUCKET}/cache"

NOTEBOOKS = {
    "prices.ipynb": ["import csv\nrows = list(csv.reader(open('prices.csv')))", "print(rows)"],
    "plot.ipynb": [
        "from IPython.display import Image",
        "Image(data=bytes.fromhex('89504e470d0a1a0a') + bytes(3000), format='png')",
    ],
    "module.ipynb": ["from helper import double", "double(21)"],
    # Its name comes first, and it needs what the other one writes.
    "a_report.ipynb": ["print(open('table.txt').read())"],
    "b_table.ipynb": ["open('table.txt', 'w').write(open('prices.csv').read().upper());"],
}


@pytest.fixture
def homes() -> Iterator[Path]:
    """A folder for homes: kernels have sockets in these, whose paths have to be short."""
    with tempfile.TemporaryDirectory(prefix="homes") as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of an S3 server on this machine, with an empty bucket."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (tmp_path_factory.mktemp("moto") / "log").open("wb")
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=log, stderr=log) as server:
        url = f"http://127.0.0.1:{port}"
        try:
            for _ in range(600):
                try:
                    request = urllib.request.Request(f"{url}/{BUCKET}", method="PUT")
                    urllib.request.urlopen(request, timeout=10).close()
                    break
                except OSError:
                    assert server.poll() is None
                    time.sleep(0.1)
            yield url
        finally:
            server.terminate()
            log.close()


class Person:
    """Somebody with a home, a folder and a notary key of his own."""

    def __init__(self, home: Path, endpoint: str, **variables: str) -> None:
        home.mkdir()
        self.folder = home / f"work of {home.name}"
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AWS_", "JUPYTER", "XDG_", "FSSPEC_"))
        } | {
            "HOME": str(home),
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "a-secret-of-aws",
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_DEFAULT_REGION": "us-east-1",
            "JUPYTERLAB_CACHE_TEAM_KEY": TEAM_KEY,
            "JUPYTERLAB_CACHE_SHARED_STORE": URL,
            **variables,
        }

    def cache(self, *arguments: str, code: int = 0) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "jupyterlab_cache.cli.main", *arguments, "--json"],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=240,
        )
        assert done.returncode == code, (done.stdout, done.stderr)
        assert "a-secret-of-aws" not in done.stdout + done.stderr
        return json.loads(done.stdout)

    def run(self, *arguments: str) -> dict[str, str]:
        return {item["path"]: item["result"] for item in self.cache("run", *arguments)}

    def verdicts(self) -> dict[str, tuple[str, str | None]]:
        return {item["path"]: (item["verdict"], item["origin"]) for item in self.cache("status")}


def project(folder: Path) -> None:
    folder.mkdir()
    (folder / "pyproject.toml").write_text("")
    (folder / "prices.csv").write_text("apple,1\n")
    (folder / "helper.py").write_text("def double(x):\n    return 2 * x\n")
    for name, sources in NOTEBOOKS.items():
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        notebook = nbformat.v4.new_notebook(cells=cells)
        notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
        nbformat.write(notebook, folder / name)


ALL_FRESH = dict.fromkeys(NOTEBOOKS, "fresh")


def test_two_clones_share_a_bucket_and_the_second_executes_nothing(
    homes: Path, endpoint: str
) -> None:
    anna = Person(homes / "anna", endpoint, JUPYTERLAB_CACHE_SHARED_STORE_WRITE="1")
    project(anna.folder)
    executed = anna.run()
    assert set(executed.values()) == {"executed"}
    made = anna.cache("list")

    ben = Person(homes / "ben", endpoint)
    project(ben.folder)
    assert ben.run() == ALL_FRESH
    # What one notebook writes for another is there as well.
    assert (ben.folder / "table.txt").read_text() == "APPLE,1\n"
    assert ben.verdicts() == dict.fromkeys(NOTEBOOKS, ("fresh", "team"))
    ids = {item["entry"] for item in ben.cache("list")}
    assert ids <= {item["entry"] for item in made}
    ben.cache("restore", "plot.ipynb")
    outputs = nbformat.read(ben.folder / "plot.ipynb", 4).cells[1].outputs
    assert any("image/png" in output.get("data", {}) for output in outputs)

    # Another input there: just what depends on it is executed.
    (ben.folder / "prices.csv").write_text("apple,2\n")
    assert ben.run() == ALL_FRESH | dict.fromkeys(
        ["prices.ipynb", "b_table.ipynb", "a_report.ipynb"], "executed"
    )
    # He does not write back by himself, and pushes; Anna gets it when her file is the same.
    pushed = ben.cache("push")
    assert pushed["total"] == 3
    assert pushed["url"] == URL
    assert ben.cache("push")["total"] == 0
    (anna.folder / "prices.csv").write_text("apple,2\n")
    (anna.folder / "table.txt").unlink()
    assert anna.run() == ALL_FRESH
    assert (anna.folder / "table.txt").read_text() == "APPLE,2\n"

    # A third one, without the key of the team: it can be looked at, and takes no execution's place.
    carl = Person(homes / "carl", endpoint, JUPYTERLAB_CACHE_TEAM_KEY="")
    project(carl.folder)
    assert carl.run("module.ipynb") == {"module.ipynb": "executed"}
    pulled = carl.cache("pull", "--notebook", "plot.ipynb")
    assert [(item["path"], item["origin"]) for item in pulled["entries"]] == [
        ("plot.ipynb", "elsewhere")
    ]
    assert carl.verdicts()["plot.ipynb"] == ("fresh", "elsewhere")
    assert carl.cache("push", "--dry-run", "--notebook", "plot.ipynb")["total"] == 0


def test_offline_it_is_as_if_there_were_none(homes: Path, endpoint: str) -> None:
    anna = Person(
        homes / "anna",
        "http://127.0.0.1:9",
        JUPYTERLAB_CACHE_SHARED_STORE=f"s3://{BUCKET}/other",
        JUPYTERLAB_CACHE_SHARED_STORE_WRITE="1",
    )
    project(anna.folder)
    assert anna.run("module.ipynb") == {"module.ipynb": "executed"}
    assert anna.run("module.ipynb", "--offline") == {"module.ipynb": "fresh"}
    # What could not be sent is sent with the next one.
    anna.environment["AWS_ENDPOINT_URL"] = endpoint
    assert anna.run("prices.ipynb") == {"prices.ipynb": "executed"}
    assert anna.cache("push")["present"] == 2
    shutil.rmtree(anna.folder / ".jupyterlab_cache")
    assert anna.run("module.ipynb") == {"module.ipynb": "fresh"}
