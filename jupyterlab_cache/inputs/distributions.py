"""Which installed distributions own which module files, read from their metadata folders."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import Protocol

_METADATA = re.compile(r"(?P<name>.+?)-(?P<version>[^-]+)(?:-py[\d.]+)?\.(?:dist|egg)-info")


def canonical_name(name: str) -> str:
    """The name of a distribution as PEP 503 normalises it."""
    return re.sub(r"[-_.]+", "-", name).lower()


class LookedAt(Protocol):
    """Is told what an answer depends on, before it is looked at."""

    def __call__(self, path: str, *, if_recent: bool = False) -> None:
        """Take note of a path.

        Args:
            path: The path.
            if_recent: It matters only if it changed not long ago: somebody may be at it.
        """


def nobody(path: str, *, if_recent: bool = False) -> None:
    """Does not care what an answer depends on."""


def installed_versions(site_folders: Iterable[str], looked_at: LookedAt = nobody) -> dict[str, str]:
    """Canonical name → version of all distributions in some site folders; see :func:`_version`.

    The first folder that has a distribution wins, as it does for imports.

    Args:
        site_folders: Absolute folders.
        looked_at: Told each path that decides about the answer.

    Raises:
        OSError: The system does not tell just now.
    """
    versions: dict[str, str] = {}
    for folder in site_folders:
        looked_at(folder)
        for name, version, metadata in _metadata_folders(folder):
            canonical = canonical_name(name)
            if canonical not in versions:
                place = os.path.join(folder, metadata)
                # What is in it comes after it, and last of all what tells of a local build.
                looked_at(place, if_recent=True)
                versions[canonical] = _version(version, place, looked_at)
    return versions


def _metadata_folders(folder: str) -> list[tuple[str, str, str]]:
    try:
        names = sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return []  # Python finds nothing there, either
    found = []
    for entry in names:
        match = _METADATA.fullmatch(entry)
        if match is not None:
            found.append((match["name"], match["version"], entry))
    return found


def _version(version: str, metadata: str, looked_at: LookedAt) -> str:
    """The version, with a digest of the files where it alone does not tell what is installed.

    A distribution from an index does not change under its version; one from a folder, a file or a
    repository is installed again under the same version after each edit. Its ``RECORD`` holds the
    digests of its files.
    """
    if not os.path.exists(os.path.join(metadata, "direct_url.json")):
        return version
    looked_at(os.path.join(metadata, "RECORD"))
    lines = [line for line in _lines(os.path.join(metadata, "RECORD")) if "=" in line]
    # What tells of the installation itself differs from machine to machine.
    lines = [line for line in lines if ".dist-info/" not in line and ".pyc," not in line]
    digest = sha256("\n".join(sorted(lines)).encode("utf-8", "replace")).hexdigest()
    return f"{version} ({digest[:12]})"


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text("utf-8", errors="replace").splitlines()
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return []


Owner = tuple[str, str]
"""Canonical name and version of a distribution."""


class OwnerMap:
    """Finds the distributions that installed a file of a site folder.

    Args:
        site_folders: Absolute folders, most specific first.
        load: Reads what is in one of them, when it is asked about.
    """

    def __init__(
        self, site_folders: Iterable[str], load: Callable[[str], SiteFolder] | None = None
    ) -> None:
        self._folders = tuple(site_folders)
        self._load = load or SiteFolder
        self._loaded: dict[str, SiteFolder] = {}

    def owners_of(self, path: str) -> set[Owner] | None:
        """Names and versions of the distributions that own a file.

        Several for a folder that they share; none for a file that nobody installed.

        Returns:
            None when the file lies in no site folder.

        Raises:
            OSError: The system does not tell just now.
        """
        for folder in self._folders:
            if path.startswith(folder + os.sep):
                content = self._loaded.get(folder)
                if content is None:
                    content = self._loaded[folder] = self._load(folder)
                return content.owners_of(path[len(folder) + 1 :].replace(os.sep, "/"))
        return None


class SiteFolder:
    """The owners of what is in one site folder.

    Args:
        folder: Its absolute path.
        looked_at: Told each path that decides about the answers.

    Raises:
        OSError: The system does not tell just now.
    """

    def __init__(self, folder: str, looked_at: LookedAt = nobody) -> None:
        looked_at(folder)
        records: list[tuple[Owner, list[str]]] = []
        self._tops: dict[str, set[Owner]] = {}
        for name, version, metadata in _metadata_folders(folder):
            place = os.path.join(folder, metadata)
            looked_at(place, if_recent=True)
            if _is_editable(place):
                continue
            owner = (canonical_name(name), _version(version, place, looked_at))
            names = _installed_names(place)
            records.append((owner, names))
            for top in {name.partition("/")[0] for name in names}:
                self._tops.setdefault(top, set()).add(owner)
        # In a namespace that several share the file itself decides.
        self._files = {
            name: owner
            for owner, names in records
            for name in names
            if len(self._tops[name.partition("/")[0]]) > 1
        }

    def owners_of(self, path: str) -> set[Owner]:
        """The owners of a file.

        Args:
            path: Relative to the folder, with forward slashes.
        """
        owners = self._tops.get(path.partition("/")[0], set())
        owner = self._files.get(path) if len(owners) > 1 else None
        return owners if owner is None else {owner}


def _is_editable(metadata: str) -> bool:
    try:
        url = json.loads(Path(metadata, "direct_url.json").read_bytes())
        return bool(url.get("dir_info", {}).get("editable"))
    except (FileNotFoundError, NotADirectoryError, PermissionError, ValueError, AttributeError):
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
