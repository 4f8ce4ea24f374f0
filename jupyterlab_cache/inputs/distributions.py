"""Which installed distributions own which module files, read from their metadata folders."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from functools import cached_property
from hashlib import sha256
from pathlib import Path

_METADATA = re.compile(r"(?P<name>.+?)-(?P<version>[^-]+)(?:-py[\d.]+)?\.(?:dist|egg)-info")


def canonical_name(name: str) -> str:
    """The name of a distribution as PEP 503 normalises it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def installed_versions(site_folders: Iterable[str]) -> dict[str, str]:
    """Canonical name → version of all distributions in some site folders; see :func:`_version`.

    The first folder that has a distribution wins, as it does for imports.
    """
    versions: dict[str, str] = {}
    for folder in site_folders:
        for name, version, metadata in _metadata_folders(folder):
            canonical = canonical_name(name)
            if canonical not in versions:
                versions[canonical] = _version(version, os.path.join(folder, metadata))
    return versions


def _metadata_folders(folder: str) -> list[tuple[str, str, str]]:
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    found = []
    for entry in names:
        match = _METADATA.fullmatch(entry)
        if match is not None:
            found.append((match["name"], match["version"], entry))
    return found


def _version(version: str, metadata: str) -> str:
    """The version, with a digest of the files where it alone does not tell what is installed.

    A distribution from an index does not change under its version; one from a folder, a file or a
    repository is installed again under the same version after each edit. Its ``RECORD`` holds the
    digests of its files.
    """
    if not os.path.exists(os.path.join(metadata, "direct_url.json")):
        return version
    lines = [line for line in _lines(os.path.join(metadata, "RECORD")) if "=" in line]
    # What tells of the installation itself differs from machine to machine.
    lines = [line for line in lines if ".dist-info/" not in line and ".pyc," not in line]
    digest = sha256("\n".join(sorted(lines)).encode("utf-8", "replace")).hexdigest()
    return f"{version} ({digest[:12]})"


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return []


Owner = tuple[str, str]
"""Canonical name and version of a distribution."""


class OwnerMap:
    """Finds the distributions that installed a file of a site folder.

    Args:
        site_folders: Absolute folders, most specific first.
    """

    def __init__(self, site_folders: Iterable[str]) -> None:
        self._folders = {folder: _SiteFolder(folder) for folder in site_folders}

    def owners_of(self, path: str) -> set[Owner] | None:
        """Names and versions of the distributions that own a file.

        Several for a folder that they share; none for a file that nobody installed.

        Returns:
            None when the file lies in no site folder.
        """
        for folder, content in self._folders.items():
            if path.startswith(folder + os.sep):
                return content.owners_of(path[len(folder) + 1 :].replace(os.sep, "/"))
        return None


class _SiteFolder:
    """The owners of what is in one site folder, read when they are asked for."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._files: dict[str, Owner] | None = None

    def owners_of(self, path: str) -> set[Owner]:
        owners = self._tops.get(path.partition("/")[0], set())
        if len(owners) < 2:
            return owners
        # A namespace that several share: the file itself decides.
        if self._files is None:
            self._files = {name: owner for owner, names in self._records.items() for name in names}
        owner = self._files.get(path)
        return owners if owner is None else {owner}

    @cached_property
    def _records(self) -> dict[Owner, list[str]]:
        records: dict[Owner, list[str]] = {}
        for name, version, metadata in _metadata_folders(self._folder):
            place = os.path.join(self._folder, metadata)
            if not _is_editable(place):
                owner = (canonical_name(name), _version(version, place))
                records[owner] = _installed_names(place)
        return records

    @cached_property
    def _tops(self) -> dict[str, set[Owner]]:
        tops: dict[str, set[Owner]] = {}
        for owner, names in self._records.items():
            for top in {name.partition("/")[0] for name in names}:
                tops.setdefault(top, set()).add(owner)
        return tops


def _is_editable(metadata: str) -> bool:
    try:
        url = json.loads(Path(metadata, "direct_url.json").read_bytes())
        return bool(url.get("dir_info", {}).get("editable"))
    except (OSError, ValueError, AttributeError):
        return False


def _installed_names(metadata: str) -> list[str]:
    """Paths of a distribution's files, relative to the site folder."""
    lines = _lines(os.path.join(metadata, "RECORD"))
    if lines:
        return [line.rsplit(",", 2)[0].strip('"') for line in lines]
    lines = _lines(os.path.join(metadata, "installed-files.txt"))
    if lines:
        return [line.removeprefix("../") for line in lines]
    tops = [name.strip() for name in _lines(os.path.join(metadata, "top_level.txt"))]
    return [*tops, *(f"{name}.py" for name in tops)]
