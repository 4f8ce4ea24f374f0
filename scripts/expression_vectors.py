"""Inline expressions straight from ``docs/code-key.md``, for the test vectors.

Like ``make_code_key_vectors.py`` this shares no line with the package.
"""

from __future__ import annotations

import random
import re

TEXT_DIRECTIVES = (
    *("admonition", "attention", "caution", "danger", "error", "hint", "important", "note"),
    *("seealso", "tip", "warning", "card", "dropdown", "figure", "grid", "grid-item"),
    *("grid-item-card", "margin", "sidebar", "tab-item", "tab-set", "topic"),
)


def without_markers(line: str) -> str:
    """A line without the spaces, quote marks and list marks that it begins with."""
    while True:
        shorter = re.sub(r"^([ \t>]|[-*+](?=[ \t])|[0-9]{1,9}[.)](?=[ \t]))", "", line)
        if shorter == line:
            return line
        line = shorter


def fence_of(line: str) -> tuple[str, int, str] | None:
    """Character, length and info of a fence; None of what is none."""
    for character in "`~":
        length = len(line) - len(line.lstrip(character))
        info = line[length:]
        if length >= 3 and not (character == "`" and "`" in info):
            return character, length, info
    return None


def is_blank(text: str) -> bool:
    """Whether a text holds nothing but U+0009 to U+000D and U+0020."""
    return text.strip("\t\n\v\f\r ") == ""


def paragraphs(source: str) -> list[str]:
    """The text of a Markdown cell, line by line put together."""
    made = [""]
    fences: list[tuple[str, int, bool]] = []
    in_comment = False
    for line in source.split("\n"):
        rest = without_markers(line)
        fence = None if in_comment else fence_of(rest)
        closed = [
            index
            for index, (character, length, _) in enumerate(fences)
            if fence and is_blank(fence[2]) and fence[0] == character and fence[1] >= length
        ]
        is_text = False
        if in_comment:
            in_comment = "-->" not in line
        elif closed:
            fences = fences[: closed[0]]
        elif fences and fences[-1][2]:
            pass
        elif fence:
            name = re.match(r"[ \t]*\{([a-z-]+)\}", fence[2])
            holds_text = name is not None and name.group(1) in TEXT_DIRECTIVES and len(fences) < 16
            fences.append((fence[0], fence[1], not holds_text))
        elif is_blank(line) or re.match(" {0,3}%", line):
            pass
        elif rest.startswith("<!--"):
            in_comment = "-->" not in rest
        else:
            is_text = True
        if is_text:
            made[-1] += ("\n" if made[-1] else "") + line
        elif made[-1]:
            made.append("")
    return [text for text in made if text]


def run_at(text: str, place: int) -> int:
    """How many backticks stand at a place."""
    return len(text[place:]) - len(text[place:].lstrip("`"))


def end_of(text: str, start: int, length: int) -> int | None:
    """Where the next run of backticks of just this length begins."""
    for run in re.finditer("`+", text):
        if run.start() >= start and len(run.group()) == length:
            return run.start()
    return None


def expressions_in(source: str) -> list[str]:
    """The inline expressions of a Markdown cell, each once."""
    found: list[str] = []
    for text in paragraphs(source):
        place = 0
        while place < len(text):
            behind = place + 6 if text.startswith("{eval}`", place) else place
            length = run_at(text, behind)
            if text[place] == "\\":
                place += 2
            elif text.startswith("<!--", place) and "-->" in text[place + 4 :]:
                place = text.index("-->", place + 4) + 3
            elif length:
                end = end_of(text, behind + length, length)
                if end is None:
                    place = behind + length
                    continue
                content = text[behind + length : end]
                if behind > place and not is_blank(content) and content not in found:
                    found.append(content)
                place = end + length
            else:
                place += 1
    return found


PIECES = (
    *("{eval}`x`", "{eval}``a`b``", "{eval}", "`", "``", "```", "~~~", "````", "\\", "<!--", "-->"),
    *(
        "{note}",
        "{code}",
        "x",
        " ",
        "  ",
        "\n",
        "\n",
        "\n\n",
        "- ",
        "> ",
        "1. ",
        "%",
        "{",
        "}",
        "\t",
    ),
)
"""What Markdown that is hard to read is made of."""


def hard_texts(count: int) -> list[str]:
    """Texts that are hard to read, always the same."""
    chance = random.Random(8)
    return [
        "".join(chance.choice(PIECES) for _ in range(chance.randint(1, 24))) for _ in range(count)
    ]
