"""Comparing what an execution recorded of its kernel with the kernel of that name now."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from ..store.records import Input
from .fingerprints import ABSENT, installed_names_fingerprint
from .installed import versions_now
from .kernel_environment import (
    Interpreter,
    find_kernelspec,
    interpreter_of,
    kernelspec_identity,
)
from .reasons import Reason, ReasonCode, unknown_input
from .sentence import say
from .startup import (
    IPYTHON_STARTUP,
    STARTUP_HOOKS,
    ipython_startup_now,
    startup_folders,
    startup_hooks_now,
)
from .stat_pass import StatPass


class KernelNow:
    """A kernel as it would be if it were started now, in one pass.

    Args:
        name: Name of its kernelspec.
        files: What the file system says in this pass.
        environment: The variables that it would be given.
    """

    def __init__(self, name: str, files: StatPass, environment: Mapping[str, str]) -> None:
        self._name = name
        self._files = files
        self._environment = environment
        self._spec = find_kernelspec(name)

    @cached_property
    def interpreter(self) -> Interpreter | None:
        """The Python that it runs; None when it is no Python or cannot be asked."""
        return None if self._spec is None else interpreter_of(self._spec, self._files)

    @property
    def folders(self) -> tuple[str, ...]:
        """Where packages are installed and what IPython starts with lies, as far as it is there."""
        if self._spec is None or self.interpreter is None:
            return ()
        return (
            *self.interpreter.site_folders,
            *startup_folders(self._spec, self._environment),
        )

    @cached_property
    def _versions(self) -> dict[str, str]:
        folders = self.interpreter.site_folders if self.interpreter else ()
        return versions_now(folders, self._files)

    def compare(self, item: Input) -> Reason | None:
        """Why an input is not as it was recorded; None when it is.

        Args:
            item: Of kind ``kernel``, ``python``, ``package`` or ``import-names`` without a path.
        """
        if self._spec is None:
            sentence = say("There is no kernel named %1 here.", self._name)
            return Reason("kernel-changed", self._name, sentence)
        if item.kind == "kernel":
            if kernelspec_identity(self._spec) == item.fingerprint:
                return None
            sentence = say("The kernel %1 was changed.", self._name)
            return Reason("kernel-changed", self._name, sentence)
        if self.interpreter is None:
            sentence = say("The Python of the kernel %1 cannot be asked what it is.", self._name)
            return Reason("unverifiable", self._name, sentence)
        if item.kind == "package":
            try:
                version = self._versions.get(item.subject)
            except OSError as error:
                sentence = say(
                    "What is installed for the kernel %1 cannot be told: %2.", self._name, error
                )
                return Reason("unverifiable", item.subject, sentence)
            return _changed("package-changed", item, version or ABSENT)
        if item.kind == "python" and item.subject in (STARTUP_HOOKS, IPYTHON_STARTUP):
            return self._compare_startup(item, self.interpreter)
        if item.kind == "python":
            return _changed("python-changed", item, self.interpreter.identity)
        if item.kind == "import-names":
            now = installed_names_fingerprint(self.interpreter.site_folders, item.names)
            if now == item.fingerprint:
                return None
            names = ", ".join(item.names)
            sentence = say("A module that was missing can be imported now (one of %1).", names)
            return Reason("package-changed", names, sentence)
        return unknown_input(item.subject)

    def _compare_startup(self, item: Input, interpreter: Interpreter) -> Reason | None:
        folders = interpreter.site_folders
        try:
            if item.subject == STARTUP_HOOKS:
                now = startup_hooks_now(folders, self._files)
                sentence = say(
                    "What Python runs at its start (sitecustomize or a .pth file) was changed."
                )
            else:
                now = ipython_startup_now(self._spec or {}, self._environment, folders, self._files)
                sentence = say(
                    "What IPython runs at its start (configuration, start-up files) was changed."
                )
        except OSError as error:
            sentence = say(
                "What the kernel %1 runs at its start cannot be told: %2.", self._name, error
            )
            return Reason("unverifiable", item.subject, sentence)
        if now == item.fingerprint:
            return None
        return Reason("python-changed", item.subject, sentence)


def _changed(code: ReasonCode, item: Input, now: str) -> Reason | None:
    if now == item.fingerprint:
        return None
    subject, before = item.subject, item.fingerprint
    if now == ABSENT:
        sentence = say("%1 %2 is not installed any more.", subject, before)
        return Reason(code, subject, sentence, before=before)
    if before == ABSENT:
        sentence = say("%1 was not installed and is now: %2", subject, now)
        return Reason(code, subject, sentence, after=now)
    return Reason(code, subject, say("%1 %2 → %3", subject, before, now), before=before, after=now)
