"""Text from notebooks, kernels and stores, made harmless for files and terminals."""

from __future__ import annotations

import re

_SEQUENCE = re.compile(
    # Colours and other control sequences; titles and links; what is left of either.
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]*[0-~]?"
)
_LINE_END = re.compile(r"\r\n?")
# No XML document can hold these, and no terminal should be given them; or they turn the direction
# of what follows, so that a name looks like another one.
_NOT_SHOWN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def plain_text(text: str) -> str:
    """A text without colours and other sequences for terminals; lines end with a line feed.

    What else is no text (control characters, lone surrogates) becomes U+FFFD.
    """
    return _NOT_SHOWN.sub("\ufffd", _LINE_END.sub("\n", _SEQUENCE.sub("", text)))


def one_line(text: str) -> str:
    """Like :func:`plain_text`, on one line."""
    return " ".join(plain_text(text).split())
