"""Pieces of Markdown that the generated pages are made of."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

_CODE = re.compile(r"(?<!\w)'([^']*)'(?!\w)|`([^`]*)`|(?<![\w-])(--[a-z][\w-]*)")


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; nothing when it has no rows."""
    lines = [" | ".join(map(cell, row)) for row in rows]
    if not lines:
        return ""
    rule = " | ".join("---" for _ in heads)
    return "\n".join(f"| {line} |" for line in (" | ".join(heads), rule, *lines)) + "\n"


def cell(text: str) -> str:
    """A text for a cell of a table: on one line, and without a bar of its own."""
    return " ".join(text.split()).replace("|", "\\|")


def code(value: object) -> str:
    """A value as code, in the form that JSON has."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"`{text}`" if text else ""


def prose(text: str) -> str:
    """A sentence written for a terminal or a dialogue: what it quotes is code, as are options."""
    parts: list[str] = []
    end = 0
    for match in _CODE.finditer(text):
        parts += [_escaped(text[end : match.start()]), code(match[1] or match[2] or match[3] or "")]
        end = match.end()
    return "".join([*parts, _escaped(text[end:])])


def _escaped(text: str) -> str:
    return re.sub(r"([\\*_<>\[\]])", r"\\\1", text)


def page(title: str, *parts: str) -> str:
    """A page."""
    return "\n\n".join([f"# {title}", *(part for part in parts if part)]) + "\n"
