"""From which cell on a notebook is stale, and which cells its reasons name."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from scenarios import Project

from jupyterlab_cache.inputs.stale_cells import first_difference

READ = "print(open('data' + '.csv').read())"


def where(project: Project) -> tuple[int | None, list[int | None]]:
    status = project.status()
    return status.stale_from, [reason.cell for reason in status.reasons]


def test_a_changed_file_names_the_cell_that_reads_it(project: Project) -> None:
    project.write("data.csv", "1")
    project.notebook("a = 1", READ, "b = 2", READ)
    project.run()
    assert where(project) == (None, [])
    project.write("data.csv", "22")
    assert where(project) == (1, [1])
    (reason,) = project.status().reasons
    assert reason.path == "data.csv"


def test_changed_code_counts_from_the_first_cell_that_is_not_as_it_was(project: Project) -> None:
    project.notebook("a = 1", "b = 2", "c = 3", "d = 4")
    project.run()
    project.notebook("a = 1", "b = 2", "c = 33", "d = 4")
    assert where(project) == (2, [2])
    # Moved to the end: the cells that follow its former place are stale as well.
    project.notebook("a = 1", "c = 3", "d = 4", "b = 2")
    assert where(project) == (1, [3])
    project.notebook("a = 1", "c = 3", "d = 4")
    assert where(project) == (1, [None])
    project.notebook("a = 1", "b = 2", "c = 3")
    assert where(project) == (None, [None])
    project.notebook("a = 1", "b = 2", "c = 3", "d = 4", "e = 5")
    assert where(project) == (4, [4])


def test_an_input_before_the_changed_cell_counts_first(project: Project) -> None:
    project.write("data.csv", "1")
    project.notebook("a = 1", READ, "b = 2")
    project.run()
    project.write("data.csv", "22")
    project.notebook("a = 1", READ, "b = 3")
    assert where(project) == (1, [2, 1])
    # Where the code before it changed as well, ordinals are the document's.
    project.notebook("new = 0", "a = 1", READ, "b = 2")
    assert where(project) == (0, [0, 2])
    project.notebook("new = 0", READ, READ)
    assert project.status().stale_from == 0
    (of_file,) = [item for item in project.status().reasons if item.code == "file-changed"]
    assert of_file.cell == 1


def test_what_no_cell_is_known_for_makes_all_stale(project: Project) -> None:
    path = project.notebook("a = 1", "b = 2")
    assert where(project) == (None, [])
    project.run()
    project.cache.invalidate(path)
    assert where(project) == (0, [None])


@given(st.lists(st.sampled_from("abc")), st.lists(st.sampled_from("abc")))
def test_the_first_difference_is_where_the_common_beginning_ends(
    before: list[str], now: list[str]
) -> None:
    found = first_difference(before, now)
    common = len(now) if found is None else found
    assert now[:common] == before[:common]
    if found is not None:
        assert before[: found + 1] != now[: found + 1]
