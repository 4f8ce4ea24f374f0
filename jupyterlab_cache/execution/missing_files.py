"""Files that a later notebook needs and that are gone: written from the cache, not executed for."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

import msgspec

from ..inputs.observation import Places
from ..inputs.stat_cache import StatCache
from ..projects import Project
from ..store.errors import StoreError
from ..store.store import StoredEntry
from .artefact_restoring import ArtefactWish, restore_artefacts
from .freshening import Workspace
from .planning import BringBack


def bringing_back(workspace: Workspace) -> BringBack:
    """What writes files of notebooks' entries in these surroundings."""

    def bring(notebook: Path, entry: str, files: tuple[str, ...]) -> bool:
        project = workspace.project_of(notebook)
        try:
            stored = project.store.get(entry)
        except StoreError:
            return False
        return bring_back(stored, notebook, project, workspace.stat_cache, files)

    return bring


def bring_back(
    stored: StoredEntry,
    notebook: Path,
    project: Project,
    stat_cache: StatCache,
    files: Collection[str],
) -> bool:
    """Write files that an execution wrote and that are gone.

    Whoever asks for a notebook asks for the files that it needs: without this they would be written
    by executing again. That is so in a clone most of all, where they never were. What is there
    stays, and an entry that does not count as ours writes nothing.

    Args:
        stored: The entry of the execution.
        notebook: Absolute path of the notebook; paths of files start from its folder.
        project: Its project.
        stat_cache: For digests.
        files: Their absolute paths.

    Returns:
        Whether all of them are there now.
    """
    places = Places(notebook.parent, project.root)
    wanted = tuple(
        artefact
        for artefact in stored.entry.artefacts
        if artefact.content is not None
        and places.absolute(artefact.path) in files
        and not os.path.lexists(places.absolute(artefact.path))
    )
    if wanted and stored.trusted:
        entry = msgspec.structs.replace(stored.entry, artefacts=wanted)
        some = msgspec.structs.replace(stored, entry=entry)
        try:
            restore_artefacts(some, notebook, project, stat_cache, ArtefactWish())
        except (OSError, StoreError):
            return False
    return all(map(os.path.lexists, files))
