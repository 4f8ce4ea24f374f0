"""One object that offers the verbs of the cache to the server, the command line and scripts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from .executing import Executing
from .look import Look
from .moment import Moment, MomentToCome
from .notebooks.parameters import parameters_of
from .store.errors import EntryMissing
from .store.store import StoredEntry
from .surroundings import check_no_folder

if TYPE_CHECKING:
    from .exchange.exporting import ExportResult
    from .exchange.importing import ImportResult
    from .execution.artefact_restoring import ArtefactWish, RestoredFile
    from .execution.comparing import Comparison
    from .execution.restoring import RestoreResult
    from .notebooks.declaration import ExportFormat


class NotebookCache(Executing):
    """The cache of all notebooks below one folder: its verbs."""

    # Outputs

    def restore(
        self,
        notebook: Path | str,
        *,
        output: Path | None = None,
        artefacts: ArtefactWish | None = None,
        parameters: Mapping[str, object] | None = None,
    ) -> RestoreResult:
        """Put the outputs of the matching entry into a notebook's file, without a kernel.

        Args:
            notebook: The notebook to restore.
            output: File to write instead, relative to the current folder.
            artefacts: How the files that the execution wrote are restored as well; None to leave
                them.
            parameters: Those of the execution that is meant, beside what is declared.

        Raises:
            NotebookError: The notebook is missing or unreadable, or its format cannot hold
                outputs and no ``output`` is given, or a parameter can be none.
            PathRefused: It lies outside the root.
        """
        from .execution.restoring import restore

        return restore(
            self,
            self.projects.notebook(notebook),
            output=output,
            artefacts=artefacts,
            parameters=parameters_of(parameters or {}, "parameters"),
        )

    def with_outputs(self, contents: Mapping[Path, bytes]) -> dict[Path, bytes]:
        """Notebooks that are not on disk yet, with the cached outputs that are true for them.

        Only entries that count as ours give any.

        Args:
            contents: The content of ``.ipynb`` files without outputs, by absolute paths below the
                root.

        Returns:
            Those for which there are outputs, with them.
        """
        from .execution.restoring import with_outputs

        return with_outputs(self, contents, Look(MomentToCome(self, contents)))

    def restore_artefacts(
        self, notebook: Path | str, entry: str | None = None, wish: ArtefactWish | None = None
    ) -> list[RestoredFile]:
        """Write the files of an execution to disk again.

        Args:
            notebook: The notebook; paths of files start from its folder.
            entry: Whose files; by default those of the matching entry.
            wish: What the person said yes to; by default nothing is overwritten.

        Raises:
            EntryMissing: There is no such entry, or none that matches.
            NotebookError: The notebook is missing or unreadable.
            PathRefused: It lies outside the root.
        """
        from .execution.artefact_restoring import ArtefactWish, restore_artefacts

        place = self.projects.notebook(notebook)
        check_no_folder(place)
        project = self.projects.of(place)
        if entry is None:
            status = self.look().status(place)
            if status.verdict not in ("fresh", "failed") or status.entry is None:
                raise EntryMissing(f"{place.name} is {status.verdict}: there is no entry for it.")
            entry = status.entry
        stored = project.store.get(entry)
        return restore_artefacts(stored, place, project, self.stat_cache, wish or ArtefactWish())

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

    def diff(
        self,
        notebook: Path | str | None = None,
        *,
        before: str | None = None,
        after: str | None = None,
    ) -> Comparison:
        """What differs between a notebook's file and what is cached, or between two entries.

        Args:
            notebook: The notebook; without it both entries have to be named, and are looked for in
                the project of the root.
            before: Beginning of an entry's identifier; by default the notebook's newest entry.
            after: Beginning of the other entry's; by default the file as it is saved.

        Raises:
            EntryMissing: There is no such entry, or none of the notebook.
            BlobMissing: What an entry holds is not there any more.
            BlobDamaged: It is not what it should be.
            NotebookError: The notebook is missing or unreadable.
            PathRefused: It lies outside the root.
            ValueError: Neither a notebook nor two entries are named.
        """
        from .execution.comparing import compare, side_of_entry, side_of_file

        place = None if notebook is None else self.projects.resolve(notebook)
        if place is None and (before is None or after is None):
            raise ValueError("Name a notebook, or two entries.")
        project, path = self.locate("." if notebook is None else str(notebook))
        store = project.store
        old = store.find(before) if before is not None else store.latest_of(path or "")
        if old is None:
            raise EntryMissing(f"Nothing is stored of {notebook}; execute it first.")
        new = store.find(after) if after is not None else None
        shown = self.projects.path_in_root(project, path or old.entry.notebook_path)
        other = side_of_entry(store, new) if new else side_of_file(self.executable(shown))
        return compare(shown, side_of_entry(store, old), other, (old.id, new.id if new else None))

    # Executing

    def executable(self, path: str) -> Path:
        """The absolute path of a notebook that can be read.

        Raises:
            NotebookError: It is missing or is no notebook.
            PathRefused: It lies outside the root.
        """
        return Moment(self).readable(self.projects.notebook(path))

    # Caches of other programs

    def export(
        self,
        paths: Iterable[str | Path] = (),
        *,
        format: ExportFormat,
        output: str | Path,
        artefacts: bool = False,
    ) -> list[ExportResult]:
        """Write what is fresh to the cache of another program, so that it executes nothing.

        What an earlier export wrote and is not true any more is removed.

        Args:
            paths: Notebooks and folders; all below the root when there are none.
            format: Of which program.
            output: The folder: that of jupyter-cache, or the ``_build`` folder of mystmd.
            artefacts: Write the files of the executions as well, where the format has a place for
                them.

        Raises:
            NotebookError: A path that was named is missing or is no notebook.
            PathRefused: A path lies outside the root.
            ExportRefused: It is not safe to write to the folder.
            OSError: It cannot be written.
        """
        from .exchange.exporting import export

        return export(
            self,
            self.notebooks(paths),
            format=format,
            output=Path(output),
            root=self.projects.root,
            artefacts=artefacts,
        )

    def import_(self, folder: str | Path, *, trust: bool = False) -> list[ImportResult]:
        """Take in what jupyter-cache wrote, as entries with provenance ``imported``.

        Args:
            folder: The folder of jupyter-cache.
            trust: Sign the entries as our own: whoever filled the folder could have put anything
                into their outputs.

        Raises:
            ImportRefused: It is no folder of jupyter-cache, or cannot be read.
            StoreError: A store cannot be used.
            OSError: Something cannot be stored.
        """
        from .exchange.importing import import_jupyter_cache

        return import_jupyter_cache(
            self, self.readable()[0], Path(folder), root=self.projects.root, trust=trust
        )
