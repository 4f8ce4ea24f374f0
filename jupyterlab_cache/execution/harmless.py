"""Differences between two executions that mean nothing: rules, each with a name.

A rule turns what it knows into one and the same text. Each is as narrow as its subject allows: what
it takes for harmless is not told as a difference.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

_MARKUP_TYPES = ("text/html", "image/svg+xml")
_CODE_TYPES = (
    "application/javascript",
    "application/vnd.jupyter.widget-view+json",
    "text/javascript",
)
_UUID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"


class Rule(msgspec.Struct, frozen=True):
    """One kind of difference.

    Attributes:
        name: What people call it.
        apply: Gives a text without it. It is told the text's MIME type, ``text/plain`` for streams
            and errors.
    """

    name: str
    apply: Callable[[str, str], str]


def _everywhere(name: str, pattern: str, replacement: str) -> Rule:
    found = re.compile(pattern, re.MULTILINE)
    return Rule(name, lambda text, _mime: found.sub(replacement, text))


# The file that a cell's code is taken to stand in; warnings and tracebacks name it.
_KERNEL_PATH = _everywhere("kernel-path", r"\bipykernel_\d+\b", "ipykernel_N")

_ADDRESS = _everywhere("memory-address", r"(\bat 0x)[0-9a-fA-F]{6,16}\b", r"\1…")

_TIME = r"\d[\d.,]*(?:e[+-]?\d+)? ?(?:ns|[uµμ]s|ms|s|min|h)"
_TIMES = _everywhere(
    "timing",
    # %time, %%time, %timeit, and what the first lines of %timeit say about caching.
    r"^(?:CPU times: .*|Wall time: .*|Compiler +: .*"
    rf"|{_TIME}(?: {_TIME})* (?:±|\+-) {_TIME}(?: {_TIME})* per loop \(.*"
    r"|The slowest run took \S+ times longer than the fastest\..*)$",
    "[timing]",
)

_PROGRESS = _everywhere(
    "progress",
    # tqdm's [00:01<00:03, 2.5it/s], and 3s 12ms/step.
    r"\[\d+:\d{2}(?::\d{2})?(?:<[^\]\n]*)?(?:, [^\]\n]*)?\]|\b\d+m?s \d+[mµun]?s/(?:step|epoch)\b",
    "[progress]",
)

_RANDOM_ID = re.compile(rf"{_UUID}|(?<![0-9a-f])[0-9a-f]{{32}}(?![0-9a-f])")
_SHORT_ID = re.compile(r"\bT_[0-9a-f]{5}(?=[_\"' ,{])|(?<=[\"#])[a-z]{1,2}[0-9a-f]{10}(?=[\"\)])")
_SVG_DATE = re.compile(r"(?<=<dc:date>)[^<]*")
_MARKUP = re.compile(
    r"<script\b.*?</script>|<style\b.*?</style>|<[^>]*>", re.DOTALL | re.IGNORECASE
)


def _element_ids(text: str, mime: str) -> str:
    """Identifiers of elements that libraries draw by lot, numbered in the order of their use."""
    numbers: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        return numbers.setdefault(match[0], f"id-{len(numbers)}")

    def numbered(part: str) -> str:
        return _SHORT_ID.sub(number, _RANDOM_ID.sub(number, part))

    if mime in _MARKUP_TYPES:
        # What stands between tags is read by people.
        return _SVG_DATE.sub("", _MARKUP.sub(lambda match: numbered(match[0]), text))
    return numbered(text) if mime in _CODE_TYPES else text


RULES = (
    _KERNEL_PATH,
    _ADDRESS,
    _TIMES,
    _PROGRESS,
    Rule("element-id", _element_ids),
)


def declared_rules(patterns: Sequence[str]) -> list[Rule]:
    """Rules for what a person declared to vary.

    Args:
        patterns: Regular expressions.
    """
    return [_everywhere(f"declared: {pattern}", pattern, "[varying]") for pattern in patterns]


def without(outputs: list[list[Any]], rule: Rule) -> list[list[Any]]:
    """Outputs in normal form, with a rule applied to all their texts."""
    return [_output_without(output, rule) for output in outputs]


def _output_without(output: list[Any], rule: Rule) -> list[Any]:
    kind, *rest = output
    if kind in ("display_data", "execute_result"):
        bundle, metadata = rest
        return [kind, {mime: _value(item, mime, rule) for mime, item in bundle.items()}, metadata]
    return [kind, *(_value(item, "text/plain", rule) for item in rest)]


def _value(value: Any, mime: str, rule: Rule) -> Any:
    if isinstance(value, str):
        return rule.apply(value, mime)
    if isinstance(value, list):
        return [_value(item, mime, rule) for item in value]
    if isinstance(value, dict):
        return {key: _value(item, mime, rule) for key, item in value.items()}
    return value


def streams_first(outputs: list[list[Any]]) -> list[list[Any]]:
    """Outputs with what was printed before the others: they come by different ways."""
    return sorted(outputs, key=lambda output: output[1] if output[0] == "stream" else "~")
