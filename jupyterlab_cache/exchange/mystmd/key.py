"""The key under which mystmd finds what it executed, computed without mystmd."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from hashlib import md5
from typing import Any, Literal

import msgspec

SPACE = "\t\n\v\f\r \xa0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(
    map(chr, range(0x2000, 0x200B))
)
"""What JavaScript's ``trim`` takes away."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_OPTION = re.compile(f"#[{SPACE}]?\\| ")
_MAGIC = "%%"


class Executable(msgspec.Struct, frozen=True):
    """One thing that mystmd executes, in the order of the document.

    Attributes:
        kind: A code cell, or an expression in a text.
        content: Its code.
        raises: Whether an error of it is allowed.
        place: Of a code cell: its ordinal among all code cells of the node; of an expression: its
            ordinal among all expressions.
    """

    kind: Literal["block", "inlineExpression"]
    content: str
    raises: bool
    place: int


def key_of(
    kernel_name: str, executables: Sequence[Executable], environment: Mapping[str, str | None]
) -> str:
    """The key of a page.

    Args:
        kernel_name: Name of its kernelspec.
        executables: What is executed.
        environment: The variables that the page depends on; None for those that are not set.
    """
    items = [
        {"kind": item.kind, "content": item.content, "raisesException": item.raises}
        for item in executables
    ]
    text = kernel_name + json_text(items)
    if environment:
        known = {name: environment[name] for name in sorted(environment)}
        text += json_text({name: value for name, value in known.items() if value is not None})
    return md5(text.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def json_text(value: object) -> str:
    """JSON as ``JSON.stringify`` writes it.

    Raises:
        ValueError: It holds a number that JSON has not.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def without_options(source: str) -> tuple[str, Mapping[str, Any]]:
    """Code without the ``#|`` options that it begins with, and these.

    Args:
        source: The code of a cell.
    """
    import yaml

    options: list[str] = []
    code: list[str] = []
    expects_magic, in_header = True, True
    for line in source.split("\n"):
        if in_header:
            if expects_magic and line.startswith(_MAGIC):
                code.append(line)
                expects_magic = False
            elif match := _OPTION.match(line):
                options.append(line[match.end() :])
            elif line.strip(SPACE):
                in_header = False
        if not in_header:
            code.append(line)
    if not options:
        return source, {}
    try:
        metadata = yaml.safe_load("\n".join(options))
    except (yaml.YAMLError, ValueError, RecursionError):
        return source, {}
    if not metadata:
        return source, {}
    return "\n".join(code), metadata if isinstance(metadata, dict) else {}


def has_tag(tags: object, name: str) -> bool:
    """Whether tags hold one, as ``includes`` of a list or of a text tells."""
    return isinstance(tags, (list, str)) and name in tags
