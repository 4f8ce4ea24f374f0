"""What has to be executed before what."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from ..inputs.upstream import Edge
from ..inputs.upstream_order import waits
from ..look import Look
from ..notebooks.errors import NotebookError


class Step(msgspec.Struct, frozen=True):
    """One notebook of a plan.

    Attributes:
        edges: What is upstream of it in the plan, without circles.
        after: What it waits for besides.
        written: Files of its own that later notebooks of the plan need.
    """

    edges: tuple[Edge, ...] = ()
    after: tuple[Path, ...] = ()
    written: tuple[str, ...] = ()

    @property
    def upstream(self) -> tuple[Path, ...]:
        """The notebooks that are upstream of it."""
        return tuple(dict.fromkeys(edge.upstream for edge in self.edges))

    def lacks_files(self) -> bool:
        """Whether something that it wrote and others need is not there any more."""
        return not all(map(os.path.lexists, self.written))


Plan = dict[Path, Step]
"""Notebooks in an order that can be followed one by one: upstream ones first."""


def plan_for(look: Look, notebooks: Iterable[Path]) -> Plan:
    """The order in which notebooks, and all that is upstream of them, have to be executed.

    Args:
        look: The present.
        notebooks: Absolute paths; where edges leave the order open, it is theirs.
    """
    edges = look.all_upstream(notebooks)
    order = waits(list(edges), {node: [edge.upstream for edge in edges[node]] for node in edges})
    followed = {
        node: tuple(edge for edge in edges[node] if edge.upstream in upstream)
        for node, (upstream, _) in order.items()
    }
    written: dict[Path, dict[str, None]] = {node: {} for node in order}
    for node in order:
        for edge in followed[node]:
            if edge.needed:
                written[edge.upstream][edge.file] = None
    firsts: dict[tuple[Path, str | None], Path] = {}
    plan = {}
    for node, (_, after) in order.items():
        # Text notebooks and the files that they are paired with execute the same: once.
        first = firsts.setdefault((node.parent, look.code_key(node)), node)
        twin = () if first == node else (first,)
        plan[node] = Step(followed[node], (*after, *twin), tuple(written[node]))
    return plan


class Need(msgspec.Struct, frozen=True):
    """A notebook that has to be brought up to date before another one.

    Attributes:
        notebook: Its absolute path.
        again: Whether it has to be executed even if it is fresh.
        after: What is upstream of it.
    """

    notebook: Path
    again: bool
    after: tuple[Path, ...]


BringBack = Callable[[Path, str, tuple[str, ...]], bool]
"""Writes files (absolute paths) that an entry of a notebook holds; whether all are there then."""


def needed_first(look: Look, notebook: Path, bring_back: BringBack) -> list[Need]:
    """What has to be brought up to date before a notebook, in order.

    Args:
        look: The present.
        notebook: Absolute path.
        bring_back: Writes files that are gone, where that can be done without an execution.
    """
    needs = []
    for upstream, step in plan_for(look, [notebook]).items():
        if upstream == notebook:
            break  # behind it there is only what a circle leads back to
        again = is_needed_again(look, upstream, step, bring_back)
        if again or look.is_due(upstream):
            needs.append(Need(upstream, again, step.upstream))
    return needs


def is_needed_again(look: Look, notebook: Path, step: Step, bring_back: BringBack) -> bool:
    """Whether a notebook has to be executed though it is fresh, for a file that is gone.

    Args:
        look: The present.
        notebook: Absolute path.
        step: Its step in the plan.
        bring_back: Writes files that are gone, where that can be done without an execution.
    """
    try:
        if not step.lacks_files():
            return False
        own = look.own_status(notebook)
    except NotebookError:
        return False
    if own.verdict != "fresh" or own.entry is None:
        return False
    return not bring_back(notebook, own.entry, step.written)


def upstream_failed(path: str, file: str, how: str = "not executed well") -> str:
    """What to tell of a notebook that cannot begin.

    Args:
        path: The notebook upstream of it.
        file: What that writes.
        how: What became of it.
    """
    return f"{path}, which writes {file}, was {how}, so this notebook was not executed."
