"""From the probe's report to inputs and artefacts."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from ..store.records import Artefact, Input
from .distributions import OwnerMap
from .fingerprints import (
    ABSENT,
    IGNORED_NAMES,
    import_names_fingerprint,
    installed_names_fingerprint,
    names_digest,
    variable_fingerprint,
)
from .kernel_environment import real_folders
from .observation import Observation, Places, cells_of, kept_text
from .report import FileReport, ProbeReport, StatReport
from .stat_cache import StatCache, signature_of

_SYSTEM_FOLDERS = ("/proc/", "/sys/", "/dev/", "/run/")
_COVERAGE = ("python-audit",)


class InputRecorder:
    """Turns one report into an observation, looking at the files as they are after the run.

    Args:
        places: The notebook's folder and project.
        report: What the probe noted.
        launch_environment: The variables that the kernel was given.
        stat_cache: For digests.
        keep: Stores the content of small text inputs; None to keep none.
    """

    def __init__(
        self,
        places: Places,
        report: ProbeReport,
        launch_environment: Mapping[str, str],
        stat_cache: StatCache,
        keep: Callable[[bytes], str] | None = None,
    ) -> None:
        self._places = places
        self._report = report
        self._environment = launch_environment
        self._stat_cache = stat_cache
        self._keep = keep
        self._inputs: dict[tuple[str, str], Input] = {}
        self._artefacts: dict[str, Artefact] = {}
        self._changed: list[str] = []
        self._gaps = set(report.gaps)
        self._site = tuple(real_folders(report.site))
        self._stdlib = tuple(real_folders(report.stdlib))
        self._owners = OwnerMap(self._site)
        self._ignored = _library_folders()
        # A module's file counts once, as a module.
        self._module_names = {
            path: name
            for name, path in sorted(report.modules.items(), reverse=True)
            if path is not None
        }

    def observation(self) -> Observation:
        """All inputs and artefacts of the run."""
        report = self._report
        self._add(Input("python", "python", report.identity))
        for path, name in self._module_names.items():
            self._add_module(name, path)
        for path in report.environment_files:
            self._add_owners(path)
        for path, record in report.files.items():
            if not self._is_ignored(path):
                self._add_file(path, record)
        for path, asked in report.stats.items():
            if not self._is_ignored(path):
                self._add_stat(path, asked)
        self._add_folders()
        self._add_import_names()
        for name in report.variables:
            fingerprint = variable_fingerprint(self._environment.get(name))
            self._add(Input("env", name, fingerprint))
        if report.errors:
            self._gaps.add("probe-errors")
        if report.network:
            self._gaps.add("network")
        return Observation(
            inputs=tuple(self._inputs.values()),
            artefacts=tuple(self._artefacts.values()),
            coverage=_COVERAGE,
            gaps=tuple(sorted(self._gaps)),
            volatile=bool(report.network),
            changed_during_run=tuple(dict.fromkeys(self._changed)),
        )

    def _add(self, item: Input) -> None:
        self._inputs.setdefault((item.kind, item.path or item.subject), item)

    # Modules and packages

    def _add_module(self, name: str, path: str) -> None:
        source = _source_of(path)
        if self._is_stdlib(source) or self._add_owners(source) or self._is_ignored(source):
            return
        try:
            digest = self._stat_cache.digest(source)
        except OSError:
            return  # built into the interpreter, frozen, or gone again
        # Read before the run was over, so what is there now has to be what was imported.
        record = self._report.files.get(source)
        if record is not None and not _is_unchanged(source, record, digest):
            self._changed.append(self._places.written(source))
        self._add(self._file_input("module", name, source, digest, ()))

    def _add_owners(self, path: str) -> bool:
        owners = self._owners.owners_of(path)
        for name, version in owners or ():
            self._add(Input("package", name, version))
        return bool(owners)

    def _is_stdlib(self, path: str) -> bool:
        return any(path.startswith(folder + os.sep) for folder in self._stdlib) and not any(
            path.startswith(folder + os.sep) for folder in self._site
        )

    # Files

    def _add_file(self, path: str, record: FileReport) -> None:
        source = _source_of(path)
        if source in self._module_names:
            return
        if source != path:
            if os.path.exists(source):
                self._add_module(Path(source).stem, source)
            return
        written = self._places.written(path)
        cells = cells_of(record.read)
        try:
            digest: str | None = self._stat_cache.digest(path)
        except FileNotFoundError:
            digest = None
        except OSError:
            self._gaps.add("unreadable-files")
            return
        if record.before is None:
            self._add_new_file(path, written, record, digest, cells)
        elif record.first == "read" or record.database:
            if digest is None or not _is_unchanged(path, record, digest):
                self._changed.append(written)
            else:
                self._add(self._file_input("file", written, path, digest, cells))
        elif record.truncated:
            self._add_artefact(path, record, digest)
            if record.read and digest is not None:
                self._add(self._file_input("file", written, path, digest, cells, created=True))
        elif digest is None or not _is_unchanged(path, record, digest):
            # Appended to or patched: the next run would start from another state.
            self._add_artefact(path, record, digest)
            self._changed.append(written)
        else:
            self._add(self._file_input("file", written, path, digest, cells))

    def _add_new_file(
        self,
        path: str,
        written: str,
        record: FileReport,
        digest: str | None,
        cells: tuple[int, ...],
    ) -> None:
        """A file that was not there when it was first touched."""
        if not record.written:
            if digest is None:
                self._add(Input("absent", written, ABSENT, path=written, cells=cells))
            else:
                self._changed.append(written)  # somebody else made it meanwhile
            return
        if digest is None:
            if record.first == "read":
                self._add(Input("absent", written, ABSENT, path=written, cells=cells))
            return  # a temporary file of the run itself
        self._add_artefact(path, record, digest)
        if record.read:
            self._add(self._file_input("file", written, path, digest, cells, created=True))

    def _add_artefact(self, path: str, record: FileReport, digest: str | None) -> None:
        if digest is None:
            return
        written = self._places.written(path)
        self._artefacts[written] = Artefact(written, digest, _size(path), cells_of(record.written))

    def _file_input(
        self,
        kind: str,
        subject: str,
        path: str,
        digest: str,
        cells: tuple[int, ...],
        *,
        created: bool = False,
    ) -> Input:
        inside = self._places.is_inside(path)
        return Input(
            kind,  # type: ignore[arg-type]
            subject,
            digest,
            path=self._places.written(path),
            size=_size(path),
            modified=_modified(path),
            created_by_run=created,
            content=kept_text(path, digest, self._keep) if inside else None,
            cells=cells,
        )

    # What was asked about paths

    def _add_stat(self, path: str, asked: StatReport) -> None:
        written = self._places.written(path)
        cells = cells_of(asked.cells)
        if asked.status is None:
            if asked.made:
                # "If it is not there, make it": being there with what the run made fits as well.
                try:
                    digest = self._stat_cache.digest(path)
                except OSError:
                    digest = ABSENT
                item = Input(
                    "file", written, digest, path=written, created_by_run=True, cells=cells
                )
            else:
                item = Input("absent", written, ABSENT, path=written, cells=cells)
            self._add(item)
            return
        if asked.made or (("file", written) in self._inputs and not asked.asked):
            return  # the file's content is an input or the run's own, so it is known to be there
        kind, size, modified = asked.status
        parts = [kind]
        if kind == "file" and "size" in asked.asked:
            parts.append(f"size={size}")
        if kind == "file" and "mtime" in asked.asked:
            parts.append(f"mtime={modified}")
        names = tuple(asked.asked)
        fingerprint = " ".join(parts)
        self._add(Input("stat", written, fingerprint, path=written, names=names, cells=cells))

    # Folders

    def _add_folders(self) -> None:
        made = [self._places.absolute(path) for path in self._artefacts]
        # Folders that the run itself made count as its own names, too.
        made += [os.path.dirname(path) for path in made]
        for folder, listing in self._report.folders.items():
            if self._is_ignored(folder):
                continue
            written = self._places.written(folder)
            own = tuple(
                sorted(
                    {
                        os.path.basename(path)
                        for path in made
                        if os.path.dirname(path) == folder
                        and os.path.basename(path) not in (listing.names or [])
                    }
                )
            )
            if listing.names is None:
                fingerprint = ABSENT
            else:
                fingerprint = names_digest(
                    name for name in listing.names if name not in IGNORED_NAMES and name not in own
                )
            cells = cells_of(listing.cells)
            self._add(
                Input("directory", written, fingerprint, path=written, names=own, cells=cells)
            )

    def _add_import_names(self) -> None:
        """Which imported names folders of the project offer, and where absent ones might appear."""
        report = self._report
        project = [
            folder
            for folder in dict.fromkeys(report.sys_path)
            if folder and self._places.is_inside(folder) and not self._is_environment(folder)
        ]
        for folder in project:
            self._add_names(folder, report.attempted)
        if report.absent:
            # No path: wherever the kernel's packages are installed.
            names = tuple(report.absent)
            fingerprint = installed_names_fingerprint(self._site, names)
            self._add(Input("import-names", "installed packages", fingerprint, names=names))
        for folder, missing in report.absent_in.items():
            if not self._is_environment(folder):
                self._add_names(folder, missing)

    def _add_names(self, folder: str, names: list[str]) -> None:
        written = self._places.written(folder)
        fingerprint = import_names_fingerprint(folder, names)
        self._add(
            Input("import-names", written, fingerprint, path=written, names=tuple(sorted(names)))
        )

    # What does not count

    def _is_environment(self, path: str) -> bool:
        return any(
            (path + os.sep).startswith(folder + os.sep) for folder in self._site + self._stdlib
        )

    def _is_ignored(self, path: str) -> bool:
        if path.startswith(_SYSTEM_FOLDERS):
            return True
        if self._places.is_inside(path):
            return any(part in IGNORED_NAMES for part in Path(path).parts)
        return (path + os.sep).startswith(self._ignored)


_PYC = re.compile(r"(.*)__pycache__[/\\]([^/\\]+?)\.[^/\\.]+(?:\.opt-\d)?\.pyc")


def _source_of(path: str) -> str:
    match = _PYC.fullmatch(path)
    return f"{match[1]}{match[2]}.py" if match else path


def _is_unchanged(path: str, record: FileReport, digest: str) -> bool:
    if record.digest is not None:
        return record.digest == digest
    try:
        return record.before == signature_of(os.stat(path))
    except OSError:
        return False


def _size(path: str) -> int | None:
    try:
        return os.stat(path).st_size
    except OSError:
        return None


def _modified(path: str) -> float | None:
    try:
        return os.stat(path).st_mtime
    except OSError:
        return None


def _library_folders() -> tuple[str, ...]:
    """Where libraries and Jupyter keep caches and settings of their own, outside any project."""
    home = os.path.expanduser("~")
    folders = [
        os.path.join(home, name)
        for name in (
            ".cache",
            ".config",
            ".ipython",
            ".jupyter",
            ".local/share/jupyter",
            "Library/Caches",
            "Library/Jupyter",
            "AppData/Local",
        )
    ]
    folders += [
        os.environ[name]
        for name in (
            "XDG_CACHE_HOME",
            "XDG_CONFIG_HOME",
            "XDG_RUNTIME_DIR",
            "JUPYTER_RUNTIME_DIR",
            "JUPYTER_DATA_DIR",
            "JUPYTER_CONFIG_DIR",
            "MPLCONFIGDIR",
        )
        if os.environ.get(name)
    ]
    prefixes = [os.path.join(os.path.abspath(folder), "") for folder in folders]
    prefixes.append(os.path.join(tempfile.gettempdir(), "ipykernel_"))
    return tuple(prefixes)
