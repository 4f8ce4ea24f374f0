"""One object that offers the verbs of the cache to the server, the command line and scripts."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from .inputs.stat_cache import StatCache
from .inputs.verdict import Status, judge
from .inputs.verifier import Verifier
from .notebooks.digests import DocumentDigests
from .notebooks.discovery import find_notebooks
from .notebooks.errors import NotebookError, NotebookInvalid
from .notebooks.reader import read_digests
from .projects import Project, Projects
from .store.errors import StoreError
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
_decode_digests = msgspec.msgpack.Decoder(DocumentDigests).decode


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
    ) -> None:
        self.keys = keys or KeyRing(notary_secret())
        self.projects = Projects(Path(root), self.keys, Path(store) if store else None)
        self.stat_cache = stat_cache or StatCache()
        self.default_kernel = default_kernel
        self._launch_environment = launch_environment

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
        paths = list(paths)
        named = {self.projects.notebook(path) for path in paths}
        good, bad = [], []
        for notebook in self.notebooks(paths):
            try:
                self._digests(notebook)
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
        self._digests(notebook)
        return notebook

    def project_of(self, notebook: Path) -> Project:
        """The project of a notebook, given by its absolute path below the root."""
        return self.projects.of(notebook)

    def launch_environment(self) -> Mapping[str, str]:
        """The environment variables that a kernel would be given now."""
        return self._launch_environment() if self._launch_environment else dict(os.environ)

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
        verifier = self.verifier()
        return [
            self._judge(notebook, self._digests(notebook), verifier, variant or {})
            for notebook in self.readable(paths)[0]
        ]

    def judge(self, queries: Sequence[tuple[str, DocumentDigests | None]]) -> list[Status]:
        """Like :meth:`status` for documents whose digests may be known already.

        Args:
            queries: Paths with the document's digests, or None to read the file. With digests
                the file need not exist: the document may have never been saved.
        """
        verifier = self.verifier()
        statuses = []
        for path, document in queries:
            if document is None:
                notebook = self.projects.notebook(path)
                document = self._digests(notebook)
            else:
                notebook = self.projects.resolve(path)
            statuses.append(self._judge(notebook, document, verifier, {}))
        return statuses

    def judge_notebook(
        self,
        notebook: Path,
        variant: Mapping[str, str | int | float | bool | None] | None = None,
    ) -> Status:
        """The verdict on one saved notebook, given by its absolute path below the root."""
        return self._judge(notebook, self._digests(notebook), self.verifier(), variant or {})

    def paths_behind(self, status: Status) -> list[str]:
        """Absolute paths that the verdict on a notebook depends on, to be watched.

        Args:
            status: As :meth:`judge` gave it.
        """
        if status.entry is None:
            return []
        notebook = self.projects.resolve(status.path)
        project = self.projects.of(notebook)
        try:
            stored = project.store.get(status.entry)
        except StoreError:
            return []  # it was removed meanwhile
        return self.verifier().paths_of(
            stored, notebook_folder=notebook.parent, project_root=project.root
        )

    def verifier(self) -> Verifier:
        """A fresh look at the present: every path is checked once by each verifier."""
        return Verifier(stat_cache=self.stat_cache, launch_environment=self.launch_environment())

    def _digests(self, notebook: Path) -> DocumentDigests:
        if notebook.is_dir():
            raise NotebookInvalid(f"{notebook.name} is a folder; choose a notebook in it.")
        try:
            # What a notebook executes and shows is a property of its file, so it is kept as such.
            data = self.stat_cache.derived(
                notebook,
                _DIGESTS_KIND,
                lambda path: msgspec.msgpack.encode(read_digests(Path(path))),
            )
            return _decode_digests(data)
        except (OSError, msgspec.MsgspecError):
            return read_digests(notebook)

    def _judge(
        self,
        notebook: Path,
        document: DocumentDigests,
        verifier: Verifier,
        variant: Mapping[str, str | int | float | bool | None],
    ) -> Status:
        project = self.projects.of(notebook)
        status = judge(
            document,
            notebook=notebook,
            project_root=project.root,
            store=project.store,
            verifier=verifier,
            default_kernel=self.default_kernel,
            variant=variant,
        )
        return msgspec.structs.replace(status, path=self.projects.relative(notebook))

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
        from .execution.engine import ExecutionSettings
        from .execution.freshening import Wish

        wish = Wish(force=force, settings=ExecutionSettings(cell_timeout=timeout))

        async def gather() -> list[RunResult]:
            running = self.run_each(self.notebooks(paths), wish=wish, jobs=jobs, write=write)
            return [result async for result in running]

        return asyncio.run(gather())
