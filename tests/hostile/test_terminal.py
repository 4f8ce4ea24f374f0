"""Names and messages that would give orders to a terminal, in all that commands print."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hostile_support import Scene

from jupyterlab_cache.cli.main import cli
from jupyterlab_cache.cli.terminal import shown

ORDERS = [
    "\x1b[2J\x1b[1;1H",
    "\x1b]0;title\x07",
    "\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "\x1bP$q\x1b\\",
    "\x9b31m",
    "\r✓ fresh",
    "\n✓ fresh     b.ipynb",
    "\x08\x08\x08",
    "\u202etxt.exe",
    "\u2066\u2028",
]
EVIL = "".join(ORDERS)
OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def evil_record(record: dict[str, Any]) -> None:
    record["notebook_path"] = f"evil{EVIL}.ipynb"
    record["kernel_name"] = EVIL
    record["coverage"] = record["gaps"] = [EVIL]
    record["undeclared"] = [EVIL]
    record["variant"] = {"parameters": json.dumps({EVIL: EVIL})}
    record["outcome"] = "error"
    record["failure"] = {"name": EVIL, "message": EVIL, "traceback": [EVIL]}
    record["inputs"] = [{"kind": "file", "subject": EVIL, "fingerprint": EVIL, "path": EVIL}]
    record["artefacts"] = [{"path": EVIL}]


@pytest.fixture
def evil(tmp_path: Path) -> Scene:
    scene = Scene(tmp_path)
    # Of the open notebook as well, whose verdict is shown.
    name = EVIL.replace("/", "").replace("\n", "")
    scene.notebook.rename(scene.project / f"a{name}.ipynb")
    identifier = scene.plant_record(evil_record, ours=True)
    report = scene.store / "reports" / f"{'0' * 16}-00000000.json"
    report.parent.mkdir()
    notebook = {
        "path": EVIL,
        "result": "failed",
        "seconds": 1,
        "failure": {"name": EVIL, "message": EVIL, "traceback": EVIL},
    }
    whole = {"started": 1, "seconds": 1, "notebooks": [notebook], "left_out": [EVIL]}
    report.write_text(json.dumps(whole | {"software": EVIL, "python": EVIL}))
    (scene.folder / "identifier").write_text(identifier)
    return scene


COMMANDS = (
    ["status"],
    ["status", "--check", "--format", "github"],
    ["diff", "--entry", "ENTRY", "--entry", "ENTRY"],
    ["list"],
    ["list", "--sort", "used"],
    ["show", "ENTRY"],
    ["stats"],
    ["report"],
    ["report", "--format", "json"],
    ["report", "--format", "junit"],
    ["verify"],
    ["gc", "--dry-run", "--max-entries", "0"],
    ["pin", "ENTRY"],
    ["invalidate", EVIL],
    ["restore", EVIL],
    ["remove", "ENTRY"],
)


@pytest.mark.parametrize("as_json", [False, True])
def test_nothing_that_is_printed_is_obeyed(evil: Scene, as_json: bool) -> None:
    identifier = (evil.folder / "identifier").read_text()
    answered = 0
    for words in COMMANDS:
        arguments = [identifier if word == "ENTRY" else word for word in words]
        arguments += ["--root", str(evil.project), *(["--json"] if as_json else [])]
        # With colours, as on a terminal.
        result = CliRunner().invoke(cli, arguments, color=True, standalone_mode=False)
        output = re.sub(r"\x1b\[(3\d|0)m", "", result.output)
        assert not OBEYED.search(output), (words, output)
        # A report shows tracebacks, which have lines.
        assert "\n✓ fresh" not in output or words[0] == "report", words
        answered += "evil" in output or "ufffd" in output or "\ufffd" in output
        if result.exception is not None:
            assert not OBEYED.search(shown(str(result.exception)))
    assert answered > 4


def test_json_is_still_the_same(evil: Scene) -> None:
    arguments = ["list", "--json", "--root", str(evil.project)]
    result = CliRunner().invoke(cli, arguments, standalone_mode=False)
    assert json.loads(result.output)[0]["path"] == f"evil{EVIL}.ipynb"
