"""The cell that sets parameters: executed with a document's cells, and none of them."""

from __future__ import annotations

from typing import Any

import msgspec

from ..inputs.kernel_environment import find_kernelspec
from ..notebooks.parameter_cell import INJECTED_TAG, ParameterPlace
from ..notebooks.parameters import Parameters, ParametersInvalid
from .parameter_code import assignments


class Injection(msgspec.Struct, frozen=True):
    """A cell to execute at its place among those of a document.

    It has no ordinal, its outputs are kept nowhere, and it does not count in the kernel's history:
    the document's cells have the counts that they have without it.

    Attributes:
        cell: The node.
        place: Where it belongs.
    """

    cell: Any
    place: ParameterPlace

    def is_before(self, ordinal: int) -> bool:
        """Whether it is executed right before what stands at an ordinal."""
        return ordinal == self.place.ordinal

    def is_instead_of(self, ordinal: int) -> bool:
        """Whether it is executed, and what stands at the ordinal is not."""
        return self.place.replaces and self.is_before(ordinal)


def injection_of(
    parameters: Parameters, place: ParameterPlace, kernel_name: str
) -> Injection | None:
    """The cell that sets parameters; None when there are none.

    Args:
        parameters: Names and values.
        place: Where they are set.
        kernel_name: Name of the kernelspec, which tells the language.

    Raises:
        ParametersInvalid: They cannot be set in its language.
    """
    if not parameters:
        return None
    from nbformat.v4 import new_code_cell

    spec = find_kernelspec(kernel_name)
    if spec is None:
        raise ParametersInvalid(
            f"No kernelspec {kernel_name!r} tells in which language parameters are to be set; "
            "install it here."
        )
    source = assignments(str(spec.get("language")), parameters)
    return Injection(new_code_cell(source, metadata={"tags": [INJECTED_TAG]}), place)
