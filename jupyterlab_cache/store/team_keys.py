"""Keys that a team shares: from files or an environment variable, never from a command line."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, MutableMapping
from pathlib import Path

from .errors import StoreError

KEY_VARIABLE = "JUPYTERLAB_CACHE_TEAM_KEY"
"""Environment variable that holds a key."""

FILES_VARIABLE = "JUPYTERLAB_CACHE_TEAM_KEY_FILES"
"""Environment variable that names files with a key each, separated as in ``PATH``."""

SHARED_STORE_VARIABLE = "JUPYTERLAB_CACHE_SHARED_STORE"
"""Environment variable that holds the URL of a shared store, perhaps with a password in it."""

SHARED_STORE_WRITE_VARIABLE = "JUPYTERLAB_CACHE_SHARED_STORE_WRITE"
"""Environment variable that says whether what is executed is sent there."""

_OURS = {KEY_VARIABLE, FILES_VARIABLE, SHARED_STORE_VARIABLE, SHARED_STORE_WRITE_VARIABLE}

SHORTEST_KEY = 32
"""So many characters a key has at least: a signed entry lets anybody try out short ones."""

_MOST_BYTES = 4096


class TeamKeyUnusable(StoreError):
    """A key cannot be read, or anybody could guess it; the text never tells the key."""


def team_keys(environment: Mapping[str, str], files: Iterable[str] = ()) -> list[bytes]:
    """The keys of the teams that a person belongs to, each once.

    Args:
        environment: Environment variables, which may hold a key, and name files.
        files: More files; ``~`` is the home folder.

    Raises:
        TeamKeyUnusable: A file cannot be read, or a key is too short or too long.
    """
    keys = []
    given = environment.get(KEY_VARIABLE, "")
    if given:
        keys.append(_checked(os.fsencode(given), f"The variable {KEY_VARIABLE}"))
    named = environment.get(FILES_VARIABLE, "").split(os.pathsep)
    for file in filter(None, (*files, *named)):
        path = Path(file).expanduser()
        try:
            with path.open("rb") as stream:
                content = stream.read(_MOST_BYTES + 1)
        except OSError as error:
            raise TeamKeyUnusable(f"The team key {path} cannot be read: {error}.") from error
        keys.append(_checked(content, f"The team key {path}"))
    return list(dict.fromkeys(keys))


def without_team_keys(environment: Mapping[str, str]) -> dict[str, str]:
    """Environment variables for a kernel, which has no use for ours and might print them."""
    return {name: value for name, value in environment.items() if name not in _OURS}


def hide_team_key(environment: MutableMapping[str, str]) -> None:
    """Take the key itself out of a process's variables, for all that the process starts."""
    environment.pop(KEY_VARIABLE, None)


def _checked(content: bytes, name: str) -> bytes:
    # A line feed at the end comes and goes with editors and with the vaults of CI services.
    key = content.strip()
    if len(content) > _MOST_BYTES:
        raise TeamKeyUnusable(f"{name} has more than {_MOST_BYTES} bytes; is it a key?")
    if len(key) < SHORTEST_KEY:
        raise TeamKeyUnusable(
            f"{name} has to have {SHORTEST_KEY} characters or more; "
            "`openssl rand -hex 32` makes a good one."
        )
    return key
