"""The options that give parameters to notebooks, as papermill has them."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from ..notebooks.errors import one_line
from ..notebooks.parameters import Parameters, guessed, merged, parameters_of
from .common import BadInput, Session

F = TypeVar("F", bound=Callable[..., Any])


def parameter_options(command: F) -> F:
    """Add ``-p``, ``-r``, ``-f`` and ``-y`` to a command, which takes ``parameters`` then.

    As papermill does it, files count least, then YAML, then ``-p``, and ``-r`` most.
    """

    @click.option(
        "-p",
        "--parameter",
        "guesses",
        metavar="NAME VALUE",
        type=(str, str),
        multiple=True,
        help="Parameter of the notebooks; True, False, None and numbers are taken for what they "
        "look like, all else for text. May be repeated.",
    )
    @click.option(
        "-r",
        "--raw-parameter",
        "texts",
        metavar="NAME TEXT",
        type=(str, str),
        multiple=True,
        help="Parameter that is a text whatever it looks like; may be repeated.",
    )
    @click.option(
        "-f",
        "--parameters-file",
        "files",
        metavar="FILE",
        type=click.Path(path_type=Path, dir_okay=False),
        multiple=True,
        help="JSON or YAML file with parameters; may be repeated.",
    )
    @click.option(
        "-y",
        "--parameters-yaml",
        "yamls",
        metavar="YAML",
        multiple=True,
        help="Parameters as YAML, such as 'alpha: 0.6'; may be repeated.",
    )
    @wraps(command)
    def with_parameters(
        session: Session,
        guesses: tuple[tuple[str, str], ...],
        texts: tuple[tuple[str, str], ...],
        files: tuple[Path, ...],
        yamls: tuple[str, ...],
        **options: Any,
    ) -> Any:
        parameters = merged(
            *map(_of_file, files),
            *(_of_yaml(text, "-y") for text in yamls),
            parameters_of({name: guessed(word) for name, word in guesses}, "-p"),
            parameters_of(dict(texts), "-r"),
        )
        return command(session, parameters=parameters, **options)

    return with_parameters  # type: ignore[return-value]


def _of_file(path: Path) -> Parameters:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeError) as error:
        raise BadInput(f"{path} cannot be read ({one_line(error)}).") from None
    if path.suffix != ".json":
        return _of_yaml(text, str(path))
    try:
        return parameters_of(json.loads(text), str(path))
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{path} is no valid JSON ({one_line(error)}).") from None


def _of_yaml(text: str, where: str) -> Parameters:
    import yaml

    class Loader(yaml.SafeLoader):
        """Dates stay text, as they are in JSON."""

    Loader.yaml_implicit_resolvers = {
        first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    try:
        value = yaml.load(text, Loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BadInput(f"{where} is no valid YAML ({one_line(error)}).") from None
    return parameters_of({} if value is None else value, where)
