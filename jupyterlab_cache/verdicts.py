"""The verdicts on all notebooks below one folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from .inputs.verdict import Status
from .look import Given, Look
from .moment import Moment
from .notebooks.digests import DocumentDigests
from .notebooks.discovery import find_notebooks
from .notebooks.errors import NotebookError
from .notebooks.parameters import NO_PARAMETERS, Parameters, parameters_of
from .notebooks.variant import Variant
from .surroundings import Surroundings

T = TypeVar("T")


class Verdicts(Surroundings):
    """Finds the notebooks below one folder, and judges them."""

    # Finding notebooks

    def notebooks(self, paths: Iterable[str | Path] = ()) -> list[Path]:
        """The notebooks that paths name: files as they are, folders with all that is below.

        Args:
            paths: Files and folders; the root itself when there are none.

        Raises:
            NotebookError: A file is missing or is no notebook.
            PathRefused: A path lies outside the root.
        """
        return self._notebooks(paths, Moment(self))

    def _notebooks(self, paths: Iterable[str | Path], moment: Moment) -> list[Path]:
        root = self.projects.root
        chosen = [self.projects.notebook(path) for path in paths] or [root]
        return find_notebooks(
            chosen, root=root, is_text=moment.is_text_notebook, listing=moment.listing
        )

    def readable(self, paths: Iterable[str | Path] = ()) -> tuple[list[Path], list[str]]:
        """Like :meth:`notebooks`, without those that cannot be read.

        One bad file in a folder must not be in the way of all others there; one that was named
        itself is an error.

        Returns:
            The notebooks, and for each that was left out a line that says why.

        Raises:
            NotebookError: A file that was named is missing or is no notebook.
            PathRefused: A path lies outside the root.
        """
        moment = Moment(self)
        return self._each(paths, moment, moment.readable)

    def _each(
        self,
        paths: Iterable[str | Path],
        moment: Moment,
        ask: Callable[[Path], T],
        prepare: Callable[[list[Path]], None] = lambda notebooks: None,
    ) -> tuple[list[T], list[str]]:
        """The answers on all notebooks that can be read, and lines about the others."""
        paths = list(paths)
        named = {self.projects.notebook(path) for path in paths}
        notebooks = self._notebooks(paths, moment)
        prepare(notebooks)
        answers, unreadable = [], []
        for notebook in notebooks:
            try:
                answers.append(ask(notebook))
            except NotebookError as error:
                if notebook in named:
                    raise
                unreadable.append(f"{self.projects.relative(notebook)}: {error}")
        return answers, unreadable

    # Verdicts

    def status(
        self,
        paths: Iterable[str | Path] = (),
        *,
        variant: Variant | None = None,
        parameters: Mapping[str, object] | None = None,
    ) -> list[Status]:
        """The verdict on each notebook, with reasons; paths are relative to the root.

        Notebooks of a folder that cannot be read are left out; :meth:`readable` tells which.

        Args:
            paths: Notebooks and folders; all below the root when there are none.
            variant: Options that change results.
            parameters: What was injected into these notebooks, beside what is declared.

        Raises:
            NotebookError: A path that was named is missing or is no notebook, or a parameter can
                be none.
            PathRefused: A path lies outside the root.
        """
        return self.survey(
            paths, variant=variant, parameters=parameters_of(parameters or {}, "parameters")
        )[0]

    def survey(
        self,
        paths: Iterable[str | Path] = (),
        *,
        variant: Variant | None = None,
        parameters: Parameters = NO_PARAMETERS,
    ) -> tuple[list[Status], list[str]]:
        """Like :meth:`status`, with a line about each notebook that cannot be read.

        What became of artefacts is told where it is one notebook only.
        """
        moment = Moment(self)
        look = Look(moment, variant)

        def prepare(notebooks: list[Path]) -> None:
            look.give(notebooks, parameters)
            look.prepare(notebooks)

        statuses, unreadable = self._each(paths, moment, look.status, prepare)
        if len(statuses) == 1:
            statuses = [look.with_artefacts(statuses[0])]
        return statuses, unreadable

    def judge(
        self, queries: Sequence[tuple[str, DocumentDigests | None]], look: Look | None = None
    ) -> list[Status]:
        """Like :meth:`status` for documents whose digests may be known already.

        Args:
            queries: Paths with the document's digests, or None to read the file. With digests
                the file need not exist: the document may have never been saved.
            look: The look to judge with, for whoever asks it for more; by default a new one.
        """
        look = look or self.look()
        statuses = []
        for path, document in queries:
            find = self.projects.notebook if document is None else self.projects.resolve
            statuses.append(look.status(find(path), document))
        return [look.with_artefacts(statuses[0])] if len(statuses) == 1 else statuses

    def look(self, variant: Variant | None = None, given: Given | None = None) -> Look:
        """One look at the present, at any number of notebooks.

        Args:
            variant: Options that change results.
            given: Parameters for some of them.
        """
        return Look(Moment(self), variant, given)
