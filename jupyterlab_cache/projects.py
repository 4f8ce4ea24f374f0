"""Where notebooks and their stores lie: paths confined to one root folder."""

from __future__ import annotations

import copy
import os
import posixpath
from pathlib import Path

import msgspec

from .notebooks.errors import NotebookMissing
from .notebooks.project import find_project_root, folder_of, relative_to_root
from .store.layout import STORE_FOLDER
from .store.signatures import KeyRing
from .store.store import Store


class PathRefused(Exception):
    """A path points outside the root folder, or cannot be a path at all."""


class Project(msgspec.Struct, frozen=True, eq=False):
    """A project root with its store.

    Attributes:
        root: Absolute folder; entries name notebooks relative to it.
        store: The store of this project.
    """

    root: Path
    store: Store

    def path_of(self, notebook: Path) -> str:
        """The POSIX path of a notebook relative to the project root, as entries name it."""
        return relative_to_root(notebook, self.root)


class Projects:
    """The projects below one root folder.

    Args:
        root: The server's root folder, or the folder in which a command runs.
        keys: Signing keys for all stores.
        store: One store folder for every notebook instead of one for each project.
    """

    def __init__(self, root: Path, keys: KeyRing, store: Path | None = None) -> None:
        self._given_root = Path(os.path.abspath(root))
        self.root = Path(os.path.realpath(root))
        self._keys = keys
        self.store_folder = store.absolute() if store else None
        """One store for every notebook; None where each project has its own."""
        self._projects: dict[tuple[Path, Path], Project] = {}
        self._known: dict[Path, Project] | None = None

    def at_one_moment(self) -> Projects:
        """The same, for one pass: which project a folder belongs to is looked up once."""
        same = copy.copy(self)
        same._known = {}
        return same

    def resolve(self, path: str | Path) -> Path:
        """The absolute path of something below the root; it need not exist.

        A notebook that is a symbolic link keeps the link's own folder, since that is where Jupyter
        would execute it; but where the link leads has to lie below the root as well.

        Args:
            path: Relative to the root (with forward slashes), or absolute.

        Raises:
            PathRefused: The path leads outside the root, also through a symbolic link.
        """
        text = os.fspath(path)
        if "\0" in text:
            raise PathRefused("A path cannot contain a NUL character.")
        if Path(text).is_relative_to(self._given_root):
            text = os.path.relpath(text, self._given_root)
        absolute = Path(os.path.normpath(self.root / text))
        try:
            real = Path(os.path.realpath(absolute))
        except (OSError, ValueError) as error:
            raise PathRefused(f"{text!r} cannot be used as a path: {error}") from error
        if not (absolute.is_relative_to(self.root) and real.is_relative_to(self.root)):
            raise PathRefused(f"{text} lies outside the root folder; choose a notebook inside it.")
        return absolute

    def notebook(self, path: str | Path) -> Path:
        """Like :meth:`resolve`, for a notebook that has to exist.

        Raises:
            PathRefused: As :meth:`resolve`.
            NotebookMissing: There is no such file.
        """
        real = self.resolve(path)
        try:
            exists = real.exists()
        except (OSError, ValueError) as error:
            raise PathRefused(f"{path} cannot be used as a path: {error}") from error
        if not exists:
            raise NotebookMissing(f"{path} does not exist; check the path.")
        return real

    def of(self, notebook: Path) -> Project:
        """The project that a notebook belongs to: the same object each time.

        Args:
            notebook: An absolute path below the root, as :meth:`resolve` gives it.
        """
        return self.of_folder(folder_of(notebook))

    def of_folder(self, folder: Path) -> Project:
        """The project that notebooks in a folder belong to.

        Args:
            folder: The root, or an absolute path below it.
        """
        known = None if self._known is None else self._known.get(folder)
        if known is None:
            known = self._look_for_project(folder)
            if self._known is not None:
                self._known[folder] = known
        return known

    def _look_for_project(self, folder: Path) -> Project:
        project_root = find_project_root(folder, self.root)
        place = self.store_folder or project_root / STORE_FOLDER
        known = self._projects.get((project_root, place))
        if known is None:
            project = Project(project_root, Store(place, self._keys))
            known = self._projects.setdefault((project_root, place), project)
        return known

    def relative(self, path: Path) -> str:
        """The POSIX path of something below the root, relative to the root."""
        return relative_to_root(path, self.root)

    def path_in_root(self, project: Project, notebook_path: str) -> str:
        """An entry's notebook path, seen from the root folder.

        Entries may come from elsewhere, so the path may be anything: one that would climb out of
        the root is given back as it stands, and is only ever shown.
        """
        joined = posixpath.normpath(posixpath.join(self.relative(project.root), notebook_path))
        return notebook_path if joined.startswith(("../", "/")) or joined == ".." else joined
