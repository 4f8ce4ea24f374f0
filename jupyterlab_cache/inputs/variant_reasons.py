"""Why an entry of the right code is of another variant."""

from __future__ import annotations

import json
from typing import Any

from ..notebooks.variant import PARAMETERS, Variant, shown_variant
from .reasons import Reason

_LONGEST_VALUE = 60


def variant_reasons(before: Variant, now: Variant) -> list[Reason]:
    """One reason for each parameter and option that differs; none for equal variants.

    Args:
        before: The entry's variant.
        now: The variant that is asked for.
    """
    old, new = shown_variant(before), shown_variant(now)
    pairs = [("", old, new), ("Parameter ", old.pop(PARAMETERS, {}), new.pop(PARAMETERS, {}))]
    reasons = [
        _reason(kind, name, values, others)
        for kind, values, others in reversed(pairs)
        for name in sorted({*values, *others})
        if _text(values, name) != _text(others, name)
    ]
    if not reasons and dict(before) != dict(now):
        message = "The cell that the parameters are set behind is another one now."
        reasons.append(Reason("variant-changed", PARAMETERS, message))
    return reasons


def _reason(kind: str, name: str, before: dict[str, Any], now: dict[str, Any]) -> Reason:
    old, new = _text(before, name), _text(now, name)
    message = f"{kind}{name} was {_short(old)} and is {_short(new)} now."
    return Reason("variant-changed", name, message, before=old, after=new)


def _text(values: dict[str, Any], name: str) -> str | None:
    return json.dumps(values[name], ensure_ascii=False) if name in values else None


def _short(text: str | None) -> str:
    if text is None:
        return "not given"
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"
