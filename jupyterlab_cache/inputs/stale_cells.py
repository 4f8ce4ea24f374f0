"""Which cells of a stale notebook the reasons are about, and from which cell on it is stale."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from .reasons import Reason


def first_difference(before: Sequence[str], now: Sequence[str]) -> int | None:
    """Where a document's code begins to differ from what was executed.

    Args:
        before: Cell digests that were executed, in order.
        now: Cell digests of the document, in order.

    Returns:
        Ordinal of the first cell of the document that is not as it was, or does not follow what it
        followed; None where no cell of the document is such a one.
    """
    for ordinal, digest in enumerate(now):
        if ordinal >= len(before) or before[ordinal] != digest:
            return ordinal
    return None


def first_stale(from_inputs: Iterable[Reason], difference: int | None) -> int | None:
    """From which cell on a document is stale: a cell can depend on all that stand before it.

    Args:
        from_inputs: Reasons that name the cell of the entry that first met what changed; what no
            cell is known for can be at the bottom of all.
        difference: What :func:`first_difference` says. Before it ordinals are those of the entry.
    """
    firsts = [reason.cell or 0 for reason in from_inputs]
    if difference is not None:
        firsts.append(difference)
    return min(firsts, default=None)


def located(
    from_inputs: Iterable[Reason], before: Sequence[str], now: Sequence[str]
) -> list[Reason]:
    """The reasons with the ordinals of the document's cells instead of the entry's.

    A cell that the document does not have, or has elsewhere more than once, is not named.
    """
    return [
        msgspec.structs.replace(reason, cell=_now_at(reason.cell, before, now))
        for reason in from_inputs
    ]


def _now_at(cell: int | None, before: Sequence[str], now: Sequence[str]) -> int | None:
    if cell is None or cell >= len(before):
        return None
    digest = before[cell]
    if cell < len(now) and now[cell] == digest:
        return cell
    places = [ordinal for ordinal, other in enumerate(now) if other == digest]
    return places[0] if len(places) == 1 else None
