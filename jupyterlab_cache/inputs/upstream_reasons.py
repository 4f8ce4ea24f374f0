"""Why a notebook is stale whose own inputs are as they were."""

from __future__ import annotations

from collections.abc import Sequence

from .reasons import Reason
from .sentence import say


def upstream_reason(notebook: str, files: Sequence[str], *, failed: bool) -> Reason:
    """The reason for a notebook that has to be executed first.

    Args:
        notebook: The one that has to be, as a person is told of it.
        files: What it writes and the other one reads; at least one.
        failed: Its last execution failed, instead of being stale.
    """
    first, more = files[0], len(files) - 1
    if failed and more:
        sentence = say("%1, which writes %2 and %3 more files, failed.", notebook, first, more)
    elif failed:
        sentence = say("%1, which writes %2, failed.", notebook, first)
    elif more:
        sentence = say("%1, which writes %2 and %3 more files, is stale.", notebook, first, more)
    else:
        sentence = say("%1, which writes %2, is stale.", notebook, first)
    return Reason("upstream-stale", notebook, sentence)
