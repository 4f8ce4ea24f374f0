"""What was observed of one execution, in the words of the store."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..store.records import Artefact, Input

_SECRET_NAME = re.compile(
    r"(^\.env($|\.))|(\.(pem|key|p12|pfx|kdbx)$)|(^\.netrc$)|(^\.pgpass$)|(^id_[a-z0-9]+$)"
    r"|secret|credential|password|token|api[-_]?key",
    re.IGNORECASE,
)
SMALL_TEXT_BYTES = 64 * 1024
"""Text inputs up to this size are kept, to show what changed."""


PACKAGE_CONTENT = "package-content"
"""Coverage of a run whose installed packages were looked at by their content, too."""

UNCHECKABLE = frozenset({"network", "unnameable-files", "probe-failed", "kernel-gone"})
"""Gaps behind which something was certainly used that cannot be compared again."""


@dataclass(frozen=True)
class Observation:
    """What was observed of one execution.

    Attributes:
        inputs: What it used.
        artefacts: What it wrote.
        coverage: How inputs were found.
        gaps: What that cannot see.
        volatile: It depended on something that cannot be fingerprinted.
        changed_during_run: Inputs that did not stay the same from their first use to the end; what
            was computed belongs to no one state of them.
    """

    inputs: tuple[Input, ...] = ()
    artefacts: tuple[Artefact, ...] = ()
    coverage: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    volatile: bool = False
    changed_during_run: tuple[str, ...] = ()


@dataclass(frozen=True)
class Places:
    """The folders that decide how a path is written in an entry.

    Attributes:
        notebook_folder: Where relative paths start.
        project_root: Paths inside it are relative, all others absolute.
    """

    notebook_folder: Path
    project_root: Path

    def written(self, path: str) -> str:
        """A path as entries hold it."""
        if Path(path).is_relative_to(self.project_root):
            return Path(os.path.relpath(path, self.notebook_folder)).as_posix()
        return path

    def absolute(self, written: str) -> str:
        """The absolute path of what an entry holds."""
        return _absolute(os.fspath(self.notebook_folder), written)

    def is_inside(self, path: str) -> bool:
        """Whether a path lies in the project, also by where its links lead."""
        real = Path(os.path.realpath(path))
        root = Path(os.path.realpath(self.project_root))
        return Path(path).is_relative_to(self.project_root) and real.is_relative_to(root)


@lru_cache(maxsize=65536)
def _absolute(folder: str, written: str) -> str:
    return os.path.normpath(os.path.join(folder, written))


def cells_of(cells: Iterable[int]) -> tuple[int, ...]:
    """Ordinals of cells, without what happened before the first."""
    return tuple(sorted({cell for cell in cells if cell >= 0}))


def kept_text(path: str, digest: str, keep: Callable[[bytes], str] | None) -> str | None:
    """The blob of a small text file, kept so that a later change of it can be shown.

    Files whose name suggests a secret are never kept.

    Args:
        path: The file.
        digest: What its content has to be; otherwise it is not kept.
        keep: Stores a byte string and gives its digest; None where nothing is kept.
    """
    if keep is None or any(_SECRET_NAME.search(part) for part in Path(path).parts[-2:]):
        return None
    try:
        if os.stat(path).st_size > SMALL_TEXT_BYTES:
            return None
        data = Path(path).read_bytes()
        data.decode()
    except (OSError, UnicodeDecodeError):
        return None
    blob = keep(data)
    return blob if blob == digest else None
