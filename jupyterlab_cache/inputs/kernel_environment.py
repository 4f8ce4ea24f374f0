"""What a kernel of a given name would be if it were started now."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from .probe.identity import describe
from .stat_cache import FileValues

_NATIVE_KERNEL = "python3"
_KERNEL_NAME = re.compile(r"[a-z0-9._-]+")  # as jupyter_client has it


class Interpreter(msgspec.Struct, frozen=True):
    """A Python interpreter.

    Attributes:
        identity: Implementation, version, ABI and platform; never a path.
        site_folders: Where distributions are installed.
        stdlib_folders: Where the standard library lies.
    """

    identity: str
    site_folders: tuple[str, ...]
    stdlib_folders: tuple[str, ...]


def find_kernelspec(kernel_name: str) -> dict[str, Any] | None:
    """The kernelspec that Jupyter would use for a name; None when there is none.

    Follows jupyter_client's search without importing it, which takes longer than a verdict.
    """
    from jupyter_core.paths import jupyter_path

    name = kernel_name.lower()
    if not _KERNEL_NAME.fullmatch(name):
        return None  # the name of an entry can be a path to anywhere
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


def kernelspec_identity(spec: Mapping[str, Any]) -> str:
    """Digest of what a kernelspec says about running a kernel; of no path that it names.

    For Python the executable itself is left out: it is known by what it is.
    """
    argv = [os.path.basename(str(part)) for part in spec.get("argv", [])]
    if is_python(spec):
        argv = argv[1:]
    data = json.dumps([argv, spec.get("language"), spec.get("env")], sort_keys=True, default=str)
    return f"sha256-{sha256(data.encode()).hexdigest()}"


def variables_for_kernel(kernel_name: str) -> dict[str, str]:
    """Variables that our kernels are given in addition to the launch environment."""
    if not is_python(find_kernelspec(kernel_name) or {}):
        return {}
    # Children that run an old .pyc after an edit of equal size would not notice the edit.
    return {"PYTHONDONTWRITEBYTECODE": "1"}


def is_python(spec: Mapping[str, Any]) -> bool:
    """Whether a kernelspec is for Python."""
    return str(spec.get("language", "")).lower() == "python"


def interpreter_of(spec: Mapping[str, Any], stat_cache: FileValues) -> Interpreter | None:
    """The interpreter that a Python kernelspec starts; None when it cannot be asked.

    Another interpreter than ours is asked once, in a process of its own; the answer is kept for as
    long as the executable is the same file.
    """
    argv = spec.get("argv") or [""]
    executable = str(argv[0])
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    own = {"python", f"python{sys.version_info[0]}", f"python{version}"}
    # As jupyter_client does: a bare name means the interpreter that starts the kernel.
    if executable in own or executable == sys.executable:
        return _own_interpreter()
    from .other_interpreter import ask, find_executable

    found = find_executable(executable)
    if found is None:
        return None
    try:
        answer = stat_cache.derived(
            found, f"interpreter {os.path.abspath(found)}", lambda _: ask(found)
        )
        return _described(json.loads(answer))
    except (OSError, ValueError, KeyError, TypeError):
        return None


@lru_cache(maxsize=1)
def _own_interpreter() -> Interpreter:
    return _described(describe())


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
