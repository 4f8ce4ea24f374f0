"""What a check of repeatability found, as it is kept beside an entry."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from .records import Failure, Timestamp

CheckOutcome = Literal["repeatable", "different", "failed"]
"""``failed``: an execution did not get to its end, so there is less to compare."""

CellOutcome = Literal["same", "harmless", "different", "not-executed"]
"""What two executions of a cell gave; ``harmless`` differences are those that rules know."""

MOST_CELLS = 1000
"""Of so many cells a check tells more than their number."""


class CellCheck(msgspec.Struct, frozen=True, omit_defaults=True):
    """One cell of two executions.

    Attributes:
        cell: Ordinal of the code cell.
        outcome: How its outputs compare.
        rules: The rules that know the harmless differences, by name.
        changes: Lines of the first execution (``-``) and of the second (``+``) that differ.
    """

    cell: Annotated[int, msgspec.Meta(ge=0)]
    outcome: CellOutcome
    rules: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()


class Check(msgspec.Struct, frozen=True, omit_defaults=True):
    """A notebook that was executed twice, kept with the entry of the second execution.

    Attributes:
        time: When it was checked, seconds since the epoch.
        other: The entry of the first execution.
        outcome: Whether both gave the same.
        cells: Those cells that are not the same, at most ``MOST_CELLS``.
        failure: Why an execution did not get to its end.
    """

    time: Timestamp
    other: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{32}\Z")]
    outcome: CheckOutcome
    cells: tuple[CellCheck, ...] = ()
    failure: Failure | None = None
