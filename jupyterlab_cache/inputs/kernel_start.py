"""Whether a kernel that was started some time ago is what one started now would be."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from .installed import versions_now
from .kernel_environment import find_kernelspec, interpreter_of, is_python
from .startup import ipython_startup_now, startup_hooks_now
from .stat_cache import StatCache
from .stat_pass import StatPass


def start_state(
    kernel_name: str, folder: Path, environment: Mapping[str, str], stat_cache: StatCache
) -> str | None:
    """A digest of all that a Python kernel starts with.

    While it stays the same, a kernel that waits is as good as a new one: the kernelspec, the
    interpreter, what Python and IPython run at their start, the installed packages, the folder and
    the variables. Modules of the user's own that the start-up loads are looked at by themselves,
    when the run is recorded.

    Args:
        kernel_name: Name of the kernelspec.
        folder: Where the kernel works.
        environment: All its variables.
        stat_cache: For digests.

    Returns:
        The digest; None for a kernel of another language, which cannot tell what it read at its
        start, and where the system does not tell just now.
    """
    spec = find_kernelspec(kernel_name)
    if spec is None or not is_python(spec):
        return None
    files = StatPass(stat_cache)
    interpreter = interpreter_of(spec, files)
    if interpreter is None:
        return None
    sites = interpreter.site_folders
    try:
        place = os.stat(folder)
        found = [
            spec,
            interpreter.identity,
            sites,
            startup_hooks_now(sites, files),
            ipython_startup_now(spec, environment, sites, files),
            sorted(versions_now(sites, files).items()),
            [os.fspath(folder), place.st_dev, place.st_ino],
            sorted(environment.items()),
        ]
    except OSError:
        return None
    return sha256(json.dumps(found, sort_keys=True).encode("utf-8", "replace")).hexdigest()
