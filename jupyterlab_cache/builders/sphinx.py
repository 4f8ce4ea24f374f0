"""A Sphinx extension: myst-nb shows what the cache holds, and executes by way of it.

``extensions = ["myst_nb", "jupyterlab_cache.builders.sphinx"]`` is all that has to be said.
"""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import msgspec
import myst_nb
import myst_nb.sphinx_
from sphinx.application import Sphinx
from sphinx.errors import ConfigError, ExtensionError
from sphinx.util import logging

from .. import __version__
from ..cache import NotebookCache
from ..execution.batch import RunResult
from ..notebooks.digests import DocumentDigests
from ..projects import PathRefused
from .book import Book, Page
from .client import serving
from .pages import read_page
from .serving import root_for

_log = logging.getLogger(__name__)

_EXECUTIONS = ("auto", "cache-only", "force")
_WANTED = ["notebook", "source", "nb_config", "logger", "read_fmt"]


def setup(app: Sphinx) -> dict[str, Any]:
    """Put the cache between Sphinx and myst-nb.

    Raises:
        ExtensionError: This release of myst-nb has another inside than those that are known.
    """
    _check_myst_nb()
    app.setup_extension("myst_nb")
    app.add_config_value("jupyterlab_cache_execution", "auto", "", str)
    app.add_config_value("jupyterlab_cache_jobs", None, "", (int, type(None)))
    app.add_config_value("jupyterlab_cache_root", None, "", (str, type(None)))
    app.add_config_value("jupyterlab_cache_store", None, "", (str, type(None)))
    building = _Building(app)

    class Parser(myst_nb.sphinx_.Parser):  # type: ignore[misc]
        """myst-nb's own, which is given outputs of the cache."""

        def parse(self, inputstring: str, document: Any) -> None:
            """Parse a document."""
            env = getattr(document.settings, "env", None) or self.env

            def note(page: Page, entry: str | None) -> None:
                building.shown(env)[env.docname] = _record(page, entry)

            with serving(building.book, note):
                super().parse(inputstring, document)

    app.add_source_parser(Parser, override=True)
    app.connect("builder-inited", building.begin)
    app.connect("env-get-outdated", building.outdated)
    app.connect("env-before-read-docs", building.prepare)
    app.connect("env-purge-doc", building.purge)
    app.connect("env-merge-info", building.merge)
    app.connect("build-finished", building.end)
    return {
        "version": __version__,
        "env_version": 1,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }


def _check_myst_nb() -> None:
    create = getattr(myst_nb.sphinx_, "create_client", None)
    if create is None or list(inspect.signature(create).parameters) != _WANTED:
        raise ExtensionError(
            f"myst-nb {myst_nb.__version__} chooses how to execute in another way than releases "
            "that jupyterlab_cache.builders.sphinx knows: install one from 1.1 to 1.4, or a newer "
            "jupyterlab-cache."
        )


class _Building:
    """What the extension does at Sphinx's events.

    Args:
        app: The application.
    """

    def __init__(self, app: Sphinx) -> None:
        self._app = app
        self.book: Book

    def begin(self, app: Sphinx) -> None:
        config = app.config
        if config.jupyterlab_cache_execution not in _EXECUTIONS:
            raise ConfigError(
                f"jupyterlab_cache_execution is {config.jupyterlab_cache_execution!r}; it can be "
                f"{', '.join(_EXECUTIONS)}."
            )
        source = Path(app.srcdir)
        given, store = config.jupyterlab_cache_root, config.jupyterlab_cache_store
        root = Path(app.confdir, given).resolve() if given else root_for(source)
        place = Path(app.confdir, store) if store else None

        def make_cache() -> NotebookCache:
            return NotebookCache(root, store=place)

        try:
            make_cache().projects.resolve(source)
        except PathRefused as error:
            raise ConfigError(f"jupyterlab_cache_root has to hold {source}: {error}") from error
        jobs = config.jupyterlab_cache_jobs or max(1, app.parallel)
        self.book = Book(make_cache, config.jupyterlab_cache_execution, jobs)

    def outdated(
        self, app: Sphinx, env: Any, added: set[str], changed: set[str], removed: set[str]
    ) -> list[str]:
        """Documents whose notebooks would show something else now."""
        rest = self.shown(env).keys() - added - changed - removed
        pages = {name: _page_of(env, name, self.shown(env)[name]) for name in sorted(rest)}
        found = set(self.book.outdated(pages.values()))
        outdated = [name for name, (page, _) in pages.items() if page.path in found]
        if outdated:
            _log.info("jupyterlab-cache: other outputs than before in %s", ", ".join(outdated))
        return outdated

    def prepare(self, app: Sphinx, env: Any, docnames: list[str]) -> None:
        """Execute what has to be, before documents are read."""
        read = (read_page(env, name, self.book.is_saved) for name in docnames)
        self.book.prepare([page for page in read if page is not None], _tell)

    def purge(self, app: Sphinx, env: Any, docname: str) -> None:
        self.shown(env).pop(docname, None)

    def merge(self, app: Sphinx, env: Any, docnames: set[str], other: Any) -> None:
        shown = self.shown(other)
        self.shown(env).update({name: shown[name] for name in docnames if name in shown})

    def end(self, app: Sphinx, error: Exception | None) -> None:
        if hasattr(self, "book"):
            self.book.close()

    @staticmethod
    def shown(env: Any) -> dict[str, Any]:
        """What each document shows, by its name; kept with Sphinx's own memory of documents."""
        if not hasattr(env, "jupyterlab_cache_shown"):
            env.jupyterlab_cache_shown = {}
        shown: dict[str, Any] = env.jupyterlab_cache_shown
        return shown


def _tell(result: RunResult) -> None:
    _log.info("jupyterlab-cache: %s %s in %.1f s", result.result, result.path, result.seconds)


def _record(page: Page, entry: str | None) -> tuple[str | None, bool, bytes | None]:
    # Plain values, which Sphinx can read again without this package.
    document = None if page.is_saved else msgspec.msgpack.encode(page.document)
    return entry, page.allow_errors, document


def _page_of(env: Any, docname: str, record: Any) -> tuple[Page, str | None]:
    entry, allow_errors, document = record
    path = Path(env.doc2path(docname))
    if document is None:
        return Page(path, DocumentDigests(None, ()), allow_errors=allow_errors), entry
    digests = msgspec.msgpack.decode(document, type=DocumentDigests)
    return Page(path, digests, is_saved=False, allow_errors=allow_errors), entry
