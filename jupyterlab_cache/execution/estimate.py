"""How long an execution will take, told from an earlier one."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence

import msgspec

from ..store.records import Entry


class Estimate(msgspec.Struct, frozen=True):
    """How long an execution is expected to take.

    Attributes:
        starting: Seconds until the first cell begins, and after the last one.
        cells: Seconds of each code cell that is not blank.
    """

    starting: float
    cells: tuple[float, ...]

    @property
    def seconds(self) -> float:
        """Expected seconds of the whole execution."""
        return self.starting + sum(self.cells)

    def seconds_left(self, cells_done: int, elapsed: float) -> float:
        """Expected seconds until the last cell ends.

        A cell that takes longer than expected is taken to end at any moment.

        Args:
            cells_done: Number of cells that have ended.
            elapsed: Seconds since the last of them ended, or the first cell began.
        """
        running, *later = self.cells[cells_done:] or (0.0,)
        return max(0.0, running - elapsed) + sum(later)

    def seconds_left_before_cells(self, elapsed: float) -> float:
        """Expected seconds until the last cell ends, while the kernel still starts.

        Args:
            elapsed: Seconds since the execution began.
        """
        return max(0.0, self.starting - elapsed) + sum(self.cells)


def estimate_of(digests: Sequence[str], earlier: Entry | None) -> Estimate | None:
    """Tell from an earlier execution of a notebook how long the next one will take.

    A cell is expected to take as long as the one with the same digest did: where several have it,
    each as the one at its place among them. Others count with the mean of all that were measured.

    Args:
        digests: Of the code cells that are not blank, in order.
        earlier: The newest entry of the notebook.

    Returns:
        None when no cell was ever measured.
    """
    measured: defaultdict[str, deque[float]] = defaultdict(deque)
    for cell in earlier.cells if earlier else ():
        if cell.seconds is not None:
            measured[cell.digest].append(cell.seconds)
    times = [seconds for of_digest in measured.values() for seconds in of_digest]
    if earlier is None or not times:
        return None
    mean = sum(times) / len(times)
    cells = tuple(measured[digest].popleft() if measured[digest] else mean for digest in digests)
    return Estimate(max(0.0, earlier.seconds - sum(times)), cells)
