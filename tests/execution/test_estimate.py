"""How long an execution will take."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyterlab_cache.execution.estimate import Estimate, estimate_of
from jupyterlab_cache.store.records import CellRecord, Entry

BLOB = f"sha256-{'0' * 64}"


def entry(*cells: tuple[str, float | None], seconds: float = 100.0) -> Entry:
    return Entry(
        code_key=f"ck1-{'0' * 64}",
        kernel_name="python3",
        notebook_path="a.ipynb",
        created=1.0,
        seconds=seconds,
        provenance="executed",
        outcome="ok",
        outputs=BLOB,
        notebook=BLOB,
        outputs_digest="",
        cells=tuple(CellRecord(digest, "", "", seconds=time) for digest, time in cells),
    )


def test_nothing_is_known_without_a_measured_cell() -> None:
    assert estimate_of(["a"], None) is None
    assert estimate_of(["a"], entry()) is None
    assert estimate_of(["a"], entry(("a", None))) is None


def test_cells_take_what_they_took_and_others_the_mean() -> None:
    earlier = entry(("a", 1.0), ("b", 2.0), ("c", 6.0), seconds=9.5)
    assert estimate_of(["c", "new", "a"], earlier) == Estimate(0.5, (6.0, 3.0, 1.0))


def test_equal_cells_are_told_apart_by_their_order() -> None:
    earlier = entry(("a", 1.0), ("a", 5.0), ("b", None), seconds=1.0)
    # What the whole took cannot be less than its cells: such an entry is not believed.
    assert estimate_of(["a", "a", "a", "b"], earlier) == Estimate(0.0, (1.0, 5.0, 3.0, 3.0))
    assert estimate_of([], earlier) == Estimate(0.0, ())


def test_what_is_left_shrinks_with_time_and_cells() -> None:
    estimate = Estimate(2.0, (10.0, 5.0, 1.0))
    assert estimate.seconds == 18.0
    assert estimate.seconds_left_before_cells(0.5) == 17.5
    assert estimate.seconds_left_before_cells(9.0) == 16.0
    assert estimate.seconds_left(0, 4.0) == 12.0
    # One that takes longer than it did may end at any moment.
    assert estimate.seconds_left(0, 40.0) == 6.0
    assert estimate.seconds_left(2, 0.25) == 0.75
    assert estimate.seconds_left(3, 0.0) == 0.0
    assert estimate.seconds_left(99, 0.0) == 0.0


digests = st.sampled_from("abcd")
times = st.none() | st.floats(0, 1e6)


@given(st.lists(st.tuples(digests, times)), st.lists(digests), st.floats(0, 1e7))
def test_estimates_are_of_the_cells_asked_for_and_within_what_was_measured(
    earlier: list[tuple[str, float | None]], asked: list[str], seconds: float
) -> None:
    estimate = estimate_of(asked, entry(*earlier, seconds=seconds))
    measured = [time for _, time in earlier if time is not None]
    if not measured:
        assert estimate is None
        return
    assert estimate is not None
    assert len(estimate.cells) == len(asked)
    low, high = min(measured), max(measured)
    for cell in estimate.cells:
        assert low == pytest.approx(min(low, cell))
        assert high == pytest.approx(max(high, cell))
    left = [estimate.seconds_left(done, 0.0) for done in range(len(asked) + 1)]
    # Sums of numbers in floating point depend on how they are added up.
    assert left == pytest.approx(sorted(left, reverse=True))
    assert left[-1] == 0.0


@given(st.lists(st.tuples(digests, st.floats(0, 1e6)), min_size=1))
def test_the_same_cells_are_expected_to_take_the_same(earlier: list[tuple[str, float]]) -> None:
    again = estimate_of([digest for digest, _ in earlier], entry(*earlier))
    assert again is not None
    assert list(again.cells) == [time for _, time in earlier]
