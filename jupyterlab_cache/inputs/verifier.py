"""Comparing recorded inputs with the present."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

import msgspec

from ..store.entries import StoredEntry
from ..store.records import Input
from .declared import NOTHING_DECLARED, Declared, folders_of
from .declared_reasons import asset_reasons
from .fingerprints import (
    ABSENT,
    describe_status,
    folder_fingerprint,
    import_names_fingerprint,
    other_modules,
    variable_matches,
)
from .kernel_now import KernelNow
from .observation import Places
from .reasons import Reason, ReasonCode, unknown_input
from .sentence import Sentence, say
from .stat_pass import StatPass

T = TypeVar("T")
_TIME = "%Y-%m-%d %H:%M:%S"


class Verifier:
    """One look at the present: each path is checked once, however many entries name it.

    Args:
        files: What the file system says in this pass.
        launch_environment: The variables that a kernel would be given now; by default those of
            this process.
    """

    def __init__(
        self, *, files: StatPass, launch_environment: Mapping[str, str] | None = None
    ) -> None:
        self.files = files
        self._environment = os.environ if launch_environment is None else launch_environment
        self._seen: dict[tuple[object, ...], object] = {}
        self._digests: dict[str, str] = {}
        self._kernels: dict[str, KernelNow] = {}

    def reasons(
        self,
        stored: StoredEntry,
        places: Places,
        declared: Declared = NOTHING_DECLARED,
    ) -> list[Reason]:
        """What is not as it was recorded; empty when every input has its fingerprint now.

        Reasons name the cell of the entry that used the input first, where that is known.

        Args:
            stored: The entry whose inputs are compared.
            places: Where its relative paths start; an entry that is not ours must not make us look
                outside the project.
            declared: What is declared now.
        """
        reasons: dict[tuple[str, str], Reason] = {}
        for item in stored.entry.inputs:
            # Most are files, and most are as they were: no more than this for them.
            if (
                item.kind in ("file", "module")
                and item.path is not None
                and stored.trusted
                and self._digest(places.absolute(item.path)) == item.fingerprint
            ):
                continue
            for reason in self._differences(item, stored, places, declared):
                # What is no single file is nothing that a person could open.
                path = item.path if item.kind in ("file", "module") else None
                reason = msgspec.structs.replace(
                    reason, cell=min(item.cells, default=None), path=path
                )
                reasons.setdefault((reason.code, reason.subject), reason)
        return list(reasons.values())

    # The present, as grounds ask for it

    def variable(self, name: str) -> str | None:
        """The value of an environment variable that a kernel would be given."""
        return self._environment.get(name)

    def matches(self, item: Input, path: str | None, kernel_name: str) -> bool:
        """Whether an input has its recorded fingerprint."""
        if path is not None:
            return self._compare_path(item, path) is None
        return self._kernel(kernel_name).compare(item) is None

    def _kernel(self, name: str) -> KernelNow:
        kernel = self._kernels.get(name)
        if kernel is None:
            kernel = self._kernels[name] = KernelNow(name, self.files, self._environment)
        return kernel

    def paths_of(self, stored: StoredEntry, places: Places) -> list[str]:
        """The absolute paths whose change may change what :meth:`reasons` finds.

        Args:
            stored: The entry whose inputs are compared.
            places: Where its relative paths start; paths outside the project are left out for an
                entry that is not ours.
        """
        paths = []
        for item in stored.entry.inputs:
            if item.path is not None:
                path = places.absolute(item.path)
                if stored.trusted or places.is_inside(path):
                    paths += [path, os.path.realpath(path)]
                    if item.kind == "glob":
                        paths += folders_of(item, places)
        if any(item.kind in ("package", "import-names") for item in stored.entry.inputs):
            paths += self._kernel(stored.entry.kernel_name).folders
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
            self.files,
            lambda pattern, look: self._once((pattern, "matches", where), look),
        )

    def _compare(self, item: Input, stored: StoredEntry, places: Places) -> Reason | None:
        if item.path is not None:
            path = places.absolute(item.path)
            if not stored.trusted and not places.is_inside(path):
                sentence = say(
                    "%1 lies outside the project, and this entry is not ours.", item.subject
                )
                return Reason("unverifiable", item.subject, sentence)
            return self._compare_path(item, path)
        # Of a kernel, or of the variables: the same in most entries.
        kernel = stored.entry.kernel_name
        fact = (kernel, item.kind, item.subject, item.fingerprint, item.names)
        return self._once(fact, lambda: self._compare_surroundings(item, kernel))

    def _compare_surroundings(self, item: Input, kernel_name: str) -> Reason | None:
        if item.kind == "env" and item.names:
            came = next((name for name in item.names if self.variable(name) is not None), None)
            if came is None:
                return None
            sentence = say("The environment variable %1 was not set and is set now.", came)
            return Reason("env-changed", came, sentence)
        if item.kind == "env":
            if variable_matches(item.fingerprint, self.variable(item.subject)):
                return None
            sentence = say("The environment variable %1 has another value.", item.subject)
            return Reason("env-changed", item.subject, sentence)
        return self._kernel(kernel_name).compare(item)

    # Paths

    def _compare_path(self, item: Input, path: str) -> Reason | None:
        if item.kind in ("file", "module"):
            return self._compare_file(item, path)
        if item.kind == "absent":
            if self._once((path, "exists"), lambda: not os.path.lexists(path)):
                return None
            sentence = say("%1 was not there and is there now.", item.subject)
            return Reason("file-appeared", item.subject, sentence)
        if item.kind == "stat":
            return self._compare_stat(item, path)
        # Its state first, so that nothing stands on a later state than the one that is compared.
        self.files.state(path)
        if item.kind == "directory":
            now = self._once(
                (path, "names", item.without), lambda: folder_fingerprint(path, item.without)
            )
            if now == item.fingerprint or (item.created_by_run and now == ABSENT):
                return None
            sentence = say("The folder %1 lists other names.", item.subject)
            return Reason("directory-changed", item.subject, sentence)
        if item.kind == "import-names":
            now = self._once(
                (path, "imports", item.names, item.without),
                lambda: import_names_fingerprint(path, item.names, item.without),
            )
            if now == item.fingerprint:
                return None
            return _of_other_modules(item, path)
        return unknown_input(item.subject)

    def _compare_file(self, item: Input, path: str) -> Reason | None:
        now = self._digest(path)
        if now == item.fingerprint or (item.created_by_run and now == ABSENT):
            return None
        if now == ABSENT:
            return Reason("file-missing", item.subject, say("%1 is missing.", item.subject))
        code: ReasonCode = "module-changed" if item.kind == "module" else "file-changed"
        if item.fingerprint == ABSENT:
            code = "file-appeared"
        return Reason(
            code,
            item.subject,
            say("The module %1 was changed.", item.subject)
            if item.kind == "module"
            else say("%1 was changed.", item.subject),
            before=_state(item.size, item.modified),
            after=_present_state(path),
        )

    def _digest(self, path: str) -> str:
        now = self._digests.get(path)
        if now is None:
            try:
                now = self.files.digest(path)
            except FileNotFoundError:
                now = ABSENT
            except (OSError, ValueError):
                now = "unreadable"
            self._digests[path] = now
        return now

    def _compare_stat(self, item: Input, path: str) -> Reason | None:
        status = self.files.status(path)
        now = ABSENT if status is None else describe_status(status, item.names)
        if now == item.fingerprint or (item.created_by_run and now == ABSENT):
            return None
        if now == ABSENT:
            return Reason("file-missing", item.subject, say("%1 is missing.", item.subject))
        return Reason(
            "file-changed",
            item.subject,
            _of_stat(item),
            before=_in_words(item.fingerprint),
            after=_in_words(now),
        )

    def _once(self, key: tuple[object, ...], look: Callable[[], T]) -> T:
        if key not in self._seen:
            self._seen[key] = look()
        return self._seen[key]  # type: ignore[return-value]


def _is_confined(item: Input, places: Places) -> bool:
    return item.path is not None and places.is_inside(places.absolute(item.path))


def _of_other_modules(item: Input, folder: str) -> Reason:
    """The reason for a folder that offers other modules, by name where that can be told."""
    came, gone = other_modules(folder, item.names, item.without, item.fingerprint)
    if item.subject == ".":
        sentence = _of_own_folder(came, gone)
    elif came:
        sentence = say(
            "%1 can be imported from the folder %2 now, before what was imported.",
            came,
            item.subject,
        )
    elif gone:
        sentence = say("%1 cannot be imported from the folder %2 any more.", gone, item.subject)
    else:
        sentence = say("The folder %1 now offers other modules to what is imported.", item.subject)
    names = [name for name in (item.subject, came or gone) if name and name != "."]
    return Reason("module-changed", "/".join(names) or item.subject, sentence)


def _of_own_folder(came: str | None, gone: str | None) -> Sentence:
    if came:
        return say(
            "%1 can be imported from the notebook's folder now, before what was imported.", came
        )
    if gone:
        return say("%1 cannot be imported from the notebook's folder any more.", gone)
    return say("The notebook's folder now offers other modules to what is imported.")


def _of_stat(item: Input) -> Sentence:
    asked = {*item.names}
    if asked == {"size"}:
        return say("%1 has another size, which was asked for.", item.subject)
    if asked == {"mtime"}:
        return say("%1 has another time, which was asked for.", item.subject)
    if asked == {"size", "mtime"}:
        return say("%1 has another size and time, which was asked for.", item.subject)
    return say("%1 has another kind, which was asked for.", item.subject)


def _in_words(fingerprint: str) -> str | None:
    """What a stat told, for a person."""
    parts = dict(part.partition("=")[::2] for part in fingerprint.split(" ")[1:])
    words = [f"{parts['size']} bytes"] if "size" in parts else []
    if parts.get("mtime", "").isdigit():
        words += _moment(int(parts["mtime"]) / 1e9)
    return ", ".join(words) or fingerprint.partition(" ")[0]


def _moment(seconds: float) -> list[str]:
    """A time for a person; nothing where no calendar has it."""
    try:
        return [datetime.fromtimestamp(seconds).strftime(_TIME)]
    except (OverflowError, OSError, ValueError):
        return []


def _state(size: int | None, modified: float | None) -> str | None:
    if size is None or modified is None:
        return None
    return ", ".join([f"{size} bytes", *_moment(modified)])


def _present_state(path: str) -> str | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return _state(status.st_size, status.st_mtime)
