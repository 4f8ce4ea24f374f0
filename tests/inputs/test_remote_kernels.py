"""A kernel on another machine: a path there may lead to another file here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from jupyterlab_cache.inputs.observation import Observation, Places
from jupyterlab_cache.inputs.recorded_inputs import RunEvidence, observation_of
from jupyterlab_cache.inputs.report import ProbeReport
from jupyterlab_cache.inputs.stat_cache import StatCache


def observe(root: Path, **noted: Any) -> Observation:
    """What is recorded of a report from a kernel that does not see our files."""
    empty: dict[str, Any] = {"files": {}, "folders": {}, "stats": {}, "absent_in": {}}
    lists = (
        *("variables", "attempted", "absent", "sys_path", "gaps", "network", "errors"),
        *("environment_files", "folders_made", "site", "stdlib"),
    )
    report = {**empty, **{name: [] for name in lists}, "modules": {}, "identity": "cpython"}
    evidence = RunEvidence(
        sources=[],
        report=msgspec.convert({**report, "sees_our_files": False, **noted}, ProbeReport),
        kernel="kernel",
        is_python=True,
        seen=None,
        elsewhere=None,
    )
    return observation_of(evidence, Places(root, root), {}, StatCache(root / "stat.sqlite"))


@pytest.mark.parametrize("same", [True, False])
def test_a_file_counts_only_if_it_is_the_same_here(same: bool, tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("1")
    here = StatCache(tmp_path / "other.sqlite").digest(path)
    record = {
        "before": [1, 1, 1, 1, 1],
        "first": "read",
        "truncated": False,
        "read": [0],
        "written": [],
        "digest": here if same else "sha256-" + "0" * 64,
        "database": False,
    }
    observation = observe(tmp_path, files={str(path): record})
    assert observation.changed_during_run == (() if same else ("data.csv",))
    assert "remote-kernel" in observation.gaps


def test_a_file_of_which_there_is_no_digest_makes_a_run_that_is_not_reused(tmp_path: Path) -> None:
    path = tmp_path / "large.bin"
    path.write_text("1")
    record = {
        "before": [1, 1, 1, 1, 1],
        "first": "read",
        "truncated": False,
        "read": [0],
        "written": [],
        "digest": None,
        "database": False,
    }
    assert observe(tmp_path, files={str(path): record}).changed_during_run == ("large.bin",)


def test_a_module_that_nobody_saw_being_read_makes_a_run_that_is_not_reused(tmp_path: Path) -> None:
    path = tmp_path / "steps.py"
    path.write_text("value = 1")
    assert observe(tmp_path, modules={"steps": str(path)}).changed_during_run == ("steps.py",)
