"""Which installed distributions own which module files, read from their metadata folders."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

_METADATA = re.compile(r"(?P<name>.+?)-(?P<version>[^-]+)(?:-py[\d.]+)?\.(?:dist|egg)-info")


def canonical_name(name: str) -> str:
    """The name of a distribution as PEP 503 normalises it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def installed_versions(site_folders: Iterable[str]) -> dict[str, str]:
    """Canonical name → version of all distributions in some site folders.

    Only the names of the metadata folders are read. The first folder that has a distribution wins,
    as it does for imports.
    """
    versions: dict[str, str] = {}
    for folder in site_folders:
        for name, version, _ in _metadata_folders(folder):
            versions.setdefault(canonical_name(name), version)
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


class OwnerMap:
    """Finds the distributions that installed a file of a site folder.

    Args:
        site_folders: Absolute folders, most specific first.
    """

    def __init__(self, site_folders: Iterable[str]) -> None:
        self._owners: dict[str, Mapping[str, set[tuple[str, str]]]] = {
            folder: _owners_in(folder) for folder in site_folders
        }

    def owners_of(self, path: str) -> set[tuple[str, str]] | None:
        """Names and versions of the distributions that own a file.

        Several for a namespace that they share; none for a file that nobody installed.

        Returns:
            None when the file lies in no site folder.
        """
        for folder, owners in self._owners.items():
            if path.startswith(folder + os.sep):
                top = path[len(folder) + 1 :].partition(os.sep)[0]
                return owners.get(top, set())
        return None


def _owners_in(folder: str) -> dict[str, set[tuple[str, str]]]:
    owners: dict[str, set[tuple[str, str]]] = {}
    for name, version, metadata in _metadata_folders(folder):
        place = Path(folder, metadata)
        if _is_editable(place):
            continue
        for top in _top_names(place):
            owners.setdefault(top, set()).add((canonical_name(name), version))
    return owners


def _is_editable(metadata: Path) -> bool:
    try:
        url = json.loads((metadata / "direct_url.json").read_bytes())
        return bool(url.get("dir_info", {}).get("editable"))
    except (OSError, ValueError, AttributeError):
        return False


def _top_names(metadata: Path) -> set[str]:
    for listing in ("RECORD", "installed-files.txt", "top_level.txt"):
        try:
            lines = (metadata / listing).read_text(errors="replace").splitlines()
        except OSError:
            continue
        if listing == "RECORD":
            return {line.partition(",")[0].strip('"').partition("/")[0] for line in lines}
        if listing == "installed-files.txt":
            return {line.removeprefix("../").partition("/")[0] for line in lines}
        return {name for line in lines for name in (line.strip(), line.strip() + ".py")}
    return set()
