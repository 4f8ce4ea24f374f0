"""The folder through which the processes of one run tell what they use, and reading from it."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from .probe.spool import SPOOL_NAME
from .probe_source import child_module
from .report import FileReport, FolderReport, ProbeReport, StatReport

_MOST_BYTES = 1 << 28
_CLAIMS = frozenset({"claim", "file", "folder", "folder-made"})


class OthersDoing(msgspec.Struct, frozen=True):
    """What is known of runs beside one.

    Attributes:
        claimed: Files and folders that their processes have told of.
        has_unobserved: Whether any of them may have had processes that tell nothing.
    """

    claimed: frozenset[str] = frozenset()
    has_unobserved: bool = False

    def and_of(self, other: OthersDoing) -> OthersDoing:
        """Of these and others."""
        return OthersDoing(
            self.claimed | other.claimed, self.has_unobserved or other.has_unobserved
        )


class RunFolder:
    """A private folder of one run, with its spool and what Python children start with.

    Args:
        project_roots: Code below these folders is the user's.
    """

    def __init__(self, project_roots: tuple[str, ...]) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="jupyterlab-cache-run-"))
        (self.path / SPOOL_NAME).touch(mode=0o600)
        source = child_module(project_roots, str(self.path))
        (self.path / "sitecustomize.py").write_text(source, "utf-8")
        self.is_observed = True
        """Whether the run's kernel tells of itself, or runs nothing yet."""
        self._others_ended = OthersDoing()
        with _lock:
            _open_folders.append(self)

    def remove(self) -> None:
        """Remove it; children that still run write to nobody."""
        with _lock:
            if self in _open_folders:
                _open_folders.remove(self)
                with contextlib.suppress(OSError):
                    doing = self._doing()
                    for other in _open_folders:
                        other._others_ended = other._others_ended.and_of(doing)
        shutil.rmtree(self.path, ignore_errors=True)

    def claims(self) -> set[str]:
        """Files and folders that processes of this run have touched so far."""
        return {name for kind, name, _ in self.lines() if kind in _CLAIMS}

    def doing_of_others(self) -> OthersDoing:
        """What all other runs of this process did that went on at some time of this one."""
        with _lock:
            others = [folder for folder in _open_folders if folder is not self]
            doing = self._others_ended
        for other in others:
            with contextlib.suppress(OSError):
                doing = doing.and_of(other._doing())
        return doing

    def _doing(self) -> OthersDoing:
        claimed, unobserved = set(), not self.is_observed
        for kind, name, _ in self.lines():
            if kind in _CLAIMS:
                claimed.add(name)
            elif kind == "gap" and name == "child-processes":
                unobserved = True
        return OthersDoing(frozenset(claimed), unobserved)

    def lines(self) -> Iterator[tuple[str, str, Any]]:
        """What was written; lines that are none are left out."""
        with open(self.path / SPOOL_NAME, "rb") as file:
            data = file.read(_MOST_BYTES)
        for line in data.splitlines():
            try:
                yield _decode_line(line)
            except (msgspec.MsgspecError, RecursionError):
                continue


_lock = threading.Lock()
_open_folders: list[RunFolder] = []
_decode_line = msgspec.json.Decoder(tuple[str, str, Any]).decode


def add_children(report: ProbeReport, folder: RunFolder) -> None:
    """Add to the kernel's report what its child processes wrote.

    Args:
        report: The kernel's own; changed in place.
        folder: Where the children wrote.
    """
    names = {
        "variable": report.variables,
        "environment-file": report.environment_files,
        "distribution": report.distributions,
        "folder-made": report.folders_made,
        "absent": report.absent,
        "attempted": report.attempted,
        "gap": report.gaps,
        "network": report.network,
    }
    for kind, name, record in folder.lines():
        try:
            if kind == "file":
                _add_file(report, name, msgspec.convert(record, FileReport))
            elif kind == "folder":
                report.folders.setdefault(name, msgspec.convert(record, FolderReport))
            elif kind == "stat":
                _add_stat(report, name, msgspec.convert(record, StatReport))
            elif kind in names:
                names[kind].append(name)
        except msgspec.MsgspecError:
            report.errors.append("malformed line of a child")
    report.variables = sorted(set(report.variables))
    report.absent = sorted(set(report.absent))
    report.attempted = sorted({*report.attempted, *report.absent})


def _add_file(report: ProbeReport, path: str, record: FileReport) -> None:
    known = report.files.get(path)
    if known is None:
        report.files[path] = record
        return
    if record.before is None and record.written and known.before is not None:
        # Whoever found it there came after the one who made it.
        known, record = record, known
        report.files[path] = known
    known.read += record.read
    known.written += record.written
    known.database = known.database or record.database
    known.named = known.named and record.named


def _add_stat(report: ProbeReport, path: str, record: StatReport) -> None:
    known = report.stats.get(path)
    if known is None:
        report.stats[path] = record
    else:
        known.asked = sorted({*known.asked, *record.asked})
