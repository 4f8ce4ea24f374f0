"""From the probe's report to an observation."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from ..store.records import Input
from .declared import DeclaredLook
from .distributions import canonical_name
from .filesystem_watch import Seen
from .fingerprints import ABSENT, variable_fingerprint
from .ignoring import NO_RULES, IgnoreRules
from .installed import owners_now, versions_now
from .ledger import Ledger
from .literals import fetches_from_network, literal_inputs
from .observation import PACKAGE_CONTENT, UNCHECKABLE, Observation, Places
from .probe.variables import OBEYED_VARIABLES
from .recorded_files import is_made_by_run, is_unchanged, record_file, record_stat
from .recorded_folders import record_import_names, record_listing
from .recorded_watch import Elsewhere, adopt_made, adopt_writes, record_seen
from .report import ProbeReport, value_digest
from .startup import IPYTHON_STARTUP, STARTUP_HOOKS, startup_hooks_fingerprint
from .stat_cache import Signature, StatCache

_SET_BY_IPYKERNEL = {"MPLBACKEND"}
_LAG = 0.05  # seconds by which the times of files are coarser than the clock
_CLOSED_BY_WATCH = {"child-processes", "native-readers", "opaque-readers", "unobserved-language"}
"""Gaps that a watch on the file system closes for what lies in the project."""


class RunEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of a run when it is over.

    Attributes:
        sources: Sources of the code cells that are not blank.
        report: What the probe and those in child processes noted; None without a probe.
        kernel: Identity of the kernelspec.
        is_python: Whether it is one for Python.
        language: The language that it says to be for.
        seen: What was seen in the file system; None where that cannot be.
        elsewhere: What of that is others' doing.
        gaps: What is known to have been missed.
        declared: What a person declared, as it was before the run; None when nothing.
        package_content: Whether modules of installed packages count by their content, too.
        rules: What a person wants to be left out.
        ipython_startup: What IPython ran before the probe, as a fingerprint; and in which folder
            it found that.
        is_local: Whether the kernel was started on this machine, with the variables that it was to
            be given.
        launched: When the kernel began to start, in seconds since the epoch.
        named_outside: The states, before the run, of files outside the project that the code of
            another language names.
    """

    sources: Sequence[str]
    report: ProbeReport | None
    kernel: str
    is_python: bool
    language: str = ""
    seen: Seen | None
    elsewhere: Elsewhere | None
    gaps: tuple[str, ...] = ()
    declared: DeclaredLook | None = None
    package_content: bool = False
    rules: IgnoreRules = NO_RULES
    ipython_startup: tuple[str, str] = ("", "")
    is_local: bool = True
    launched: float = 0.0
    named_outside: Mapping[str, Signature] | None = None


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
    if not evidence.is_local:
        ledger.gaps.add("remote-kernel")
        if report is None or not report.sees_our_files:
            # What was seen here was others' doing.
            evidence = msgspec.structs.replace(evidence, seen=None)
    if evidence.seen is not None and evidence.elsewhere is not None:
        adopt_made(ledger, evidence.seen, evidence.elsewhere)
    coverage = []
    if report is not None:
        coverage.append("python-audit")
        if evidence.seen is not None and evidence.elsewhere is not None:
            adopt_writes(report, ledger, evidence.seen, evidence.elsewhere)
        _record_report(ledger, report, launch_environment, evidence)
        if evidence.package_content:
            coverage.append(PACKAGE_CONTENT)
    else:
        coverage.append("literals")
        if not evidence.is_python:
            ledger.gaps.add("unobserved-language")
            if fetches_from_network(evidence.sources):
                ledger.gaps.add("network")
        written = evidence.seen.written | evidence.seen.made if evidence.seen else set()
        for item in literal_inputs(
            evidence.sources,
            places,
            stat_cache,
            keep,
            language=evidence.language,
            written=written,
            before=evidence.named_outside,
        ):
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
    evidence: RunEvidence,
) -> None:
    ledger.add(Input("python", "python", report.identity))
    try:
        ledger.add(Input("python", STARTUP_HOOKS, startup_hooks_fingerprint(ledger.site)))
    except OSError:
        ledger.gaps.add("probe-failed")
    startup, profile = evidence.ipython_startup if report.sees_our_files else ("", "")
    if startup:
        ledger.add(Input("python", IPYTHON_STARTUP, startup))
    modules = _Modules(ledger, report, evidence)
    modules.record()
    for path, record in report.files.items():
        if record.read == [-1] and profile and path.startswith(os.path.join(profile, "")):
            continue  # known by the fingerprint of the start-up
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
    _record_obeyed_variables(ledger, launch_environment)
    if not evidence.is_local and _has_other_variables(report, launch_environment):
        ledger.gaps.add("remote-variables")
    if report.errors:
        ledger.gaps.add("probe-errors")
    if not report.sees_our_files:
        ledger.gaps.add("remote-kernel")
    if report.network:
        ledger.gaps.add("network")


def _has_other_variables(report: ProbeReport, launch_environment: Mapping[str, str]) -> bool:
    """Whether a variable that counts has a value that whoever starts kernels there gave it."""
    return any(
        given != (value_digest(launch_environment[name]) if name in launch_environment else None)
        for name, given in report.given_variables.items()
        if name in report.variables or (name in OBEYED_VARIABLES and name not in _SET_BY_IPYKERNEL)
    )


def _record_obeyed_variables(ledger: Ledger, launch_environment: Mapping[str, str]) -> None:
    unset = tuple(name for name in OBEYED_VARIABLES if name not in launch_environment)
    for name in OBEYED_VARIABLES:
        if name not in unset:
            ledger.add(Input("env", name, variable_fingerprint(launch_environment[name])))
    if unset:
        # One input for all that are not set, as most are not.
        ledger.add(Input("env", "other variables", variable_fingerprint(None), names=unset))


class _Modules:
    """Imported modules: installed ones as distributions, all others as files."""

    def __init__(self, ledger: Ledger, report: ProbeReport, evidence: RunEvidence) -> None:
        self._ledger = ledger
        self._with_content = evidence.package_content
        self._launched = evidence.launched
        self._report = report
        self._owners = owners_now(ledger.site, ledger.files)
        self._recorded: set[str] = set()

    def record(self) -> None:
        for name, path in sorted(self._report.modules.items(), reverse=True):
            if path is not None:
                self._add(name, path)
        for path in self._report.environment_files:
            is_owned = self._add_owners(_source_of(path))
            if not is_owned and _source_of(path) == path and not self._ledger.is_stdlib(path):
                self._add_data(path)
        self._record_asked()

    def _record_asked(self) -> None:
        """Packages whose version was asked for, be they imported or not."""
        names = {canonical_name(name) for name in self._report.distributions}
        try:
            versions = versions_now(self._ledger.site, self._ledger.files) if names else {}
        except OSError:
            self._ledger.gaps.add("probe-failed")
            return
        for name in sorted(names):
            self._ledger.add(Input("package", name, versions.get(name, ABSENT)))

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
        elif record is None and not (self._report.sees_our_files and self._is_as_loaded(source)):
            ledger.add_changed(source)  # nobody knows what it was when it was loaded
        elif record is not None and not is_unchanged(ledger, source, record, digest):
            # Read before the run was over, so what is there now has to be what was imported.
            ledger.add_changed(source)
        ledger.add_file(source, digest, (), kind="module", subject=name, created=made)

    def _is_as_loaded(self, source: str) -> bool:
        """Whether a module that the start-up loaded, before the probe, has not changed since."""
        try:
            status = os.stat(source)
        except OSError:
            return False
        changed = status.st_ctime if os.name == "posix" else status.st_mtime
        return changed < self._launched - _LAG

    def _add_data(self, path: str) -> None:
        """A file among installed packages that none of them brought, as a model put there."""
        if not os.path.isfile(path) or self._ledger.is_ignored(path):
            return
        try:
            digest = self._ledger.digest(path)
        except OSError:
            digest = None
        if digest is not None:
            self._ledger.add_file(path, digest, ())

    def _add_owners(self, path: str) -> bool:
        try:
            owners = self._owners.owners_of(path)
        except OSError:
            # Which package it is cannot be told, so nor can it be later whether that changed.
            self._ledger.gaps.add("probe-failed")
            return False
        for name, version in owners or ():
            self._ledger.add(Input("package", name, version))
        return bool(owners)


_PYC = re.compile(r"(.*)__pycache__[/\\]([^/\\]+?)\.[^/\\.]+(?:\.opt-\d)?\.pyc")


def _source_of(path: str) -> str:
    match = _PYC.fullmatch(path)
    return f"{match[1]}{match[2]}.py" if match else path
