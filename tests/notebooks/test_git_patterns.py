"""Patterns mean what git means by them, and no pattern is slow."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from jupyterlab_cache.notebooks.git_patterns import git_patterns

parts = st.sampled_from(["a", "b", "*", "**", "?", "[ab]", "[!a]", r"\*", "."])
segments = st.lists(parts, min_size=1, max_size=6).map("".join)
patterns = st.builds(
    lambda no, root, inside, folder: no + root + "/".join(inside) + folder,
    st.sampled_from(["", "", "!"]),
    st.sampled_from(["", "/", "**/"]),
    st.lists(segments | st.just("**"), min_size=1, max_size=6),
    st.sampled_from(["", "/", "/**"]),
)
names = st.text("ab*.", min_size=1, max_size=6)
paths = st.lists(names, min_size=1, max_size=7).map("/".join)


@given(st.lists(patterns, min_size=1, max_size=3), paths, st.sampled_from(["", "/"]))
@example(["**/a/**/b/**/c*"], "x/a/b/a/b/y/b/cc", "")
@example(["*a*b*"], "bab", "")
def test_they_decide_as_pathspec_does(lines: list[str], path: str, end: str) -> None:
    try:
        expected = GitIgnoreSpec.from_lines(lines)
    except ValueError:
        with pytest.raises(ValueError):
            git_patterns(lines)
        return
    assert git_patterns(lines).check_file(path + end).include is (
        expected.check_file(path + end).include
    )


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*a" * 40 + "b", "a" * 255),
        ("a**" * 40 + "b", "a" * 255),
        ("?*" * 40 + "b", "a" * 255),
        ("[a-z]*" * 40 + "b", "a" * 255),
        ("a/**/" * 40 + "b", "a/" * 2000),
        ("**/a/" * 40 + "b", "a/" * 2000),
        ("**/*a*a/" * 20 + "b", "aaa/" * 1000),
    ],
    ids=lambda value: value[:8],
)
@pytest.mark.timeout(20)
def test_no_pattern_is_slow(pattern: str, path: str) -> None:
    # Trying all lengths would take years.
    assert git_patterns([pattern]).check_file(path).include is None
