"""Where the reasons of a status lead."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jupyterlab_cache.inputs.reasons import Reason
from jupyterlab_cache.inputs.sentence import say
from jupyterlab_cache.rest.status_wire import reason_wire


async def test_reasons_lead_to_cells_and_files(
    client: Any, write_notebook: Any, jp_root_dir: Path
) -> None:
    (jp_root_dir / "work").mkdir()
    (jp_root_dir / "data.csv").write_text("1")
    write_notebook("work/a.ipynb", "a = 1", "print(open('../data.csv').read())")
    await client.run("work/a.ipynb")
    (jp_root_dir / "data.csv").write_text("22")
    _, answer = await client.get("status", path="work/a.ipynb")
    (status,) = answer["statuses"]
    (reason,) = status["reasons"]
    assert (reason["code"], reason["cell"], reason["path"]) == ("file-changed", 1, "data.csv")
    assert status["stale_from"] == 1


@pytest.mark.parametrize(
    "path", [None, "/etc/passwd", "../../x.csv", "../.env", ".git/config", ".."]
)
def test_what_the_server_does_not_show_is_no_place_to_go(path: str | None) -> None:
    reason = Reason("file-changed", "x", say("x changed."), path=path)
    assert reason_wire(reason, "work")["path"] is None
