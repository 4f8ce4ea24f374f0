"""What is known of the notebooks below one folder, and how it is looked at."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import TypeVar

import msgspec

from .inputs.declarations import read_declared, read_declared_for_all
from .inputs.declared import Declared
from .inputs.stat_cache import FileValues, Signature, StatCache
from .inputs.upstream import WrittenFiles
from .notebooks.declaration import NOTHING, Declaration
from .notebooks.digests import DocumentDigests
from .notebooks.errors import NotebookInvalid
from .notebooks.listing import Listing
from .notebooks.reader import read_code_key, read_digests
from .projects import Project, Projects
from .standing import StandingVerdicts
from .store.signatures import KeyRing, notary_secret
from .store.team_keys import team_keys, without_team_keys

DEFAULT_KERNEL = "python3"

S = TypeVar("S", bound="Surroundings")

# Name what is kept; to be changed with its meaning.
_DIGESTS_KIND = "digests 3"
_CODE_KEY_KIND = "code key 1"
_decode_digests = lru_cache(maxsize=8192)(msgspec.msgpack.Decoder(DocumentDigests).decode)


class Surroundings:
    """The notebooks below one folder, and what decides about them besides their files.

    Args:
        root: Folder that bounds everything; paths are relative to it.
        store: One store folder for all, instead of ``.jupyterlab_cache`` in each project root.
        keys: Keys that sign entries; by default that of the user's own notebook notary, and those
            of teams that environment variables name.
        stat_cache: What is remembered of files between passes; by default the user's own.
        default_kernel: Name of the kernel of a notebook that names none.
        launch_environment: Gives the environment variables that a kernel would start with; by
            default those of this process.
        declared: What holds for every notebook in addition to what it and its project declare, and
            outdoes that; patterns start from each notebook's folder.
        settings: The same, outdone by what a notebook or its project declares.
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
        settings: Declaration = NOTHING,
    ) -> None:
        self._is_portable = keys is None and stat_cache is None and launch_environment is None
        self.keys = keys or KeyRing(notary_secret(), team_keys(os.environ))
        self.projects = Projects(Path(root), self.keys, Path(store) if store else None)
        self.stat_cache = stat_cache or StatCache()
        self.default_kernel = default_kernel
        self.declared = declared
        self.settings = settings
        self._launch_environment = launch_environment
        self._standing = StandingVerdicts()
        self.listings: dict[str, tuple[Signature, Listing]] = {}
        """Folders with the states in which they hold this."""
        self.texts: dict[str, tuple[Signature, bool]] = {}
        """Files with the states in which they are text notebooks, or not."""
        self._written: dict[Path, WrittenFiles] = {}

    @property
    def standing(self) -> StandingVerdicts:
        """Verdicts that need not be found again."""
        if self._standing.is_full:
            self._standing = StandingVerdicts()
        return self._standing

    def written_in(self, project: Project) -> WrittenFiles:
        """What the notebooks of a project wrote."""
        writers = project.store.writers()
        known = self._written.get(project.root)
        if known is None or known.writers is not writers:
            known = self._written[project.root] = WrittenFiles(project.root, writers)
        return known

    def __enter__(self: S) -> S:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce__(self) -> tuple[object, ...]:
        # Keys stay here: who unpickles has keys of his own, and so has another process of ours.
        if not self._is_portable:
            raise TypeError(
                "A NotebookCache with keys, a stat cache or an environment of its own cannot be "
                "pickled; make it where it is needed."
            )
        made_again = partial(
            type(self),
            self.projects.root,
            store=self.projects.store_folder,
            default_kernel=self.default_kernel,
            declared=self.declared,
            settings=self.settings,
        )
        return made_again, ()

    def close(self) -> None:
        """Write back what was learned about files."""
        self.stat_cache.flush()

    def project_of(self, notebook: Path) -> Project:
        """The project of a notebook, given by its absolute path below the root."""
        return self.projects.of(notebook)

    def launch_environment(self) -> Mapping[str, str]:
        """The environment variables that a kernel would be given now."""
        given = self._launch_environment() if self._launch_environment else os.environ
        return without_team_keys(given)

    def declared_for(self, notebook: Path) -> Declared:
        """What is declared of a notebook: by its project, in its saved file, and by this cache.

        Args:
            notebook: Its absolute path below the root; the file need not exist.

        Raises:
            NotebookError: A declaration makes no sense, or leads outside the project.
        """
        root = self.projects.of(notebook).root
        return read_declared(
            notebook,
            root,
            self.stat_cache,
            project=read_declared_for_all(root, self.stat_cache),
            command=self.declared,
            settings=self.settings,
        )

    def digests_of(self, notebook: Path, files: FileValues | None = None) -> DocumentDigests:
        """The digests of a saved notebook, given by its absolute path below the root.

        Args:
            notebook: The notebook.
            files: The pass that this is part of.

        Raises:
            NotebookError: It is missing or unreadable.
        """
        try:
            # What a notebook executes and shows is a property of its file, so it is kept as such.
            data = (files or self.stat_cache).derived(
                notebook,
                _DIGESTS_KIND,
                lambda path: msgspec.msgpack.encode(read_digests(Path(path))),
            )
            return _decode_digests(data)
        except (OSError, msgspec.MsgspecError):
            check_no_folder(notebook)
            return read_digests(notebook)

    def code_key_of(self, notebook: Path) -> str:
        """The code key of a saved notebook, without a look at what it shows.

        Args:
            notebook: Its absolute path below the root.

        Raises:
            NotebookError: It is missing or unreadable.
        """
        kernel = self.default_kernel
        try:
            return self.stat_cache.derived(
                notebook,
                f"{_CODE_KEY_KIND} {kernel}",
                lambda path: read_code_key(Path(path), kernel).encode(),
            ).decode()
        except OSError:
            check_no_folder(notebook)
            return read_code_key(notebook, kernel)


def check_no_folder(notebook: Path) -> None:
    """Refuse a folder where a notebook is wanted.

    Raises:
        NotebookInvalid: It is one.
    """
    if notebook.is_dir():
        raise NotebookInvalid(f"{notebook.name} is a folder; choose a notebook in it.")
