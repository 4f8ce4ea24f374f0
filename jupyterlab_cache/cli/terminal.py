"""What commands print: names and messages may come from anywhere, and terminals obey them."""

from __future__ import annotations

import re

import click
import msgspec

from ..execution.plain_text import plain_text

# JSON itself holds no others; a reader of these finds the same text.
_OBEYED = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def shown(text: str) -> str:
    """A text as one line that no terminal takes for an order, with its spaces."""
    return plain_text(text).replace("\n", "\ufffd")


def echo(message: str = "", *, mark: str = "", err: bool = False) -> None:
    """Print one line.

    Args:
        message: It may hold anything.
        mark: What stands before it, of our own making: it may have a colour.
        err: Whether it goes to stderr.
    """
    click.echo(mark + shown(message), err=err)


def json_text(value: object) -> str:
    """A value as a JSON document for people and programs."""
    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    return _OBEYED.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
