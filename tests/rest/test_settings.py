"""What the server's settings declare of every notebook."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from traitlets import TraitError

from jupyterlab_cache.app import CacheApp
from jupyterlab_cache.notebooks.declaration import Declaration


@pytest.fixture
def jp_server_config(jp_server_config: dict[str, Any]) -> dict[str, Any]:
    settings = {"assets": ["*.csv"], "variables": ["CITY"], "expires": "1d", "network": "allow"}
    return {**jp_server_config, "CacheApp": {**settings, "exports": {"mystmd": "_build"}}}


async def test_settings_hold_for_every_notebook(
    client: Any, write_notebook: Any, jp_root_dir: Path
) -> None:
    write_notebook("a.ipynb", "print(1)")
    (jp_root_dir / "x.csv").write_text("1")
    assert (await client.run("a.ipynb"))["result"] == "executed"
    for _ in range(600):
        # Another program's folder is brought up to date when the job has ended.
        if list((jp_root_dir / "_build" / "execute").glob("*.json")):
            break
        await asyncio.sleep(0.05)
    else:
        raise AssertionError("nothing was exported")
    _, answer = await client.get("status", path="a.ipynb")
    assert answer["statuses"][0]["verdict"] == "fresh"
    (jp_root_dir / "x.csv").write_text("2")
    _, answer = await client.get("status", path="a.ipynb")
    reasons = answer["statuses"][0]["reasons"]
    assert [(reason["code"], reason["subject"]) for reason in reasons] == [
        ("file-changed", "x.csv")
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("assets", ["/etc/passwd"]),
        ("ignore", ["../x"]),
        ("artefacts_ignore", ["../x"]),
        ("expires", "soon"),
        ("variables", ["A=B"]),
    ],
)
def test_settings_that_make_no_sense_are_refused_in_words(name: str, value: object) -> None:
    app = CacheApp(**{name: value})
    with pytest.raises(TraitError) as caught:
        app.declaration()
    assert len(str(caught.value).splitlines()) == 1


def test_settings_are_what_is_declared() -> None:
    app = CacheApp(packages="content", network="refuse", ignore=["*.log"])
    expected = Declaration(ignore=("*.log",), network="refuse", packages="content")
    assert app.declaration() == expected
    app = CacheApp(artefacts="ignore", artefacts_ignore=["*.tmp"])
    assert app.declaration() == Declaration(artefacts="ignore", artefacts_ignore=("*.tmp",))
    assert CacheApp().declaration() == Declaration()
