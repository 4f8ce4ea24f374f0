"""What is told of each notebook of a batch while it is executed."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from .estimate import Estimate
from .freshening import Wish


class NotebookProgress(msgspec.Struct, frozen=True):
    """Where the execution of a notebook stands.

    Attributes:
        path: The notebook, as its result will name it.
        cells_done: Cells executed so far.
        cells_total: Cells to execute.
        estimate: How long it is expected to take, when that is known.
    """

    path: str
    cells_done: int
    cells_total: int
    estimate: Estimate | None


Teller = Callable[[NotebookProgress], None]
"""Called when the first cell of a notebook begins, and after each cell."""


def watched(wish: Wish, path: str, tell: Teller) -> Wish:
    """The same wish for one notebook, with somebody told of its progress.

    Args:
        wish: How it is to be brought up to date.
        path: The notebook.
        tell: Who is told.
    """
    known: Estimate | None = None

    def on_estimate(estimate: Estimate) -> None:
        nonlocal known
        known = estimate
        wish.on_estimate(estimate)

    def on_progress(done: int, total: int) -> None:
        wish.on_progress(done, total)
        tell(NotebookProgress(path, done, total, known))

    return msgspec.structs.replace(wish, on_estimate=on_estimate, on_progress=on_progress)
