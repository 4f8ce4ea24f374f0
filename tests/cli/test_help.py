"""Help that teaches: what it shows can be typed as it stands."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from jupyterlab_cache.cli.main import _TOUR, cli
from jupyterlab_cache.cli.teaching import Taught


def commands(group: click.Group, name: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for word in group.list_commands(context):
        command = group.get_command(context, word)
        if isinstance(command, click.Group):
            yield from commands(command, (*name, word))
        else:
            yield (*name, word)


def command_of(words: tuple[str, ...]) -> tuple[click.Command, list[str]]:
    """The command that words begin with, and its arguments."""
    command: click.Command = cli
    rest = list(words)
    while isinstance(command, click.Group):
        found = command.get_command(click.Context(command), rest.pop(0))
        assert found is not None, words
        command = found
    return command, rest


COMMANDS = [*commands(cli)]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_each_command_teaches(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A folder that is read has to be there.
    (tmp_path / ".jupyter_cache").mkdir()
    monkeypatch.chdir(tmp_path)
    command, _ = command_of(words)
    assert isinstance(command, Taught)
    assert command.help and len(command.help.split("\n\n")) >= 1
    assert {0, 2} <= set(command.exits)
    assert command.examples
    for example, purpose in command.examples:
        program, cache, *arguments = shlex.split(example)
        assert (program, cache) == ("jupyter", "cache") and purpose
        named, rest = command_of(tuple(arguments))
        assert named.name == command.name
        # Raises if an option is not there, or a value is none.
        with command.make_context(command.name, rest):
            pass
    shown = CliRunner().invoke(cli, [*words, "--help"]).output
    for text in ("Examples:", "Exit codes:", command.examples[0][0]):
        assert text in shown


def test_the_first_help_shows_a_tour() -> None:
    shown = CliRunner().invoke(cli, ["--help"], prog_name="jupyter cache").output
    lines = [line.strip() for line in shown.splitlines()]
    for example, _ in _TOUR:
        # Each on a line of its own.
        assert sum(line.startswith(f"{example}  ") for line in lines) == 1
    for words in COMMANDS:
        assert any(line.startswith(words[0]) for line in lines)


def test_shells_complete_commands_and_options() -> None:
    def completed(words: str, count: int) -> set[str]:
        done = subprocess.run(
            [sys.executable, "-m", "jupyterlab_cache.cli.main"],
            env={
                "_JUPYTER_CACHE_COMPLETE": "bash_complete",
                "COMP_WORDS": words,
                "COMP_CWORD": str(count),
            },
            stdout=subprocess.PIPE,
            text=True,
        )
        return {line.partition(",")[2] for line in done.stdout.splitlines()}

    assert completed("jupyter-cache sta", 1) == {"status", "stats"}
    assert "--accept-unobserved" in completed("jupyter-cache status --acc", 2)
