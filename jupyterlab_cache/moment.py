"""The notebooks of one moment: what is asked more than once in one pass is looked up once."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from .inputs.declared import Declared
from .notebooks.digests import DocumentDigests
from .projects import Projects


class Surroundings(Protocol):
    """What is known of notebooks."""

    projects: Projects
    default_kernel: str

    def declared_for(self, notebook: Path, project_root: Path | None = None) -> Declared:
        """What is declared of a notebook."""

    def digests_of(self, notebook: Path) -> DocumentDigests:
        """The digests of a saved notebook."""


class Moment:
    """The same surroundings, for one pass over them; what raises an error is asked again.

    Args:
        surroundings: What is known of the notebooks.
    """

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self.projects = surroundings.projects.at_one_moment()
        self.default_kernel = surroundings.default_kernel
        self._digests: dict[Path, DocumentDigests] = {}
        self._declared: dict[Path, Declared] = {}

    def declared_for(self, notebook: Path, project_root: Path | None = None) -> Declared:
        """What is declared of a notebook; raises as the surroundings do."""
        known = self._declared.get(notebook)
        if known is None:
            root = project_root or self.projects.of(notebook).root
            known = self._declared[notebook] = self._surroundings.declared_for(notebook, root)
        return known

    def digests_of(self, notebook: Path) -> DocumentDigests:
        """The digests of a saved notebook; raises as the surroundings do."""
        known = self._digests.get(notebook)
        if known is None:
            known = self._digests[notebook] = self._surroundings.digests_of(notebook)
        return known
