"""What is known of a document without looking at it again: the digests of its cells."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from .code_key import code_key
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


class DocumentDigests(msgspec.Struct, frozen=True):
    """Digests of a document.

    Attributes:
        kernel_name: Name of the kernelspec; None when the document names none.
        cells: Its code cells that are not blank, in order.
    """

    kernel_name: str | None
    cells: tuple[CellDigests, ...]

    def code_key(self, default_kernel: str) -> str:
        """The document's code key.

        Args:
            default_kernel: Name of the kernel of a document that names none.
        """
        return _code_key(self, default_kernel)

    def outputs_digest(self) -> str:
        """Digest of everything the document shows."""
        return _outputs_digest(self)

    @property
    def has_outputs(self) -> bool:
        """Whether any cell shows anything."""
        return any(cell.has_outputs for cell in self.cells)


# The same documents are asked about again and again.
@lru_cache(maxsize=8192)
def _code_key(document: DocumentDigests, default_kernel: str) -> str:
    digests = [cell.digest for cell in document.cells]
    return code_key(document.kernel_name or default_kernel, digests)


@lru_cache(maxsize=8192)
def _outputs_digest(document: DocumentDigests) -> str:
    return document_outputs_digest([cell.outputs_digest for cell in document.cells])
