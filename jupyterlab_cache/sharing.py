"""The verbs of shared stores: what was executed once is not executed again by colleagues and CI."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from .entry_verbs import EntryVerbs
from .look import Look
from .notebooks.errors import NotebookError
from .notebooks.parameters import NO_PARAMETERS, Parameters
from .projects import PathRefused, Project
from .store.errors import StoreError
from .store.store import StoredEntry
from .store.team_keys import SHARED_STORE_VARIABLE, SHARED_STORE_WRITE_VARIABLE

if TYPE_CHECKING:
    from .exchange.shared_store.tier import Question, SharedTier
    from .exchange.shared_store.transfer import Listener, Transfer
    from .store.transport import Transport


class Sharing(EntryVerbs):
    """The stores of the projects below one folder, and one that others use as well."""

    _shared: SharedTier | None = None
    _is_shared_known = False

    @property
    def shared(self) -> SharedTier | None:
        """The shared store that is asked before something is executed; None where there is none.

        Unless :meth:`use_shared_store` said so, it is the one that the environment variable
        ``JUPYTERLAB_CACHE_SHARED_STORE`` names. A project never names one: a repository that
        somebody cloned must not decide which machines are talked to.
        """
        if not self._is_shared_known:
            url = os.environ.get(SHARED_STORE_VARIABLE, "")
            writes = os.environ.get(SHARED_STORE_WRITE_VARIABLE, "") not in ("", "0", "false")
            self.use_shared_store(url or None, writes=writes)
        return self._shared

    def use_shared_store(self, url: str | None, *, writes: bool = False) -> None:
        """Say which shared store is asked before something is executed.

        Args:
            url: A folder or any URL that fsspec knows; None for none.
            writes: Send what is executed here there.
        """
        self._is_shared_known = True
        self._shared = None
        if url:
            from .exchange.shared_store.tier import SharedTier

            self._shared = SharedTier(url, writes=writes)

    # By hand

    def push(
        self,
        url: str | None = None,
        paths: Iterable[str | Path] = (),
        *,
        dry_run: bool = False,
        tell: Listener = lambda done, total: None,
    ) -> Transfer:
        """Send entries that count as ours to a shared store, as far as it lacks them.

        Args:
            url: A folder or any URL that fsspec can write to; by default that of :attr:`shared`.
            paths: Notebooks and folders whose entries are sent; by default all of the project.
            dry_run: Only tell what would be sent.
            tell: Is told how far it is.

        Raises:
            SharedStoreError: The shared store does not answer or cannot be used, or none is known;
                what was sent stays, and the next push goes on.
            PathRefused: A path lies outside the root.
            StoreError: Our store cannot be used.
        """
        from .exchange.shared_store.place import open_place
        from .exchange.shared_store.pushing import push
        from .exchange.shared_store.transfer import Transfer

        place = open_place(self._url(url))
        result = Transfer(url=place.shown, dry_run=dry_run)
        places = [self.projects.resolve(path) for path in paths]
        projects = self._projects_at(places) if places else [self.locate(".")[0]]
        for project in projects:
            entries = project.store.each(_below(project, places))
            sent = push(self._transport(project), place, entries, dry_run=dry_run, tell=tell)
            result.add(self._shown(project, sent))
        return result

    def pull(
        self,
        url: str | None = None,
        paths: Iterable[str | Path] = (),
        *,
        everything: bool = False,
        dry_run: bool = False,
        tell: Listener = lambda done, total: None,
    ) -> Transfer:
        """Fetch from a shared store what was executed elsewhere of the code that is here.

        Args:
            url: A folder or any URL that fsspec knows; by default that of :attr:`shared`.
            paths: Notebooks and folders; by default all notebooks below the root.
            everything: Fetch all entries instead, also of code that is not here.
            dry_run: Only tell what would be fetched.
            tell: Is told how far it is.

        Raises:
            SharedStoreError: The shared store does not answer or cannot be used, or none is known;
                what was fetched stays, and the next pull goes on.
            NotebookError: A path that was named is missing or is no notebook.
            PathRefused: A path lies outside the root.
            StoreError: Our store cannot be used.
            OSError: Our store cannot be written.
        """
        from .exchange.shared_store.place import open_place
        from .exchange.shared_store.pulling import pull
        from .exchange.shared_store.transfer import Transfer

        place = open_place(self._url(url))
        result = Transfer(url=place.shown, dry_run=dry_run)
        wanted: dict[Project, list[str] | None] = {}
        if everything:
            wanted[self.locate(".")[0]] = None
        else:
            for project, code_keys in self._code_keys(paths).items():
                wanted[project] = code_keys
        for project, keys in wanted.items():
            fetched = pull(self._transport(project), place, keys, dry_run=dry_run, tell=tell)
            result.add(self._shown(project, fetched))
        return result

    def _shown(self, project: Project, result: Transfer) -> Transfer:
        """A result whose paths are relative to the root, as all others are."""
        for number, item in enumerate(result.entries):
            path = self.projects.path_in_root(project, item.path)
            result.entries[number] = msgspec.structs.replace(item, path=path)
        return result

    def _code_keys(self, paths: Iterable[str | Path]) -> dict[Project, list[str]]:
        found: dict[Project, list[str]] = {}
        for notebook in self.readable(paths)[0]:
            code_key = self.code_key_of(notebook)
            found.setdefault(self.projects.of(notebook), []).append(code_key)
        return found

    def _url(self, url: str | None) -> str:
        if url:
            return url
        if self.shared is None:
            from .exchange.shared_store.place import NotShared

            raise NotShared(
                "Name the shared store: a folder or a URL such as s3://bucket/folder, here or in "
                f"the environment variable {SHARED_STORE_VARIABLE}."
            )
        return self.shared.url

    def _transport(self, project: Project) -> Transport:
        from .store.transport import Transport

        return Transport(project.store, self.keys)

    # By itself

    def ask_shared(
        self, look: Look, notebooks: Sequence[Path], seconds: float | None = None
    ) -> list[StoredEntry]:
        """Bring in what a shared store has of notebooks that would have to be executed.

        Args:
            look: The present.
            notebooks: Their absolute paths.
            seconds: How long it is waited for; by default for a moment.

        Returns:
            What was brought in; ask with a new look then.
        """
        if self.shared is None:
            return []
        from .exchange.shared_store.tier import LOOK_SECONDS

        lock = threading.Lock()
        questions = [
            question for item in notebooks if (question := self._question(look, item, lock))
        ]
        return self.shared.look_for(questions, LOOK_SECONDS if seconds is None else seconds)

    def ask_shared_about(
        self, paths: Iterable[str | Path] = (), *, parameters: Parameters = NO_PARAMETERS
    ) -> None:
        """Bring in what a shared store has of notebooks that are not fresh; wait a moment at most.

        Args:
            paths: Notebooks and folders; all below the root when there are none.
            parameters: What was injected into them, beside what is declared.

        Raises:
            NotebookError: A path that was named is missing or is no notebook.
            PathRefused: A path lies outside the root.
        """
        if self.shared is not None:
            notebooks, _ = self.readable(paths)
            self.ask_shared(self.look(given=dict.fromkeys(notebooks, parameters)), notebooks)

    def _question(self, look: Look, notebook: Path, lock: threading.Lock) -> Question | None:
        """What is asked about a notebook; None when what is here will do."""
        from .exchange.shared_store.tier import Question, newest_or_matching

        try:
            status = look.own_status(notebook)
        except (NotebookError, PathRefused, StoreError, OSError):
            return None  # whoever executes it will be told
        if status.is_settled:
            return None

        def choose(found: Sequence[StoredEntry]) -> Sequence[StoredEntry]:
            with lock:  # a look is for one thread at a time
                return newest_or_matching(found, lambda item: look.would_match(notebook, item))

        return Question(status.code_key, self._transport(self.projects.of(notebook)), choose)

    def note_executed(self, notebook: Path, stored: StoredEntry) -> None:
        """Take in that a notebook was executed: where that is wanted, others get to know it."""
        is_worth_it = stored.entry.outcome in ("ok", "error")
        if is_worth_it and self.shared is not None and self.shared.writes:
            self.shared.keep_in_step(self._transport(self.projects.of(notebook)), stored)

    def send_rest(self, seconds: float | None = None) -> int:
        """Wait until a shared store has what is to be sent there.

        Args:
            seconds: How long at most; by default some minutes.

        Returns:
            How many entries it has not got; they are sent with the next ones.
        """
        if self._shared is None:
            return 0
        return self._shared.finish() if seconds is None else self._shared.finish(seconds)


def _below(project: Project, places: Sequence[Path]) -> Callable[[str], bool]:
    """Whether a notebook of a project is one of some places, or lies below one; or any if none."""

    def is_wanted(path: str) -> bool:
        notebook = project.root / path
        return not places or any(notebook.is_relative_to(place) for place in places)

    return is_wanted
