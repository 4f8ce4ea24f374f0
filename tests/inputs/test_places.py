"""How paths are written in entries, and read again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from jupyterlab_cache.inputs.observation import Places

FOLDERS = st.sampled_from(["/", "/a", "/a/b", "/a/b/c", "/p.q/..r"])
PARTS = st.sampled_from(["..", ".", "", "x", "y.csv", ".hidden", "..dots", "a b", "/", "ü"])


def places(folder: str, root: str) -> Places:
    return Places(Path(folder), Path(root))


@given(folder=FOLDERS, parts=st.lists(PARTS, max_size=6))
def test_a_written_path_leads_where_the_system_says(folder: str, parts: list[str]) -> None:
    written = "/".join(parts)
    expected = os.path.normpath(os.path.join(folder, written))
    assert places(folder, folder).absolute(written) == expected


@given(
    folder=FOLDERS,
    root=FOLDERS,
    parts=st.lists(st.sampled_from(["a", "b", "c", "x", "p.q"]), min_size=1, max_size=4),
)
def test_what_is_written_is_read_again(folder: str, root: str, parts: list[str]) -> None:
    assume(Path(folder).is_relative_to(root))
    path = "/" + "/".join(parts)
    there = places(folder, root)
    written = there.written(path)
    assert there.absolute(written) == path
    inside = Path(path).is_relative_to(root)
    assert written == (os.path.relpath(path, folder) if inside else path)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A project beside a folder, with links in and out."""
    for name in ("project/deep", "outside", "project2"):
        (tmp_path / name).mkdir(parents=True)
    root = tmp_path / "project"
    (root / "out").symlink_to("../outside")
    (root / "in").symlink_to("deep")
    (root / "file").symlink_to("../outside/file")
    (root / "inner").symlink_to("deep/file")
    (root / "loop").symlink_to("loop")
    (tmp_path / "link").symlink_to("project")
    return tmp_path


INSIDE = ["", "x", "deep", "deep/x", "in/x", "inner", "missing/x", "loop"]
OUTSIDE = ["out", "out/x", "file", "../outside/x", "..", "../project2/x"]


@pytest.mark.parametrize("name", INSIDE + OUTSIDE)
@pytest.mark.parametrize("root", ["project", "link"])
def test_what_lies_in_a_project_is_told_by_where_links_lead(
    tree: Path, root: str, name: str
) -> None:
    path = os.path.normpath(os.path.join(tree, root, name))
    there = places(str(tree / root), str(tree / root))
    # The second answer comes from what is known of the folder.
    assert [there.is_inside(path) for _ in range(2)] == [name in INSIDE] * 2
