"""What myst-nb takes for the execution of a document: outputs of the cache."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import myst_nb.sphinx_
from myst_nb.core.execute.base import EvalNameError, ExecutionError, NotebookClientBase

from ..notebooks import document as documents
from ..notebooks.expressions import expression_code
from ..store.errors import StoreError
from .book import Book, Finding, Page
from .pages import page_for
from .serving import Evaluated, error_of, serve

METHOD = "jupyterlab-cache"
"""How the table of executions names ours."""

Note = Callable[[Page, str | None], None]


class NoLiveKernel(Exception):
    """An expression was to be evaluated where no kernel runs."""


class CachedClient(NotebookClientBase):  # type: ignore[misc]
    """Serves the outputs of a document's entry, or says why there are none.

    Args:
        found: What can be shown.
        page: The document.
    """

    def __init__(self, *args: Any, found: Finding, page: Page, **more: Any) -> None:
        super().__init__(*args, **more)
        self._found = found
        self._page = page
        self._evaluated: list[Evaluated] = []
        self._cells_shown = 0

    def start_client(self) -> None:
        """Put the outputs in; myst-nb calls it before anything else."""
        found = self._found
        if found.stored is not None and found.store is not None:
            try:
                self._evaluated = serve(self.notebook, found.stored, found.store)
            except StoreError as error:
                self._say(f"The cached outputs of {self._page.path.name} are gone: {error}")
                return
        elif found.failure is None:
            self._say(f"{found.why_not.rstrip('.')}. Shown are the outputs in the file.")
            return
        self._tell_how_it_went(found)

    def _say(self, message: str) -> None:
        self.logger.warning(message, subtype="exec")

    def _tell_how_it_went(self, found: Finding) -> None:
        entry = found.stored.entry if found.stored else None
        how: dict[str, Any] = {
            "mtime": entry.created if entry else time.time(),
            "runtime": entry.seconds if entry else None,
            "method": METHOD,
            "succeeded": found.failure is None,
            "error": None,
            "traceback": None,
        }
        if found.failure is not None:
            error = error_of(found.failure, self.notebook, self._page.timeout)
            if self.nb_config.execution_raise_on_error:
                raise ExecutionError(str(self.path)) from error
            how |= {"error": type(error).__name__, "traceback": str(error)}
            message = f"Executing notebook failed: {type(error).__name__}"
            if self.nb_config.execution_show_tb or entry is None:
                message += f"\n{error}"
            self._say(message)
        elif found.executed:
            self.logger.info(f"Executed notebook in {how['runtime']:.2f} seconds")
        else:
            self.logger.info("Using cached outputs")
        self.exec_metadata = how

    def code_cell_outputs(self, cell_index: int) -> tuple[int | None, list[Any]]:
        """The outputs of a cell; myst-nb asks as it comes by."""
        cells = documents.code_cells({"cells": self.notebook.cells[: cell_index + 1]})
        self._cells_shown = len(cells)
        found: tuple[int | None, list[Any]] = super().code_cell_outputs(cell_index)
        return found

    def eval_variable(self, name: str) -> list[Any]:
        """What an inline expression gave where it stands.

        Raises:
            EvalNameError: myst-nb is configured to take no such expression.
            NoLiveKernel: It was not executed with the notebook.
        """
        if not re.match(self.nb_config.eval_name_regex, name):
            raise EvalNameError(name)
        same = [item for item in self._evaluated if item.expression == expression_code(name)]
        here = [item for item in same if item.after >= self._cells_shown] or same[-1:]
        if here:
            return here[0].outputs
        raise NoLiveKernel(
            f"{name!r} was not executed with the notebook, and no kernel runs while pages are "
            "built: in text {eval} is executed; for a directive set execution_mode to inline"
        )


@contextmanager
def serving(book: Book, note: Note) -> Iterator[None]:
    """Let myst-nb take outputs from a book's cache meanwhile.

    Its choice of how to execute has no place for others, so the function that chooses is another
    one for as long as a document is parsed.

    Args:
        book: The book.
        note: Is told what each page shows.
    """
    original = myst_nb.sphinx_.create_client
    myst_nb.sphinx_.create_client = partial(_client_for, original, book, note)
    try:
        yield
    finally:
        myst_nb.sphinx_.create_client = original


def _client_for(
    original: Callable[..., Any],
    book: Book,
    note: Note,
    notebook: Any,
    source: str,
    nb_config: Any,
    logger: Any,
    read_fmt: Any = None,
) -> Any:
    path = _file_at(source)
    page = page_for(path, notebook, nb_config, book.is_saved)
    if page is None:
        return original(notebook, source, nb_config, logger, read_fmt)
    found = book.find(page, notebook)
    note(page, found.stored.id if found.stored else None)
    return CachedClient(notebook, path, nb_config, logger, found=found, page=page)


def _file_at(source: str) -> Path | None:
    try:
        return Path(source) if Path(source).is_file() else None
    except (OSError, ValueError):
        return None  # text that was given in place of a path
