"""``jupyter cache git-filter``: outputs stay out of git, and come back on checkout."""

from __future__ import annotations

import click

from .lazy_group import LazyGroup

_COMMANDS = {
    "install": ("git_install", "Set the filter up in the repository of this folder."),
    "remove": ("git_install", "Take the filter out of it again."),
    "strip": ("git_strip", "Take outputs that are cached out of files, without the filter."),
    "process": ("git_process", "What git starts; not for people."),
}


# Git starts a process for each of its own commands.
@click.command("git-filter", cls=LazyGroup, lazy=_COMMANDS)
def git_filter_command() -> None:
    """Keep outputs out of git, and get them back on checkout.

    Git keeps notebooks without outputs, execution counts and times. When it checks one out, the
    outputs that are cached and still true for what is checked out are put in; the others come
    without any. What is only in a file's outputs is no change for git.

    A checkout never fails because of this. Entries from elsewhere that you do not trust give
    nothing.
    """
