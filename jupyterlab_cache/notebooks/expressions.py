"""Inline expressions in Markdown: the role ``{eval}`` of MyST. Specified in ``docs/code-key.md``.

Only what the rule needs of Markdown is read, in one pass whatever the text holds, so that the
browser finds the very same ones while a person types.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256

from .code_key import is_blank

TEXT_DIRECTIVES = frozenset(
    (
        *("admonition", "attention", "card", "caution", "danger", "dropdown", "error", "figure"),
        *("grid", "grid-item", "grid-item-card", "hint", "important", "margin", "note", "seealso"),
        *("sidebar", "tab-item", "tab-set", "tip", "topic", "warning"),
    )
)
"""Directives whose content is Markdown; in all other fences there is code."""

_ROLE = "{eval}"
OPENING = _ROLE + "`"
"""What every expression begins with."""

_DEEPEST = 16

_MARKERS = re.compile(r"(?:[ \t>]|[-*+](?=[ \t])|[0-9]{1,9}[.)](?=[ \t]))*")
_FENCE = re.compile(r"(`{3,})([^`]*)|(~{3,})(.*)", re.DOTALL)
_DIRECTIVE = re.compile(r"[ \t]*\{([a-z-]+)\}")
_COMMENT = re.compile(r" {0,3}%")
_SPECIAL = re.compile(r"[\\`<{]")
_TICKS = re.compile(r"`+")


def inline_expressions(source: str) -> list[str]:
    """The expressions of a Markdown cell in order, each once, as they stand there.

    Args:
        source: Normalised source.
    """
    if OPENING not in source:
        return []
    found: dict[str, None] = {}
    for paragraph in _paragraphs(source):
        if OPENING in paragraph:
            found.update(dict.fromkeys(_in_paragraph(paragraph)))
    return list(found)


def expression_code(expression: str) -> str:
    """What is executed: the expression in one line."""
    return expression.replace("\n", " ")


def expression_digest(expression: str) -> str:
    """Digest of one expression, 64 hexadecimal digits."""
    return sha256(f"expression\n{expression_code(expression)}".encode()).hexdigest()


class _Fences:
    """The fences that are open at a line."""

    def __init__(self) -> None:
        self._open: list[tuple[str, int, bool]] = []

    @property
    def is_literal(self) -> bool:
        """Whether there is no Markdown in the innermost one."""
        return bool(self._open) and self._open[-1][2]

    def take(self, line: str) -> bool:
        """Whether a line, without the markers before it, is a fence; it is one from now on."""
        match = _FENCE.fullmatch(line)
        if match is None:
            return False
        run, info = match[1] or match[3], match[2] if match[1] else match[4]
        if is_blank(info):
            for place, (character, length, _) in enumerate(self._open):
                if character == run[0] and length <= len(run):
                    del self._open[place:]
                    return True
        if self.is_literal:
            return False
        directive = _DIRECTIVE.match(info)
        is_text = directive is not None and directive[1] in TEXT_DIRECTIVES
        self._open.append((run[0], len(run), not is_text or len(self._open) >= _DEEPEST))
        return True


def _paragraphs(source: str) -> Iterator[str]:
    """Stretches of lines without a blank one, a fence or a comment; what is code is left out."""
    fences = _Fences()
    in_comment = False
    lines: list[str] = []
    for line in source.split("\n"):
        markers = _MARKERS.match(line)
        rest = line[markers.end() :] if markers else line
        if in_comment:
            in_comment = "-->" not in line
        elif fences.take(rest) or fences.is_literal or is_blank(line) or _COMMENT.match(line):
            pass
        elif rest.startswith("<!--"):
            in_comment = "-->" not in rest
        else:
            lines.append(line)
            continue
        if lines:
            yield "\n".join(lines)
            lines = []
    if lines:
        yield "\n".join(lines)


def _in_paragraph(text: str) -> Iterator[str]:
    closers = _Closers(text)
    last_comment_end = text.rfind("-->")
    at = 0
    while special := _SPECIAL.search(text, at):
        at = special.start()
        is_role = text.startswith(OPENING, at)
        if special[0] == "`" or is_role:
            ticks = _TICKS.match(text, at + len(_ROLE) if is_role else at)
            assert ticks is not None
            end = closers.next(len(ticks[0]), ticks.end())
            at = ticks.end() if end is None else end + len(ticks[0])
            if is_role and end is not None and not is_blank(text[ticks.end() : end]):
                yield text[ticks.end() : end]
        elif special[0] == "\\":
            at += 2
        elif text.startswith("<!--", at) and at + 4 <= last_comment_end:
            at = text.index("-->", at + 4) + 3
        else:
            at += 1


class _Closers:
    """Where runs of backticks begin, by their length; to be asked from left to right."""

    def __init__(self, text: str) -> None:
        self._starts: dict[int, list[int]] = {}
        for run in reversed(list(_TICKS.finditer(text))):
            self._starts.setdefault(len(run[0]), []).append(run.start())

    def next(self, length: int, start: int) -> int | None:
        """Where the next run of just this length begins."""
        starts = self._starts.get(length, [])
        while starts and starts[-1] < start:
            starts.pop()
        return starts[-1] if starts else None
