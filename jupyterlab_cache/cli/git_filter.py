"""``jupyter cache git-filter``: outputs stay out of git, and come back on checkout."""

from __future__ import annotations

from importlib import import_module

import click

_COMMANDS = {
    "install": ("git_install", "Set the filter up in the repository of this folder."),
    "remove": ("git_install", "Take the filter out of it again."),
    "strip": ("git_strip", "Take outputs that are cached out of files, without the filter."),
    "process": ("git_process", "What git starts; not for people."),
}


class _FilterGroup(click.Group):
    """Imports only what is used: git starts a process for each of its own commands."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = import_module(f".{_COMMANDS[cmd_name][0]}", __package__)
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in _COMMANDS.items()])


@click.command("git-filter", cls=_FilterGroup)
def git_filter_command() -> None:
    """Keep outputs out of git, and get them back on checkout.

    Git keeps notebooks without outputs, execution counts and times. When it checks one out, the
    outputs that are cached and still true for what is checked out are put in; the others come
    without any. What is only in a file's outputs is no change for git.

    A checkout never fails because of this. Entries from elsewhere that you do not trust give
    nothing.
    """
