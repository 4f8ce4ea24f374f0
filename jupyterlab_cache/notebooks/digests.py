"""What is known of a document without looking at it again: the digests of its cells."""

from __future__ import annotations

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
        return code_key(self.kernel_name or default_kernel, [cell.digest for cell in self.cells])

    def outputs_digest(self) -> str:
        """Digest of everything the document shows."""
        return document_outputs_digest([cell.outputs_digest for cell in self.cells])

    @property
    def has_outputs(self) -> bool:
        """Whether any cell shows anything."""
        return any(cell.has_outputs for cell in self.cells)
