"""The comparison of two executions: what is harmless, what is not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyterlab_cache.execution.repeatability import compare_cells
from jupyterlab_cache.store.checks import CellCheck


def printed(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def shown(mime: str, value: Any, count: int = 1) -> dict[str, Any]:
    return {
        "output_type": "execute_result",
        "data": {mime: value},
        "metadata": {},
        "execution_count": count,
    }


def compared(one: Any, other: Any, *patterns: str) -> CellCheck:
    (cell,) = compare_cells([[one]], [[other]], patterns)
    return cell


_ONE = "6f1f9a3c-6ad5-4ad4-9c5d-0a0d8b8a1d11"
_OTHER = "0b5c2f7e-1c1e-4e0b-8f43-5d3b1f2a9c77"

HARMLESS = {
    "kernel-path": (
        printed("/tmp/ipykernel_123/99.py:1: UserWarning: old\n", "stderr"),
        printed("/tmp/ipykernel_45678/99.py:1: UserWarning: old\n", "stderr"),
    ),
    "memory-address": (
        shown(
            "text/plain", "[<object at 0x7f3a5c0d1e20>, <function f.<lambda> at 0x7f3a5c0d1e21>]"
        ),
        shown(
            "text/plain", "[<object at 0x7f11aa0d1e20>, <function f.<lambda> at 0x7f11aa0d1e21>]"
        ),
    ),
    "timing": (
        printed(
            "CPU times: user 3 µs, sys: 1e+03 ns, total: 4 µs\nWall time: 6.2 µs\n"
            "1.23 µs ± 45.6 ns per loop (mean ± std. dev. of 7 runs, 1,000,000 loops each)\n"
            "1min 2s ± 1.5 s per loop (mean ± std. dev. of 7 runs, 1 loop each)\n42\n"
        ),
        printed(
            "CPU times: user 1 ms, sys: 0 ns, total: 1 ms\nWall time: 1.1 ms\n"
            "999 ns ± 5 ns per loop (mean ± std. dev. of 7 runs, 100,000 loops each)\n"
            "59.9 s ± 101 ms per loop (mean ± std. dev. of 7 runs, 1 loop each)\n42\n"
        ),
    ),
    "progress": (
        printed("100%|██████████| 3/3 [00:00<00:00, 1234.5it/s]\n", "stderr"),
        printed("100%|██████████| 3/3 [01:00<00:00,  2.25s/it]\n", "stderr"),
    ),
    "element-id": (
        shown("text/html", f'<div id="{_ONE}"></div><script>draw("{_ONE}")</script>'),
        shown("text/html", f'<div id="{_OTHER}"></div><script>draw("{_OTHER}")</script>'),
    ),
}

ELEMENTS = [
    (
        "text/html",
        '<style>#T_a1b2c_row0 {}</style><table id="T_a1b2c"><td id="T_a1b2c_row0">1</td>',
    ),
    ("image/svg+xml", '<svg><dc:date>2020</dc:date><use xlink:href="#m0123456789"/></svg>'),
    ("application/vnd.jupyter.widget-view+json", {"model_id": "0123456789abcdef" * 2}),
    ("application/javascript", f'show("{_ONE}")'),
]


def _drawn_again(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _drawn_again(item) for key, item in value.items()}
    for before, after in (
        ("a1b2c", "ffff0"),
        ("2020", "2021"),
        ("0123456789abcdef", "fedcba9876543210"),
        ("m0123456789", "mabcdef0123"),
        (_ONE, _OTHER),
    ):
        value = value.replace(before, after)
    return value


@pytest.mark.parametrize("rule", HARMLESS)
def test_rules_know_what_is_harmless(rule: str) -> None:
    one, other = HARMLESS[rule]
    assert compared(one, other) == CellCheck(0, "harmless", rules=(rule,))


@pytest.mark.parametrize(("mime", "value"), ELEMENTS)
def test_identifiers_drawn_by_lot_are_harmless(mime: str, value: Any) -> None:
    again = _drawn_again(value)
    assert again != value
    cell = compared(shown(mime, value), shown(mime, again))
    assert cell == CellCheck(0, "harmless", rules=("element-id",))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (printed("0.123\n"), printed("0.456\n")),
        (printed("loss 0x7f3a5c0d1e20\n"), printed("loss 0x7f11aa0d1e20\n")),
        (printed("it took 3 s\n"), printed("it took 4 s\n")),
        (printed("Wall time of A: 3\n"), printed("Wall time of A: 4\n")),
        (printed("50%|███| 1/2 [00:00<00:00]\n"), printed("50%|███| 2/2 [00:00<00:00]\n")),
        (printed("a", "stdout"), printed("a", "stderr")),
        # A table whose cells are identifiers shows them to people.
        (
            shown("text/html", f"<td>{_ONE}</td>"),
            shown("text/html", f"<td>{_OTHER}</td>"),
        ),
        # Where one element refers to another one, it is another picture.
        (
            shown("text/html", f'<a id="{_ONE}"></a><a href="#{_ONE}"></a>'),
            shown("text/html", f'<a id="{_ONE}"></a><a href="#{_OTHER}"></a>'),
        ),
        (shown("text/plain", _ONE), shown("text/plain", _OTHER)),
        (shown("application/json", {"id": _ONE}), shown("application/json", {"id": _OTHER})),
        (shown("image/png", "aGE="), shown("image/png", "aGU=")),
        (shown("text/plain", "1"), shown("text/latex", "1")),
    ],
)
def test_what_means_something_is_told(one: Any, other: Any) -> None:
    cell = compared(one, other)
    assert cell.outcome == "different"
    assert {line[0] for line in cell.changes} == {"-", "+"}


def test_only_real_differences_are_shown() -> None:
    one = printed("<object at 0x7f3a5c0d1e20>\nequal\nloss 1\n")
    other = printed("<object at 0x7f11aa0d1e20>\nequal\nloss 2\n")
    assert compared(one, other).changes == ("-loss 1", "+loss 2")


def test_images_are_told_by_their_kind() -> None:
    changes = compared(shown("image/png", "aGE="), shown("image/png", "aGU=")).changes
    assert [line.rsplit(" ", 1)[0] for line in changes] == ["-image/png", "+image/png"]


def test_execution_counts_do_not_count() -> None:
    assert compared(shown("text/plain", "1", 3), shown("text/plain", "1", 4)).outcome == "same"


def test_the_order_of_what_is_printed_and_displayed_is_chance() -> None:
    outputs = [printed("a"), shown("text/plain", "1"), printed("b", "stderr")]
    (cell,) = compare_cells([outputs], [outputs[::-1]])
    assert cell == CellCheck(0, "harmless", rules=("stream-order",))
    displays = [shown("text/plain", "1"), shown("text/plain", "2")]
    (cell,) = compare_cells([displays], [displays[::-1]])
    assert cell.outcome == "different"


def test_declared_patterns_are_harmless() -> None:
    one, other = printed("run 17 took 3 s: 5\n"), printed("run 18 took 4 s: 5\n")
    assert compared(one, other).outcome == "different"
    cell = compared(one, other, r"run \d+", r"took \d+ s", "never")
    assert cell.rules == (r"declared: run \d+", r"declared: took \d+ s")
    assert cell.outcome == "harmless"
    changed = compared(one, printed("run 18 took 4 s: 6\n"), r"run \d+", r"took \d+ s")
    assert changed.outcome == "different"


def test_each_cell_has_a_result() -> None:
    cells = compare_cells(
        [[printed("1")], [], [printed("at 0x123456789a")]],
        [[printed("2")], [], [printed("at 0xa123456789")]],
    )
    assert [(cell.cell, cell.outcome) for cell in cells] == [
        (0, "different"),
        (1, "same"),
        (2, "harmless"),
    ]


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(
    [text for pair in HARMLESS.values() for output in pair for text in [output.get("text", "")]]
)
OUTPUTS = st.lists(
    st.builds(printed, TEXTS, st.sampled_from(["stdout", "stderr"]))
    | st.builds(shown, st.sampled_from(["text/plain", "text/html", "image/svg+xml"]), TEXTS),
    max_size=4,
)


@given(OUTPUTS)
def test_what_is_equal_is_the_same(outputs: list[Any]) -> None:
    assert compare_cells([outputs], [outputs]) == [CellCheck(0, "same")]


@given(OUTPUTS, OUTPUTS)
def test_the_comparison_is_symmetric(one: list[Any], other: list[Any]) -> None:
    (forth,), (back,) = compare_cells([one], [other]), compare_cells([other], [one])
    assert (forth.outcome, forth.rules) == (back.outcome, back.rules)


@given(OUTPUTS, st.text("abc123 \n", min_size=1, max_size=20))
def test_another_line_is_never_harmless(outputs: list[Any], line: str) -> None:
    more = [*outputs, shown("text/plain", f"result = {line}")]
    (cell,) = compare_cells([outputs], [more])
    assert cell.outcome == "different"
