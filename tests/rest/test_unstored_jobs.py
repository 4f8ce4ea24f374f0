"""A job whose outputs the store does not take: it fails, and its outputs are somewhere."""

from __future__ import annotations

import errno
import re
import tempfile
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_notebook

from jupyterlab_cache.execution.rescue import rescued
from jupyterlab_cache.store.files import StoreFiles


async def test_a_full_disk_costs_no_outputs(
    client: Any, write_notebook: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_notebook("a.ipynb", "print('took hours')", "open('a.ipynb').close()")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    write = StoreFiles._write

    def full(self: StoreFiles, name: str, *rest: Any) -> None:
        if name.startswith(("objects/", "entries/")):
            raise OSError(errno.ENOSPC, "No space left on device")
        write(self, name, *rest)

    with monkeypatch.context() as full_disk:
        full_disk.setattr(StoreFiles, "_write", full)
        job = await client.run("a.ipynb")
    assert (job["state"], job["entry"]) == ("failed", None)
    assert job["failure"]["name"] == "NotStored"
    assert "No space left on device" in job["failure"]["message"]
    found = re.search(r"executed notebook is (\S+); copy it", job["failure"]["message"])
    assert found is not None
    executed = nbformat.read(found[1], 4)
    assert executed.cells[1].outputs[0].text == "took hours\n"
    # Not even half of an entry is there, and the next one succeeds.
    assert (await client.get("entries", path="a.ipynb"))[1]["total"] == 0
    assert (await client.run("a.ipynb"))["state"] == "done"


def test_where_there_is_no_room_at_all_the_job_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    error = rescued(new_notebook(), tmp_path / "a.ipynb", OSError("the disk is full"))
    assert "could not be stored: the disk is full" in str(error)
    assert "Nor could the executed notebook be saved" in str(error)
