"""Help that teaches: every command shows examples, and what its exit codes say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

Example = tuple[str, str]
"""A command as it is typed, and what it is for."""

WRONG = "The command or its input was wrong; one line on stderr says how."
STOPPED = "It was stopped (Ctrl C)."

_WIDEST = 46


class Taught(click.Command):
    """A command with examples and exit codes.

    Args:
        examples: Commands that a person may type as they stand; the first is the simplest.
        exits: What exit codes say. All commands share 2 (the input was wrong).
        arguments: Those of every command.
    """

    def __init__(
        self,
        *,
        examples: Sequence[Example],
        exits: Mapping[int, str],
        **arguments: Any,
    ) -> None:
        super().__init__(**arguments)
        self.examples = tuple(examples)
        self.exits = dict(sorted({**exits, 2: WRONG}.items()))

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples and the exit codes."""
        write_examples(formatter, self.examples)
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code), text) for code, text in self.exits.items()])


def write_examples(formatter: click.HelpFormatter, examples: Sequence[Example]) -> None:
    """Write a section of examples, what they are for beside them."""
    with formatter.section("Examples"):
        formatter.write_dl(list(examples), col_max=_WIDEST)
