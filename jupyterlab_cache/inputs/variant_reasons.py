"""Why an entry of the right code is of another variant."""

from __future__ import annotations

import json
from typing import Any

from ..notebooks.variant import PARAMETERS, Variant, shown_variant
from .reasons import Reason
from .sentence import Sentence, say

_LONGEST_VALUE = 60


def variant_reasons(before: Variant, now: Variant) -> list[Reason]:
    """One reason for each parameter and option that differs; none for equal variants.

    Args:
        before: The entry's variant.
        now: The variant that is asked for.
    """
    old, new = shown_variant(before), shown_variant(now)
    pairs = [(False, old, new), (True, old.pop(PARAMETERS, {}), new.pop(PARAMETERS, {}))]
    reasons = [
        _reason(is_parameter, name, values, others)
        for is_parameter, values, others in reversed(pairs)
        for name in sorted({*values, *others})
        if _text(values, name) != _text(others, name)
    ]
    if not reasons and dict(before) != dict(now):
        sentence = say("The cell that the parameters are set behind is another one now.")
        reasons.append(Reason("variant-changed", PARAMETERS, sentence))
    return reasons


def _reason(is_parameter: bool, name: str, before: dict[str, Any], now: dict[str, Any]) -> Reason:
    old, new = _text(before, name), _text(now, name)
    sentence = _of_parameter(name, old, new) if is_parameter else _of_option(name, old, new)
    return Reason("variant-changed", name, sentence, before=old, after=new)


def _of_parameter(name: str, old: str | None, new: str | None) -> Sentence:
    if old is None:
        return say("Parameter %1 was not given and is %2 now.", name, _short(new))
    if new is None:
        return say("Parameter %1 was %2 and is not given now.", name, _short(old))
    return say("Parameter %1 was %2 and is %3 now.", name, _short(old), _short(new))


def _of_option(name: str, old: str | None, new: str | None) -> Sentence:
    if old is None:
        return say("%1 was not given and is %2 now.", name, _short(new))
    if new is None:
        return say("%1 was %2 and is not given now.", name, _short(old))
    return say("%1 was %2 and is %3 now.", name, _short(old), _short(new))


def _text(values: dict[str, Any], name: str) -> str | None:
    return json.dumps(values[name], ensure_ascii=False) if name in values else None


def _short(text: str | None) -> str:
    text = text or ""
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"
