"""The probe's text, as it is sent to a kernel."""

from __future__ import annotations

import ast
from functools import lru_cache
from importlib.resources import files

PARTS = ("identity", "notes", "files", "stats", "variables", "modules", "install")
"""Modules of the probe, each after those that it uses."""

_INSTALL = """(lambda space: (
    [exec(compile(text, f"<jupyterlab-cache probe {{name}}>", "exec"), space)
     for name, text in {parts!r}],
    space["install"]({root!r}, get_ipython()),
))({{"__name__": "jupyterlab_cache_probe"}})"""


def installing_code(project_root: str) -> str:
    """Python source that puts the probe into the kernel that executes it.

    Args:
        project_root: Code below this folder is the user's.
    """
    return _INSTALL.format(parts=_parts(), root=project_root)


@lru_cache(maxsize=1)
def _parts() -> list[tuple[str, str]]:
    parts = []
    for name in PARTS:
        text = files(f"{__package__}.probe").joinpath(f"{name}.py").read_text("utf-8")
        parts.append((name, _without_own_imports(text)))
    return parts


def _without_own_imports(text: str) -> str:
    """A module's text without what it imports from this package: all parts share a namespace."""
    lines = text.splitlines()
    for node in ast.parse(text).body:
        if isinstance(node, ast.ImportFrom) and node.level:
            for number in range(node.lineno - 1, node.end_lineno or node.lineno):
                lines[number] = ""
    return "\n".join(lines)
