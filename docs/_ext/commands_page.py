"""The page of all commands: what ``--help`` says, to be read at leisure."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click
from tables import code, page, prose, table

from jupyterlab_cache.cli.main import cli
from jupyterlab_cache.cli.teaching import Taught

_EVERYWHERE = {"root", "store", "as_json"}


def commands_page() -> str:
    """The page, as Markdown."""
    context = click.Context(cli, info_name="jupyter cache")
    common = next(_options_of(cli.get_command(context, "status"), _EVERYWHERE))
    return page(
        "Command line",
        "`jupyter cache COMMAND --help` says the same. Every command works on the same store as "
        "JupyterLab, with or without a server. Exit code 2 means that the command or its input was "
        "wrong, and one line on stderr says how.",
        "## Everywhere",
        common,
        "## Completion",
        "Shells complete commands and options of `jupyter-cache`, which is the same command:",
        '```bash\neval "$(_JUPYTER_CACHE_COMPLETE=bash_source jupyter-cache)"   # in ~/.bashrc\n'
        'eval "$(_JUPYTER_CACHE_COMPLETE=zsh_source jupyter-cache)"    # in ~/.zshrc\n'
        "_JUPYTER_CACHE_COMPLETE=fish_source jupyter-cache | source    # fish\n```",
        *_sections(cli, context),
    )


def _sections(group: click.Group, context: click.Context) -> Iterator[str]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None:
            continue
        inner = click.Context(command, info_name=name, parent=context)
        yield f"## {inner.command_path.removeprefix('jupyter cache ')}"
        yield prose(inspect.cleandoc(command.help or ""))
        if isinstance(command, click.Group):
            yield from _sections(command, inner)
            continue
        usage = command.get_usage(inner).removeprefix("Usage: ")
        yield f"```text\n{usage}\n```"
        if isinstance(command, Taught):
            width = max(len(example) for example, _ in command.examples)
            lines = [f"{example:<{width}}   # {what}" for example, what in command.examples]
            yield "```bash\n" + "\n".join(lines) + "\n```"
        yield from _options_of(command)
        if isinstance(command, Taught):
            rows = [(str(number), prose(text)) for number, text in command.exits.items()]
            yield table(("exit code", "when"), rows)


def _options_of(command: click.Command | None, only: set[str] | None = None) -> Iterator[str]:
    rows = []
    for option in command.params if command else ():
        wanted = option.name in only if only else option.name not in _EVERYWHERE
        if isinstance(option, click.Option) and wanted:
            record = option.get_help_record(click.Context(command or cli))
            if record:
                rows.append((code(record[0]), prose(record[1])))
    yield table(("option", "what it does"), rows)
