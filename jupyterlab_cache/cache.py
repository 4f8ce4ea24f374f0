"""One object that offers the verbs of the cache to the server, the command line and scripts."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from .inputs.checklists import Checklists
from .inputs.declarations import read_declared
from .inputs.declared import Declared
from .inputs.stat_cache import StatCache
from .inputs.verdict import Status
from .inputs.verifier import Verifier
from .look import Look, Variant
from .moment import Moment
from .notebooks.declaration import NOTHING, Declaration
from .notebooks.digests import DocumentDigests
from .notebooks.discovery import find_notebooks
from .notebooks.errors import NotebookError, NotebookInvalid
from .notebooks.reader import read_digests
from .projects import Project, Projects
from .store.signatures import KeyRing, notary_secret
from .store.store import StoredEntry

if TYPE_CHECKING:
    from .execution.batch import RunResult
    from .execution.freshening import Wish
    from .execution.kernels import Kernels
    from .execution.restoring import RestoreResult

DEFAULT_KERNEL = "python3"

# Names what is kept; to be changed with the digests' meaning.
_DIGESTS_KIND = "digests 2"
_decode_digests = lru_cache(maxsize=8192)(msgspec.msgpack.Decoder(DocumentDigests).decode)


class NotebookCache:
    """The cache of all notebooks below one folder.

    Args:
        root: Folder that bounds everything; paths are relative to it.
        store: One store folder for all, instead of ``.jupyterlab_cache`` in each project root.
        keys: Keys that sign entries; by default the user's own notebook notary.
        stat_cache: What is remembered of files between passes; by default the user's own.
        default_kernel: Name of the kernel of a notebook that names none.
        launch_environment: Gives the environment variables that a kernel would start with; by
            default those of this process.
        declared: What holds for every notebook in addition to what it and its project declare;
            patterns start from each notebook's folder.
    """

    def __init__(
        self,
        root: str | Path = ".",
        *,
        store: str | Path | None = None,
        keys: KeyRing | None = None,
        stat_cache: StatCache | None = None,
        default_kernel: str = DEFAULT_KERNEL,
        launch_environment: Callable[[], Mapping[str, str]] | None = None,
        declared: Declaration = NOTHING,
    ) -> None:
        self.keys = keys or KeyRing(notary_secret())
        self.projects = Projects(Path(root), self.keys, Path(store) if store else None)
        self.stat_cache = stat_cache or StatCache()
        self.default_kernel = default_kernel
        self.declared = declared
        self._launch_environment = launch_environment
        self._checklists = Checklists()

    def close(self) -> None:
        """Write back what was learned about files."""
        self.stat_cache.flush()

    # Finding notebooks

    def notebooks(self, paths: Iterable[str | Path] = ()) -> list[Path]:
        """The notebooks that paths name: files as they are, folders with all that is below.

        Args:
            paths: Files and folders; the root itself when there are none.

        Raises:
            NotebookError: A file is missing or is no notebook.
            PathRefused: A path lies outside the root.
        """
        chosen = [self.projects.notebook(path) for path in paths] or [self.projects.root]
        return find_notebooks(chosen, root=self.projects.root)

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
        return self._readable(paths, Moment(self))

    def _readable(
        self, paths: Iterable[str | Path], moment: Moment
    ) -> tuple[list[Path], list[str]]:
        paths = list(paths)
        named = {self.projects.notebook(path) for path in paths}
        good, bad = [], []
        for notebook in self.notebooks(paths):
            try:
                moment.digests_of(notebook)
                moment.declared_for(notebook)
            except NotebookError as error:
                if notebook in named:
                    raise
                bad.append(f"{self.projects.relative(notebook)}: {error}")
            else:
                good.append(notebook)
        return good, bad

    def locate(self, path: str) -> tuple[Project, str | None]:
        """The project of a path, and the notebook's path in it (None for a folder).

        The notebook itself may be gone: its entries are still there.

        Raises:
            PathRefused: The path lies outside the root.
        """
        place = self.projects.resolve(path)
        if place.is_dir():
            # A folder belongs to the project that a notebook inside it would belong to.
            return self.projects.of(place / "notebook.ipynb"), None
        project = self.projects.of(place)
        return project, project.path_of(place)

    def executable(self, path: str) -> Path:
        """The absolute path of a notebook that can be read.

        Raises:
            NotebookError: It is missing or is no notebook.
            PathRefused: It lies outside the root.
        """
        notebook = self.projects.notebook(path)
        self.digests_of(notebook)
        self.declared_for(notebook)
        return notebook

    def project_of(self, notebook: Path) -> Project:
        """The project of a notebook, given by its absolute path below the root."""
        return self.projects.of(notebook)

    def launch_environment(self) -> Mapping[str, str]:
        """The environment variables that a kernel would be given now."""
        return self._launch_environment() if self._launch_environment else dict(os.environ)

    def declared_for(self, notebook: Path, project_root: Path | None = None) -> Declared:
        """What is declared of a notebook: by its project, in its saved file, and by this cache.

        Args:
            notebook: Its absolute path below the root; the file need not exist.
            project_root: Its project's root, where that is known.

        Raises:
            NotebookError: A declaration makes no sense, or leads outside the project.
        """
        root = project_root or self.projects.of(notebook).root
        return read_declared(notebook, root, self.stat_cache, self.declared)

    def invalidate(self, notebook: Path) -> None:
        """Let no entry that a notebook has now match any more; nothing is deleted.

        Args:
            notebook: Its absolute path below the root; the file need not exist.

        Raises:
            NotebookInvalid: It is a folder.
            StoreError: The store cannot be used.
            OSError: It cannot be written.
        """
        _check_no_folder(notebook)
        project = self.projects.of(notebook)
        project.store.marks.invalidate_notebook(project.path_of(notebook))

    # Verdicts

    def status(
        self,
        paths: Iterable[str | Path] = (),
        *,
        variant: Mapping[str, str | int | float | bool | None] | None = None,
    ) -> list[Status]:
        """The verdict on each notebook, with reasons; paths are relative to the root.

        Notebooks of a folder that cannot be read are left out; :meth:`readable` tells which.

        Raises:
            NotebookError: A path that was named is missing or is no notebook.
            PathRefused: A path lies outside the root.
        """
        return self.survey(paths, variant=variant)[0]

    def survey(
        self,
        paths: Iterable[str | Path] = (),
        *,
        variant: Mapping[str, str | int | float | bool | None] | None = None,
    ) -> tuple[list[Status], list[str]]:
        """Like :meth:`status`, with a line about each notebook that cannot be read."""
        moment = Moment(self)
        look = Look(moment, self.verifier(), variant)
        notebooks, unreadable = self._readable(paths, moment)
        return [look.status(notebook) for notebook in notebooks], unreadable

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
        return statuses

    def judge_notebook(self, notebook: Path, variant: Variant | None = None) -> Status:
        """The verdict on one saved notebook, given by its absolute path below the root."""
        return self.look(variant).status(notebook)

    def look(self, variant: Variant | None = None) -> Look:
        """One look at the present, at any number of notebooks."""
        return Look(Moment(self), self.verifier(), variant)

    def verifier(self) -> Verifier:
        """A fresh look at the present: every path is checked once by each verifier."""
        if self._checklists.is_full:
            self._checklists = Checklists()
        return Verifier(
            stat_cache=self.stat_cache,
            launch_environment=self.launch_environment(),
            checklists=self._checklists,
        )

    def digests_of(self, notebook: Path) -> DocumentDigests:
        """The digests of a saved notebook, given by its absolute path below the root.

        Raises:
            NotebookError: It is missing or unreadable.
        """
        try:
            # What a notebook executes and shows is a property of its file, so it is kept as such.
            data = self.stat_cache.derived(
                notebook,
                _DIGESTS_KIND,
                lambda path: msgspec.msgpack.encode(read_digests(Path(path))),
            )
            return _decode_digests(data)
        except (OSError, msgspec.MsgspecError):
            _check_no_folder(notebook)
            return read_digests(notebook)

    # Outputs

    def restore(self, notebook: Path | str, *, output: Path | None = None) -> RestoreResult:
        """Put the outputs of the matching entry into a notebook's file, without a kernel.

        Args:
            notebook: The notebook to restore.
            output: File to write instead, relative to the current folder.

        Raises:
            NotebookError: The notebook is missing or unreadable, or its format cannot hold
                outputs and no ``output`` is given.
            PathRefused: It lies outside the root.
        """
        from .execution.restoring import restore

        return restore(self, self.projects.notebook(notebook), output=output)

    def capture(self, path: str) -> StoredEntry:
        """Store the outputs of a saved notebook as they stand (provenance ``captured``).

        Raises:
            CaptureRefused: There are none, or they are not those of a complete run in order.
            NotebookError: The notebook is missing or unreadable.
            PathRefused: It lies outside the root.
        """
        from .execution.capture import capture

        notebook = self.executable(path)
        project = self.projects.of(notebook)
        return capture(
            notebook,
            project_root=project.root,
            store=project.store,
            stat_cache=self.stat_cache,
            default_kernel=self.default_kernel,
            launch_environment=self.launch_environment(),
            declared=self.declared_for(notebook),
        )

    # Executing

    def run_each(
        self,
        notebooks: Sequence[Path],
        *,
        kernels: Kernels | None = None,
        wish: Wish | None = None,
        jobs: int = 1,
        write: bool = False,
    ) -> AsyncIterator[RunResult]:
        """Execute what is not fresh, yielding each notebook's result as soon as it is there.

        What is upstream of them is brought up to date first and has results of its own, unless
        nothing had to be done; see :func:`jupyterlab_cache.execution.batch.run_each`.

        Args:
            notebooks: Absolute paths, as :meth:`notebooks` gives them.
            kernels: Where kernels come from; by default a manager of our own.
            wish: How they are to be brought up to date.
            jobs: How many at once.
            write: Put the outputs into the files.
        """
        from .execution.batch import run_each
        from .execution.freshening import Wish
        from .execution.kernels import own_kernels

        return run_each(
            self,
            notebooks,
            kernels=kernels or own_kernels(),
            wish=wish or Wish(),
            jobs=jobs,
            write=write,
            shown=self.projects.relative,
        )

    def run(
        self,
        paths: Iterable[str | Path] = (),
        *,
        force: bool = False,
        jobs: int = 1,
        timeout: float | None = None,
        write: bool = False,
    ) -> list[RunResult]:
        """Execute what is not fresh, and wait for it.

        Args:
            paths: Notebooks and folders; all below the root when there are none.
            force: Execute all, also what is fresh.
            jobs: How many at once.
            timeout: Seconds for each cell; None for no limit.
            write: Put the outputs into the files.

        Raises:
            NotebookError: A path that was named is missing or is no notebook.
            PathRefused: A path lies outside the root.
        """
        import asyncio

        from .execution.engine import ExecutionSettings
        from .execution.freshening import Wish

        wish = Wish(force=force, settings=ExecutionSettings(cell_timeout=timeout))

        async def gather() -> list[RunResult]:
            running = self.run_each(self.notebooks(paths), wish=wish, jobs=jobs, write=write)
            # Of a notebook that was executed again, the last result counts.
            return list({result.path: result async for result in running}.values())

        return asyncio.run(gather())


def _check_no_folder(notebook: Path) -> None:
    if notebook.is_dir():
        raise NotebookInvalid(f"{notebook.name} is a folder; choose a notebook in it.")
