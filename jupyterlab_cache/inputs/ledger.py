"""What the recorders of one observation write into, and what they all need to know."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from ..store.records import Artefact, Input, InputKind
from .fingerprints import IGNORED_NAMES
from .ignoring import NO_RULES, IgnoreRules
from .kept_text import kept_text
from .kernel_environment import real_folders
from .observation import Places
from .report import ProbeReport
from .stat_cache import StatCache
from .stat_pass import StatPass

_MOST_NAMES_BYTES = 64 * 1024
VIRTUAL_FOLDERS = ("/proc/", "/sys/", "/dev/", "/run/")
"""What lies in these is never an input."""


class Ledger:
    """Inputs and artefacts as they are found.

    Args:
        places: The notebook's folder and project.
        report: What the probe noted; None without a probe.
        stat_cache: For digests.
        keep: Stores the content of small text inputs and gives its digest, or an empty text where
            that is not possible; None to keep none.
        rules: What a person wants to be left out.
    """

    def __init__(
        self,
        places: Places,
        report: ProbeReport | None,
        stat_cache: StatCache,
        keep: Callable[[bytes], str] | None,
        rules: IgnoreRules = NO_RULES,
    ) -> None:
        self.places = places
        self.rules = rules
        self.inputs: dict[tuple[str, str], Input] = {}
        self.artefacts: dict[str, Artefact] = {}
        self.changed: dict[str, None] = {}
        self.gaps: set[str] = set(report.gaps if report else ())
        self.site = tuple(real_folders(report.site if report else []))
        self.stdlib = tuple(real_folders(report.stdlib if report else []))
        self.folders_made: frozenset[str] = frozenset(report.folders_made if report else ())
        """Folders that the run made, or that came into being when nobody else can have."""
        self.perhaps_made: frozenset[str] = frozenset()
        """Files and folders that came into being without anybody telling whose doing it was."""
        self._folders_known = self.folders_made
        self.kernel_sees_our_files = report is not None and report.sees_our_files
        self.files = StatPass(stat_cache)
        self._keep = keep
        self._library_folders = _library_folders()

    def add(self, item: Input) -> None:
        """Add an input; what is known of it already stays."""
        self.inputs.setdefault((item.kind, item.path or item.subject), item)

    def add_file(
        self,
        path: str,
        digest: str,
        cells: tuple[int, ...],
        *,
        kind: InputKind = "file",
        subject: str | None = None,
        created: bool = False,
    ) -> None:
        """Add a file whose content was used.

        Args:
            path: Its absolute path.
            digest: Of its content.
            cells: Who used it.
            kind: ``file`` or ``module``.
            subject: What a person calls it; by default its path.
            created: Whether the run itself made it.
        """
        written = self.places.written(path)
        try:
            status = os.stat(path)
        except OSError:
            size, modified = None, None
        else:
            size, modified = status.st_size, status.st_mtime
        inside = self.places.is_inside(path)
        content = kept_text(path, self.places, digest, self._keep) if inside else None
        known = self.inputs.get((kind, written))
        if known is not None and known.fingerprint != digest and self.places.original_root:
            self.add_changed(path)  # a copy and the file itself, which is another one by now
        self.add(
            Input(
                kind,
                subject or written,
                digest,
                path=written,
                size=size,
                modified=modified,
                created_by_run=created,
                content=content,
                cells=cells,
            )
        )

    def add_artefact(self, path: str, digest: str, cells: tuple[int, ...]) -> None:
        """Add a file that the run wrote."""
        written = self.places.written(path)
        try:
            size: int | None = os.stat(path).st_size
        except OSError:
            size = None
        self.artefacts[written] = Artefact(written, digest, size, cells)

    def add_changed(self, path: str) -> None:
        """Add an input that did not stay the same during the run."""
        if not self.rules.ignores(path):
            self.changed[self.places.written(path)] = None

    def digest(self, path: str) -> str | None:
        """Digest of a file's present content; None when it is not there.

        Raises:
            OSError: It is there and cannot be read.
        """
        try:
            return self.files.digest(path)
        except FileNotFoundError:
            return None

    def keep_names(self, names: Iterable[str]) -> str | None:
        """The blob of a folder's names, kept so that a later change can be shown."""
        data = "\n".join(sorted(names)).encode("utf-8", "replace")
        if self._keep is None or len(data) > _MOST_NAMES_BYTES:
            return None
        return self._keep(data) or None

    def names_made_in(self, folder: str) -> set[str]:
        """Names in a folder that the run itself is known to have made."""
        made = {self.places.absolute(path) for path in self.artefacts} | self._folders_known
        return {os.path.basename(path) for path in made if os.path.dirname(path) == folder}

    def names_perhaps_made_in(self, folder: str) -> set[str]:
        """Those too of which nobody tells whose doing they are."""
        names = {
            os.path.basename(path) for path in self.perhaps_made if os.path.dirname(path) == folder
        }
        return names | self.names_made_in(folder)

    def is_stdlib(self, path: str) -> bool:
        """Whether a path belongs to the interpreter's standard library."""
        return _below(path, self.stdlib) and not _below(path, self.site)

    def is_environment(self, folder: str) -> bool:
        """Whether a folder holds installed packages or the standard library."""
        return folder in self.site + self.stdlib or _below(folder, self.site + self.stdlib)

    def is_ignored(self, path: str) -> bool:
        """Whether a path is none that a notebook's author means."""
        if path.startswith(VIRTUAL_FOLDERS) or self.rules.ignores(path):
            return True
        if self.places.is_inside(path):
            return any(part in IGNORED_NAMES for part in Path(path).parts)
        return (path + os.sep).startswith(self._library_folders)


def _below(path: str, folders: tuple[str, ...]) -> bool:
    return any(path.startswith(folder + os.sep) for folder in folders)


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
