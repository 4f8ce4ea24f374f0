"""What GitHub Actions shows beside files: workflow commands on stdout."""

from __future__ import annotations

import click

from ..execution.plain_text import plain_text
from ..inputs.verdict import Status

_MOST_REASONS = 10


def annotate(status: Status, objection: str, *, is_error: bool) -> None:
    """Print an annotation for a notebook.

    Args:
        status: The verdict on it.
        objection: What there is to say.
        is_error: Whether it is more than a warning.
    """
    lines = [objection, *(reason.message for reason in status.reasons[:_MOST_REASONS])]
    if status.verdict == "failed" and status.failure is not None:
        lines.append(f"{status.failure.name}: {status.failure.message}")
    kind = "error" if is_error else "warning"
    place = _escaped(status.path, ":,")
    click.echo(f"::{kind} file={place},title=Notebook cache::{_escaped(chr(10).join(lines))}")


def _escaped(text: str, more: str = "") -> str:
    """A text as a value of a workflow command, which ends with its line."""
    text = plain_text(text).replace("%", "%25").replace("\n", "%0A")
    for character in more:
        text = text.replace(character, f"%{ord(character):02X}")
    return text
