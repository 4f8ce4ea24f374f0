"""The order along edges, on graphs of every shape."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jupyterlab_cache.inputs.upstream_order import components, waits

graphs = st.integers(0, 12).flatmap(
    lambda size: st.lists(st.sets(st.integers(0, max(0, size - 1))), min_size=size, max_size=size)
)


def reachable(graph: list[set[int]], start: int) -> set[int]:
    found: set[int] = set()
    rest = list(graph[start])
    while rest:
        node = rest.pop()
        if node not in found:
            found.add(node)
            rest += graph[node]
    return found


@given(graphs)
def test_the_order_follows_all_edges_but_those_inside_circles(graph: list[set[int]]) -> None:
    nodes = range(len(graph))
    order = waits(list(nodes), dict(enumerate(graph)))
    place = {node: number for number, node in enumerate(order)}
    assert sorted(order) == list(nodes)
    for node, (upstream, others) in order.items():
        circle = {item for item in reachable(graph, node) if node in reachable(graph, item)}
        assert set(upstream) == graph[node] - circle - {node}
        assert all(place[item] < place[node] for item in (*upstream, *others))
        # In a circle one after the other, by their given order.
        smaller = [item for item in circle if item < node]
        assert others == ([max(smaller)] if smaller else [])


@given(graphs, st.data())
def test_what_is_known_already_is_left_out_and_changes_nothing(
    graph: list[set[int]], data: st.DataObject
) -> None:
    nodes = list(range(len(graph)))
    starts = data.draw(st.permutations(nodes))
    known: dict[int, int] = {}
    for start in starts:
        for circle in components([start], graph.__getitem__, known):
            assert not known.keys() & set(circle)
            known |= dict.fromkeys(circle, len(known))
    whole = {frozenset(circle) for circle in components(nodes, graph.__getitem__)}
    groups: dict[int, set[int]] = {}
    for node, number in known.items():
        groups.setdefault(number, set()).add(node)
    assert {frozenset(group) for group in groups.values()} == whole


@given(st.permutations(range(10)))
def test_without_edges_the_given_order_stays(order: list[int]) -> None:
    assert list(waits(order, {})) == order
