"""What runs in a Python kernel before its first cell: hooks of the interpreter and of IPython."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from .distributions import LookedAt, nobody
from .installed import Known, remembered
from .stat_pass import StatPass

STARTUP_HOOKS = "startup hooks"
"""Subject of the input for what any Python runs before anything else."""

IPYTHON_STARTUP = "IPython start-up"
"""Subject of the input for what IPython runs then."""

_CONFIGURATIONS = tuple(
    f"ipython{part}_config.{kind}" for part in ("", "_kernel") for kind in ("py", "json")
)
_STARTUP_SUFFIXES = (".py", ".ipy")
_NOT_THERE = (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError)
_hooks: Known[str] = {}
_ipython: Known[str] = {}


def startup_hooks_fingerprint(site_folders: Iterable[str], looked_at: LookedAt = nobody) -> str:
    """Digest of what site folders make every Python run at its start.

    That is ``sitecustomize``, ``usercustomize`` and the lines of ``.pth`` files that are code;
    lines that only name folders show in what is imported from there.

    Args:
        site_folders: Absolute folders.
        looked_at: Told each path that decides about the answer.

    Raises:
        OSError: The system does not tell just now.
    """
    hooks = set()
    for folder in site_folders:
        for name in _names(folder, looked_at):
            if name.endswith(".pth") or name in ("sitecustomize.py", "usercustomize.py"):
                content = _content(os.path.join(folder, name), looked_at) or b""
                text = content.decode("utf-8", errors="replace")
                code = [
                    line for line in text.splitlines() if line.startswith(("import ", "import\t"))
                ]
                hooks.add("\n".join(code) if name.endswith(".pth") else text)
    data = "\0".join(sorted(hooks - {""}))
    return f"sha256-{sha256(data.encode('utf-8', 'replace')).hexdigest()}"


def startup_hooks_now(site_folders: tuple[str, ...], files: StatPass) -> str:
    """The same in a pass, found again only when something of it changed.

    Raises:
        OSError: The system does not tell just now.
    """
    return remembered(
        _hooks, site_folders, files, lambda look: startup_hooks_fingerprint(site_folders, look)
    )


def ipython_startup_fingerprint(
    spec: Mapping[str, Any],
    environment: Mapping[str, str],
    site_folders: Iterable[str],
    looked_at: LookedAt = nobody,
) -> str:
    """Digest of names and contents of what IPython would run; of no path.

    Follows IPython's own search: the profile, then the environment's and the system's folders.

    Args:
        spec: The kernelspec.
        environment: The variables that a kernel would be given.
        site_folders: Where the interpreter's distributions are installed.
        looked_at: Told each path that decides about the answer.

    Raises:
        OSError: The system does not tell just now.
    """
    profile = profile_folder(spec, environment)
    found = []
    for folder in [profile, *_folders_for_all(site_folders)]:
        names = _names(folder, looked_at)
        found += [os.path.join(folder, name) for name in _CONFIGURATIONS if name in names]
    startup = os.path.join(profile, "startup")
    names = _names(startup, looked_at)
    found += [os.path.join(startup, name) for name in names if name.endswith(_STARTUP_SUFFIXES)]
    own = _given(spec, environment).get("PYTHONSTARTUP")
    if own:
        found.append(os.path.abspath(own))
    digest = sha256()
    for place in found:
        content = _content(place, looked_at)
        if content is not None:
            name = os.path.basename(place)
            digest.update(f"{name}\0{len(content)}\0".encode("utf-8", "replace"))
            digest.update(content)
    return f"sha256-{digest.hexdigest()}"


def ipython_startup_now(
    spec: Mapping[str, Any],
    environment: Mapping[str, str],
    site_folders: tuple[str, ...],
    files: StatPass,
) -> str:
    """The same in a pass, found again only when something of it changed.

    Raises:
        OSError: The system does not tell just now.
    """
    profile = profile_folder(spec, environment)
    own = _given(spec, environment).get("PYTHONSTARTUP", "")
    return remembered(
        _ipython,
        (profile, own, *site_folders),
        files,
        lambda look: ipython_startup_fingerprint(spec, environment, site_folders, look),
    )


def profile_folder(spec: Mapping[str, Any], environment: Mapping[str, str]) -> str:
    """The folder of the IPython profile that a kernel uses.

    Args:
        spec: The kernelspec.
        environment: The variables that a kernel would be given.
    """
    given = _given(spec, environment)
    home = given.get("HOME") or os.path.expanduser("~")
    top = given.get("IPYTHONDIR") or os.path.join(home, ".ipython")
    profile = "default"
    words = [str(word) for word in spec.get("argv", [])]
    for word, following in zip(words, [*words[1:], ""], strict=True):
        name, equals, value = word.partition("=")
        value = value if equals else following
        if name == "--profile-dir":
            return value
        if name == "--profile":
            profile = value
        if name == "--ipython-dir":
            top = value
    return os.path.join(top, f"profile_{profile}")


def startup_folders(spec: Mapping[str, Any], environment: Mapping[str, str]) -> list[str]:
    """The folders of the profile where a change matters, as far as they are there.

    Args:
        spec: The kernelspec.
        environment: The variables that a kernel would be given.
    """
    profile = profile_folder(spec, environment)
    return [
        folder for folder in (profile, os.path.join(profile, "startup")) if os.path.isdir(folder)
    ]


def _given(spec: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, str]:
    own = spec.get("env")
    more = {str(k): str(v) for k, v in own.items()} if isinstance(own, dict) else {}
    return {**environment, **more}


def _folders_for_all(site_folders: Iterable[str]) -> list[str]:
    prefixes = [os.path.normpath(os.path.join(site, *[os.pardir] * 3)) for site in site_folders]
    shared = [os.path.join(prefix, "etc", "ipython") for prefix in prefixes]
    return list(dict.fromkeys([*shared, "/usr/local/etc/ipython", "/etc/ipython"]))


def _names(folder: str, looked_at: LookedAt) -> list[str]:
    looked_at(folder)
    try:
        return sorted(os.listdir(folder))
    except _NOT_THERE:
        return []


def _content(path: str, looked_at: LookedAt) -> bytes | None:
    looked_at(path)
    try:
        return Path(path).read_bytes()
    except _NOT_THERE:
        return None
