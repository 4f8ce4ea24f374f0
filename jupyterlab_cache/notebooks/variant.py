"""The variant of an execution: parameters and options that change results beside the code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .parameter_cell import ParameterPlace
from .parameters import Parameters, ParametersInvalid, parameters_of, text_of, values_of

Variant = Mapping[str, str | int | float | bool | None]
"""As an entry holds it; options at their default, and an empty set of parameters, are left out."""

PARAMETERS = "parameters"
"""The member that holds all parameters, as one canonical JSON text: 1, 1.0 and true differ."""

_BEFORE = "injected_before"
_IN_PLACE_OF = "injected_in_place_of"


def with_parameters(
    options: Variant, parameters: Parameters, place: ParameterPlace
) -> dict[str, str | int | float | bool | None]:
    """The variant of an execution with these parameters.

    Where they are injected is part of it: the tags that decide about that do not enter the code
    key, and behind another cell the same values can give other results.

    Args:
        options: The other members.
        parameters: What is injected.
        place: Where.
    """
    if not parameters:
        return dict(options)
    where = _IN_PLACE_OF if place.replaces else _BEFORE
    return {**options, PARAMETERS: text_of(parameters), where: place.ordinal}


def shown_variant(variant: Variant) -> dict[str, Any]:
    """A variant for people and programs: parameters as an object, without their place.

    Args:
        variant: As an entry holds it, possibly made by a stranger.
    """
    shown = {key: value for key, value in variant.items() if key not in (_BEFORE, _IN_PLACE_OF)}
    if PARAMETERS in shown:
        return {**shown, PARAMETERS: _object(shown[PARAMETERS])}
    return shown


def _object(text: object) -> dict[str, Any]:
    try:
        value = json.loads(text) if isinstance(text, str) else None
        return values_of(parameters_of(value, PARAMETERS))
    except (ValueError, RecursionError, ParametersInvalid):
        return {}


def variant_lines(shown: Mapping[str, Any]) -> list[str]:
    """Lines such as ``alpha = 0.6``, those of the parameters first.

    Args:
        shown: As :func:`shown_variant` gives it.
    """
    options = {name: value for name, value in shown.items() if name != PARAMETERS}
    pairs = [*shown.get(PARAMETERS, {}).items(), *options.items()]
    return [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in pairs]
