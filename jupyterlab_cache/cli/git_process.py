"""``jupyter cache git-filter process``: the process that git talks to."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from ..notebooks.stripping import stripped
from .git_protocol import FilterProcess, ProtocolBroken
from .teaching import Taught

_GITS = {"GIT_DIR", "GIT_EXEC_PATH", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_WORK_TREE"}


@click.command(
    "process",
    cls=Taught,
    examples=(("jupyter cache git-filter process", "git types this"),),
    exits={0: "Git has no more to ask."},
)
@click.option(
    "--store",
    type=click.Path(path_type=Path),
    default=None,
    help="Store to use instead of the project's .jupyterlab_cache.",
)
def process_command(store: Path | None) -> int:
    """Filter the notebooks that git asks about, by its protocol, until it is done.

    Git starts it at the top of a working tree. Whatever goes wrong with a notebook, git gets the
    notebook as it is.
    """
    source, target = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # What any library might print must not get among the packets.
    os.dup2(2, 1)

    def smudge(contents: Mapping[bytes, bytes]) -> Mapping[bytes, bytes]:
        return _with_outputs(contents, store)

    try:
        FilterProcess(source, target, stripped, smudge).serve()
    except ProtocolBroken as error:
        raise click.UsageError(str(error)) from None
    return 0


def _with_outputs(contents: Mapping[bytes, bytes], store: Path | None) -> Mapping[bytes, bytes]:
    from ..cache import NotebookCache

    try:
        cache = NotebookCache(".", store=store, launch_environment=_environment_around_git)
        try:
            root = cache.projects.root
            paths = {
                root / os.fsdecode(path): path for path in contents if path.endswith(b".ipynb")
            }
            found = cache.with_outputs({place: contents[path] for place, path in paths.items()})
        finally:
            cache.close()
    except Exception as error:  # a checkout must not fail because of a cache
        print(f"jupyter cache: notebooks come without outputs: {error}", file=sys.stderr)  # noqa: T201
        return {}
    return {paths[place]: data for place, data in found.items()}


def _environment_around_git() -> dict[str, str]:
    """The variables of the shell in which git was started, without those that git adds."""
    environment = {name: text for name, text in os.environ.items() if name not in _GITS}
    path = environment.get("PATH", "").split(os.pathsep)
    while path and Path(path[0]).name == "git-core":
        path.pop(0)
    return environment | {"PATH": os.pathsep.join(path)}
