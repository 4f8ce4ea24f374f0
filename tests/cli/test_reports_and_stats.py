"""Reports, statistics and progress, as a person or a CI system meets them."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest
from test_commands import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_a_run_leaves_a_report_in_each_format(project: Project) -> None:
    project.write("a.ipynb", "1")
    project.write("b.ipynb", "print('before')", "raise ValueError('no <column>')")
    assert project.run("run", "--report", "report.xml")[0] == 1
    suite = ElementTree.parse(project.folder / "report.xml").getroot()[0]
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert (failure.get("type"), failure.get("message")) == (
        "ValueError",
        "ValueError: no <column>",
    )
    assert "raise ValueError" in (failure.text or "")
    assert "\x1b" not in (failure.text or "")

    code, out, _ = project.run("report")
    assert code == 0
    assert out.startswith("# Notebooks\n")
    assert "| `b.ipynb` | failed |" in out
    document = project.json("report")
    assert [item["result"] for item in document["notebooks"]] == ["executed", "failed"]
    assert document["notebooks"][1]["failure"]["cell"] == 1
    assert project.run("report", "--output", "again.xml")[0] == 0
    assert (project.folder / "again.xml").read_text() == (project.folder / "report.xml").read_text()
    assert project.run("run", "a.ipynb", "--report", "r.txt", "--report-format", "markdown")[0] == 0
    assert "1 fresh" in (project.folder / "r.txt").read_text()
    assert json.loads(project.run("report", "--format", "json")[1])["notebooks"][0]["path"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "--report", "report.txt"),
        ("run", "--report", "nowhere/report.xml"),
        ("run", "--report", "."),
        ("report", "--output", "report"),
        ("report",),
    ],
)
def test_a_report_that_cannot_be_is_refused_before_anything_runs(
    project: Project, arguments: tuple[str, ...]
) -> None:
    project.write("a.ipynb", "1")
    code, _, err = project.run(*arguments)
    assert code == 2
    assert len(err.splitlines()) == 1
    assert not (project.folder / ".jupyterlab_cache").exists()


def test_a_run_that_is_stopped_reports_what_has_ended(project: Project) -> None:
    project.write("a.ipynb", "1")
    project.write("b.ipynb", "open('b', 'w').close()\nimport time; time.sleep(600)")
    process = project.start("run", "--report", "report.json")
    deadline = time.monotonic() + 60
    while not (project.folder / "b").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 130
    report = json.loads((project.folder / "report.json").read_text())
    assert report["interrupted"] is True
    assert [item["path"] for item in report["notebooks"]] == ["a.ipynb"]
    assert project.json("report") == report


def test_a_store_that_keeps_no_report_is_no_reason_to_fail(project: Project) -> None:
    project.write("a.ipynb", "1")
    project.run("run")
    reports = project.folder / ".jupyterlab_cache" / "reports"
    for path in reports.iterdir():
        path.unlink()
    reports.rmdir()
    reports.write_text("in the way")
    code, _, err = project.run("run")
    assert code == 0
    assert "could not be kept" in err


def test_stats_tell_what_was_executed_and_saved(project: Project) -> None:
    assert project.json("stats")["notebooks"] == []
    assert project.run("stats")[1].startswith("Nothing is stored")
    project.write("a.ipynb", "import time; time.sleep(0.5)")
    project.write("sub/b.ipynb", "1 / 0")
    project.run("run")
    project.run("run")
    project.json("restore", "a.ipynb")
    stats = project.json("stats")
    assert (stats["executions"], stats["failed"], stats["hits"]) == (2, 1, 2)
    assert stats["seconds_saved"] == pytest.approx(2 * stats["notebooks"][0]["seconds"])
    assert stats["seconds_saved"] > 1.0
    assert stats["failing"] == ["sub/b.ipynb"]
    assert stats["store_bytes"] > stats["notebooks"][0]["bytes"] > 0
    assert [item["path"] for item in project.json("stats", "sub")["notebooks"]] == ["sub/b.ipynb"]
    # Outputs that an execution just made are put into the file without a hit.
    project.run("run", "--force", "--write", "a.ipynb")
    assert project.json("stats", "a.ipynb")["hits"] == 2
    (project.folder / "a.ipynb").unlink()
    assert project.json("stats", "a.ipynb")["executions"] == 2
    _, out, _ = project.run("stats")
    assert "hits       2, which saved" in out
    assert "ZeroDivisionError: division by zero" in out
    code, _, err = project.run("stats", "missing.ipynb")
    assert (code, len(err.splitlines())) == (2, 1)


def test_stats_span_the_projects_below_a_folder(project: Project) -> None:
    (project.folder / "inner").mkdir()
    (project.folder / "inner" / "pyproject.toml").write_text("")
    project.write("a.ipynb", "1")
    project.write("inner/b.ipynb", "2")
    project.run("run")
    assert (project.folder / "inner" / ".jupyterlab_cache").is_dir()
    stats = project.json("stats")
    assert [item["path"] for item in stats["notebooks"]] == ["a.ipynb", "inner/b.ipynb"]
    assert project.json("stats", "inner")["executions"] == 1


def test_show_tells_what_each_cell_used(project: Project) -> None:
    project.write("a.ipynb", "print('x' * 2000)", "1")
    (result,) = project.json("run")
    shown = project.json("show", result["entry"])
    assert shown["peak_memory"] == max(cell["peak_memory"] for cell in shown["cells"])
    assert shown["cells"][0]["output_bytes"] > 2000
    _, out, _ = project.run("show", result["entry"])
    assert re.search(r"^used      processor \d.* s, memory \d+ MB$", out, re.M)
    assert re.search(r"^  1 +\d.* s, processor .*, memory \d+ MB, outputs 2\.\d kB$", out, re.M)


def on_terminal(project: Project, *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout (a pipe) and what a terminal is shown on stderr."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab_cache.cli.main", *arguments],
        cwd=project.folder,
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            data = os.read(ours, 4096)
        except OSError:  # so Linux says that nobody writes any more
            break
        if not data:
            break
        shown += data
    os.close(ours)
    out, _ = process.communicate(timeout=60)
    return process.returncode, out, shown.decode()


def test_a_terminal_shows_bars_and_stdout_stays_as_it_was(project: Project) -> None:
    project.write("a.ipynb", "import time; time.sleep(1)", "time.sleep(1)")
    code, out, shown = on_terminal(project, "run")
    assert code == 0
    assert re.fullmatch(r"executed  a\.ipynb  \d.* s\n", out)
    assert "notebooks" in shown
    assert "1/2" in shown
    assert " left" not in shown

    code, out, shown = on_terminal(project, "run", "--force", "--json")
    assert code == 0
    assert [item["result"] for item in json.loads(out)] == ["executed"]
    assert re.search(r"about \d.* s left", shown)
    assert "executed  a.ipynb" in shown


def test_without_a_terminal_there_is_a_line_for_each_notebook(project: Project) -> None:
    project.write("a.ipynb", "1")
    code, out, err = project.run("run")
    assert (code, err) == (0, "")
    assert re.fullmatch(r"executed  a\.ipynb  \d.* s\n", out)


def test_rich_is_imported_for_bars_only(project: Project) -> None:
    source = (
        "import sys\nfrom jupyterlab_cache.cli.main import cli\n"
        "cli.main(['run', '--help'], standalone_mode=False)\n"
        "assert not any(name.split('.')[0] == 'rich' for name in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", source], check=True, stdout=subprocess.DEVNULL)
