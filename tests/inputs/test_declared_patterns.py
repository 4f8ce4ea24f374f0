"""Patterns and durations that a person writes, also hostile ones."""

from __future__ import annotations

import glob
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyterlab_cache.inputs.patterns import confined, matches, parse_pattern, seen_from
from jupyterlab_cache.notebooks.declaration import (
    NOTHING,
    DeclarationInvalid,
    declaration_of,
    parse_duration,
    read_declaration,
    read_project_declaration,
)

FILES = ["a.csv", "b.txt", "deep/a.csv", "deep/deeper/c.csv", ".hidden/h.csv", "deep/.dot", "[x]"]
parts = st.sampled_from(
    ["*", "**", "?.csv", "[ab].*", "deep", "a.csv", "..", ".", "", "*.c*v", ".*"]
)
patterns = st.one_of(
    st.lists(parts, min_size=1, max_size=6).map("/".join), st.text(max_size=30), st.text("*[]?./a")
)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in a folder that holds more, with links that lead astray."""
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.csv").write_text("secret")
    root = outside / "project"
    for name in FILES:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (root / "away").symlink_to(outside)
    (root / "away.csv").symlink_to(outside / "secret.csv")
    (root / "deep" / "loop").symlink_to(root)
    os.mkfifo(root / "pipe.csv")
    return root


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project without links."""
    root = tmp_path_factory.mktemp("plain")
    for name in FILES:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return root


def found(text: str, folder: Path, root: Path) -> list[str]:
    pattern = confined(parse_pattern(text), folder, root)
    return [path for path, target in matches(pattern, folder, root, lambda _: False) if not target]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=patterns, inner=st.booleans())
def test_no_pattern_leads_outside_the_project(tree: Path, text: str, inner: bool) -> None:
    try:
        paths = found(text, tree / "deep" if inner else tree, tree)
    except DeclarationInvalid as error:
        assert "\n" not in str(error) or "\n" in text
        return
    for path in paths:
        assert Path(os.path.realpath(path)).is_relative_to(tree)
        assert os.path.isfile(path)
    assert len(paths) == len(set(paths))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=st.lists(parts, min_size=1, max_size=4).map("/".join))
def test_everything_that_the_standard_library_finds_is_found(plain: Path, text: str) -> None:
    try:
        paths = set(found(text, plain, plain))
    except DeclarationInvalid:
        return
    for name in glob.glob(text.lstrip("/") or ".", root_dir=plain, recursive=True):
        path = os.path.normpath(plain / name)
        assert path in paths or not os.path.isfile(path)


@settings(max_examples=100, deadline=None)
@given(text=st.lists(parts, min_size=1, max_size=5).map("/".join))
def test_a_pattern_of_the_project_means_the_same_from_a_notebook_s_folder(
    tree: Path, text: str
) -> None:
    try:
        pattern = confined(parse_pattern(text), tree, tree)
    except DeclarationInvalid:
        return
    moved = seen_from(pattern, tree, tree / "deep")
    assert parse_pattern(moved.text) == moved
    nothing = lambda _: False  # noqa: E731
    assert list(matches(pattern, tree, tree, nothing)) == list(
        matches(moved, tree / "deep", tree, nothing)
    )


@pytest.mark.parametrize(
    "text",
    [
        *("/etc/*", "../*", "deep/../../*", "away/*", "away", "away.csv", "~/x", "C:/x", "a\\b"),
        *("*/..", "../project/a.csv", "/".join(["a"] * 101), "", "\0"),
    ],
)
def test_what_leads_outside_is_refused_in_one_line(text: str, tree: Path) -> None:
    with pytest.raises(DeclarationInvalid) as caught:
        found(text, tree, tree)
    assert len(str(caught.value).splitlines()) == 1


def test_a_link_that_leads_outside_is_told_by_where_it_points(tree: Path) -> None:
    pattern = parse_pattern("*.csv")
    told = dict(matches(pattern, tree, tree, lambda _: False))
    assert told == {
        str(tree / "a.csv"): None,
        str(tree / "away.csv"): str(tree.parent / "secret.csv"),
    }


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1s", 1), ("30m", 1800), ("12h", 43200), ("7d", 604800), ("2w", 1209600)],
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@given(st.one_of(st.text(max_size=8), st.integers(), st.floats(), st.none(), st.booleans()))
def test_a_duration_is_a_number_and_a_unit_or_an_error(value: object) -> None:
    try:
        seconds = parse_duration(value)
    except DeclarationInvalid as error:
        assert "'7d'" in str(error)
    else:
        assert isinstance(value, str) and value.isascii()
        assert (
            seconds
            == int(value[:-1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}[value[-1]]
        )


@pytest.mark.parametrize(
    "text", ["", "0d", "07d", "-1d", "1.5h", "7 d", "7D", "d", "7", "1e3s", "٣d", "1h30m", "7d\n"]
)
def test_no_other_durations(text: str) -> None:
    with pytest.raises(DeclarationInvalid):
        parse_duration(text)


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["assets", "ignore", "expires", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(json)
def test_a_declaration_is_understood_or_refused(value: object) -> None:
    try:
        declaration = declaration_of(value, "Here")
    except DeclarationInvalid as error:
        assert str(error).startswith("Here")
    else:
        assert all(isinstance(item, str) and item for item in declaration.assets)


@pytest.mark.parametrize("name", ["missing.ipynb", "folder.ipynb", "broken.ipynb", "list.ipynb"])
def test_a_file_that_is_no_notebook_declares_nothing(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder.ipynb").mkdir()
    (tmp_path / "broken.ipynb").write_text("{")
    (tmp_path / "list.ipynb").write_text("[]")
    assert read_declaration(tmp_path / name) == NOTHING


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("", True),
        ("not toml at all", True),
        ("[tool.black]", True),
        ("jupyterlab-cache is not toml", False),
        ("tool = 'jupyterlab-cache'", True),
        ("[tool]\njupyterlab-cache = 1", False),
        ("[tool.jupyterlab-cache]\nassets = 1", False),
    ],
)
def test_project_settings(text: str, valid: bool, tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text(text)
    if valid:
        assert read_project_declaration(path) == NOTHING
    else:
        with pytest.raises(DeclarationInvalid):
            read_project_declaration(path)
