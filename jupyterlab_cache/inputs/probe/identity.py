"""What an interpreter is; also run by itself in the interpreter in question."""

from __future__ import annotations

import site
import sys
import sysconfig
from typing import Any


def describe() -> dict[str, Any]:
    """Implementation, version, ABI and platform without a path; and where its code lies."""
    paths = sysconfig.get_paths()
    folders = [paths["purelib"], paths["platlib"]]
    if getattr(site, "ENABLE_USER_SITE", False):
        folders.append(site.getusersitepackages())
    folders += getattr(site, "getsitepackages", list)()
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[3] != "final":
        version += sys.version_info[3] + str(sys.version_info[4])
    return {
        "identity": " ".join(
            [
                sys.implementation.name,
                version,
                str(sysconfig.get_config_var("SOABI") or sys.implementation.cache_tag),
                sysconfig.get_platform(),
            ]
        ),
        "site": list(dict.fromkeys(folders)),
        "stdlib": list(dict.fromkeys([paths["stdlib"], paths["platstdlib"]])),
    }
