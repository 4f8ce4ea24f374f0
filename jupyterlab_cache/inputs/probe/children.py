"""Lets child processes note what they use: forked ones at once, other Pythons from their start."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

from .notes import Notes


def follow_children(notes: Notes) -> None:
    """Have the probe go on in forked children, and start in Pythons that this process starts."""
    spool = notes.spool

    def in_child() -> None:
        spool.is_child = True
        notes.busy.clear()  # of the threads only the one that forked is there
        # What the parent noted is the parent's; the same thing counts anew here.
        for records in (notes.files, notes.folders, notes.stats):
            records.clear()
        for names in (notes.variables, notes.environment_files, notes.distributions):
            names.clear()

    if not spool.is_open:  # a kernel on another machine
        notes.add("gap", notes.gaps, "child-processes")
        return
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=in_child)
    # Past os.environ, which the user may look at: only what is started inherits it.
    former = os.environ.get("PYTHONPATH", "")
    os.putenv("PYTHONPATH", os.pathsep.join(filter(None, [spool.folder, former])))


def become_plain(folder: str) -> None:
    """In a started child: take back what brought the probe here, and run what it stood before.

    Args:
        folder: The run's folder, which is on the path to be found as ``sitecustomize``.
    """
    sys.path[:] = [place for place in sys.path if place != folder]
    places = [p for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p != folder]
    if any(places):
        os.environ["PYTHONPATH"] = os.pathsep.join(places)
    else:
        os.environ.pop("PYTHONPATH", None)
    module: Any = sys.modules.pop("sitecustomize", None)
    try:
        importlib.import_module("sitecustomize")
    except ImportError:
        pass
    finally:
        sys.modules.setdefault("sitecustomize", module)


def tell_imports(notes: Notes) -> None:
    """At the end of a started child: which modules it looked for, and which of them in vain."""
    notes.active = False
    for name in sorted({name.partition(".")[0] for name in notes.attempted}):
        if name.isascii() and len(name) < 200:
            notes.spool.write("absent" if name not in sys.modules else "attempted", name)
