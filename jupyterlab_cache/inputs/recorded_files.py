"""From what the probe noted of files to inputs and artefacts."""

from __future__ import annotations

import os
from collections.abc import Collection

from ..store.records import Input
from .fingerprints import ABSENT
from .ledger import Ledger
from .observation import cells_of
from .report import FileReport, StatReport
from .stat_cache import signature_of


def is_made_by_run(record: FileReport) -> bool:
    """Whether a file's content is the run's own doing, whatever was there before."""
    if record.database:
        return record.before is None
    return bool(record.written) and (
        record.before is None or (record.truncated and record.first == "write")
    )


def is_unchanged(ledger: Ledger, path: str, record: FileReport, digest: str) -> bool:
    """Whether a file is still what it was when the run first touched it, and was all the time.

    Args:
        ledger: Knows whether the kernel saw the same file as we do.
        path: The file.
        record: What the probe noted of it.
        digest: Of its present content.
    """
    if record.digest is not None and record.digest != digest:
        return False
    if record.digest is not None and (
        record.written or record.database or not ledger.kernel_sees_our_files
    ):
        return True  # the run's own writing changes times, and another machine's are its own
    try:
        # Times too: what was changed and put back may have been read in between.
        return record.before == signature_of(os.stat(path))
    except OSError:
        return False


def record_file(ledger: Ledger, path: str, record: FileReport) -> None:
    """Add a file that was read or written."""
    written = ledger.places.written(path)
    cells = cells_of(record.read)
    try:
        digest = ledger.digest(path)
    except OSError:
        ledger.gaps.add("unreadable-files")
        if record.read:
            ledger.add_changed(path)
        return
    if is_made_by_run(record):
        if digest is not None:
            ledger.add_artefact(path, digest, cells_of(record.written))
            if record.read:
                ledger.add_file(path, digest, cells, created=True)
        elif record.first == "read":
            # Looked for first, made, and removed again.
            ledger.add(Input("absent", written, ABSENT, path=written, cells=cells))
    elif record.before is None:
        if digest is None:
            ledger.add(Input("absent", written, ABSENT, path=written, cells=cells))
        else:
            ledger.add_changed(path)  # somebody else made it meanwhile
    elif record.named and (digest is None or not is_unchanged(ledger, path, record, digest)):
        return  # what the command wrote, most likely
    elif digest is None or not is_unchanged(ledger, path, record, digest):
        # Patched, appended to or removed: the next run would start from another state.
        if record.written and digest is not None:
            ledger.add_artefact(path, digest, cells_of(record.written))
        ledger.add_changed(path)
    else:
        ledger.add_file(path, digest, cells)


def record_stat(ledger: Ledger, path: str, asked: StatReport, files_read: Collection[str]) -> None:
    """Add what was asked about a path without opening it.

    Args:
        ledger: Where to.
        path: Its absolute path.
        asked: What, and the answer.
        files_read: Paths whose content is an input, so that they are known to be there.
    """
    written = ledger.places.written(path)
    cells = cells_of(asked.cells)
    if asked.status is None:
        _record_missing(ledger, path, asked, cells)
        return
    if asked.made or path in ledger.folders_made or (path in files_read and not asked.asked):
        return  # the run's own doing, or known by its content
    kind, size, modified = asked.status
    parts = [kind]
    if kind == "file" and "size" in asked.asked:
        parts.append(f"size={size}")
    if kind == "file" and "mtime" in asked.asked:
        parts.append(f"mtime={modified}")
    fingerprint, names = " ".join(parts), tuple(asked.asked)
    ledger.add(Input("stat", written, fingerprint, path=written, names=names, cells=cells))


def _record_missing(ledger: Ledger, path: str, asked: StatReport, cells: tuple[int, ...]) -> None:
    """A path that was not there when the run asked for it."""
    written = ledger.places.written(path)
    if path in ledger.folders_made:
        # "If it is not there, make it": being there as a folder fits as well.
        ledger.add(Input("stat", written, "folder", path=written, created_by_run=True, cells=cells))
    elif asked.made:
        # The same for a file: being there with what the run made fits as well.
        try:
            digest = ledger.digest(path) or ABSENT
        except OSError:
            digest = ABSENT
        ledger.add(Input("file", written, digest, path=written, created_by_run=True, cells=cells))
    else:
        ledger.add(Input("absent", written, ABSENT, path=written, cells=cells))
