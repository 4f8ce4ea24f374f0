"""The code key: what a notebook executes, as a digest. Specified in ``docs/code-key.md``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256

KEY_PREFIX = "ck1-"
"""Names the version of the method."""

EXECUTION_TAGS = ("raises-exception", "skip-execution")
"""The tags that change what an execution does, in the order in which they enter a digest."""

_BLANK = re.compile(r"[\t\n\v\f\r ]*")
# The whole run of CR at once: from each of them on it would be quadratic.
_CARRIAGE_RETURNS = re.compile(r"\r+\n?")


def well_formed(text: str) -> str:
    """The text with each lone surrogate replaced by U+FFFD, and pairs joined."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def normalise_source(source: str | Sequence[str]) -> str:
    """The source of a cell as it enters the key, and as it is executed.

    What is in normal form already stays as it is.

    Args:
        source: One string, or lines to be joined without a separator.

    Raises:
        TypeError: It is neither.
    """
    text = source if isinstance(source, str) else "".join(source)
    if "\r" in text:
        text = _CARRIAGE_RETURNS.sub(_line_end, text)
    return well_formed(text)


def _line_end(run: re.Match[str]) -> str:
    return "\n" if run[0].endswith("\n") else run[0]


def is_blank(source: str) -> bool:
    """Whether a normalised source holds nothing that could be executed."""
    return _BLANK.fullmatch(source) is not None


def execution_flags(tags: object) -> tuple[str, ...]:
    """The tags that enter a cell's digest.

    Args:
        tags: ``metadata.tags`` as it stands; anything but a list of strings counts as no tags.
    """
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        return ()
    return tuple(tag for tag in EXECUTION_TAGS if tag in tags)


def cell_digest(source: str, flags: Sequence[str] = ()) -> str:
    """Digest of one code cell, 64 hexadecimal digits.

    Args:
        source: Normalised source.
        flags: As :func:`execution_flags` gives them.
    """
    return sha256(f"cell\n{','.join(flags)}\n{source}".encode()).hexdigest()


def prefix_keys(kernel_name: str, digests: Sequence[str]) -> list[str]:
    """For each cell the key of the notebook up to and including it.

    Args:
        kernel_name: Name of the kernelspec.
        digests: Cell digests of the code cells that are not blank, in order.
    """
    keys = []
    key = sha256(f"kernel\n{well_formed(kernel_name)}".encode()).hexdigest()
    for digest in digests:
        key = sha256(f"prefix\n{key}\n{digest}".encode()).hexdigest()
        keys.append(key)
    return keys


def code_key(kernel_name: str, digests: Sequence[str]) -> str:
    """Digest of everything that is executed: ``ck1-`` and 64 hexadecimal digits."""
    if not digests:
        return KEY_PREFIX + sha256(f"kernel\n{well_formed(kernel_name)}".encode()).hexdigest()
    return KEY_PREFIX + prefix_keys(kernel_name, digests)[-1]
