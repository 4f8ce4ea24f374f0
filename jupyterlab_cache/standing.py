"""Verdicts that stand as long as everything that they were found with is the same."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Hashable, Iterable
from pathlib import Path

import msgspec

from .inputs.grounds import (
    Ground,
    Grounds,
    GroundsInOnePass,
    LinkGround,
    PathGround,
    grounds_of,
)
from .inputs.observation import Places
from .inputs.stat_pass import StatPass
from .inputs.verdict import Status
from .inputs.verifier import Verifier
from .notebooks.declaration import PROJECT_FILE
from .notebooks.project import folder_of
from .projects import Project
from .store.entries import StoredEntry

_MOST_GROUNDS = 400_000
_MOST_TERMS = 1000
_LONGEST = 60.0  # seconds


class Place(msgspec.Struct, frozen=True, eq=False):
    """A folder and the project that it belongs to; one object for all that lies there."""

    folder: Path
    project: Project


class Standing(msgspec.Struct, frozen=True, eq=False):
    """A verdict that stands.

    Attributes:
        status: The verdict.
        stored: The entry that decided.
        place: The notebook's folder and project.
        until: When it is to be found again, monotonic seconds.
        grounds: What it stands on, by number.
    """

    status: Status
    stored: StoredEntry
    place: Place
    until: float
    grounds: tuple[int, ...]


class StandingVerdicts:
    """What passes over the same notebooks have in common.

    A verdict ``fresh`` or ``failed`` follows from statements about the present: the notebook's
    file, the project's, the folders of the store and each input of the entry are in just this
    state. While they hold it need not be found again. Each statement is looked at anew in every
    pass, and once, however many verdicts stand on it. After a minute a verdict is found again all
    the same: what somebody takes out of the store by hand counts by then.

    What depends on more than that is not kept: verdicts of other kinds, declarations with assets,
    patterns to ignore or an expiry, and whatever changed so recently that its times cannot be
    relied on.
    """

    def __init__(self) -> None:
        self.grounds = Grounds()
        self._places: dict[tuple[Path, Project], Place] = {}
        self._kept: dict[Hashable, dict[Path, Standing | None]] = {}
        self._asked: tuple[list[Standing | None], list[int]] = ([], [])

    @property
    def is_full(self) -> bool:
        """Whether it is time to start anew."""
        return len(self.grounds.all) >= _MOST_GROUNDS or len(self._kept) >= _MOST_TERMS

    def in_one_pass(
        self,
        files: StatPass,
        verifier: Verifier,
        project_of: Callable[[Path], Project],
        terms: Hashable,
    ) -> StandingInPass:
        """The same, for one pass.

        Args:
            files: What the file system says in it.
            verifier: The present.
            project_of: Tells which project a folder belongs to now; its store can be used.
            terms: What else verdicts depend on; they stand only under equal terms.
        """
        kept = self._kept.setdefault(terms, {})
        return StandingInPass(self, kept, files, verifier, project_of)

    def grounds_behind(self, found: list[Standing | None]) -> list[int]:
        """The numbers of everything that some verdicts stand on.

        Args:
            found: The verdicts, None in between.
        """
        asked, numbers = self._asked
        if asked != found:
            known = [standing.grounds for standing in found if standing is not None]
            numbers = sorted(set[int]().union(*known))
            self._asked = found, numbers  # most passes ask for the same as the one before
        return numbers

    def place(self, folder: Path, project: Project) -> Place:
        """The place that notebooks in a folder have in common."""
        return self._places.setdefault((folder, project), Place(folder, project))


class StandingInPass:
    """Standing verdicts in one pass; see :class:`StandingVerdicts`."""

    def __init__(
        self,
        standing: StandingVerdicts,
        kept: dict[Path, Standing | None],
        files: StatPass,
        verifier: Verifier,
        project_of: Callable[[Path], Project],
    ) -> None:
        self._all = standing
        self._kept = kept
        self._files = files
        self._verifier = verifier
        self._project_of = project_of
        self._places: dict[Place, bool] = {}
        self._now = time.monotonic()
        self._in_pass = GroundsInOnePass(standing.grounds, verifier)

    def find(self, notebook: Path) -> Standing | None:
        """The verdict on a saved notebook, if one stands.

        Args:
            notebook: Its absolute path.
        """
        standing = self._kept.get(notebook)
        if standing is None or not self._is_recent(standing):
            return None
        return standing if self._in_pass.all_hold(standing.grounds) else None

    def find_all(self, notebooks: Iterable[Path]) -> list[Standing | None]:
        """Like :meth:`find` for many, with everything that they stand on looked at in one go."""
        found = list(map(self._kept.get, notebooks))
        self._in_pass.look_at(self._all.grounds_behind(found))
        failed = self._in_pass.any_failed
        return [
            None
            if standing is None or not self._is_recent(standing) or failed(standing.grounds)
            else standing
            for standing in found
        ]

    def _is_recent(self, standing: Standing) -> bool:
        return self._now < standing.until and self._is_still(standing.place)

    def _is_still(self, place: Place) -> bool:
        """Whether a folder belongs to the project that it did."""
        known = self._places.get(place)
        if known is None:
            known = self._places[place] = self._project_of(place.folder) is place.project
        return known

    def keep(self, notebook: Path, project: Project, status: Status, stored: StoredEntry) -> None:
        """Let a verdict stand that was found in this pass, if it can; from the second time on.

        Most processes ask once, and have nothing of it.

        Args:
            notebook: The notebook's absolute path.
            project: Its project.
            status: A verdict that depends on no declaration but what the notebook and its project
                say of network, packages and variables.
            stored: The entry that decided, the newest with its code key.
        """
        if notebook not in self._kept:
            self._kept[notebook] = None
            return
        grounds = self._grounds_of(notebook, project, stored) if stored.trusted else None
        if grounds is not None:
            numbers = self._all.grounds.numbers_of(grounds)
            place = self._all.place(folder_of(notebook), project)
            self._kept[notebook] = Standing(status, stored, place, self._now + _LONGEST, numbers)

    def _grounds_of(
        self, notebook: Path, project: Project, stored: StoredEntry
    ) -> list[Ground] | None:
        of_inputs = grounds_of(stored, Places(notebook.parent, project.root), self._verifier)
        if of_inputs is None:
            return None
        state, link_state = self._files.state, self._files.link_state
        own: list[PathGround | LinkGround] = [
            PathGround(path, state(path))
            for path in (os.fspath(notebook), os.path.join(project.root, PROJECT_FILE))
        ]
        own += [
            LinkGround(folder, link_state(folder))
            for folder in project.store.folders_behind(stored)
        ]
        if not all(self._files.has_rested(ground.state) for ground in own):
            return None
        return [*of_inputs, *own]
