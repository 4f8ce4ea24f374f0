"""Entries that are signed with the key of a team, and the key itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from execution_support import Project

from jupyterlab_cache.cache import NotebookCache
from jupyterlab_cache.execution.kernels import Kernels
from jupyterlab_cache.inputs.stat_cache import StatCache
from jupyterlab_cache.store.team_keys import FILES_VARIABLE, KEY_VARIABLE

KEY = "5f" * 32

LOOK = f"""import os, subprocess
print({{name: value for name, value in os.environ.items() if "TEAM_KEY" in name}})
print(subprocess.run("env | grep -c TEAM_KEY", shell=True, capture_output=True).stdout)
print(os.environ.get({KEY_VARIABLE!r}), os.environ.get({FILES_VARIABLE!r}))"""


async def test_a_colleague_s_entry_is_the_team_s_and_no_kernel_sees_the_key(
    project: Project, kernels: Kernels, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "team.key"
    file.write_text(KEY)

    def person(name: str, *, in_team: bool = True) -> Project:
        data = tmp_path / name
        data.mkdir(exist_ok=True)
        monkeypatch.setenv("JUPYTER_DATA_DIR", str(data))
        for variable, value in ((KEY_VARIABLE, KEY), (FILES_VARIABLE, str(file))):
            if in_team:
                monkeypatch.setenv(variable, value)
            else:
                monkeypatch.delenv(variable, raising=False)
        cache = NotebookCache(project.folder, stat_cache=StatCache(data / "files.sqlite"))
        return Project(project.folder, cache, kernels, [])

    path = project.write("a.ipynb", LOOK)
    ann = person("ann")
    outcome = await ann.freshen(path)
    assert outcome.result == "executed"
    assert ann.texts(ann.store.get(outcome.entry or "")) == ["{}\nb'0\\n'\nNone None\n"]
    # Whether the variable is set is nothing that a verdict depends on.
    for name, in_team, origin in (
        ("ann", True, "here"),
        ("ann", False, "here"),
        ("ben", True, "team"),
        ("cat", False, "elsewhere"),
    ):
        one = person(name, in_team=in_team)
        status = one.status(path)
        assert (status.verdict, status.origin) == ("fresh", origin), (name, in_team)
        assert status.trusted == (origin != "elsewhere")
    assert (await person("ben").freshen(path)).result == "fresh"
    for file in (item for item in ann.store.folder.rglob("*") if item.is_file()):
        assert KEY.encode() not in file.read_bytes(), file
