"""The notebooks of a book: executed where that is needed, before any page is built."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from ..cache import NotebookCache
from ..execution.batch import RunResult
from ..execution.freshening import Wish
from ..execution.request import ExecutionSettings, options_of
from ..inputs.verdict import Status
from ..look import Look
from ..notebooks.digests import DocumentDigests
from ..notebooks.errors import NotebookError
from ..projects import PathRefused
from ..store.errors import StoreError
from ..store.records import Failure
from ..store.store import Store, StoredEntry
from ..waiting import waited_for
from .serving import bring_up_to_date, is_saved

_log = logging.getLogger(__name__)

Execution = Literal["auto", "cache-only", "force"]
"""``auto``: what is not fresh is executed; ``cache-only``: nothing; ``force``: everything."""

Tell = Callable[[RunResult], None]

_UNUSABLE = (NotebookError, PathRefused, StoreError, OSError)
_FOUND = ("fresh", "failed")


class Page(msgspec.Struct, frozen=True):
    """A document with code, as the builder reads it.

    Attributes:
        path: Absolute path of its file.
        document: Its digests.
        is_saved: Whether the cache reads the same in the file.
        timeout: Seconds for each cell; None for no limit.
        allow_errors: Go on after a cell that raises an error.
        isolated: Execute it in a folder of its own, whatever is declared.
        force: Execute it though it is fresh.
    """

    path: Path
    document: DocumentDigests
    is_saved: bool = True
    timeout: float | None = None
    allow_errors: bool = False
    isolated: bool = False
    force: bool = False


class Finding(msgspec.Struct, frozen=True):
    """What a page can show.

    Attributes:
        stored: The entry that holds its outputs; None when there is none to be shown.
        store: Where that is kept.
        failure: What went wrong in the execution.
        why_not: Why nothing can be shown, in a sentence, where no execution was tried.
        executed: Whether it was executed just now.
    """

    stored: StoredEntry | None = None
    store: Store | None = None
    failure: Failure | None = None
    why_not: str = ""
    executed: bool = False


class Book:
    """The pages of a book with the cache that their outputs come from.

    Args:
        make_cache: Makes the cache, whose root holds all pages.
        execution: What is executed.
        jobs: How many at once.
    """

    def __init__(
        self,
        make_cache: Callable[[], NotebookCache],
        execution: Execution = "auto",
        jobs: int = 1,
    ) -> None:
        self._make_cache = make_cache
        self._cache = make_cache()
        self._execution = execution
        self._jobs = jobs
        self._found: dict[Path, tuple[Page, Finding]] = {}

    def is_saved(self, path: Path, document: DocumentDigests) -> bool:
        """Whether the cache reads a document with these digests in a file."""
        return is_saved(self._cache, path, document)

    def close(self) -> None:
        """Write back what was learned about files."""
        self._cache.close()

    # Before pages are built

    def prepare(self, pages: Iterable[Page], tell: Tell = lambda result: None) -> None:
        """Find what pages can show, and execute what has to be: upstream first, several at once.

        Pages that only the builder can read are left to :meth:`find`.

        Args:
            pages: What is going to be built.
            tell: Is told of each execution as soon as it ends.
        """
        saved = [page for page in pages if page.is_saved]
        if self._execution == "cache-only":
            looks = _Looks(self._cache, saved)
            for page in saved:
                self._found[page.path] = page, self._cached(page, looks)
            return
        groups: dict[Page, list[Page]] = defaultdict(list)
        looks = _Looks(self._cache, saved)
        for page in saved:
            groups[_like(self._for_run(page, looks))].append(page)
        for like, some in groups.items():
            by_path = {page.path: page for page in some}
            for result in self._run(like, list(by_path), tell):
                asked = by_path.get(self._cache.projects.resolve(result.path))
                if asked is not None:
                    self._found[asked.path] = asked, self._result(asked, result)

    def _for_run(self, page: Page, looks: _Looks) -> Page:
        if not page.allow_errors:
            return page
        try:
            # What ended well though errors were not allowed is what it is where they are.
            if _counts(looks.plain(page), "fresh"):
                return msgspec.structs.replace(page, allow_errors=False)
        except _UNUSABLE as error:
            _log.info("%s cannot be judged: %r", page.path, error)
        return page

    def _run(self, like: Page, paths: Sequence[Path], tell: Tell) -> list[RunResult]:
        wish = self._wish(like)

        async def run() -> list[RunResult]:
            results = {}
            async for result in self._cache.run_each(paths, wish=wish, jobs=self._jobs):
                results[result.path] = result
                if result.result != "fresh":
                    tell(result)
            return list(results.values())

        return waited_for(run())

    def _wish(self, page: Page) -> Wish:
        return Wish(
            force=page.force or self._execution == "force",
            allow_errors=page.allow_errors,
            isolated=True if page.isolated else None,
            settings=ExecutionSettings(cell_timeout=page.timeout),
        )

    def _result(self, page: Page, result: RunResult) -> Finding:
        executed = result.result != "fresh"
        return self._finding(page, result.entry, result.failure, executed=executed)

    def _finding(
        self, page: Page, entry: str | None, failure: Failure | None, *, executed: bool
    ) -> Finding:
        if entry is None:
            return Finding(failure=failure, executed=executed)
        store = self._cache.project_of(page.path).store
        try:
            return Finding(store.get(entry), store, failure, executed=executed)
        except StoreError as error:
            return Finding(why_not=f"{page.path.name} is not in the cache any more: {error}")

    def _cached(self, page: Page, looks: _Looks) -> Finding:
        """What can be shown of a page without executing it."""
        try:
            status = looks.status(page)
        except _UNUSABLE as error:
            return Finding(why_not=f"{page.path.name} is not in the cache: {error}")
        if not _counts(status, *_FOUND) or status.entry is None:
            return Finding(why_not=_why_not(page.path.name, status))
        finding = self._finding(page, status.entry, status.failure, executed=False)
        if finding.store is not None:
            finding.store.marks.note_hit(status.entry)
        return finding

    # While pages are built, also in processes that were forked

    def find(self, page: Page, notebook: Any) -> Finding:
        """What a page can show.

        Args:
            page: The page.
            notebook: Its node, to be executed where it was not expected; it stays as it is.
        """
        known = self._found.get(page.path)
        if known is not None and known[0] == page and self._fits(page, known[1]):
            return known[1]
        # Of the process that prepared, neither database nor kernels are of use in a forked one.
        cache = self._make_cache()
        looks = _Looks(cache, [])
        if self._execution == "cache-only":
            return self._cached(page, looks)
        wish = self._wish(self._for_run(page, looks))
        try:
            brought = bring_up_to_date(cache, page.path, notebook, wish)
        finally:
            cache.close()
        return self._finding(page, brought.entry, brought.failure, executed=brought.executed)

    def _fits(self, page: Page, found: Finding) -> bool:
        """Whether a page's code is still what was executed: somebody may be typing."""
        code_key = page.document.code_key(self._cache.default_kernel)
        return found.stored is None or found.stored.entry.code_key == code_key

    # Before it is decided what is built

    def outdated(self, shown: Iterable[tuple[Page, str | None]]) -> list[Path]:
        """Pages that would show something else now, though their files are the same.

        Args:
            shown: Pages as they were built, each with the entry that they show.
        """
        shown = list(shown)
        looks = _Looks(self._cache, [page for page, _ in shown])
        return [page.path for page, entry in shown if self._is_outdated(page, entry, looks)]

    def _is_outdated(self, page: Page, entry: str | None, looks: _Looks) -> bool:
        try:
            status = looks.status(page)
            if _counts(status, *_FOUND):
                return status.entry != entry
            if self._execution == "cache-only":
                return entry is not None
            # What only its nature keeps from being fresh is executed when it is built anyway.
            return status.verdict != "stale" or entry is None or looks.is_due(page)
        except _UNUSABLE:
            return True


class _Looks:
    """One look at the present for pages where errors end an execution, one for the others."""

    def __init__(self, cache: NotebookCache, pages: Sequence[Page]) -> None:
        self._plain = cache.look()
        self._allowing = cache.look(options_of(allow_errors=True))
        self._plain.prepare([page.path for page in pages if page.is_saved])

    def plain(self, page: Page) -> Status:
        """The verdict on a page whose errors are not allowed; raises as :meth:`Look.status`."""
        return self._of(self._plain, page)

    def status(self, page: Page) -> Status:
        """The verdict on a page; raises as :meth:`Look.status`."""
        status = self.plain(page)
        if page.allow_errors and not _counts(status, "fresh"):
            return self._of(self._allowing, page)
        return status

    def is_due(self, page: Page) -> bool:
        """Whether executing a saved page could change what it shows."""
        look = self._allowing if page.allow_errors else self._plain
        return not page.is_saved or look.is_due(page.path)

    @staticmethod
    def _of(look: Look, page: Page) -> Status:
        return look.status(page.path, None if page.is_saved else page.document)


def _like(page: Page) -> Page:
    """What tells which pages can be executed together."""
    return msgspec.structs.replace(page, path=Path(), document=DocumentDigests(None, ()))


def _counts(status: Status, *verdicts: str) -> bool:
    """Whether a verdict is one of these, by an entry whose outputs may go into a page."""
    return status.verdict in verdicts and status.trusted


def _why_not(name: str, status: Status) -> str:
    if status.verdict in _FOUND:
        return (
            f"{name} has outputs from elsewhere, which are not shown unless they are trusted; look "
            "at them and say `jupyter cache trust`, or execute the notebook."
        )
    reasons = "; ".join(reason.message for reason in status.reasons)
    verdict = "not cached" if status.verdict == "uncached" else status.verdict
    return f"{name} is {verdict}{f': {reasons}' if reasons else ''}"
