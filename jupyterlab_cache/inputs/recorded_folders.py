"""From what the probe noted of listings and imports to inputs of folders."""

from __future__ import annotations

import os
from collections.abc import Sequence

from ..store.records import Input
from .fingerprints import (
    ABSENT,
    IGNORED_NAMES,
    import_names_fingerprint,
    installed_names_fingerprint,
    names_digest,
)
from .ledger import Ledger
from .observation import cells_of
from .report import FolderReport, ProbeReport


def record_listing(ledger: Ledger, folder: str, listing: FolderReport) -> None:
    """Add a folder that was listed, without the names that the run itself made there."""
    written = ledger.places.written(folder)
    own = ledger.names_made_in(folder) - set(listing.names or ())
    fingerprint, content = ABSENT, None
    if listing.names is not None:
        names = [
            name
            for name in listing.names
            if name not in IGNORED_NAMES
            and name not in own
            and not ledger.rules.ignores(os.path.join(folder, name))
        ]
        fingerprint, content = names_digest(names), ledger.keep_names(names)
    ledger.add(
        Input(
            "directory",
            written,
            fingerprint,
            path=written,
            without=tuple(sorted(own)),
            created_by_run=folder in ledger.folders_made,
            content=content,
            cells=cells_of(listing.cells),
        )
    )


def record_import_names(ledger: Ledger, report: ProbeReport) -> None:
    """Add which imported names folders of the project offer, and where absent ones might appear."""
    for folder in dict.fromkeys(report.sys_path):
        if folder and ledger.places.is_inside(folder) and not ledger.is_environment(folder):
            _record_names(ledger, folder, report.attempted)
    if report.absent:
        # No path: wherever the kernel's packages are installed.
        names = tuple(report.absent)
        fingerprint = installed_names_fingerprint(ledger.site, names)
        ledger.add(Input("import-names", "installed packages", fingerprint, names=names))
    for folder, missing in report.absent_in.items():
        if not ledger.is_environment(folder):
            _record_names(ledger, folder, missing)


def _record_names(ledger: Ledger, folder: str, names: Sequence[str]) -> None:
    written = ledger.places.written(folder)
    own = ledger.names_made_in(folder)
    fingerprint = import_names_fingerprint(folder, names, without=own)
    ledger.add(
        Input(
            "import-names",
            written,
            fingerprint,
            path=written,
            names=tuple(sorted(names)),
            without=tuple(sorted(own)),
        )
    )
