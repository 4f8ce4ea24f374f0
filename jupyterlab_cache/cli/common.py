"""What all commands share: the three common options, output, and errors as one line."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from ..cache import NotebookCache
from ..inputs.declarations import checked_declaration
from ..notebooks.errors import CaptureRefused, NotebookError
from ..projects import PathRefused
from ..store.errors import StoreError
from ..store.signatures import Origin
from ..store.team_keys import hide_team_key
from .terminal import echo, json_text

_DECLARING = (
    "assets",
    "ignore",
    "variables",
    "network",
    "expires",
    "packages",
    "artefacts",
    "artefacts_ignore",
)

F = TypeVar("F", bound=Callable[..., Any])


class BadInput(click.ClickException):
    """Input that cannot be used: one line on stderr, exit code 2."""

    exit_code = 2


class Session(msgspec.Struct, frozen=True):
    """One invocation of the command.

    Attributes:
        cache: The cache below ``--root``.
        json: Whether stdout is for one JSON document.
    """

    cache: NotebookCache
    json: bool

    def say(self, message: str = "", *, mark: str = "") -> None:
        """Print a line for a person: on stdout, or on stderr when stdout is for JSON.

        Args:
            message: It may hold anything.
            mark: What stands before it, as :func:`echo` has it.
        """
        echo(message, mark=mark, err=self.json)

    def warn(self, messages: Iterable[str]) -> None:
        """Print lines about what was left out, on stderr."""
        for message in messages:
            echo(f"left out {message}", err=True)

    def answer(self, value: object) -> None:
        """Print the JSON document, when it is wanted."""
        if self.json:
            click.echo(json_text(value))


def session_options(command: F) -> F:
    """Add ``--root``, ``--store`` and ``--json`` to a command that takes a Session first."""

    @click.option(
        "--root",
        type=click.Path(path_type=Path),
        default=".",
        help="Folder that bounds everything; paths are relative to it.  [default: this folder]",
    )
    @click.option(
        "--store",
        type=click.Path(path_type=Path),
        default=None,
        help="Store to use instead of the project's .jupyterlab_cache.",
    )
    @click.option("--json", "as_json", is_flag=True, help="Print one JSON document on stdout.")
    @wraps(command)
    def with_session(root: Path, store: Path | None, as_json: bool, **options: Any) -> Any:
        if not root.is_dir():
            raise BadInput(f"{root} is not a folder; give an existing one with --root.")
        with bad_input():
            cache = NotebookCache(root, store=store)
            hide_team_key(os.environ)
            try:
                return command(Session(cache, as_json), **options)
            finally:
                cache.close()

    return with_session  # type: ignore[return-value]


def offline_option(command: F) -> F:
    """Add ``--offline`` to a command that takes a Session first."""

    @click.option("--offline", is_flag=True, help="Do not ask the shared store, if there is one.")
    @wraps(command)
    def with_choice(session: Session, *, offline: bool, **options: Any) -> Any:
        if offline:
            session.cache.use_shared_store(None)
        return command(session, **options)

    return with_choice  # type: ignore[return-value]


def declaring_options(command: F) -> F:
    """Add the options that declare something to a command that takes a Session first."""

    @click.option(
        "--asset",
        "assets",
        metavar="GLOB",
        multiple=True,
        help="File, folder or glob that the notebooks need, relative to each notebook's own folder "
        "(not to the current one); may be repeated.",
    )
    @click.option(
        "--ignore",
        metavar="GLOB",
        multiple=True,
        help="gitignore pattern of files that do not count, neither as inputs nor as results, "
        "below each notebook's own folder; may be repeated.",
    )
    @click.option(
        "--track-env",
        "variables",
        metavar="NAME",
        multiple=True,
        help="Environment variable that counts even if no notebook reads it; may be repeated.",
    )
    @click.option(
        "--network",
        type=click.Choice(["refuse", "allow"]),
        help="Whether outputs that came over the network may be reused.",
    )
    @click.option(
        "--expires",
        metavar="DURATION",
        help="How long outputs are good for, such as 12h or 7d.",
    )
    @click.option(
        "--packages",
        type=click.Choice(["version", "content"]),
        help="Whether installed packages are compared by version, or by the content of the modules "
        "that were imported as well.",
    )
    @click.option(
        "--artefacts",
        type=click.Choice(["tell", "ignore"]),
        help="Whether the status of one notebook tells of written files that are gone, changed or "
        "not stored.",
    )
    @click.option(
        "--artefacts-ignore",
        metavar="GLOB",
        multiple=True,
        help="gitignore pattern of written files whose content is not stored, below each "
        "notebook's own folder; may be repeated.",
    )
    @wraps(command)
    def with_declaration(session: Session, **options: Any) -> Any:
        declared = {name: options.pop(name) for name in _DECLARING}
        session.cache.declared = checked_declaration(declared, "The command line")
        return command(session, **options)

    return with_declaration  # type: ignore[return-value]


@contextmanager
def bad_input() -> Iterator[None]:
    """Turn what is wrong with notebooks, paths and stores into :class:`BadInput`."""
    try:
        yield
    except (CaptureRefused, NotebookError, PathRefused, StoreError, OSError) as error:
        raise BadInput(str(error)) from error


def size(count: float) -> str:
    """Bytes as a person reads them: ``812 B``, ``1.3 kB``, ``25 MB``."""
    if count < 999.5:
        return f"{count:.0f} B"
    factor, unit = 1e9, "GB"
    for smaller, name in ((1e3, "kB"), (1e6, "MB")):
        if count < 999.5 * smaller:
            factor, unit = smaller, name
            break
    count /= factor
    return f"{count:.1f} {unit}" if count < 9.95 else f"{count:.0f} {unit}"


def moment(seconds: float) -> str:
    """A time as a person reads it."""
    try:
        return datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M:%S")
    except (OverflowError, OSError, ValueError):
        return "at no time that calendars have"


def origin_notes(origin: Origin | None, trusted: bool) -> list[str]:
    """Who made an entry, for a person; nothing where it was made here."""
    match origin:
        case "team":
            return ["by the team"]
        case "elsewhere":
            return ["from elsewhere, trusted" if trusted else "from elsewhere, not trusted"]
        case _:
            return []


def duration(seconds: float) -> str:
    """Seconds as a person reads them: ``0.4 s``, ``12 s``, ``3 min 5 s``, ``2 h 10 min``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"
