from __future__ import annotations

import base64
import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import jupyterlab_cache
from jupyterlab_cache.store import notary
from jupyterlab_cache.store.signatures import notary_secret


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def test_the_secret_is_made_as_the_notary_makes_it(data: Path) -> None:
    secret = notary_secret()
    path = data / "notebook_secret"
    assert path.read_bytes() == secret == notary_secret()
    assert len(base64.decodebytes(secret)) == 1024
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(data.iterdir()) == [path]


@pytest.mark.parametrize("first", ["ours", "theirs"])
def test_the_notary_and_we_share_one_secret(data: Path, first: str) -> None:
    from nbformat.sign import MemorySignatureStore, NotebookNotary

    ours = notary_secret() if first == "ours" else b""
    data.mkdir(exist_ok=True)
    notebook_notary = NotebookNotary(data_dir=str(data), store_factory=MemorySignatureStore)
    assert notebook_notary.secret == notary_secret()
    assert not ours or ours == notebook_notary.secret


def test_without_hard_links(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise PermissionError("no links here")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    secret = notary_secret()
    assert (data / "notebook_secret").read_bytes() == secret
    assert stat.S_IMODE((data / "notebook_secret").stat().st_mode) == 0o600
    assert len(list(data.iterdir())) == 1


def test_an_empty_secret_is_waited_for(data: Path) -> None:
    data.mkdir()
    path = data / "notebook_secret"
    path.touch()
    writer = threading.Thread(target=lambda: (time.sleep(0.1), path.write_bytes(b"theirs")))
    writer.start()
    assert notary_secret() == b"theirs"
    writer.join()


def test_an_empty_secret_is_replaced_in_the_end(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notary, "_PATIENCE", 0.0)
    data.mkdir()
    (data / "notebook_secret").touch()
    assert len(base64.decodebytes(notary_secret())) == 1024


def test_a_secret_that_cannot_be_made_is_told(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notary, "_PATIENCE", 0.0)
    data.mkdir()
    (data / "notebook_secret").symlink_to(data / "nowhere" / "secret")
    with pytest.raises(OSError):
        notary_secret()


def test_the_store_imports_nothing_slow() -> None:
    slow = (
        "nbformat jsonschema traitlets nbclient jupyter_client jupyter_server rich numpy zstandard"
    )
    code = (
        "import sys, jupyterlab_cache.store.store, jupyterlab_cache.store.signatures;"
        f"print([name for name in {slow.split()} if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(Path(jupyterlab_cache.__file__).parents[1])},
    )
    assert result.stdout == "[]\n"
