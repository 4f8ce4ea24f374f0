"""Where the keys of a team come from."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jupyterlab_cache.store.signatures import KeyRing
from jupyterlab_cache.store.team_keys import (
    FILES_VARIABLE,
    KEY_VARIABLE,
    TeamKeyUnusable,
    hide_team_key,
    team_keys,
    without_team_keys,
)

KEY = "0123456789abcdef" * 4
OTHER = "fedcba9876543210" * 4


def test_no_key_is_no_team() -> None:
    assert team_keys({}) == []
    assert team_keys({KEY_VARIABLE: "", FILES_VARIABLE: ""}, ()) == []


def test_a_key_is_the_same_wherever_it_comes_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, other = tmp_path / "team.key", tmp_path / "other team.key"
    file.write_text(f"{KEY}\n")
    other.write_text(f"{OTHER}\r\n")
    expected = [KEY.encode()]
    assert team_keys({KEY_VARIABLE: KEY}) == expected
    assert team_keys({KEY_VARIABLE: f"{KEY}\n"}) == expected
    assert team_keys({}, [str(file)]) == expected
    assert team_keys({FILES_VARIABLE: str(file), KEY_VARIABLE: KEY}, [str(file)]) == expected
    both = os.pathsep.join(map(str, (file, other)))
    assert team_keys({FILES_VARIABLE: both}) == [*expected, OTHER.encode()]
    monkeypatch.setenv("HOME", str(tmp_path))
    assert team_keys({}, ["~/team.key"]) == expected


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "32 characters"), (b"password", "32 characters"), (b"x" * 5000, "more than 4096")],
)
def test_what_is_no_key_is_refused_without_telling_it(
    tmp_path: Path, content: bytes, words: str
) -> None:
    file = tmp_path / "team.key"
    file.write_bytes(content)
    with pytest.raises(TeamKeyUnusable, match=words) as caught:
        team_keys({}, [str(file)])
    assert "password" not in str(caught.value)
    assert str(file) in str(caught.value)
    if content == b"password":
        with pytest.raises(TeamKeyUnusable, match=KEY_VARIABLE) as caught:
            team_keys({KEY_VARIABLE: "password"})
        assert "password" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    # Otherwise entries would go unsigned, and nobody would notice.
    with pytest.raises(TeamKeyUnusable, match="nowhere"):
        team_keys({FILES_VARIABLE: str(tmp_path / "nowhere")})
    with pytest.raises(TeamKeyUnusable, match="cannot be read"):
        team_keys({}, [str(tmp_path)])


def test_kernels_and_children_do_not_get_it() -> None:
    environment = {"PATH": "/bin", KEY_VARIABLE: KEY, FILES_VARIABLE: "/somewhere"}
    assert without_team_keys(environment) == {"PATH": "/bin"}
    hide_team_key(environment)
    assert environment == {"PATH": "/bin", FILES_VARIABLE: "/somewhere"}
    hide_team_key(environment)


def test_a_key_ring_shows_no_key() -> None:
    ring = KeyRing(KEY.encode(), [OTHER.encode()])
    for text in (repr(ring), str(ring), repr(ring.sign(b"payload")), repr(ring.vouch(b"payload"))):
        assert KEY not in text
        assert OTHER not in text
