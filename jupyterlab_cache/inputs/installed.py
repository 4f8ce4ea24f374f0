"""What is installed, remembered as long as the folders with the packages stay as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from .distributions import LookedAt, OwnerMap, SiteFolder, installed_versions
from .stat_cache import Signature
from .stat_pass import StatPass

T = TypeVar("T")
_RECENT = 3600.0  # seconds within which an installation comes to its end
States = dict[str, Signature | None]
"""What an answer depends on: paths and the states that they were in."""
Known = dict[tuple[str, ...], tuple[States, T]]
_versions: Known[dict[str, str]] = {}
_folders: Known[SiteFolder] = {}


def versions_now(site_folders: tuple[str, ...], files: StatPass) -> dict[str, str]:
    """Canonical name → version of all distributions; see :func:`installed_versions`.

    Installing, upgrading and removing a distribution changes the names in its site folder.

    Args:
        site_folders: Absolute folders.
        files: What the file system says in this pass.

    Raises:
        OSError: The system does not tell just now.
    """
    return remembered(
        _versions, site_folders, files, lambda look: installed_versions(site_folders, look)
    )


def owners_now(site_folders: tuple[str, ...], files: StatPass) -> OwnerMap:
    """Which distribution owns which file.

    Args:
        site_folders: Absolute folders, most specific first.
        files: What the file system says in this pass.
    """
    return OwnerMap(
        site_folders,
        lambda folder: remembered(
            _folders, (folder,), files, lambda look: SiteFolder(folder, look)
        ),
    )


def remembered(
    known: Known[T],
    key: tuple[str, ...],
    files: StatPass,
    find: Callable[[LookedAt], T],
) -> T:
    """An answer, found again only when something that it depends on has changed.

    Args:
        known: Answers so far; changed in place.
        key: What this answer is about.
        files: What the file system says in this pass.
        find: Finds the answer; it tells first of each path that it is going to look at.
    """
    before = known.get(key)
    if before is not None and all(files.state(path) == was for path, was in before[0].items()):
        return before[1]
    states: States = {}
    is_sure = True

    def look_at(path: str, *, if_recent: bool = False) -> None:
        nonlocal is_sure
        state = files.state(path)
        if if_recent and state is not None and files.began - state[0] / 1e9 > _RECENT:
            return
        states[path] = state
        is_sure = is_sure and (state is None or files.listing_state(path) is not None)

    found = find(look_at)
    if is_sure:
        known[key] = states, found
    return found
