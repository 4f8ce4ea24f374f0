"""From the probe's report to an observation."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..store.records import Input
from .declared import DeclaredLook
from .distributions import OwnerMap
from .filesystem_watch import Seen
from .fingerprints import variable_fingerprint
from .ignoring import NO_RULES, IgnoreRules
from .kernel_environment import STARTUP_HOOKS, startup_hooks_fingerprint
from .ledger import Ledger
from .literals import literal_inputs
from .observation import PACKAGE_CONTENT, UNCHECKABLE, Observation, Places
from .recorded_files import is_made_by_run, is_unchanged, record_file, record_stat
from .recorded_folders import record_import_names, record_listing
from .recorded_watch import Elsewhere, adopt_writes, record_seen
from .report import ProbeReport
from .stat_cache import StatCache

_CLOSED_BY_WATCH = {"child-processes", "native-readers", "opaque-readers", "unobserved-language"}
"""Gaps that a watch on the file system closes for what lies in the project."""


@dataclass(frozen=True, kw_only=True)
class RunEvidence:
    """All that is known of a run when it is over.

    Attributes:
        sources: Sources of the code cells that are not blank.
        report: What the probe and those in child processes noted; None without a probe.
        kernel: Identity of the kernelspec.
        is_python: Whether it is one for Python.
        seen: What was seen in the file system; None where that cannot be.
        elsewhere: What of that is others' doing.
        gaps: What is known to have been missed.
        declared: What a person declared, as it was before the run; None when nothing.
        package_content: Whether modules of installed packages count by their content, too.
        rules: What a person wants to be left out.
    """

    sources: Sequence[str]
    report: ProbeReport | None
    kernel: str
    is_python: bool
    seen: Seen | None
    elsewhere: Elsewhere | None
    gaps: tuple[str, ...] = ()
    declared: DeclaredLook | None = None
    package_content: bool = False
    rules: IgnoreRules = NO_RULES


def observation_of(
    evidence: RunEvidence,
    places: Places,
    launch_environment: Mapping[str, str],
    stat_cache: StatCache,
    keep: Callable[[bytes], str] | None = None,
) -> Observation:
    """All inputs and artefacts of a run, looking at the files as they are after it.

    Args:
        evidence: What is known of the run.
        places: The notebook's folder and project.
        launch_environment: The variables that the kernel was given.
        stat_cache: For digests.
        keep: Stores the content of small text inputs; None to keep none.
    """
    report = evidence.report
    ledger = Ledger(places, report, stat_cache, keep, evidence.rules)
    ledger.gaps.update(evidence.gaps)
    ledger.add(Input("kernel", "kernel", evidence.kernel))
    coverage = []
    if report is not None:
        coverage.append("python-audit")
        if evidence.seen is not None and evidence.elsewhere is not None:
            adopt_writes(report, ledger, evidence.seen, evidence.elsewhere)
        _record_report(ledger, report, launch_environment, evidence.package_content)
        if evidence.package_content:
            coverage.append(PACKAGE_CONTENT)
    else:
        coverage.append("literals")
        if not evidence.is_python:
            ledger.gaps.add("unobserved-language")
        for item in literal_inputs(evidence.sources, places, stat_cache, keep):
            if not evidence.rules.ignores(places.absolute(item.path or "")):
                ledger.add(item)
    if evidence.seen is not None and evidence.elsewhere is not None:
        record_seen(ledger, evidence.seen, evidence.elsewhere)
        coverage.append("filesystem-watch")
        if not evidence.seen.complete:
            ledger.gaps.add("watch-incomplete")
        elif ledger.gaps & _CLOSED_BY_WATCH:
            ledger.gaps -= _CLOSED_BY_WATCH
            ledger.gaps.add("outside-project")
    if not evidence.is_python:
        ledger.gaps.add("language-environment")
    if evidence.declared is not None and evidence.declared.record(ledger, launch_environment):
        coverage.append("declared")
    return Observation(
        inputs=tuple(ledger.inputs.values()),
        artefacts=tuple(ledger.artefacts.values()),
        coverage=tuple(coverage),
        gaps=tuple(sorted(ledger.gaps)),
        volatile=bool(ledger.gaps & UNCHECKABLE),
        changed_during_run=tuple(ledger.changed),
    )


def _record_report(
    ledger: Ledger,
    report: ProbeReport,
    launch_environment: Mapping[str, str],
    package_content: bool,
) -> None:
    ledger.add(Input("python", "python", report.identity))
    ledger.add(Input("python", STARTUP_HOOKS, startup_hooks_fingerprint(ledger.site)))
    modules = _Modules(ledger, report, package_content)
    modules.record()
    for path, record in report.files.items():
        if not ledger.is_ignored(path) and not modules.covers(path):
            record_file(ledger, path, record)
    files_read = {
        ledger.places.absolute(item.path)
        for item in ledger.inputs.values()
        if item.path is not None and item.kind in ("file", "module")
    }
    for path, asked in report.stats.items():
        if not ledger.is_ignored(path):
            record_stat(ledger, path, asked, files_read)
    for folder, listing in report.folders.items():
        if not ledger.is_ignored(folder):
            record_listing(ledger, folder, listing)
    record_import_names(ledger, report)
    for name in report.variables:
        ledger.add(Input("env", name, variable_fingerprint(launch_environment.get(name))))
    if report.errors:
        ledger.gaps.add("probe-errors")
    if not report.sees_our_files:
        ledger.gaps.add("remote-kernel")
    if report.network:
        ledger.gaps.add("network")


class _Modules:
    """Imported modules: installed ones as distributions, all others as files."""

    def __init__(self, ledger: Ledger, report: ProbeReport, with_content: bool) -> None:
        self._ledger = ledger
        self._with_content = with_content
        self._report = report
        self._owners = OwnerMap(ledger.site)
        self._recorded: set[str] = set()

    def record(self) -> None:
        for name, path in sorted(self._report.modules.items(), reverse=True):
            if path is not None:
                self._add(name, path)
        for path in self._report.environment_files:
            self._add_owners(_source_of(path))

    def covers(self, path: str) -> bool:
        """Whether a file that was opened is a module's, by its source or its bytecode."""
        source = _source_of(path)
        if source != path and source not in self._recorded and os.path.exists(source):
            # A module that is not loaded any more.
            self._add(Path(source).stem, source)
        return source != path or source in self._recorded

    def _add(self, name: str, path: str) -> None:
        ledger, source = self._ledger, _source_of(path)
        if source in self._recorded:
            return
        is_installed = self._add_owners(source) and not self._with_content
        if ledger.is_stdlib(source) or is_installed or ledger.is_ignored(source):
            return
        try:
            digest = ledger.digest(source)
        except OSError:
            digest = None
        if digest is None:
            return  # built into the interpreter, frozen, or gone again
        self._recorded.add(source)
        record = self._report.files.get(source)
        made = record is not None and is_made_by_run(record)
        if record is not None and made:
            ledger.add_artefact(source, digest, tuple(sorted(set(record.written))))
        elif record is None and not self._report.sees_our_files:
            ledger.add_changed(source)  # nobody knows what it is over there
        elif record is not None and not is_unchanged(source, record, digest):
            # Read before the run was over, so what is there now has to be what was imported.
            ledger.add_changed(source)
        ledger.add_file(source, digest, (), kind="module", subject=name, created=made)

    def _add_owners(self, path: str) -> bool:
        owners = self._owners.owners_of(path)
        for name, version in owners or ():
            self._ledger.add(Input("package", name, version))
        return bool(owners)


_PYC = re.compile(r"(.*)__pycache__[/\\]([^/\\]+?)\.[^/\\.]+(?:\.opt-\d)?\.pyc")


def _source_of(path: str) -> str:
    match = _PYC.fullmatch(path)
    return f"{match[1]}{match[2]}.py" if match else path
