"""The probe's text, as it is sent to a kernel."""

from __future__ import annotations

import ast
from functools import lru_cache
from importlib.resources import files

PARTS = (
    *("identity", "spool", "notes", "files", "stats", "variables"),
    *("commands", "modules", "native_readers", "children", "outputs", "install"),
)
"""Modules of the probe, each after those that it uses."""

_INSTALL = """(lambda space: (
    [exec(compile(text, f"<jupyterlab-cache probe {{name}}>", "exec"), space)
     for name, text in {parts!r}],
    space["install"]({roots!r}, {folder!r}, get_ipython()),
))({{"__name__": "jupyterlab_cache_probe"}})"""

_CHILD = """try:
    (lambda space: (
        [exec(compile(text, f"<jupyterlab-cache probe {{name}}>", "exec"), space)
         for name, text in {parts!r}],
        space["install_in_child"]({roots!r}, {folder!r}),
    ))({{"__name__": "jupyterlab_cache_probe"}})
except Exception:
    pass  # whatever Python this is, it shall run as if we were not there
"""


def installing_code(project_roots: tuple[str, ...], folder: str) -> str:
    """Python source that puts the probe into the kernel that executes it.

    Args:
        project_roots: Code below these folders is the user's.
        folder: The run's folder, where child processes write what they use.
    """
    return _INSTALL.format(parts=_parts(), roots=project_roots, folder=folder)


def child_module(project_roots: tuple[str, ...], folder: str) -> str:
    """Source of the module ``sitecustomize`` with which Python children begin.

    Args:
        project_roots: Code below these folders is the user's.
        folder: The run's folder.
    """
    return _CHILD.format(parts=_parts(), roots=project_roots, folder=folder)


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
