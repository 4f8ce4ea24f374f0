"""Order along edges: what comes first, where edges may run in circles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


def components(
    nodes: Iterable[T],
    upstream: Callable[[T], Iterable[T]],
    known: Mapping[T, object] | None = None,
) -> list[list[T]]:
    """The nodes and all that is upstream of them, upstream first, circles kept together.

    Tarjan's algorithm, without recursion. Where edges leave the order open, it is that of
    ``nodes``.

    Args:
        nodes: Where to start.
        upstream: What a node depends on.
        known: Nodes of earlier answers; they, and so all that is upstream of them, are left out.
    """
    done: set[T] = set()
    number: dict[T, int] = {}
    lowest: dict[T, int] = {}
    open_nodes: list[T] = []
    found: list[list[T]] = []
    left_out = known or {}

    def enter(node: T) -> tuple[T, Iterator[T]]:
        number[node] = lowest[node] = len(number)
        open_nodes.append(node)
        return node, iter(upstream(node))

    for start in nodes:
        if start in number or start in left_out:
            continue
        path = [enter(start)]
        while path:
            node, rest = path[-1]
            following = next((item for item in rest if item not in left_out), None)
            if following is not None:
                if following not in number:
                    path.append(enter(following))
                elif following not in done:
                    lowest[node] = min(lowest[node], number[following])
                continue
            path.pop()
            if path:
                above = path[-1][0]
                lowest[above] = min(lowest[above], lowest[node])
            if lowest[node] == number[node]:
                circle = open_nodes[open_nodes.index(node) :]
                del open_nodes[-len(circle) :]
                done.update(circle)
                found.append(circle)
    return found


def waits(
    nodes: Sequence[T], upstream: Mapping[T, Iterable[T]]
) -> dict[T, tuple[list[T], list[T]]]:
    """For each node, in an order that can be followed one by one, what has to end before it.

    Edges inside a circle cannot all be followed: there each node waits for the one before it in the
    order of ``nodes`` instead.

    Returns:
        For each node what is upstream of it, and what it waits for besides.

    Args:
        nodes: All of them; among equals, their order stays.
        upstream: What each depends on; others than ``nodes`` are left out.
    """
    position = {node: place for place, node in enumerate(nodes)}

    def known_upstream(node: T) -> list[T]:
        inside = {item for item in upstream.get(node, ()) if item in position}
        return sorted(inside, key=position.__getitem__)

    found: dict[T, tuple[list[T], list[T]]] = {}
    for circle in components(nodes, known_upstream):
        circle.sort(key=position.__getitem__)
        before: list[T] = []
        for node in circle:
            outside = [item for item in known_upstream(node) if item not in circle]
            found[node] = outside, before
            before = [node]
    return found
