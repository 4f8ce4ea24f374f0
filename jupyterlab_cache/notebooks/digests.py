"""What is known of a document without looking at it again: the digests of its cells."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from .code_key import code_key, prefix_keys
from .outputs_digest import NO_OUTPUTS, document_outputs_digest


class CellDigests(msgspec.Struct, frozen=True):
    """Digests of one code cell that is not blank.

    Attributes:
        digest: What it executes.
        outputs_digest: What it shows.
        has_outputs: Whether it shows anything.
    """

    digest: str
    outputs_digest: str = NO_OUTPUTS
    has_outputs: bool = False


class ExpressionDigests(CellDigests, frozen=True):
    """Digests of one inline expression of a Markdown cell.

    Attributes:
        after: How many of the document's code cells that are not blank stand before it.
    """

    after: int = 0


class DocumentDigests(msgspec.Struct, frozen=True):
    """Digests of a document.

    Attributes:
        kernel_name: Name of the kernelspec; None when the document names none.
        cells: Its code cells that are not blank, in order.
        expressions: Its inline expressions, in order.
    """

    kernel_name: str | None
    cells: tuple[CellDigests, ...]
    expressions: tuple[ExpressionDigests, ...] = ()

    def code_key(self, default_kernel: str) -> str:
        """The document's code key.

        Args:
            default_kernel: Name of the kernel of a document that names none.
        """
        return _code_key(self, default_kernel)

    def prefix_keys(self, default_kernel: str) -> list[str]:
        """For each code cell the key of the document up to and including it.

        Args:
            default_kernel: Name of the kernel of a document that names none.
        """
        steps, places = _steps(self)
        keys = prefix_keys(self.kernel_name or default_kernel, steps)
        return [keys[place] for place in places]

    def outputs_digest(self) -> str:
        """Digest of everything the document shows."""
        return _outputs_digest(self)

    @property
    def has_outputs(self) -> bool:
        """Whether any cell or expression shows anything."""
        return any(item.has_outputs for item in (*self.cells, *self.expressions))


def _steps(document: DocumentDigests) -> tuple[list[str], list[int]]:
    """Digests of all that is executed, in order; and the places of the code cells among them."""
    steps: list[str] = []
    places: list[int] = []
    waiting = iter(document.expressions)
    expression = next(waiting, None)
    for ordinal, cell in enumerate(document.cells):
        while expression is not None and expression.after <= ordinal:
            steps.append(expression.digest)
            expression = next(waiting, None)
        places.append(len(steps))
        steps.append(cell.digest)
    if expression is not None:
        steps += [expression.digest, *(item.digest for item in waiting)]
    return steps, places


# The same documents are asked about again and again.
@lru_cache(maxsize=8192)
def _code_key(document: DocumentDigests, default_kernel: str) -> str:
    return code_key(document.kernel_name or default_kernel, _steps(document)[0])


@lru_cache(maxsize=8192)
def _outputs_digest(document: DocumentDigests) -> str:
    shown = (*document.cells, *document.expressions)
    return document_outputs_digest([item.outputs_digest for item in shown])
