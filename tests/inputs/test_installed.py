"""What is installed is remembered no longer, and no earlier, than it is certain."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

import pytest
from scenarios import REST

from jupyterlab_cache.inputs import installed
from jupyterlab_cache.inputs.stat_cache import StatCache
from jupyterlab_cache.inputs.stat_pass import StatPass

Owners = set[tuple[str, str]] | None


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "one.py").write_text("")
    install(folder, "one", "1.0")
    age(folder / "one-1.0.dist-info")
    time.sleep(2 * REST)
    return folder


def install(site: Path, name: str, version: str) -> Path:
    metadata = site / f"{name}-{version}.dist-info"
    metadata.mkdir()
    (metadata / "RECORD").write_text(f"{name}.py,sha256=abc,3\n")
    return metadata


def age(path: Path) -> None:
    os.utime(path, (1_000_000_000, 1_000_000_000))


def files(site: Path) -> StatPass:
    return StatPass(StatCache(site.parent / "cache.sqlite"))


def versions(*sites: Path) -> dict[str, str]:
    return installed.versions_now(tuple(map(str, sites)), files(sites[0]))


def owners(site: Path, name: str) -> Owners:
    return installed.owners_now((str(site),), files(site)).owners_of(str(site / name))


def test_what_is_installed_is_looked_at_once(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert versions(site) == {"one": "1.0"}
    assert owners(site, "one.py") == {("one", "1.0")}
    monkeypatch.setattr(installed, "installed_versions", None)
    monkeypatch.setattr(installed, "SiteFolder", None)
    assert versions(site) == {"one": "1.0"}
    assert owners(site, "one.py") == {("one", "1.0")}


def test_an_upgrade_shows_at_once(site: Path) -> None:
    assert versions(site) == {"one": "1.0"}
    (site / "one-1.0.dist-info").rename(site / "one-2.0.dist-info")
    assert versions(site) == {"one": "2.0"}
    assert owners(site, "one.py") == {("one", "2.0")}


def test_a_site_folder_that_is_not_there_comes_into_being(site: Path) -> None:
    user = site.parent / "user"
    assert versions(user, site) == {"one": "1.0"}
    user.mkdir()
    install(user, "one", "0.9")
    assert versions(user, site) == {"one": "0.9"}


def test_an_installation_that_is_going_on_is_looked_at_again(site: Path) -> None:
    metadata = site / "two-1.0.dist-info"
    metadata.mkdir()
    time.sleep(2 * REST)
    assert owners(site, "two.py") == set()
    assert versions(site)["two"] == "1.0"
    (metadata / "RECORD").write_text("two.py,sha256=abc,3\n")
    assert owners(site, "two.py") == {("two", "1.0")}
    time.sleep(2 * REST)
    assert owners(site, "two.py") == {("two", "1.0")}
    # Last of all comes what tells that its version is not all that there is to say.
    (metadata / "direct_url.json").write_text("{}")
    assert versions(site)["two"].startswith("1.0 (")


@pytest.mark.parametrize("number", [errno.EMFILE, errno.EIO])
def test_what_cannot_be_told_just_now_is_not_remembered(
    site: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    with monkeypatch.context() as patch:

        def fail(path: str) -> list[str]:
            raise OSError(number, os.strerror(number))

        patch.setattr(os, "listdir", fail)
        for ask in (lambda: versions(site), lambda: owners(site, "one.py")):
            with pytest.raises(OSError, match=os.strerror(number)):
                ask()
    assert versions(site) == {"one": "1.0"}
    assert owners(site, "one.py") == {("one", "1.0")}
