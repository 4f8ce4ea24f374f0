"""The outputs of an execution while it goes on, for those who look on from other threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any

import msgspec

from ..notebooks.code_key import well_formed
from ..store.long_text import LongText
from .live_excerpt import MOST_BYTES as MOST_OF_CELL
from .live_excerpt import excerpt_of, size_of

MOST_CELLS = 100
"""So many cells are told of, the latest ones."""

MOST_BYTES = 2**20
"""Of all cells together; each has a limit of its own, see :mod:`.live_excerpt`."""

_MOST_PARTS = 2000
_LONGEST_LINE = 200


class LiveCell(msgspec.Struct, frozen=True):
    """What one cell has put out so far.

    Attributes:
        cell: Its ordinal among the code cells that are not blank.
        line: Its first line that is not blank.
        outputs: The latest of its outputs, as JSON.
        left_out: About how many bytes of outputs there are besides.
    """

    cell: int
    line: str
    outputs: msgspec.Raw
    left_out: int


class LiveView(msgspec.Struct, frozen=True):
    """What came since some revision.

    Attributes:
        revision: Of the whole; to be named by the next question.
        whole: Whether all cells are told of; what was known before is void then.
        first_cell: Ordinal of the first cell that is told of; those before are too many.
        running: Ordinal of the cell that runs now.
        cells: Those whose outputs changed, in order.
    """

    revision: int = 0
    whole: bool = True
    first_cell: int = 0
    running: int | None = None
    cells: tuple[LiveCell, ...] = ()


class _Followed:
    """A cell that has begun."""

    def __init__(self, ordinal: int, node: Any) -> None:
        self.ordinal = ordinal
        self.node = node
        self.revision = 0
        # Raised when outputs that were there became others.
        self.rewrites = 0
        # What has been counted: at which of the rewrites, how many outputs, how many bytes.
        self.counted = (0, 0, 0)


class LiveOutputs:
    """The outputs of an execution so far.

    The thread of the kernel changes them and holds the lock meanwhile; any other thread may ask for
    a view. Revisions are numbers that only grow, also from one execution to the next, so whoever
    knows an earlier one gets the whole.

    Args:
        cells: The executed cells by their place in the notebook, in their order. Their outputs are
            read, never changed.

    Attributes:
        lock: To be held by whoever changes outputs.
    """

    def __init__(self, cells: Mapping[int, Any]) -> None:
        self.lock = threading.Lock()
        self._looking = threading.Lock()
        self._cells = {
            place: _Followed(ordinal, node) for ordinal, (place, node) in enumerate(cells.items())
        }
        self._begun: list[_Followed] = []
        self._running: int | None = None
        # Microseconds: no execution has changes as often.
        self._beginning = self._revision = time.time_ns() // 1000

    # In the thread of the kernel

    def begin(self, place: int) -> None:
        """Note that a cell runs now; one that is none of the notebook's own does not count."""
        with self.lock:
            cell = self._cells.get(place)
            if cell is not None:
                self._begun.append(cell)
                self._running = cell.ordinal
                self.change(place)

    def end(self) -> None:
        """Note that no cell runs any more."""
        with self.lock:
            self._running = None
            self._revision += 1

    def change(self, place: int, *, rewritten: bool = False) -> None:
        """Note that the outputs of a cell changed; to be called with the lock held.

        Args:
            place: The cell's place in the notebook.
            rewritten: Whether outputs that were there became others, or went.
        """
        cell = self._cells.get(place)
        if cell is not None:
            self._revision += 1
            cell.revision = self._revision
            cell.rewrites += rewritten

    # In any thread

    def view(self, since: int = 0) -> LiveView:
        """What changed since a revision, bounded in size whatever the cells put out.

        Args:
            since: A revision of an earlier view; 0 for everything.
        """
        with self._looking:
            with self.lock:
                revision, running = self._revision, self._running
                told = self._begun[-MOST_CELLS:]
                whole = not self._beginning <= since <= revision
                taken = [_Taken(cell) for cell in told if whole or cell.revision > since]
            return LiveView(
                revision=revision,
                whole=whole,
                first_cell=told[0].ordinal if told else 0,
                running=running,
                cells=_views_of(taken),
            )


class _Taken:
    """What a cell has put out at one moment; made with the lock held, read without."""

    def __init__(self, cell: _Followed) -> None:
        outputs = cell.node["outputs"]
        self.cell = cell
        self.rewrites, self.count = cell.rewrites, len(outputs)
        is_same = cell.counted[0] == cell.rewrites
        self.bytes_before = cell.counted[2] if is_same else 0
        self.new = outputs[cell.counted[1] if is_same else 0 :]
        self.latest = _latest(outputs)

    def total(self) -> int:
        """About how many bytes there are; only what is new is counted."""
        sizes = list(map(size_of, self.new))
        total = self.bytes_before + sum(sizes)
        # What is printed last may go on growing, and is counted anew.
        grows = bool(self.new) and self.new[-1]["output_type"] == "stream"
        settled = total - sizes[-1] if grows else total
        self.cell.counted = (self.rewrites, self.count - grows, settled)
        return total


def _latest(outputs: list[Any]) -> list[dict[str, Any]]:
    """The latest outputs as they are now: texts that are added to are cut to what can be told."""
    latest: list[dict[str, Any]] = []
    printed = 0
    for output in reversed(outputs[-_MOST_PARTS:]):
        if printed >= MOST_OF_CELL:
            break
        taken = dict(output)
        if isinstance(text := taken.get("text"), LongText):
            taken["text"] = text.end(MOST_OF_CELL)
        if isinstance(data := taken.get("data"), dict):
            taken["data"] = {
                mime: form for mime, form in data.items() if not isinstance(form, LongText)
            }
        printed += len(taken.get("text") or "")
        latest.append(taken)
    latest.reverse()
    return latest


def _views_of(taken: list[_Taken]) -> tuple[LiveCell, ...]:
    views: list[LiveCell] = []
    room = MOST_BYTES
    # The latest cells first, lest others take their room.
    for item in reversed(taken):
        excerpt = excerpt_of(item.latest, room)
        room -= len(excerpt.outputs)
        left_out = max(0, item.total() - excerpt.size)
        line = _first_line(item.cell.node["source"])
        views.append(LiveCell(item.cell.ordinal, line, msgspec.Raw(excerpt.outputs), left_out))
    return tuple(reversed(views))


def _first_line(source: str) -> str:
    line = source.lstrip()[:_LONGEST_LINE].split("\n", 1)[0]
    return well_formed(line.rstrip())
