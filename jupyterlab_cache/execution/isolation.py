"""Where a notebook is executed: in its project, or in a folder that holds what it needs only."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from ..inputs.declared import Declared
from ..inputs.fingerprints import IGNORED_NAMES, offered_names
from ..inputs.observation import Observation, Places
from ..inputs.patterns import matches
from ..store.records import Entry, Failure, Input
from .isolated_folder import IsolatedFolder, remove_leftovers
from .request import ExecutionRequest

GAP = "undeclared-inputs"
"""Gap of a run that looked for files of the project that it did not have."""

_MOST_UNDECLARED = 100
_LATEST = 20
"""So many of a notebook's entries are looked at for one that was executed."""


class Workplace(msgspec.Struct, frozen=True):
    """Where a notebook is executed.

    Attributes:
        notebook: Absolute path of the notebook there.
        places: Its folder, and the folder that is its project.
        declared: What is declared, as seen there.
        folder: The folder of its own that is to be removed at the end; None in the project itself.
    """

    notebook: Path
    places: Places
    declared: Declared
    folder: IsolatedFolder | None = None

    def remove(self) -> None:
        """Remove what was made for the execution."""
        if self.folder is not None:
            self.folder.remove()


def workplace_of(request: ExecutionRequest) -> Workplace:
    """The place where a notebook is to be executed, with all that it needs.

    Raises:
        IsolationFailed: It cannot have a folder of its own, or needs too much.
        DeclarationInvalid: A declared pattern cannot be followed.
        StoreError: The store cannot be used.
        OSError: Something cannot be copied.
    """
    places = Places(request.notebook.parent, request.project_root)
    if not request.declared.isolated:
        return Workplace(request.notebook, places, request.declared)
    remove_leftovers()
    folder = IsolatedFolder(request.project_root, request.settings.isolated_bytes)
    try:
        inside = request.notebook.relative_to(request.project_root)
        notebook = folder.root / inside
        notebook.parent.mkdir(parents=True, exist_ok=True)
        for path in _needed(request, places):
            folder.add(path)
    except BaseException:
        folder.remove()
        raise
    declared = msgspec.structs.replace(
        request.declared,
        notebook=str(notebook),
        ignored=request.declared.ignored.also_in(request.project_root, folder.root),
        not_kept=request.declared.not_kept.also_in(request.project_root, folder.root),
    )
    isolated = Places(notebook.parent, folder.root, request.project_root)
    return Workplace(notebook, isolated, declared, folder)


def _needed(request: ExecutionRequest, places: Places) -> Iterator[str]:
    """The notebook, its assets, and what its last execution used, as absolute paths."""
    store_folder = os.path.join(request.store.folder, "")
    yield os.fspath(request.notebook)
    for path in (*_assets(request, places), *_known(request, places)):
        if not path.startswith(store_folder):
            yield path


def _assets(request: ExecutionRequest, places: Places) -> Iterator[str]:
    for pattern in request.declared.assets:
        found = matches(
            pattern, places.notebook_folder, places.project_root, request.declared.skips
        )
        # Links to folders and to outside are told with where they point.
        yield from (path for path, target in found if target is None)


def _known(request: ExecutionRequest, places: Places) -> Iterator[str]:
    entry = _latest_executed(request)
    if entry is None:
        return
    made = {artefact.path for artefact in entry.artefacts}
    for item in entry.inputs:
        if item.kind not in ("file", "module") or item.path is None:
            continue
        path = places.absolute(item.path)
        if not (item.created_by_run or item.path in made or request.declared.skips(path)):
            yield path


def _latest_executed(request: ExecutionRequest) -> Entry | None:
    path = request.notebook.relative_to(request.project_root).as_posix()
    latest, _ = request.store.page(path, limit=_LATEST)
    for stored in latest:
        # What a stranger's entry names is nobody's to copy.
        if stored.trusted and stored.entry.provenance == "executed":
            return stored.entry
    return None


def with_undeclared(observation: Observation, workplace: Workplace) -> Observation:
    """The same, with what an isolated run looked for in vain though the project has it.

    Args:
        observation: What was observed.
        workplace: Where it ran; it is still there.
    """
    if workplace.folder is None:
        return observation
    found = dict.fromkeys(path for item in observation.inputs for path in _lacking(item, workplace))
    if not found:
        return observation
    return msgspec.structs.replace(
        observation,
        undeclared=tuple(sorted(found)[:_MOST_UNDECLARED]),
        gaps=tuple(sorted({*observation.gaps, GAP})),
    )


def _lacking(item: Input, workplace: Workplace) -> Iterable[str]:
    """What the project has of one input and the isolated folder had not, as entries write it."""
    if item.path is None or os.path.isabs(item.path):
        return ()
    places, original = workplace.places, workplace.places.original
    own, path = places.absolute(item.path), original.absolute(item.path)
    if not original.is_inside(path):
        return ()
    if item.kind == "absent":
        is_lacking = os.path.lexists(path) and not os.path.lexists(own)
        return (item.path,) if is_lacking else ()
    if item.kind not in ("directory", "import-names"):
        return ()
    names = {
        name
        for name in _names_in(path) - _names_in(own) - IGNORED_NAMES - set(item.without)
        if not workplace.declared.skips(os.path.join(path, name))
    }
    if item.kind == "import-names":
        return [
            original.written(os.path.join(path, name)) for name in offered_names(names, item.names)
        ]
    return (f"{item.path}/",) if names else ()


def _names_in(folder: str) -> set[str]:
    try:
        return set(os.listdir(folder))
    except OSError:
        return set()


def explained(failure: Failure | None, undeclared: tuple[str, ...]) -> Failure | None:
    """A failure that tells of what the run lacked, too."""
    if failure is None or not undeclared:
        return failure
    return msgspec.structs.replace(
        failure, message=f"{failure.message}\n{undeclared_text(undeclared)}"
    )


def undeclared_text(undeclared: tuple[str, ...]) -> str:
    """What an isolated run lacked, and what to do, in a sentence for a person.

    Args:
        undeclared: As an entry holds it.
    """
    shown = ", ".join(undeclared[:5]) + (
        f" and {len(undeclared) - 5} more" if len(undeclared) > 5 else ""
    )
    return (
        f"The isolated run looked for {shown}, which the project has and the run had not; declare "
        "it as an asset if the notebook needs it."
    )
