"""What was observed of one execution, in the words of the store."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cached_property, lru_cache
from pathlib import Path

import msgspec

from ..store.records import Artefact, Input

PACKAGE_CONTENT = "package-content"
"""Coverage of a run whose installed packages were looked at by their content, too."""

UNCHECKABLE = frozenset(
    {
        "network",
        "unnameable-files",
        "too-many-files",
        "probe-errors",
        "probe-failed",
        "kernel-gone",
        "remote-variables",
    }
)
"""Gaps behind which something was used, surely or most likely, that cannot be compared again."""


class Observation(msgspec.Struct, frozen=True):
    """What was observed of one execution.

    Attributes:
        inputs: What it used.
        artefacts: What it wrote.
        coverage: How inputs were found.
        gaps: What that cannot see.
        volatile: It depended on something that cannot be fingerprinted.
        changed_during_run: Inputs that did not stay the same from their first use to the end; what
            was computed belongs to no one state of them.
        undeclared: Paths of the project that an isolated run looked for and did not have.
    """

    inputs: tuple[Input, ...] = ()
    artefacts: tuple[Artefact, ...] = ()
    coverage: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    volatile: bool = False
    changed_during_run: tuple[str, ...] = ()
    undeclared: tuple[str, ...] = ()


class Places(msgspec.Struct, frozen=True, dict=True):
    """The folders that decide how a path is written in an entry.

    Attributes:
        notebook_folder: Where relative paths start.
        project_root: Paths inside it are relative, all others absolute.
        original_root: The project itself, where ``project_root`` is an isolated folder that stands
            for it; its own files are the project's, too. The end of the isolated folder's path is
            that of the project, so that what lies above it can be told as well.
    """

    notebook_folder: Path
    project_root: Path
    original_root: Path | None = None

    @property
    def roots(self) -> tuple[str, ...]:
        """The folders that are the project."""
        return tuple(str(root) for root in (self.project_root, self.original_root) if root)

    @property
    def original(self) -> Places:
        """The same places in the project itself."""
        if self.original_root is None:
            return self
        folder = self.original_root / self.notebook_folder.relative_to(self.project_root)
        return Places(folder, self.original_root)

    def written(self, path: str) -> str:
        """A path as entries hold it."""
        inside = os.path.join(self._folder, "")
        if os.sep == "/" and path.startswith(inside):
            return path[len(inside) :]
        if _is_at_or_below(path, self._root):
            return os.path.relpath(path, self._folder).replace(os.sep, "/")
        if self._original is None:
            return path
        if _is_at_or_below(path, self._above):
            # An isolated notebook that climbs out of the project.
            path = os.path.join(self._original.project_root.anchor, path[len(self._above) + 1 :])
        return self._original.written(path)

    def absolute(self, written: str) -> str:
        """The absolute path of what an entry holds."""
        return _absolute(self._folder, written)

    @cached_property
    def _folder(self) -> str:
        return os.fspath(self.notebook_folder)

    def is_inside(self, path: str) -> bool:
        """Whether a path lies in the project, also by where its links lead."""
        is_inside = _is_at_or_below(path, self._root) and _is_at_or_below(
            self._real(path), self._real_root
        )
        return is_inside or (self._original is not None and self._original.is_inside(path))

    def _real(self, path: str) -> str:
        folder, name = os.path.split(path)
        if not name or os.path.islink(path):
            return os.path.realpath(path)
        # Most paths lie in few folders.
        real = self._real_folders.get(folder)
        if real is None:
            real = self._real_folders[folder] = os.path.realpath(folder)
        return os.path.join(real, name)

    @cached_property
    def _original(self) -> Places | None:
        return None if self.original_root is None else self.original

    @cached_property
    def _above(self) -> str:
        """The folder in which an isolated project's path begins."""
        assert self.original_root is not None
        return os.fspath(self.project_root.parents[len(self.original_root.parts) - 2])

    @cached_property
    def _root(self) -> str:
        return os.fspath(self.project_root)

    @cached_property
    def _real_root(self) -> str:
        return os.path.realpath(self._root)

    @cached_property
    def _real_folders(self) -> dict[str, str]:
        return {}


def _is_at_or_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(os.path.join(folder, ""))


@lru_cache(maxsize=65536)
def _absolute(folder: str, written: str) -> str:
    rest, above = written, folder.rstrip("/")
    while rest.startswith("../"):
        rest, above = rest[3:], above.rpartition("/")[0]
    # Most paths are as plain as that, and verdicts on many notebooks need thousands of them.
    if os.sep == "/" and rest[:1] not in ("", "/", ".") and "/." not in rest and "//" not in rest:
        return f"{above}/{rest.rstrip('/')}"
    return os.path.normpath(os.path.join(folder, written))


def cells_of(cells: Iterable[int]) -> tuple[int, ...]:
    """Ordinals of cells, without what happened before the first."""
    return tuple(sorted({cell for cell in cells if cell >= 0}))
