"""Fingerprints of what is not simply the content of a file."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable
from hashlib import sha256

ABSENT = "absent"
"""Fingerprint of a path where nothing is."""

UNSET = "unset"
"""Fingerprint of an environment variable that is not set."""

_COLLABORATION_NAMES = {
    # Real-time collaboration keeps its books in the folder that the server works in.
    ".jupyter",
    *(f".jupyter_ystore.db{suffix}" for suffix in ("", "-journal", "-shm", "-wal")),
}

IGNORED_NAMES = frozenset(
    {".jupyterlab_cache", ".ipynb_checkpoints", "__pycache__", ".git", ".virtual_documents"}
    | _COLLABORATION_NAMES
)
"""Names in a folder that come and go without anybody meaning them."""

_IMPORT_SUFFIXES = (".py", ".so", ".pyd", ".zip")


def names_digest(names: Iterable[str]) -> str:
    """Digest of a set of names."""
    data = "\0".join(sorted(names)).encode("utf-8", "surrogateescape")
    return f"sha256-{sha256(data).hexdigest()}"


def folder_fingerprint(folder: str, without: Collection[str] = ()) -> str:
    """Which names a folder holds; ``absent`` when there is no such folder.

    Args:
        folder: Its path.
        without: Names to leave out: what the execution itself made there.
    """
    try:
        names = os.listdir(folder)
    except OSError:
        return ABSENT
    return names_digest(name for name in names if name not in IGNORED_NAMES and name not in without)


def stat_fingerprint(path: str, asked: Collection[str]) -> str:
    """What a stat of a path tells, as far as it was asked for.

    Args:
        path: Its path.
        asked: ``size`` and ``mtime``, or nothing: whether it exists and what it is.
    """
    try:
        return describe_status(os.stat(path), asked)
    except (OSError, ValueError):
        return ABSENT


def describe_status(status: os.stat_result, asked: Collection[str]) -> str:
    """The fingerprint of a stat result; see :func:`stat_fingerprint`."""
    kind = "folder" if stat.S_ISDIR(status.st_mode) else "file"
    parts = [kind]
    if kind == "file" and "size" in asked:
        parts.append(f"size={status.st_size}")
    if kind == "file" and "mtime" in asked:
        parts.append(f"mtime={status.st_mtime_ns}")
    return " ".join(parts)


def import_names_fingerprint(
    folder: str, names: Collection[str], without: Collection[str] = ()
) -> str:
    """Which of some top-level module names a folder on ``sys.path`` offers.

    Args:
        folder: Its path.
        names: Names of modules.
        without: Names of files and folders to leave out: what the execution itself made there.
    """
    try:
        present = os.listdir(folder)
    except OSError:
        return ABSENT
    return names_digest(offered_names(present, names, without))


def offered_names(
    present: Iterable[str], names: Collection[str], without: Collection[str] = ()
) -> set[str]:
    """The files and folders that offer some top-level modules.

    Args:
        present: The names in a folder.
        names: Names of modules.
        without: Names of files and folders to leave out.
    """
    wanted = set(names)
    return {name for name in present if _module_name(name) in wanted and name not in without}


def other_modules(
    folder: str, names: Collection[str], without: Collection[str], before: str
) -> tuple[str, str]:
    """Which module came to a folder, or went from it, since a fingerprint was taken.

    Only digests are kept, so it is found by trying: which of the modules that are there was not
    there, and which of the others was.

    Args:
        folder: Its path.
        names: Names of modules.
        without: Names of files and folders that were left out.
        before: The fingerprint, see :func:`import_names_fingerprint`.

    Returns:
        The one that came and the one that went; both empty if that cannot be told.
    """
    try:
        present = {name for name in os.listdir(folder) if name not in without}
    except OSError:
        return "", ""
    wanted = {name for name in present if _module_name(name) in set(names)}
    for name in sorted(wanted):
        of_same = {other for other in wanted if _module_name(other) == _module_name(name)}
        if before in (names_digest(wanted - {name}), names_digest(wanted - of_same)):
            return _module_name(name), ""
    for module in sorted(names):
        if any(names_digest({*wanted, name}) == before for name in (f"{module}.py", module)):
            return "", module
    return "", ""


def installed_names_fingerprint(folders: Iterable[str], names: Collection[str]) -> str:
    """Which of some top-level module names any of the site folders offers."""
    return names_digest({import_names_fingerprint(folder, names) for folder in folders})


def _module_name(name: str) -> str:
    stem, dot, rest = name.partition(".")
    if not dot or ("." + rest).endswith(_IMPORT_SUFFIXES):
        return stem
    return ""


def variable_fingerprint(value: str | None, salt: str | None = None) -> str:
    """Fingerprint of an environment variable, from which its value cannot be read.

    Args:
        value: Its value; None when it is not set.
        salt: The salt of the fingerprint to compare with; a new one when None.
    """
    if value is None:
        return UNSET
    salt = os.urandom(16).hex() if salt is None else salt
    digest = sha256(f"{salt}\0{value}".encode("utf-8", "surrogateescape")).hexdigest()
    return f"{salt}:{digest}"


def variable_matches(fingerprint: str, value: str | None) -> bool:
    """Whether a variable's value is the one of a fingerprint."""
    if fingerprint == UNSET or value is None:
        return fingerprint == UNSET and value is None
    return variable_fingerprint(value, fingerprint.partition(":")[0]) == fingerprint
