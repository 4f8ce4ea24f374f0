"""From the cells of a document to its digests, whatever form the cells have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .code_key import cell_digest, execution_flags, is_blank, normalise_source
from .digests import CellDigests, DocumentDigests, ExpressionDigests
from .expressions import OPENING, expression_digest, inline_expressions
from .outputs_digest import NO_OUTPUTS, cell_outputs_digest
from .user_expressions import shown_results


class Digesting:
    """Takes the cells of one document in order."""

    def __init__(self) -> None:
        self._cells: list[CellDigests] = []
        self._expressions: list[ExpressionDigests] = []

    def add(
        self,
        kind: object,
        source: str | Sequence[str],
        metadata: object,
        outputs: Sequence[Mapping[str, Any]] | None,
    ) -> None:
        """Take the next cell.

        Args:
            kind: Its type; what is neither code nor Markdown executes nothing.
            source: As it stands.
            metadata: As they stand, whatever they are.
            outputs: Those of a code cell.
        """
        if kind == "code":
            text = normalise_source(source)
            if is_blank(text):
                return
            tags = metadata.get("tags") if isinstance(metadata, Mapping) else None
            digest = cell_digest(text, execution_flags(tags))
            shown = cell_outputs_digest(outputs) if outputs else NO_OUTPUTS
            self._cells.append(CellDigests(digest, shown, shown != NO_OUTPUTS))
        elif kind == "markdown":
            text = source if isinstance(source, str) else "".join(source)
            if OPENING not in text:
                return  # as nearly all
            expressions = inline_expressions(normalise_source(text))
            results = shown_results(metadata, expressions)
            for expression, result in zip(expressions, results, strict=True):
                shown = cell_outputs_digest(result)
                digest = expression_digest(expression)
                self._expressions.append(
                    ExpressionDigests(digest, shown, shown != NO_OUTPUTS, len(self._cells))
                )

    def document(self, kernel_name: str | None) -> DocumentDigests:
        """The digests of the whole.

        Args:
            kernel_name: Name of the kernelspec; None when the document names none.
        """
        return DocumentDigests(kernel_name, tuple(self._cells), tuple(self._expressions))
