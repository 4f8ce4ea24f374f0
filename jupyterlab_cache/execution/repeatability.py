"""Whether two executions gave the same, cell by cell."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ..inputs.text_changes import changed_lines
from ..notebooks.outputs_digest import normal_outputs, value_digest
from ..store.checks import CellCheck
from .harmless import RULES, Rule, declared_rules, streams_first, without

STREAM_ORDER = "stream-order"
"""Name of the rule that what is printed may come before or after what is displayed."""

Outputs = Sequence[Mapping[str, Any]]


def compare_cells(
    first: Sequence[Outputs], second: Sequence[Outputs], patterns: Sequence[str] = ()
) -> list[CellCheck]:
    """Compare the outputs of two executions of the same code.

    Args:
        first: For each code cell that is not blank its outputs, as nbformat 4 has them.
        second: The same of the other execution.
        patterns: Regular expressions of text that may vary.
    """
    rules = [*declared_rules(patterns), *RULES]
    return [
        _compared(ordinal, normal_outputs(one), normal_outputs(other), rules)
        for ordinal, (one, other) in enumerate(zip(first, second, strict=True))
    ]


def _compared(
    ordinal: int, first: list[list[Any]], second: list[list[Any]], rules: Sequence[Rule]
) -> CellCheck:
    if value_digest(first) == value_digest(second):
        return CellCheck(ordinal, "same")
    one, other = _reduced(first, rules, True), _reduced(second, rules, True)
    if value_digest(one) != value_digest(other):
        return CellCheck(ordinal, "different", changes=_changes(one, other))
    needed = [rule for rule in rules if not _are_equal(first, second, rules, but=rule.name)]
    # Where each of two rules is enough, none is needed.
    used = needed or [rule for rule in rules if _changes_any((first, second), rule)]
    names = [rule.name for rule in used]
    if value_digest(_reduced(first, rules, False)) != value_digest(_reduced(second, rules, False)):
        names.append(STREAM_ORDER)
    return CellCheck(ordinal, "harmless", rules=tuple(dict.fromkeys(names)))


def _changes_any(cells: Sequence[list[list[Any]]], rule: Rule) -> bool:
    return any(without(outputs, rule) != outputs for outputs in cells)


def _are_equal(
    first: list[list[Any]], second: list[list[Any]], rules: Sequence[Rule], but: str
) -> bool:
    some = [rule for rule in rules if rule.name != but]
    one, other = _reduced(first, some, True), _reduced(second, some, True)
    return value_digest(one) == value_digest(other)


def _reduced(outputs: list[list[Any]], rules: Sequence[Rule], in_order: bool) -> list[list[Any]]:
    for rule in rules:
        outputs = without(outputs, rule)
    return streams_first(outputs) if in_order else outputs


def _changes(first: list[list[Any]], second: list[list[Any]]) -> tuple[str, ...]:
    """The lines that differ, or else of what kinds they are."""
    return (
        changed_lines(_as_text(first, kinds=False), _as_text(second, kinds=False))
        or changed_lines(_as_text(first, kinds=True), _as_text(second, kinds=True))
        or ("outputs too long to be shown differ",)
    )


def _as_text(outputs: list[list[Any]], *, kinds: bool) -> str:
    lines: list[str] = []
    for kind, *rest in outputs:
        if kind == "stream":
            parts = {rest[0]: rest[1]}
        elif kind == "error":
            parts = {kind: "\n".join([f"{rest[0]}: {rest[1]}", *map(str, rest[2])])}
        else:
            parts = {mime: _item_as_text(mime, item) for mime, item in sorted(rest[0].items())}
            if rest[1]:
                parts["metadata"] = json.dumps(rest[1], sort_keys=True)
        for name, text in parts.items():
            lines += [f"[{kind} {name}]", text] if kinds else [text]
    return "\n".join(lines)


def _item_as_text(mime: str, item: object) -> str:
    if isinstance(item, str) and mime.startswith("text/"):
        return item
    # Of an image people see that it is another one, not how.
    return f"{mime} {value_digest(item)[:12]}"
