"""Watching one execution: puts the probe into a kernel and collects what it noted."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from .declared import NOTHING_DECLARED, Declared, DeclaredLook
from .filesystem_watch import Look
from .kernel_environment import (
    find_kernelspec,
    interpreter_of,
    is_python,
    kernelspec_identity,
)
from .literals import states_outside
from .observation import Observation, Places
from .probe_source import installing_code
from .recorded_inputs import RunEvidence, observation_of
from .recorded_watch import Elsewhere, with_real_paths
from .report import ProbeReport, decode_report
from .silent_requests import ProbeFailed, ask, collected_report, reply_to
from .spool import OthersDoing, RunFolder, add_children
from .startup import ipython_startup_fingerprint, profile_folder
from .stat_cache import Signature, StatCache


class Observer:
    """Observes one execution. To be closed at its end, however it ends.

    Args:
        notebook: Absolute path of the notebook.
        places: Its folder and its project.
        kernel_name: Name of the kernelspec.
        launch_environment: The variables that the kernel is given, without our own settings.
        sources: Sources of the code cells that are not blank.
        stat_cache: For digests.
        former_artefacts: Files that the last execution wrote, as its entry names them.
        keep: Stores the content of small text inputs; None to keep none.
        declared: What a person declared.
    """

    def __init__(
        self,
        *,
        notebook: Path,
        places: Places,
        kernel_name: str,
        launch_environment: Mapping[str, str],
        sources: Sequence[str],
        stat_cache: StatCache,
        former_artefacts: Sequence[str] = (),
        keep: Callable[[bytes], str] | None = None,
        declared: Declared = NOTHING_DECLARED,
    ) -> None:
        self._notebook = notebook
        self._places = places
        self._launch_environment = dict(launch_environment)
        self._sources = sources
        self._stat_cache = stat_cache
        self._former_artefacts = former_artefacts
        self._keep = keep
        self._declared = declared
        self._declared_look: DeclaredLook | None = None
        self._spec = find_kernelspec(kernel_name) or {}
        self._gaps: list[str] = []
        self._attached = False
        self._folder: RunFolder | None = None
        self._look: Look | None = None
        self._began = 0.0
        self._launched = 0.0
        self._is_local = True
        self._former: dict[str, str] = {}
        self._ipython_startup = ("", "")
        self._language = str(self._spec.get("language", ""))
        self._named_outside: dict[str, Signature] | None = None

    async def prepare(self) -> None:
        """Begin to watch before a kernel starts that cannot tell what it reads at its start.

        Raises:
            DeclarationInvalid: A declared pattern matches far too many files.
        """
        if not is_python(self._spec):
            await asyncio.to_thread(self._begin)
            self._named_outside = await asyncio.to_thread(
                states_outside, self._sources, self._places, self._language
            )

    async def attach(self, client: Any, launched: float, *, is_local: bool) -> None:
        """Begin to watch, and put the probe into a kernel that has run no cell yet.

        A kernel that does not take it is executed all the same: the gaps tell.

        Args:
            client: The kernel's client.
            launched: When the kernel began to start, in seconds since the epoch.
            is_local: Whether its process was started by this one, with the variables that it gave.

        Raises:
            DeclarationInvalid: A declared pattern matches far too many files.
        """
        self._launched = launched
        self._is_local = is_local
        if self._look is not None:
            # Whatever starts searches folders for what it is made of; that is no listing of ours.
            self._look.forget_listings()
        if self._folder is None:
            await asyncio.to_thread(self._begin)
        if not is_python(self._spec):
            return
        assert self._folder is not None
        code = installing_code(self._places.roots, str(self._folder.path))
        try:
            # Each reply of this kind draws from ``random``. nbclient asks once more than the start
            # itself, and what a notebook computes shall not depend on who executes it.
            await reply_to(client, client.kernel_info())
            await ask(client, code)
            self._attached = True
        except ProbeFailed:
            self._gaps.append("probe-failed")
            self._folder.is_observed = False

    def _begin(self) -> None:
        if is_python(self._spec):
            interpreter = interpreter_of(self._spec, self._stat_cache)
            sites = interpreter.site_folders if interpreter else ()
            try:
                self._ipython_startup = (
                    ipython_startup_fingerprint(self._spec, self._launch_environment, sites),
                    profile_folder(self._spec, self._launch_environment),
                )
            except OSError:
                self._gaps.append("probe-failed")
        for written in self._former_artefacts:
            path = self._places.absolute(written)
            if self._places.is_inside(path):
                try:
                    self._former[path] = self._stat_cache.digest(path)
                except OSError:
                    continue
        self._declared_look = DeclaredLook(self._declared, self._places, self._stat_cache)
        self._folder = RunFolder(self._places.roots)
        self._folder.is_observed = is_python(self._spec)
        self._began = time.time()
        try:
            self._look = Look(str(self._places.project_root))
        except OSError:
            self._look = None  # not Linux, or no more watches

    async def collect(self, client: Any | None) -> Observation:
        """What was observed, once the last cell has run.

        Args:
            client: The kernel's client; None when the kernel is gone.
        """
        report = None
        if self._attached and client is not None:
            try:
                report = decode_report(await collected_report(client))
            except (ProbeFailed, msgspec.MsgspecError):
                self._gaps.append("probe-failed")
        elif self._attached:
            self._gaps.append("kernel-gone")
        return await asyncio.to_thread(self._observation, report)

    def close(self) -> None:
        """Stop to watch."""
        if self._look is not None:
            self._look.end()
            self._look = None
        if self._folder is not None:
            self._folder.remove()
            self._folder = None

    def _observation(self, report: ProbeReport | None) -> Observation:
        seen, look = None, self._look
        if look is not None:
            self._look = None
            seen = look.end()
        claimed: set[str] = set()
        others = OthersDoing()
        if self._folder is not None:
            claimed, others = self._folder.claims(), self._folder.doing_of_others()
            if report is not None:
                add_children(report, self._folder)
        self.close()
        evidence = RunEvidence(
            sources=self._sources,
            report=report,
            kernel=kernelspec_identity(self._spec),
            is_python=is_python(self._spec),
            language=self._language,
            named_outside=self._named_outside,
            seen=seen,
            elsewhere=self._elsewhere(report, claimed, others) if seen else None,
            gaps=tuple(self._gaps),
            declared=self._declared_look,
            rules=self._declared.ignored,
            package_content=self._declared.packages == "content",
            ipython_startup=self._ipython_startup,
            launched=self._launched,
            is_local=self._is_local,
        )
        return observation_of(
            evidence, self._places, self._launch_environment, self._stat_cache, self._keep
        )

    def _elsewhere(
        self, report: ProbeReport | None, claimed: set[str], others: OthersDoing
    ) -> Elsewhere:
        unobserved = report is None or bool(
            {"child-processes", "opaque-readers"}.intersection(report.gaps)
        )
        return Elsewhere(
            claimed=with_real_paths({*claimed, *(report.files if report else ())}),
            claimed_by_others=with_real_paths(others.claimed),
            others_unobserved=others.has_unobserved,
            notebook=os.path.realpath(self._notebook),
            has_unobserved=unobserved,
            began=self._began,
            former=self._former,
        )
