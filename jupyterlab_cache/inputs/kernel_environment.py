"""What a kernel of a given name would be if it were started now."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from .distributions import OwnerMap, installed_versions
from .probe.identity import describe
from .stat_cache import StatCache

_PTH_CODE = ("import ", "import\t")
_ASK_SECONDS = 30
_NATIVE_KERNEL = "python3"


@dataclass(frozen=True)
class Interpreter:
    """A Python interpreter.

    Attributes:
        identity: Implementation, version, ABI and platform; never a path.
        site_folders: Where distributions are installed.
        stdlib_folders: Where the standard library lies.
    """

    identity: str
    site_folders: tuple[str, ...]
    stdlib_folders: tuple[str, ...]

    @cached_property
    def versions(self) -> dict[str, str]:
        """Canonical name → version of what is installed."""
        return installed_versions(self.site_folders)

    @cached_property
    def startup_hooks(self) -> str:
        """What runs in it before anything else; see :func:`startup_hooks_fingerprint`."""
        return startup_hooks_fingerprint(self.site_folders)

    @cached_property
    def owners(self) -> OwnerMap:
        """Which distribution owns which file."""
        return OwnerMap(self.site_folders)


def find_kernelspec(kernel_name: str) -> dict[str, Any] | None:
    """The kernelspec that Jupyter would use for a name; None when there is none.

    Follows jupyter_client's search without importing it, which takes longer than a verdict.
    """
    from jupyter_core.paths import jupyter_path

    name = kernel_name.lower()
    for folder in jupyter_path("kernels"):
        for candidate in (kernel_name, name):
            try:
                spec = json.loads(Path(folder, candidate, "kernel.json").read_bytes())
            except (OSError, ValueError):
                continue
            if isinstance(spec, dict) and isinstance(spec.get("argv"), list):
                return spec
    if name == _NATIVE_KERNEL:
        return {"argv": [sys.executable], "language": "python", "env": {}}
    return None


STARTUP_HOOKS = "startup hooks"
"""Subject of the input for what runs in a Python before anything else."""


def startup_hooks_fingerprint(site_folders: Iterable[str]) -> str:
    """Digest of what site folders make every Python run at its start.

    That is ``sitecustomize``, ``usercustomize`` and the lines of ``.pth`` files that are code;
    lines that only name folders show in what is imported from there.
    """
    hooks = set()
    for folder in site_folders:
        try:
            names = os.listdir(folder)
        except OSError:
            continue
        for name in names:
            if name.endswith(".pth") or name in ("sitecustomize.py", "usercustomize.py"):
                try:
                    text = Path(folder, name).read_text("utf-8", errors="replace")
                except OSError:
                    continue
                code = [
                    line for line in text.splitlines() if line.startswith(("import ", "import\t"))
                ]
                hooks.add("\n".join(code) if name.endswith(".pth") else text)
    data = "\0".join(sorted(hooks - {""}))
    return f"sha256-{sha256(data.encode('utf-8', 'replace')).hexdigest()}"


def kernelspec_identity(spec: Mapping[str, Any]) -> str:
    """Digest of what a kernelspec says about running a kernel; of no path that it names.

    For Python the executable itself is left out: it is known by what it is.
    """
    argv = [os.path.basename(str(part)) for part in spec.get("argv", [])]
    if is_python(spec):
        argv = argv[1:]
    data = json.dumps([argv, spec.get("language"), spec.get("env")], sort_keys=True, default=str)
    return f"sha256-{sha256(data.encode()).hexdigest()}"


def is_python(spec: Mapping[str, Any]) -> bool:
    """Whether a kernelspec is for Python."""
    return str(spec.get("language", "")).lower() == "python"


def interpreter_of(spec: Mapping[str, Any], stat_cache: StatCache) -> Interpreter | None:
    """The interpreter that a Python kernelspec starts; None when it cannot be asked.

    Another interpreter than ours is asked once, in a process of its own; the answer is kept for as
    long as the executable is the same file.
    """
    argv = spec.get("argv") or [""]
    executable = str(argv[0])
    base = os.path.basename(executable)
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    own = {"python", f"python{sys.version_info[0]}", f"python{version}"}
    # As jupyter_client does: a bare name means the interpreter that starts the kernel.
    if executable in own or executable == sys.executable:
        return _described(describe())
    found = shutil.which(executable) if base == executable else executable
    if found is None:
        return None
    try:
        answer = stat_cache.derived(
            found, f"interpreter {os.path.abspath(found)}", lambda _: _ask(found)
        )
        return _described(json.loads(answer))
    except (OSError, ValueError, KeyError, TypeError, subprocess.SubprocessError):
        return None


def _described(answer: Mapping[str, Any]) -> Interpreter:
    return Interpreter(
        identity=str(answer["identity"]),
        site_folders=tuple(real_folders(answer["site"])),
        stdlib_folders=tuple(real_folders(answer["stdlib"])),
    )


def real_folders(folders: list[str]) -> list[str]:
    """Folders as they are named, and where their links lead, without repetition."""
    return list(
        dict.fromkeys(path for folder in folders for path in (folder, os.path.realpath(folder)))
    )


def _ask(executable: str) -> bytes:
    text = files(f"{__package__}.probe").joinpath("identity.py").read_text("utf-8")
    source = text + "\nimport json\nprint(json.dumps(describe()))"
    return subprocess.run(
        [executable, "-c", source],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_ASK_SECONDS,
        check=True,
    ).stdout
