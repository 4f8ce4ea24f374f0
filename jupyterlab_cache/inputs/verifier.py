"""Comparing recorded inputs with the present."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from ..store.entries import StoredEntry
from ..store.records import Input
from .checklists import Checklists
from .declared import NOTHING_DECLARED, Declared, folders_of
from .declared_reasons import asset_reasons
from .fingerprints import (
    ABSENT,
    folder_fingerprint,
    import_names_fingerprint,
    installed_names_fingerprint,
    stat_fingerprint,
    variable_matches,
)
from .kernel_environment import (
    STARTUP_HOOKS,
    Interpreter,
    find_kernelspec,
    interpreter_of,
    kernelspec_identity,
)
from .observation import Places
from .reasons import Reason, ReasonCode
from .stat_cache import StatCache

T = TypeVar("T")


class Verifier:
    """One look at the present: each path is checked once, however many entries name it.

    Args:
        stat_cache: For digests.
        launch_environment: The variables that a kernel would be given now; by default those of
            this process.
        checklists: What is known of entries from other looks.
    """

    def __init__(
        self,
        *,
        stat_cache: StatCache,
        launch_environment: Mapping[str, str] | None = None,
        checklists: Checklists | None = None,
    ) -> None:
        self._checklists = checklists or Checklists()
        self._matching: set[int] = set()
        self._stat_cache = stat_cache
        self._environment = os.environ if launch_environment is None else launch_environment
        self._seen: dict[tuple[object, ...], object] = {}

    def reasons(
        self,
        stored: StoredEntry,
        *,
        notebook_folder: Path,
        project_root: Path,
        declared: Declared = NOTHING_DECLARED,
    ) -> list[Reason]:
        """What is not as it was recorded; empty when every input has its fingerprint now.

        Args:
            stored: The entry whose inputs are compared.
            notebook_folder: Where its relative paths start.
            project_root: An entry that is not ours must not make us look outside it.
            declared: What is declared now.
        """
        places = Places(notebook_folder, project_root)
        if stored.trusted and self._all_match(stored, places):
            return []
        reasons: dict[tuple[str, str], Reason] = {}
        for item in stored.entry.inputs:
            for reason in self._differences(item, stored, places, declared):
                reasons.setdefault((reason.code, reason.subject), reason)
        return list(reasons.values())

    def _all_match(self, stored: StoredEntry, places: Places) -> bool:
        """Whether every input certainly matches, whatever is declared."""
        numbers = self._checklists.of(stored, places)
        if self._matching.issuperset(numbers):
            return True
        for number, item in zip(numbers, stored.entry.inputs, strict=True):
            if number not in self._matching:
                if item.kind == "glob" or self._compare(item, stored, places) is not None:
                    return False
                self._matching.add(number)
        return True

    def paths_of(
        self, stored: StoredEntry, *, notebook_folder: Path, project_root: Path
    ) -> list[str]:
        """The absolute paths whose change may change what :meth:`reasons` finds.

        Args:
            stored: The entry whose inputs are compared.
            notebook_folder: Where its relative paths start.
            project_root: Paths outside it are left out for an entry that is not ours.
        """
        places = Places(notebook_folder, project_root)
        paths = []
        for item in stored.entry.inputs:
            if item.path is not None:
                path = places.absolute(item.path)
                if stored.trusted or places.is_inside(path):
                    paths += [path, os.path.realpath(path)]
                    if item.kind == "glob":
                        paths += folders_of(item, places)
        if any(item.kind in ("package", "import-names") for item in stored.entry.inputs):
            spec = find_kernelspec(stored.entry.kernel_name)
            interpreter = interpreter_of(spec, self._stat_cache) if spec else None
            paths += interpreter.site_folders if interpreter else ()
        return list(dict.fromkeys(paths))

    def _differences(
        self, item: Input, stored: StoredEntry, places: Places, declared: Declared
    ) -> list[Reason]:
        if item.kind == "glob" and (stored.trusted or _is_confined(item, places)):
            return self._compare_glob(item, places, declared)
        reason = self._compare(item, stored, places)
        if reason is None or not declared.ignored or item.path is None:
            return [reason] if reason else []
        path = places.absolute(item.path)
        if declared.ignored.ignores(path):
            return []
        if item.kind == "directory":
            # Names that are ignored now, whether or not they were then.
            without = (*item.without, *declared.ignored.names_in(path))
            if folder_fingerprint(path, without) == item.fingerprint:
                return []
        return [reason]

    def _compare_glob(self, item: Input, places: Places, declared: Declared) -> list[Reason]:
        # What a pattern matches depends on what this notebook ignores.
        where = (places.notebook_folder, declared.notebook)
        return asset_reasons(
            item,
            places,
            declared,
            self._stat_cache,
            lambda pattern, look: self._once((pattern, "matches", where), look),
        )

    def _compare(self, item: Input, stored: StoredEntry, places: Places) -> Reason | None:
        if item.path is not None:
            path = places.absolute(item.path)
            if not stored.trusted and not places.is_inside(path):
                message = f"{item.subject} lies outside the project, and this entry is not ours."
                return Reason("unverifiable", item.subject, message)
            return self._compare_path(item, path)
        if item.kind == "env":
            if variable_matches(item.fingerprint, self._environment.get(item.subject)):
                return None
            message = f"The environment variable {item.subject} has another value."
            return Reason("env-changed", item.subject, message)
        return self._compare_kernel(item, stored.entry.kernel_name)

    # Paths

    def _compare_path(self, item: Input, path: str) -> Reason | None:
        if item.kind in ("file", "module"):
            return self._compare_file(item, path)
        if item.kind == "absent":
            if self._once((path, "exists"), lambda: not os.path.lexists(path)):
                return None
            return Reason(
                "file-appeared", item.subject, f"{item.subject} was not there and is there now."
            )
        if item.kind == "stat":
            return self._compare_stat(item, path)
        if item.kind == "directory":
            now = self._once(
                (path, "names", item.without), lambda: folder_fingerprint(path, item.without)
            )
            if now == item.fingerprint or (item.created_by_run and now == ABSENT):
                return None
            return Reason(
                "directory-changed", item.subject, f"The folder {item.subject} lists other names."
            )
        if item.kind == "import-names":
            now = self._once(
                (path, "imports", item.names, item.without),
                lambda: import_names_fingerprint(path, item.names, item.without),
            )
            if now == item.fingerprint:
                return None
            message = f"The folder {item.subject} now offers other modules to what is imported."
            return Reason("module-changed", item.subject, message)
        return _unknown(item)

    def _compare_file(self, item: Input, path: str) -> Reason | None:
        now = self._once((path, "digest"), lambda: self._digest(path))
        if now == item.fingerprint or (item.created_by_run and now == ABSENT):
            return None
        if now == ABSENT:
            return Reason("file-missing", item.subject, f"{item.subject} is missing.")
        code: ReasonCode = "module-changed" if item.kind == "module" else "file-changed"
        if item.fingerprint == ABSENT:
            code = "file-appeared"
        what = f"The module {item.subject}" if item.kind == "module" else item.subject
        return Reason(
            code,
            item.subject,
            f"{what} was changed.",
            before=_state(item.size, item.modified),
            after=_present_state(path),
        )

    def _digest(self, path: str) -> str:
        try:
            return self._stat_cache.digest(path)
        except FileNotFoundError:
            return ABSENT
        except (OSError, ValueError):
            return "unreadable"

    def _compare_stat(self, item: Input, path: str) -> Reason | None:
        now = self._once((path, "stat", item.names), lambda: stat_fingerprint(path, item.names))
        if now == item.fingerprint or (item.created_by_run and now == ABSENT):
            return None
        if now == ABSENT:
            return Reason("file-missing", item.subject, f"{item.subject} is missing.")
        asked = " and ".join(item.names).replace("mtime", "time") or "kind"
        return Reason(
            "file-changed",
            item.subject,
            f"{item.subject} has another {asked}, which was asked for.",
        )

    # The kernel

    def _compare_kernel(self, item: Input, kernel_name: str) -> Reason | None:
        spec = self._once(("spec", kernel_name), lambda: find_kernelspec(kernel_name))
        if spec is None:
            message = f"There is no kernel named {kernel_name} here."
            return Reason("kernel-changed", kernel_name, message)
        if item.kind == "kernel":
            if kernelspec_identity(spec) == item.fingerprint:
                return None
            return Reason("kernel-changed", kernel_name, f"The kernel {kernel_name} was changed.")
        interpreter = self._once(
            ("interpreter", kernel_name), lambda: interpreter_of(spec, self._stat_cache)
        )
        if interpreter is None:
            message = f"The Python of the kernel {kernel_name} cannot be asked what it is."
            return Reason("unverifiable", kernel_name, message)
        if item.kind == "python" and item.subject == STARTUP_HOOKS:
            if interpreter.startup_hooks == item.fingerprint:
                return None
            message = "What Python runs at its start (sitecustomize or a .pth file) was changed."
            return Reason("python-changed", item.subject, message)
        if item.kind == "python":
            return _changed("python-changed", item, interpreter.identity)
        if item.kind == "package":
            return self._compare_package(item, interpreter)
        if item.kind == "import-names":
            now = installed_names_fingerprint(interpreter.site_folders, item.names)
            if now == item.fingerprint:
                return None
            names = ", ".join(item.names)
            message = f"A module that was missing can be imported now (one of {names})."
            return Reason("package-changed", names, message)
        return _unknown(item)

    def _compare_package(self, item: Input, interpreter: Interpreter) -> Reason | None:
        return _changed("package-changed", item, interpreter.versions.get(item.subject))

    def _once(self, key: tuple[object, ...], look: Callable[[], T]) -> T:
        if key not in self._seen:
            self._seen[key] = look()
        return self._seen[key]  # type: ignore[return-value]


def _is_confined(item: Input, places: Places) -> bool:
    return item.path is not None and places.is_inside(places.absolute(item.path))


def _changed(code: ReasonCode, item: Input, now: str | None) -> Reason | None:
    if now == item.fingerprint:
        return None
    if now is None:
        message = f"{item.subject} {item.fingerprint} is not installed any more."
    else:
        message = f"{item.subject} {item.fingerprint} → {now}"
    return Reason(code, item.subject, message, before=item.fingerprint, after=now)


def _unknown(item: Input) -> Reason:
    message = f"{item.subject} is an input of a kind that this version does not know."
    return Reason("unverifiable", item.subject, message)


def _state(size: int | None, modified: float | None) -> str | None:
    if size is None or modified is None:
        return None
    try:
        time = datetime.fromtimestamp(modified).strftime("%Y-%m-%d %H:%M:%S")
    except (OverflowError, OSError, ValueError):
        return f"{size} bytes"
    return f"{size} bytes, {time}"


def _present_state(path: str) -> str | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return _state(status.st_size, status.st_mtime)
