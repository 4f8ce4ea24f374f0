"""The inline expressions of one execution, asked of the kernel between cells.

They are sent as the protocol's ``user_expressions``, as jupyterlab-myst sends them, so any kernel
that knows these can be asked, and an error is a result like any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import msgspec

from ..notebooks.user_expressions import output_of
from ..store.records import ExpressionRecord
from ..store.store import Store, StoredEntry

Output = Mapping[str, Any]

_NO_ANSWER = {
    "status": "error",
    "ename": "NoResult",
    "evalue": "The kernel gave no result for this expression.",
    "traceback": [],
}


class Expressions:
    """The expressions of a document, and what has come of them so far.

    Args:
        expressions: What is executed, each with how many code cells stand before it, in order.

    Attributes:
        results: For each its result as an output; none as long as it was not executed.
    """

    def __init__(self, expressions: Sequence[tuple[str, int]]) -> None:
        self.results: list[list[dict[str, Any]]] = [[] for _ in expressions]
        self._by_place = {
            after: {str(number): expression for number, (expression, _) in group}
            for after, group in groupby(enumerate(expressions), lambda item: item[1][1])
        }

    def before(self, ordinal: int) -> Mapping[str, str]:
        """What to ask the kernel right before a code cell, or behind the last one."""
        return self._by_place.get(ordinal, {})

    def take(self, asked: Mapping[str, str], reply: Mapping[str, Any]) -> None:
        """Keep what the kernel answered.

        Args:
            asked: What it was asked.
            reply: The content of its reply.
        """
        answers = reply.get("user_expressions")
        for name in asked:
            answer = answers.get(name) if isinstance(answers, Mapping) else None
            self.results[int(name)] = output_of(answer) or output_of(_NO_ANSWER)


class ExpressionResult(msgspec.Struct, frozen=True):
    """What came of one inline expression.

    Attributes:
        record: The expression and its place.
        output: An nbformat output, ``display_data`` or ``error``; None when it was not executed.
    """

    record: ExpressionRecord
    output: dict[str, Any] | None


def expression_results(store: Store, stored: StoredEntry) -> list[ExpressionResult]:
    """The inline expressions of an entry with their results, in order; empty for most entries.

    What an entry that is not trusted brings along must never run; see ``docs/trust.md``.

    Args:
        store: The entry's store.
        stored: The entry.

    Raises:
        BlobMissing: The results are gone.
        BlobDamaged: They are not what was stored.
    """
    records = stored.entry.expressions
    if not records:
        return []
    results = store.outputs_of(stored, expressions=True)[len(stored.entry.cells) :]
    return [
        ExpressionResult(record, outputs[0] if outputs else None)
        for record, outputs in zip(records, results, strict=True)
    ]
